/** Checkpoints beside a series whose names tell no step (last.ckpt, model_best.pth.tar): their place by what is in them. */
import { FormatError } from '../../formats/format-error'
import type { StepCounters } from '../../formats/step-counters'
import { type CheckpointContents, contentsOf, counterPlace, type SeriesContents } from './contents'
import { type CountedCheckpoint, ownStepIn } from './own-steps'
import type { CheckpointStep } from './steps'
import type { CheckpointUnit } from './units'

/** A checkpoint in its series. */
export type PlacedCheckpoint = CheckpointStep & CountedCheckpoint & Pick<CheckpointContents, 'beside'>

/**
 * @param column what counts the steps of the series
 * @param placed the numbered checkpoints; those that find a place are added, so that the next one may not have it
 * @param contents of the series, to which those that find a place are added
 * @returns what became of each, in sentences
 */
export async function placeAside(
  root: string,
  units: readonly CheckpointUnit[],
  column: string,
  placed: PlacedCheckpoint[],
  contents: SeriesContents
): Promise<string[]> {
  const series = [...placed]
  const notes: string[] = []
  for (const [at, unit] of units.entries()) {
    if (unit.aside === undefined) continue
    const leave = (why: string): number => notes.push(`${unit.name} was left out: ${why}.`)
    const own = await contentsIfRead(root, unit)
    if (!own || own.counters.size === 0) {
      leave(unit.aside)
      continue
    }
    const found = ownStepIn(column, series, own.counters)
    const there = placed.find(({ step }) => step === found?.step)
    if (!found)
      leave(`${unit.aside}, and whether the series counts what is in it (${listed(own.counters)}) is not known`)
    else if (!contents.has(own)) leave(`${unit.aside}, and it holds another model than the series`)
    else if (there) leave(`it is of ${found.unit} ${found.step}, which ${units[there.at].name} is, too`)
    else {
      notes.push(`${unit.name} is of ${found.unit} ${found.step}: ${counterPlace(own, found.by)} says so.`)
      placed.push({ at, step: found.step, epoch: found.epoch, counters: own.counters, beside: own.beside })
      contents.add(own, found.step)
    }
  }
  placed.sort((a, b) => a.step - b.step)
  return notes
}

/** Null for one that is not read: nobody has asked for it. */
async function contentsIfRead(root: string, unit: CheckpointUnit): Promise<CheckpointContents | null> {
  try {
    return await contentsOf(root, unit, true)
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}

function listed(counters: StepCounters): string {
  return [...counters].map(([name, value]) => `${name} ${value}`).join(', ')
}
