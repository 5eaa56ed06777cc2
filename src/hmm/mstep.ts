/** Sufficient statistics of EM and the parameters that maximise the expected likelihood. */
import { packedLength } from '../numeric/linear'
import type { GaussianHmm } from './types'

/** Below this many rows in all, a state has lost its data and its mean would be a quotient of rounding errors. */
const EMPTY_STATE_ROWS = 1e-6

/** Expected counts and moments over all rows. */
export interface SufficientStatistics {
  /** [K] */
  start: Float64Array
  /** [K, K] */
  trans: Float64Array
  /** Expected rows per state, [K]. */
  post: Float64Array
  /** Weighted sums of rows, [K, D]. */
  first: Float64Array
  /** Expected cells per state and feature, [K, D]; null where no cell is missing, and for full and tied ones. */
  cells: Float64Array | null
  /** diag, spherical: weighted sums of squares [K, D]; full: packed scatter [K, P]; tied: packed X^T X [P], constant. */
  second: Float64Array
}

/** Priors and updates with every default filled in. */
export interface MStepOptions {
  updates: string
  startProbPrior: number
  transMatPrior: number
  /** [D] */
  meansPrior: Float64Array
  meansWeight: number
  covarsPrior: number
  covarsWeight: number
}

/**
 * Updates the model in place; the formulas are hmmlearn's (Huang, Acero, Hon 2001, p. 443-445).
 * A state without rows keeps its parameters, and so does a transition row from which nothing was seen to leave.
 * @returns the states without rows.
 */
export function maximise(model: GaussianHmm, stats: SufficientStatistics, options: MStepOptions): number[] {
  const { states, features, means } = model
  const { post, first } = stats
  const empty: number[] = []
  for (let k = 0; k < states; k++) if (!(post[k] > EMPTY_STATE_ROWS)) empty.push(k)
  if (options.updates.includes('s')) updateDistribution(model.startProb, 0, stats.start, options.startProbPrior, states)
  if (options.updates.includes('t'))
    for (let i = 0; i < states; i++)
      updateDistribution(model.transMat, i * states, stats.trans, options.transMatPrior, states)
  if (options.updates.includes('m'))
    for (let k = 0; k < states; k++) {
      if (empty.includes(k)) continue
      for (let d = 0; d < features; d++) {
        const p = k * features + d
        const rows = stats.cells ? stats.cells[p] : post[k]
        // A feature that the state has never seen says nothing about its mean.
        if (rows > EMPTY_STATE_ROWS)
          means[p] = (options.meansWeight * options.meansPrior[d] + first[p]) / (options.meansWeight + rows)
      }
    }
  if (options.updates.includes('c')) {
    if (model.covariance === 'full' || model.covariance === 'tied') updateMatrices(model, stats, options, empty)
    else updateVariances(model, stats, options, empty)
  }
  return empty
}

/** A zero stays a zero, so that a left-to-right model keeps its shape. */
function updateDistribution(target: Float64Array, at: number, counts: Float64Array, prior: number, size: number): void {
  let sum = 0
  for (let j = 0; j < size; j++) if (target[at + j] !== 0) sum += Math.max(prior - 1 + counts[at + j], 0)
  if (!(sum > 0)) return
  for (let j = 0; j < size; j++)
    if (target[at + j] !== 0) target[at + j] = Math.max(prior - 1 + counts[at + j], 0) / sum
}

function updateVariances(
  model: GaussianHmm,
  stats: SufficientStatistics,
  options: MStepOptions,
  empty: readonly number[]
): void {
  const { states, features, means, covars } = model
  for (let k = 0; k < states; k++) {
    if (empty.includes(k)) continue
    const weight = Math.max(options.covarsWeight - 1, 0)
    let sum = 0
    let divisors = 0
    for (let d = 0; d < features; d++) {
      const p = k * features + d
      const rows = stats.cells ? stats.cells[p] : stats.post[k]
      if (!(rows > EMPTY_STATE_ROWS)) continue
      const divisor = Math.max(weight + rows, 1e-5)
      const mu = means[p]
      const offset = mu - options.meansPrior[d]
      const scatter = options.meansWeight * offset * offset + stats.second[p] - 2 * mu * stats.first[p] + mu * mu * rows
      // Rounding can leave a constant column a hair below zero.
      const squares = options.covarsPrior + Math.max(scatter, 0)
      if (model.covariance === 'diag') covars[p] = squares / divisor
      sum += squares
      divisors += divisor
    }
    if (model.covariance === 'spherical' && divisors > 0) covars[k] = sum / divisors
  }
}

function updateMatrices(
  model: GaussianHmm,
  stats: SufficientStatistics,
  options: MStepOptions,
  empty: readonly number[]
): void {
  const { states, features, means, covars } = model
  const tied = model.covariance === 'tied'
  const size = packedLength(features)
  const weight = Math.max(options.covarsWeight - features, 0)
  const rows = stats.post.reduce((sum, n) => sum + n, 0)
  for (let block = 0; block < (tied ? 1 : states); block++) {
    if (!tied && empty.includes(block)) continue
    const divisor = weight + (tied ? rows : stats.post[block])
    for (let i = 0, p = block * size; i < features; i++) {
      for (let j = 0; j <= i; j++, p++) {
        let scatter = stats.second[p]
        for (let k = tied ? 0 : block; k <= (tied ? states - 1 : block); k++) {
          const a = k * features + i
          const b = k * features + j
          scatter +=
            options.meansWeight * (means[a] - options.meansPrior[i]) * (means[b] - options.meansPrior[j]) -
            stats.first[a] * means[b] -
            stats.first[b] * means[a] +
            means[a] * means[b] * stats.post[k]
        }
        const value = (options.covarsPrior + scatter) / divisor
        covars[block * features * features + i * features + j] = value
        covars[block * features * features + j * features + i] = value
      }
    }
  }
}
