/** Default names of states, from what the loss and accuracy curves do in them. */
import { meanAndStd } from '../numeric/statistics'
import { valuesAtSteps } from './align'
import { outcomeRanges, setApart } from './name-details'
import type { OutcomeRange, StateMeans } from './name-details'
import { ownRoles } from './roles'
import { segmentsOf } from './trajectory'
import type { AnalysisInputRun } from '../domain/analysis'
import type { Roles } from '../domain/roles'
import type { RunSeries } from '../domain/run-series'

/** A curve that improves by less than this, in standard deviations of the run, while in a state stands still. */
const STILL = 0.3
/** Validation that improves this many times more than training is generalisation of what was already learnt. */
const MUCH_MORE = 3

/** A state's default name, and how the rule came to it, in words. */
export interface StateName {
  name: string
  rule: string
}

/** Change of progress while in a state, in z units per run that visits it; null where no curve is recorded. */
interface Change {
  train: number | null
  val: number | null
  visited: boolean
}

/**
 * One plain word or two per state, with what sets it apart from others of its kind ("Learning, 0.1 to 0.6"), and the
 * reading of the curves behind it.
 *
 * Progress of a run is z(accuracy) where it is recorded, else -z(log loss) (of the loss itself where it is
 * not positive), train and val apart, z over the run's own points. Accuracy first, because a loss goes on falling by
 * decades long after everything is learnt, and its largest fall is over after the first few points. A state's change is
 * progress at the point after a visit (or the last) minus progress at its first point, summed over visits and averaged
 * over the runs that visit it. It improves above 0.3, worsens below -0.3, else stands still. Then:
 *
 *     train improves, val improves       Learning (Generalising when val improves over 3 times as much)
 *     train improves, val stands still   Memorising
 *     train improves, val worsens        Overfitting (also: train stands still, val worsens)
 *     train still, val improves          Generalising (Slow generalisation while its accuracy stays below 0.5)
 *     train worsens                      Unstable
 *     neither moves                      Warm-up before the first improvement, Converged after the last, else Plateau
 *
 * With only one of the two kinds of curves: Learning, Unstable and the three still ones. A state that no run visits is
 * "Unused". Without curves, or if no state moves them: "State 1, higher l2", by the feature that leads in it.
 *
 * @param series the recorded runs, matched by runId.
 * @param where the features in each state, for what sets states apart; null: unknown.
 * @param roles which series are the losses and accuracies.
 */
export function nameStates(
  paths: readonly ArrayLike<number>[],
  runs: readonly AnalysisInputRun[],
  series: readonly RunSeries[],
  states: number,
  where: StateMeans | null = null,
  roles: Roles = ownRoles
): StateName[] {
  const changes = measureChanges(paths, runs, series, states, roles)
  const improves = changes.map(({ train, val }) => (train ?? 0) >= STILL || (val ?? 0) >= STILL)
  const moves = changes.some(({ train, val }) => Math.abs(train ?? 0) >= STILL || Math.abs(val ?? 0) >= STILL)
  const recorded = changes.some(({ train, val }) => train !== null || val !== null)
  if (!moves) {
    const rule = recorded ? 'Neither loss nor accuracy moves in any state.' : 'No loss or accuracy was recorded.'
    const kinds = changes.map(() => '')
    return setApart(kinds, [], where, false).map((name) => ({ name, rule }))
  }
  const first = improves.indexOf(true)
  const last = improves.lastIndexOf(true)
  const ranges = outcomeRanges(paths, runs, series, states, roles)
  const plain = changes.map((change, k) => {
    if (!change.visited) return 'Unused'
    const name = movingName(change) ?? (k < first ? 'Warm-up' : k > last ? 'Converged' : 'Plateau')
    return name === 'Generalising' && isSlow(ranges[k], roles) ? 'Slow generalisation' : name
  })
  return setApart(plain, ranges, where, true).map((name, k) => ({ name, rule: sentence(plain[k], changes[k]) }))
}

