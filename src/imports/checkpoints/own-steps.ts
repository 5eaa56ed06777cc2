/**
 * The step of a checkpoint whose name tells none, by what is in it. What its counters mean for the series that it lies beside,
 * the numbered checkpoints tell: their names and what is in them must go together.
 */
import { epochCounterNames, type StepCounters, stepCounterNames } from '../../formats/step-counters'
import { epochLabel, preference } from './path-numbers'

export interface CountedCheckpoint {
  step: number
  epoch: number | null
  counters: StepCounters
}

export interface OwnStep {
  step: number
  epoch: number | null
  unit: 'step' | 'epoch'
  /** The counter that says so. */
  by: string
}

/**
 * @param column what counts the steps of the series, see CheckpointSteps
 * @returns null where it cannot be told
 */
export function ownStepIn(
  column: string,
  series: readonly CountedCheckpoint[],
  counters: StepCounters
): OwnStep | null {
  const unit = unitOf(column)
  const names = [...(unit === 'epoch' ? [] : stepCounterNames), ...(unit === 'step' ? [] : epochCounterNames)].filter(
    (name) => counters.has(name)
  )
  const places = series.map(({ step, counters: own }) => ({ place: step, counters: own }))
  const shifts = names.map((name) => ({ name, shift: shiftOf(name, places) }))
  const sure = shifts.filter(({ shift }) => typeof shift === 'number')
  const untold = shifts.filter(({ shift }) => shift === 'untold')
  const steps = new Set(sure.map(({ name, shift }) => counters.get(name)! - (shift as number)))
  // Of a series of one, steps and epochs may both go together with its name.
  if (steps.size > 1) return null
  // What no other checkpoint tells is believed where the number in the names has the name of the same thing.
  const best = sure[0] ?? (unit === null ? undefined : untold[0])
  if (!best) return null
  const step = counters.get(best.name)! - (typeof best.shift === 'number' ? best.shift : 0)
  if (step < 0) return null
  const isEpoch = epochCounterNames.includes(best.name)
  return {
    step,
    epoch: epochIn(series, counters, isEpoch ? step : null),
    unit: isEpoch ? 'epoch' : 'step',
    by: best.name
  }
}

/** The step of a checkpoint alone. */
export function ownStep(counters: StepCounters): OwnStep | null {
  const by = [...stepCounterNames, ...epochCounterNames].find((name) => counters.has(name))
  if (by === undefined) return null
  const epochName = epochCounterNames.find((name) => counters.has(name))
  const epoch = epochName === undefined ? null : counters.get(epochName)!
  return { step: counters.get(by)!, epoch, unit: epochCounterNames.includes(by) ? 'epoch' : 'step', by }
}

/** What a series counts, where the word in its names says so. */
function unitOf(column: string): 'step' | 'epoch' | null {
  if (column.includes('{')) return column.includes('{step}') ? null : 'epoch'
  const label = column.replace(/ \(\d+\)$/, '')
  if (preference[0].test(label) || preference[1].test(label)) return 'step'
  return epochLabel.test(label) ? 'epoch' : null
}

/**
 * What the counter is more than the number in the names: 0, or 1 where a program counts on before it saves. `apart`: they do
 * not go together. `untold`: no checkpoint of the series has this counter.
 */
function shiftOf(
  name: string,
  places: readonly { place: number; counters: StepCounters }[]
): number | 'apart' | 'untold' {
  const told = places.filter(({ counters }) => counters.has(name))
  if (told.length === 0) return 'untold'
  const shift = told[0].counters.get(name)! - told[0].place
  const isOne = told.every(({ place, counters }) => counters.get(name)! - place === shift)
  return isOne && Math.abs(shift) <= 1 ? shift : 'apart'
}

/** The epoch that is recorded beside the step, where the series has epochs in its names. */
function epochIn(
  series: readonly CountedCheckpoint[],
  counters: StepCounters,
  stepAsEpoch: number | null
): number | null {
  const places = series.flatMap(({ epoch, counters: own }) => (epoch === null ? [] : [{ place: epoch, counters: own }]))
  if (places.length === 0) return null
  if (stepAsEpoch !== null) return stepAsEpoch
  for (const name of epochCounterNames) {
    const shift = counters.has(name) ? shiftOf(name, places) : 'apart'
    if (typeof shift === 'number') return counters.get(name)! - shift
  }
  return null
}
