/** Sufficient statistics of EM and the parameters that maximise the expected likelihood. */
import { packedLength } from '../numeric/linear'
import type { Lattice } from './lattice'
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

export function createStatistics(model: GaussianHmm, data: Float64Array, rows: number): SufficientStatistics {
  const { states, features, covariance } = model
  const size = packedLength(features)
  const length = covariance === 'full' ? states * size : covariance === 'tied' ? size : states * features
  const second = new Float64Array(length)
  // The posteriors of a row sum to 1, so the tied scatter around the origin does not depend on them.
  if (covariance === 'tied')
    for (let t = 0; t < rows; t += 4) {
      const at = Int32Array.from([t, t + 1, t + 2, t + 3], (row) => Math.min(row, rows - 1) * features)
      addOuter(
        second,
        0,
        data,
        at,
        features,
        Float64Array.from([0, 1, 2, 3], (r) => (t + r < rows ? 1 : 0))
      )
    }
  return {
    start: new Float64Array(states),
    trans: new Float64Array(states * states),
    post: new Float64Array(states),
    first: new Float64Array(states * features),
    second
  }
}

/**
 * Sums the posteriors in `lattice.gamma` [rows, K] over data [rows, D].
 * @param offsets first row of every sequence, then the number of rows.
 */
export function accumulate(
  stats: SufficientStatistics,
  model: GaussianHmm,
  lattice: Lattice,
  data: Float64Array,
  offsets: Int32Array
): void {
  const { states, features, covariance } = model
  const { gamma } = lattice
  const rows = offsets[offsets.length - 1]
  const { start, trans, post, first, second } = stats
  start.fill(0)
  post.fill(0)
  first.fill(0)
  if (covariance !== 'tied') second.fill(0)
  for (let s = 0; s + 1 < offsets.length; s++)
    for (let k = 0; k < states; k++) start[k] += gamma[offsets[s] * states + k]
  for (let p = 0; p < trans.length; p++) trans[p] = lattice.xiRatio[p] * model.transMat[p] + lattice.xi[p]
  for (let t = 0, p = 0; t < rows; t++) for (let k = 0; k < states; k++) post[k] += gamma[p++]
  // Posteriors that cannot change the sums in double precision are most of them once the states are apart.
  const negligible = post.map((sum) => sum * 1e-24)
  const size = packedLength(features)
  const matrix = covariance === 'full' || covariance === 'tied'
  const weights = new Float64Array(4)
  const at = new Int32Array(4)
  for (let t = 0; t < rows; t += 4) {
    for (let r = 0; r < 4; r++) at[r] = Math.min(t + r, rows - 1) * features
    for (let k = 0; k < states; k++) {
      let any = false
      for (let r = 0; r < 4; r++) {
        const g = t + r < rows ? gamma[(t + r) * states + k] : 0
        weights[r] = g > negligible[k] ? g : 0
        if (weights[r] !== 0) any = true
      }
      if (!any) continue
      if (matrix) addFirst(first, k * features, data, at, features, weights)
      else addMoments(first, second, k * features, data, at, features, weights)
      if (covariance === 'full') addOuter(second, k * size, data, at, features, weights)
    }
  }
}

/** Adds four weighted rows: one load and store of a sum serves four rows. */
function addFirst(
  first: Float64Array,
  to: number,
  data: Float64Array,
  at: Int32Array,
  features: number,
  weights: Float64Array
): void {
  const [w0, w1, w2, w3] = [weights[0], weights[1], weights[2], weights[3]]
  const [r0, r1, r2, r3] = [at[0], at[1], at[2], at[3]]
  for (let d = 0; d < features; d++)
    first[to + d] += w0 * data[r0 + d] + w1 * data[r1 + d] + (w2 * data[r2 + d] + w3 * data[r3 + d])
}

/** Adds four weighted rows and their squares. */
function addMoments(
  first: Float64Array,
  second: Float64Array,
  to: number,
  data: Float64Array,
  at: Int32Array,
  features: number,
  weights: Float64Array
): void {
  const [w0, w1, w2, w3] = [weights[0], weights[1], weights[2], weights[3]]
  const [r0, r1, r2, r3] = [at[0], at[1], at[2], at[3]]
  for (let d = 0; d < features; d++) {
    const x0 = data[r0 + d]
    const x1 = data[r1 + d]
    const x2 = data[r2 + d]
    const x3 = data[r3 + d]
    const g0 = w0 * x0
    const g1 = w1 * x1
    const g2 = w2 * x2
    const g3 = w3 * x3
    first[to + d] += g0 + g1 + (g2 + g3)
    second[to + d] += g0 * x0 + g1 * x1 + (g2 * x2 + g3 * x3)
  }
}

/** Adds the outer products of four weighted rows to a packed lower triangle. */
function addOuter(
  out: Float64Array,
  to: number,
  data: Float64Array,
  at: Int32Array,
  features: number,
  weights: Float64Array
): void {
  const [r0, r1, r2, r3] = [at[0], at[1], at[2], at[3]]
  for (let i = 0, p = to; i < features; i++) {
    const g0 = weights[0] * data[r0 + i]
    const g1 = weights[1] * data[r1 + i]
    const g2 = weights[2] * data[r2 + i]
    const g3 = weights[3] * data[r3 + i]
    for (let j = 0; j <= i; j++, p++)
      out[p] += g0 * data[r0 + j] + g1 * data[r1 + j] + (g2 * data[r2 + j] + g3 * data[r3 + j])
  }
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
      for (let d = 0; d < features; d++)
        means[k * features + d] =
          (options.meansWeight * options.meansPrior[d] + first[k * features + d]) / (options.meansWeight + post[k])
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
    const divisor = Math.max(Math.max(options.covarsWeight - 1, 0) + stats.post[k], 1e-5)
    let sum = 0
    for (let d = 0; d < features; d++) {
      const p = k * features + d
      const mu = means[p]
      const offset = mu - options.meansPrior[d]
      const scatter =
        options.meansWeight * offset * offset + stats.second[p] - 2 * mu * stats.first[p] + mu * mu * stats.post[k]
      // Rounding can leave a constant column a hair below zero.
      const variance = (options.covarsPrior + Math.max(scatter, 0)) / divisor
      if (model.covariance === 'diag') covars[p] = variance
      sum += variance
    }
    if (model.covariance === 'spherical') covars[k] = sum / features
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
