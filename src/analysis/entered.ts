/** States that a run in training has come into, told from its points so far. */
import type { DecodedRun } from './decode'

/** A state counts once it is so likely, by the points up to then, at so many points in a row: before that it may be noise. */
const sure = 0.9
const lasting = 3

export interface EnteredState {
  /** Index into the states of the fit. */
  state: number
  /** Step of the first of these points. */
  step: number
}

/**
 * Each state once, in the order in which they are entered. The one that the run begins in is none of them.
 * @param steps of the decoded points @param decoded.filtered [points, states]
 */
export function enteredStates(
  steps: ArrayLike<number>,
  { states, filtered }: Pick<DecodedRun, 'states' | 'filtered'>
): EnteredState[] {
  const held: EnteredState[] = []
  let [now, since] = [-1, 0]
  for (let i = 0; i < steps.length; i++) {
    let likely = -1
    for (let k = 0; k < states; k++) if (filtered[i * states + k] >= sure) likely = k
    if (likely !== now) [now, since] = [likely, i]
    if (now < 0 || i - since + 1 < lasting || held.some(({ state }) => state === now)) continue
    held.push({ state: now, step: steps[since] })
  }
  return held.slice(1)
}
