/** Forward-backward in log space: never underflows, and is the oracle of the scaled pass. */
import { logSumExp } from '../numeric/log-space'
import type { GaussianHmm } from './types'

export interface LogPass {
  /** Natural log; -Infinity when the model cannot produce the sequence at all: then everything else is zero. */
  logLikelihood: number
  /** p(state at t | rows up to t), [T, K]. */
  filtered: Float64Array
  /** p(state at t | all rows), [T, K]. */
  posteriors: Float64Array
  /** Expected transitions, [K, K]. */
  transitions: Float64Array
}

/**
 * Passes one sequence through the model.
 * @param logB log densities, [T, K].
 */
export function logPass(model: GaussianHmm, logB: Float64Array, rows: number): LogPass {
  const { states } = model
  const logStart = model.startProb.map(Math.log)
  const logTrans = model.transMat.map(Math.log)
  const forward = new Float64Array(rows * states)
  const backward = new Float64Array(rows * states)
  const filtered = new Float64Array(rows * states)
  const posteriors = new Float64Array(rows * states)
  const transitions = new Float64Array(states * states)
  const work = new Float64Array(states)
  // Only differences within a row matter: without the shift a row at -1e10 would cost the others six digits.
  const shifted = logB.slice()
  let shiftSum = 0
  for (let t = 0; t < rows; t++) {
    let shift = -Infinity
    for (let k = 0; k < states; k++) if (shifted[t * states + k] > shift) shift = shifted[t * states + k]
    if (!Number.isFinite(shift)) continue
    shiftSum += shift
    for (let k = 0; k < states; k++) shifted[t * states + k] -= shift
  }
  for (let t = 0; t < rows; t++) {
    for (let j = 0; j < states; j++) {
      let prior = logStart[j]
      if (t > 0) {
        for (let i = 0; i < states; i++) work[i] = forward[(t - 1) * states + i] + logTrans[i * states + j]
        prior = logSumExp(work)
      }
      forward[t * states + j] = prior + shifted[t * states + j]
    }
  }
  const logLikelihood = logSumExp(forward, (rows - 1) * states, rows * states)
  if (!Number.isFinite(logLikelihood)) return { logLikelihood, filtered, posteriors, transitions }
  for (let t = rows - 2; t >= 0; t--) {
    const next = (t + 1) * states
    for (let i = 0; i < states; i++) {
      for (let j = 0; j < states; j++) work[j] = logTrans[i * states + j] + shifted[next + j] + backward[next + j]
      backward[t * states + i] = logSumExp(work)
    }
  }
  for (let t = 0; t < rows; t++) {
    const row = t * states
    const reached = logSumExp(forward, row, row + states)
    for (let k = 0; k < states; k++) work[k] = forward[row + k] + backward[row + k]
    const smoothed = logSumExp(work)
    for (let k = 0; k < states; k++) {
      filtered[row + k] = Math.exp(forward[row + k] - reached)
      posteriors[row + k] = Math.exp(work[k] - smoothed)
    }
    if (t + 1 === rows) break
    const next = row + states
    for (let i = 0; i < states; i++)
      for (let j = 0; j < states; j++)
        transitions[i * states + j] += Math.exp(
          forward[row + i] + logTrans[i * states + j] + shifted[next + j] + backward[next + j] - logLikelihood
        )
  }
  return { logLikelihood: logLikelihood + shiftSum, filtered, posteriors, transitions }
}
