/** Gaussian log densities of every row under every state. */
import { LOG_TWO_PI } from '../numeric/log-space'
import { choleskyPacked, invertLowerPacked, packedLength } from '../numeric/linear'
import type { GaussianHmm } from './types'

/** What the density loops need, computed once per model. */
export interface EmissionTable {
  states: number
  features: number
  kind: 'diag' | 'full' | 'tied'
  /** [K, D] */
  means: Float64Array
  /** ln of the density at the mean, [K]. */
  peaks: Float64Array
  /** diag: 1 / variance [K, D]; full: packed inverse Cholesky factors [K, P]; tied: one of them [P]. */
  weights: Float64Array
  /** Where states are rules of change: A, in the layout of the model. */
  rules: Float64Array | null
  /** Largest number added to a diagonal to make a covariance positive definite; 0 when none needed it. */
  ridge: number
}

/** Smallest positive normal double: a zero variance is read as this, as hmmlearn does, to avoid 0 * log 0. */
const TINY = 2.2250738585072014e-308

/**
 * Prepares the densities of a model (spherical becomes diag).
 * A covariance that is not positive definite gets the ridge 1e-7 of hmmlearn, then ten times more until it is.
 * @throws when a covariance contains non-finite numbers.
 */
export function prepareEmissions(model: GaussianHmm): EmissionTable {
  const { states, features, covariance, covars } = model
  // EM changes the model in place, and the table must not change with it.
  const means = model.means.slice()
  const rules = model.autoregression?.weights.slice() ?? null
  const peaks = new Float64Array(states).fill(-0.5 * features * LOG_TWO_PI)
  if (covariance === 'diag' || covariance === 'spherical') {
    const weights = new Float64Array(states * features)
    for (let k = 0; k < states; k++) {
      for (let d = 0; d < features; d++) {
        const variance = Math.max(covariance === 'diag' ? covars[k * features + d] : covars[k], TINY)
        if (!(variance < Infinity)) throw new Error(`The variance of state ${k + 1} is not a finite number.`)
        weights[k * features + d] = 1 / variance
        peaks[k] -= 0.5 * Math.log(variance)
      }
    }
    return { states, features, kind: 'diag', means, peaks, weights, rules, ridge: 0 }
  }
  const size = packedLength(features)
  const blocks = covariance === 'full' ? states : 1
  const weights = new Float64Array(blocks * size)
  let ridge = 0
  for (let block = 0; block < blocks; block++) {
    ridge = Math.max(ridge, inverseFactor(covars, block, features, weights))
    let halfLogPrecision = 0
    for (let d = 0; d < features; d++) halfLogPrecision += Math.log(weights[block * size + (d * (d + 1)) / 2 + d])
    if (covariance === 'full') peaks[block] += halfLogPrecision
    else for (let k = 0; k < states; k++) peaks[k] += halfLogPrecision
  }
  return { states, features, kind: covariance, means, peaks, weights, rules, ridge }
}

/** Writes the packed inverse Cholesky factor of covariance `block`; returns the ridge that it needed. */
function inverseFactor(covars: Float64Array, block: number, features: number, out: Float64Array): number {
  const source = block * features * features
  const target = block * packedLength(features)
  for (let ridge = 0; ridge < 1e6; ridge = ridge === 0 ? 1e-7 : ridge * 10) {
    for (let i = 0, p = target; i < features; i++)
      for (let j = 0; j <= i; j++) out[p++] = covars[source + i * features + j] + (i === j ? ridge : 0)
    if (choleskyPacked(out, target, features)) {
      invertLowerPacked(out, target, features)
      return ridge
    }
  }
  throw new Error(`The covariance of state ${block + 1} is not a positive definite matrix.`)
}

/**
 * Log densities (natural log) of rows [rows, D] into out [rows, K].
 * Four rows go through each loop together: a single running sum would wait for every addition.
 */
export function logDensities(table: EmissionTable, data: Float64Array, rows: number, out: Float64Array): void {
  if (rows === 0) return
  if (table.kind === 'diag') diagonalDensities(table, data, rows, out)
  else if (table.kind === 'full') fullDensities(table, data, rows, out)
  else tiedDensities(table, data, rows, out)
}

