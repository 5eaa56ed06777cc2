/** How much each feature speaks for entering a state. */
import { filteredProbabilities } from '../hmm'
import { prepareEmissions } from '../hmm/emissions'
import type { GaussianHmm, Sequence } from '../hmm/types'
import { packedLength, precisionFromInverseFactor } from '../numeric/linear'

/** Precision matrices [K][D, D], or inverse variances [K, D] for diag and spherical. */
export interface EmissionGradients {
  states: number
  features: number
  means: Float64Array
  inverseVariances: Float64Array | null
  precisions: Float64Array[] | null
}

export function prepareGradients(model: GaussianHmm): EmissionGradients {
  const { states, features, means, covariance } = model
  const table = prepareEmissions(model)
  if (table.kind === 'diag') return { states, features, means, inverseVariances: table.weights, precisions: null }
  const size = packedLength(features)
  const blocks = covariance === 'tied' ? 1 : states
  const matrices = Array.from({ length: blocks }, (_, b) =>
    precisionFromInverseFactor(table.weights, b * size, features)
  )
  const precisions = Array.from({ length: states }, (_, k) => matrices[covariance === 'tied' ? 0 : k])
  return { states, features, means, inverseVariances: null, precisions }
}

/** Gradient of ln p(x | state k) with respect to x, -S_k^-1 (x - mu_k), into out [K, D]. */
export function emissionGradients(prepared: EmissionGradients, x: Float64Array, out: Float64Array): void {
  const { states, features, means, inverseVariances, precisions } = prepared
  for (let k = 0; k < states; k++)
    for (let d = 0; d < features; d++) {
      const at = k * features + d
      if (inverseVariances) {
        out[at] = -(x[d] - means[at]) * inverseVariances[at]
        continue
      }
      let sum = 0
      for (let j = 0; j < features; j++) sum -= precisions![k][d * features + j] * (x[j] - means[k * features + j])
      out[at] = sum
    }
}

/**
 * Gradients of ln p(state at t | rows up to t) with respect to row t, for every row and state: [T, K, D] per sequence.
 *
 * With g_k = gradient of ln p(x | k) it is g_j - sum_k p(k | rows up to t) g_k, feature by feature (the prediction from
 * earlier rows does not depend on row t). The visualizing-training package sums the second term over features into one
 * number, which is not a gradient and ranks features differently.
 */
export function logPosteriorGradients(model: GaussianHmm, sequences: readonly Sequence[]): Float64Array[] {
  const { states, features } = model
  const prepared = prepareGradients(model)
  const filtered = filteredProbabilities(model, sequences)
  const gradients = new Float64Array(states * features)
  return sequences.map((sequence, s) => {
    const out = new Float64Array(sequence.rows * states * features)
    for (let t = 0; t < sequence.rows; t++) {
      emissionGradients(prepared, sequence.data.subarray(t * features, (t + 1) * features), gradients)
      const row = t * states * features
      for (let d = 0; d < features; d++) {
        let expected = 0
        for (let k = 0; k < states; k++) expected += filtered[s][t * states + k] * gradients[k * features + d]
        for (let k = 0; k < states; k++) out[row + k * features + d] = gradients[k * features + d] - expected
      }
    }
    return out
  })
}