/** "Train improves (+0.9 sd), validation stands still (+0.1 sd): memorising." */
function sentence(name: string, { train, val, visited }: Change): string {
  if (!visited) return 'No run visits this state.'
  const clauses = [clause('train', train), clause('validation', val)].filter((text) => text !== null)
  const where =
    name === 'Warm-up'
      ? ', before the first improvement'
      : name === 'Converged'
        ? ', after the last improvement'
        : name === 'Plateau'
          ? ', between improvements'
          : ''
  const text = `${clauses.join(', ')}${where}: ${name.toLowerCase()}.`
  return text[0].toUpperCase() + text.slice(1)
}

/** On its way, but far from there: the validation accuracy is still below a half when the state is left. */
function isSlow(range: OutcomeRange | null, roles: Roles): boolean {
  return range !== null && range.tag === roles.valAccuracy && range.to < 0.5 * (range.whole ?? 1)
}

function clause(part: string, change: number | null): string | null {
  if (change === null) return null
  const verb = change >= STILL ? 'improves' : change <= -STILL ? 'worsens' : 'stands still'
  const size = `${change < 0 ? '\u2212' : '+'}${Math.abs(change).toFixed(1)}`
  return `${part} ${verb} (${size} sd)`
}

function movingName({ train, val }: Change): string | null {
  if (train === null || val === null) {
    const only = train ?? val
    if (only === null || Math.abs(only) < STILL) return null
    return only > 0 ? 'Learning' : 'Unstable'
  }
  if (train <= -STILL) return 'Unstable'
  if (val <= -STILL) return 'Overfitting'
  if (train >= STILL && val >= STILL) return val > MUCH_MORE * train ? 'Generalising' : 'Learning'
  if (val >= STILL) return 'Generalising'
  return train >= STILL ? 'Memorising' : null
}

function measureChanges(
  paths: readonly ArrayLike<number>[],
  runs: readonly AnalysisInputRun[],
  series: readonly RunSeries[],
  states: number,
  roles: Roles
): Change[] {
  const sums = { train: new Float64Array(states), val: new Float64Array(states) }
  const counts = { train: new Float64Array(states), val: new Float64Array(states) }
  const visited = new Uint8Array(states)
  runs.forEach((run, r) => {
    const segments = segmentsOf(paths[r])
    for (const { state } of segments) visited[state] = 1
    const recorded = series.find((candidate) => candidate.runId === run.runId)
    if (!recorded) return
    for (const part of ['train', 'val'] as const) {
      const progress = progressOf(recorded, part, run.steps, roles)
      if (!progress) continue
      const own = new Map<number, number>()
      for (const { state, start, end } of segments) {
        const change = progress[Math.min(end, progress.length - 1)] - progress[start]
        own.set(state, (own.get(state) ?? 0) + change)
      }
      for (const [state, change] of own) {
        sums[part][state] += change
        counts[part][state]++
      }
    }
  })
  const average = (part: 'train' | 'val', k: number): number | null =>
    counts[part][k] > 0 ? sums[part][k] / counts[part][k] : null
  return Array.from({ length: states }, (_, k) => ({
    train: average('train', k),
    val: average('val', k),
    visited: visited[k] === 1
  }))
}

/** Progress of a run at its points; null when neither curve is usable. Gaps keep the last finite value. */
function progressOf(
  run: RunSeries,
  part: 'train' | 'val',
  steps: readonly number[],
  roles: Roles
): Float64Array | null {
  const curve = (tag: string | undefined): Float64Array | null =>
    tag === undefined ? null : filled(valuesAtSteps(run.series[tag], steps))
  const accuracy = curve(roles[`${part}Accuracy`])
  if (accuracy) return standardised(accuracy, 1)
  const loss = curve(roles[`${part}Loss`])
  if (!loss) return null
  return standardised(loss.every((value) => value > 0) ? loss.map(Math.log) : loss, -1)
}

/** Gaps replaced by the last finite value before them (the first one at the beginning); null without any. */
function filled(values: Float64Array | null | undefined): Float64Array | null {
  const start = values?.find(Number.isFinite)
  if (!values || start === undefined) return null
  let held = start
  return values.map((value) => {
    if (Number.isFinite(value)) held = value
    return held
  })
}

/** sign * z-score; zeros for a constant curve. */
function standardised(values: Float64Array, sign: 1 | -1): Float64Array {
  const { mean, std } = meanAndStd(values)
  return values.map((value) => (std > 0 ? (sign * (value - mean)) / std : 0))
}