function diagonalDensities(table: EmissionTable, data: Float64Array, rows: number, out: Float64Array): void {
  const { states, features, means, peaks, weights } = table
  for (let t = 0; t < rows; t += 4) {
    // Past the end the last row is repeated: it is written again with the same value.
    const t1 = Math.min(t + 1, rows - 1)
    const t2 = Math.min(t + 2, rows - 1)
    const t3 = Math.min(t + 3, rows - 1)
    const x0 = t * features
    const x1 = t1 * features
    const x2 = t2 * features
    const x3 = t3 * features
    for (let k = 0, p = 0; k < states; k++) {
      let q0 = 0
      let q1 = 0
      let q2 = 0
      let q3 = 0
      for (let d = 0; d < features; d++, p++) {
        const mu = means[p]
        const w = weights[p]
        const d0 = data[x0 + d] - mu
        const d1 = data[x1 + d] - mu
        const d2 = data[x2 + d] - mu
        const d3 = data[x3 + d] - mu
        q0 += d0 * d0 * w
        q1 += d1 * d1 * w
        q2 += d2 * d2 * w
        q3 += d3 * d3 * w
      }
      const peak = peaks[k]
      out[t * states + k] = peak - 0.5 * q0
      out[t1 * states + k] = peak - 0.5 * q1
      out[t2 * states + k] = peak - 0.5 * q2
      out[t3 * states + k] = peak - 0.5 * q3
    }
  }
}

function fullDensities(table: EmissionTable, data: Float64Array, rows: number, out: Float64Array): void {
  const { states, features, means, peaks, weights } = table
  const size = packedLength(features)
  const diff = new Float64Array(4 * features)
  for (let t = 0; t < rows; t += 4) {
    const t1 = Math.min(t + 1, rows - 1)
    const t2 = Math.min(t + 2, rows - 1)
    const t3 = Math.min(t + 3, rows - 1)
    for (let k = 0; k < states; k++) {
      const mean = k * features
      for (let d = 0; d < features; d++) {
        const mu = means[mean + d]
        diff[4 * d] = data[t * features + d] - mu
        diff[4 * d + 1] = data[t1 * features + d] - mu
        diff[4 * d + 2] = data[t2 * features + d] - mu
        diff[4 * d + 3] = data[t3 * features + d] - mu
      }
      let q0 = 0
      let q1 = 0
      let q2 = 0
      let q3 = 0
      for (let i = 0, p = k * size; i < features; i++) {
        let y0 = 0
        let y1 = 0
        let y2 = 0
        let y3 = 0
        for (let j = 0; j <= i; j++, p++) {
          const w = weights[p]
          const at = 4 * j
          y0 += w * diff[at]
          y1 += w * diff[at + 1]
          y2 += w * diff[at + 2]
          y3 += w * diff[at + 3]
        }
        q0 += y0 * y0
        q1 += y1 * y1
        q2 += y2 * y2
        q3 += y3 * y3
      }
      const peak = peaks[k]
      out[t * states + k] = peak - 0.5 * q0
      out[t1 * states + k] = peak - 0.5 * q1
      out[t2 * states + k] = peak - 0.5 * q2
      out[t3 * states + k] = peak - 0.5 * q3
    }
  }
}

/** The one factor whitens rows and means, so that the D^2 work is done once per row and not once per state. */
function tiedDensities(table: EmissionTable, data: Float64Array, rows: number, out: Float64Array): void {
  const { states, features, means, peaks, weights } = table
  const whiteMeans = new Float64Array(states * features)
  for (let k = 0; k < states; k++) whiten(weights, means, k * features, features, whiteMeans, k * features)
  const white = new Float64Array(features)
  for (let t = 0; t < rows; t++) {
    whiten(weights, data, t * features, features, white, 0)
    for (let k = 0, p = 0; k < states; k++) {
      let q = 0
      for (let d = 0; d < features; d++, p++) {
        const y = white[d] - whiteMeans[p]
        q += y * y
      }
      out[t * states + k] = peaks[k] - 0.5 * q
    }
  }
}

function whiten(
  factor: Float64Array,
  source: Float64Array,
  from: number,
  features: number,
  out: Float64Array,
  to: number
): void {
  for (let i = 0, p = 0; i < features; i++) {
    let y = 0
    for (let j = 0; j <= i; j++, p++) y += factor[p] * source[from + j]
    out[to + i] = y
  }
}
