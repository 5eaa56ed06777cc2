/** How much each feature speaks for entering a state. */
import { prepareEmissions } from '../hmm/emissions'
import type { Autoregression, GaussianHmm } from '../hmm/types'
import { choleskyPacked, packedLength, precisionFromInverseFactor, solvePacked } from '../numeric/linear'

/** Precision matrices [K][D, D], or inverse variances [K, D] for diag and spherical. */
export interface EmissionGradients {
  states: number
  features: number
  means: Float64Array
  inverseVariances: Float64Array | null
  precisions: Float64Array[] | null
  rules: Autoregression | null
}

export function prepareGradients(model: GaussianHmm): EmissionGradients {
  const { states, features, means, covariance } = model
  const table = prepareEmissions(model)
  const rules = model.autoregression ?? null
  if (table.kind === 'diag')
    return { states, features, means, inverseVariances: table.weights, precisions: null, rules }
  const size = packedLength(features)
  const blocks = covariance === 'tied' ? 1 : states
  const matrices = Array.from({ length: blocks }, (_, b) =>
    precisionFromInverseFactor(table.weights, b * size, features)
  )
  const precisions = Array.from({ length: states }, (_, k) => matrices[covariance === 'tied' ? 0 : k])
  return { states, features, means, inverseVariances: null, precisions, rules }
}

/**
 * Gradient of ln p(x | state k) with respect to x, -S_k^-1 (x - mu_k), into out [K, D]. With NaN for missing cells it is that
 * of the cells that are there, and NaN for the others: nobody knows what they would have said.
 * @param before the row before x, [D]: where states are rules of change, mu_k is A_k before + b_k.
 */
export function emissionGradients(
  prepared: EmissionGradients,
  x: Float64Array,
  out: Float64Array,
  before: Float64Array | null = null
): void {
  const { states, features, inverseVariances, precisions } = prepared
  const means = prepared.rules && before ? expectedAfter(prepared, prepared.rules, before) : prepared.means
  for (let k = 0; k < states; k++) {
    const mean = means.subarray(k * features, (k + 1) * features)
    const away = precisions ? differences(x, mean, precisions[k]) : x
    for (let d = 0; d < features; d++) {
      const at = k * features + d
      if (inverseVariances) {
        out[at] = -(x[d] - means[at]) * inverseVariances[at]
        continue
      }
      let sum = 0
      for (let j = 0; j < features; j++) sum -= precisions![k][d * features + j] * away[j]
      out[at] = Number.isNaN(x[d]) ? Number.NaN : sum
    }
  }
}

/** What the rule of each state expects after a row, [K, D]. */
function expectedAfter(
  { states, features, means }: EmissionGradients,
  { kind, weights }: Autoregression,
  before: Float64Array
): Float64Array {
  return Float64Array.from({ length: states * features }, (_, at) => {
    if (kind === 'diag') return means[at] + weights[at] * before[at % features]
    let sum = means[at]
    for (let j = 0; j < features; j++) sum += weights[at * features + j] * before[j]
    return sum
  })
}

/** x - mu, [D]; of missing cells what is expected given the others, -P_mm^-1 P_mo (x_o - mu_o). */
function differences(x: Float64Array, means: Float64Array, precision: Float64Array): Float64Array {
  const size = x.length
  const out = Float64Array.from(x, (value, d) => value - means[d])
  const missing = Array.from(out.keys()).filter((d) => Number.isNaN(out[d]))
  if (missing.length === 0) return out
  const factor = new Float64Array(packedLength(missing.length))
  const expected = new Float64Array(missing.length)
  missing.forEach((m, i) => {
    for (let j = 0; j <= i; j++) factor[(i * (i + 1)) / 2 + j] = precision[m * size + missing[j]]
    for (let d = 0; d < size; d++) if (!Number.isNaN(out[d])) expected[i] -= precision[m * size + d] * out[d]
  })
  if (choleskyPacked(factor, 0, missing.length)) solvePacked(factor, missing.length, expected)
  missing.forEach((m, i) => (out[m] = expected[i]))
  return out
}

/**
 * Gradient of ln p(state at t | rows up to t) with respect to row t, [D].
 *
 * With g_k = gradient of ln p(x | k) it is g_j - sum_k p(k | rows up to t) g_k, feature by feature (the prediction from
 * earlier rows does not depend on row t). The visualizing-training package sums the second term over features into one
 * number, which is not a gradient and ranks features differently.
 *
 * @param x row t, [D]
 * @param filtered p(state at t | rows up to t), [K]
 * @param before row t - 1, [D], for states that are rules of change; the change after row t, which depends on it as well, is not
 *   known at t.
 */
export function logPosteriorGradient(
  prepared: EmissionGradients,
  x: Float64Array,
  filtered: Float64Array,
  state: number,
  before: Float64Array | null = null
): Float64Array {
  const { states, features } = prepared
  const gradients = new Float64Array(states * features)
  emissionGradients(prepared, x, gradients, before)
  return Float64Array.from({ length: features }, (_, d) => {
    let expected = 0
    for (let k = 0; k < states; k++) expected += filtered[k] * gradients[k * features + d]
    return gradients[state * features + d] - expected
  })
}
