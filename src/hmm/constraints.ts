/** Which changes of state a model may make. */
import type { GaussianHmm, Transitions } from './types'

/** 1 for every allowed transition, [K, K]; null when all are. */
export type TransitionMask = Uint8Array | null

/** @throws when a mask has another shape, or leaves a state without any way on. */
export function transitionMask(transitions: Transitions, states: number): TransitionMask {
  if (transitions === 'free') return null
  const mask = new Uint8Array(states * states)
  if (transitions === 'left-to-right') {
    for (let i = 0; i < states; i++) mask.fill(1, i * states + i, (i + 1) * states)
    return mask
  }
  if (transitions.length !== states || transitions.some((row) => row.length !== states))
    throw new Error(`The mask of the transitions must have ${states} rows of ${states}.`)
  transitions.forEach((row, i) => {
    if (!row.includes(true)) throw new Error(`The mask of the transitions allows none out of state ${i + 1}.`)
    row.forEach((allowed, j) => (mask[i * states + j] = allowed ? 1 : 0))
  })
  return mask
}

/** Sets one row of a transition matrix [K, K] to equal probabilities of what is allowed. */
export function uniformRow(transMat: Float64Array, row: number, states: number, mask: TransitionMask): void {
  const at = row * states
  let allowed = 0
  for (let j = 0; j < states; j++) allowed += mask ? mask[at + j] : 1
  for (let j = 0; j < states; j++) transMat[at + j] = !mask || mask[at + j] ? 1 / allowed : 0
}

/** @throws when a model makes a transition that is not allowed. */
export function checkAgainstMask(model: GaussianHmm, mask: TransitionMask): void {
  const { states, transMat } = model
  for (let p = 0; mask && p < mask.length; p++)
    if (!mask[p] && transMat[p] !== 0)
      throw new Error(
        `The initial transMat goes from state ${Math.floor(p / states) + 1} to state ${(p % states) + 1} ` +
          `with probability ${transMat[p]}, which the transitions do not allow.`
      )
}

/** Free transition probabilities: every row sums to 1, and what is forbidden is no parameter. */
export function transitionParameters(transitions: Transitions, states: number): number {
  const mask = transitionMask(transitions, states)
  if (!mask) return states * (states - 1)
  return mask.reduce((sum, allowed) => sum + allowed, 0) - states
}
