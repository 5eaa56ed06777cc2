/** The scaled forward-backward pass in plain loops: the oracle of the kernels' pass. */
import type { GaussianHmm } from '../types'

/** Start and transition probabilities and the buffers of both passes, for `rows` rows in all. */
export interface Lattice {
  states: number
  startProb: Float64Array
  transMat: Float64Array
  /** Log densities, [rows, K]; the caller fills them. */
  logB: Float64Array
  /** Filtered probabilities p(state at t | rows up to t), [rows, K]. */
  alpha: Float64Array
  /** Predicted probabilities p(state at t | rows before t), [rows, K]. */
  predicted: Float64Array
  /** Posterior probabilities p(state at t | all rows of the sequence), [rows, K]. */
  gamma: Float64Array
  /** Expected transitions without the factor transMat, summed over sequences, [K, K]. */
  xiRatio: Float64Array
}

/** Buffers for `rows` rows; the probabilities are the model's own arrays, so that EM's updates are seen here. */
export function createLattice(model: GaussianHmm, rows: number): Lattice {
  const { states, startProb, transMat } = model
  const size = rows * states
  return {
    states,
    startProb,
    transMat,
    logB: new Float64Array(size),
    alpha: new Float64Array(size),
    predicted: new Float64Array(size),
    gamma: new Float64Array(size),
    xiRatio: new Float64Array(states * states)
  }
}

/**
 * A scaled pass drops what is below 1e-308 of the best state of a row. That matters only if later rows bring the
 * dropped state back, and those rows are then very unexpected. The surprise (in nats, beyond an ordinary 2 per row) is
 * added up, and from this much on the log pass takes over.
 */
const SURPRISE_LIMIT = 230
const ORDINARY_SURPRISE = 2

/**
 * Scaled forward recursion (Rabiner 1989, eq. 19-20 and 91-92) over rows [from, to), into `alpha` and `predicted`.
 * Densities are shifted by each row's maximum, so that a row far from every state does not underflow.
 * @returns the log-likelihood (natural log), or NaN when the log pass is needed.
 */
export function forwardScaled(lattice: Lattice, from: number, to: number): number {
  const { states, startProb, transMat, logB, alpha, predicted } = lattice
  let logLikelihood = 0
  let surprise = 0
  for (let t = from; t < to; t++) {
    const row = t * states
    let shift = -Infinity
    for (let k = 0; k < states; k++) if (logB[row + k] > shift) shift = logB[row + k]
    if (!Number.isFinite(shift)) return Number.NaN
    if (t === from) for (let k = 0; k < states; k++) predicted[row + k] = startProb[k]
    else {
      const before = row - states
      for (let j = 0; j < states; j++) {
        let sum = 0
        for (let i = 0, p = j; i < states; i++, p += states) sum += alpha[before + i] * transMat[p]
        predicted[row + j] = sum
      }
    }
    let scale = 0
    for (let k = 0; k < states; k++) {
      const x = logB[row + k] - shift
      const value = x < -745 ? 0 : predicted[row + k] * Math.exp(x)
      alpha[row + k] = value
      scale += value
    }
    const logScale = Math.log(scale)
    surprise = Math.max(0, surprise - logScale - ORDINARY_SURPRISE)
    if (!(surprise < SURPRISE_LIMIT)) return Number.NaN
    const inverse = 1 / scale
    for (let k = 0; k < states; k++) alpha[row + k] *= inverse
    logLikelihood += logScale + shift
  }
  return logLikelihood
}

/**
 * Smoothing after `forwardScaled`, over the same rows, into `gamma` and (added) `xiRatio`:
 * gamma_t(i) = alpha_t(i) sum_j a_ij gamma_t+1(j) / predicted_t+1(j), equal to Rabiner 1989, eq. 27 and 37.
 * Unlike the backward variables these ratios cannot overflow.
 * @returns false when the log pass is needed.
 */
export function smoothScaled(lattice: Lattice, from: number, to: number): boolean {
  const { states, transMat, alpha, predicted, gamma, xiRatio } = lattice
  const ratio = new Float64Array(states)
  const local = new Float64Array(states * states)
  const last = (to - 1) * states
  for (let k = 0; k < states; k++) gamma[last + k] = alpha[last + k]
  for (let t = to - 2; t >= from; t--) {
    const row = t * states
    const next = row + states
    for (let j = 0; j < states; j++) ratio[j] = predicted[next + j] > 0 ? gamma[next + j] / predicted[next + j] : 0
    let total = 0
    for (let i = 0, p = 0; i < states; i++) {
      const a = alpha[row + i]
      let sum = 0
      for (let j = 0; j < states; j++, p++) {
        sum += transMat[p] * ratio[j]
        local[p] += a * ratio[j]
      }
      gamma[row + i] = a * sum
      total += gamma[row + i]
    }
    if (!(total > 0) || total === Infinity) return false
    const inverse = 1 / total
    for (let i = 0; i < states; i++) gamma[row + i] *= inverse
  }
  // Only now: a pass that is given up must not leave half a sequence in the sums.
  for (let p = 0; p < local.length; p++) xiRatio[p] += local[p]
  return true
}
