/** Random sequences from a model, for tests and power checks. */
import { choleskyPacked, packedLength } from '../numeric/linear'
import type { Rng } from '../numeric/rng'
import type { GaussianHmm, Sequence } from './types'

/**
 * Draws `length` rows: states [T] and observations [T, D]. The first row of an autoregressive model, which it says nothing
 * about, is 0.
 * @throws when a full or tied covariance is not positive definite.
 */
export function sampleSequence(
  model: GaussianHmm,
  length: number,
  rng: Rng
): { states: Int32Array; sequence: Sequence } {
  const { features, covariance, covars, means } = model
  const factors = covariance === 'full' || covariance === 'tied' ? factorise(model) : null
  const size = packedLength(features)
  const states = new Int32Array(length)
  const data = new Float64Array(length * features)
  const noise = new Float64Array(features)
  for (let t = 0; t < length; t++) {
    const k =
      t === 0 ? draw(model.startProb, 0, model.states, rng) : draw(model.transMat, states[t - 1], model.states, rng)
    states[t] = k
    if (t === 0 && model.autoregression) continue
    for (let d = 0; d < features; d++) noise[d] = rng.normal()
    for (let d = 0; d < features; d++) {
      let offset = 0
      if (factors) {
        const row = (covariance === 'tied' ? 0 : k * size) + (d * (d + 1)) / 2
        for (let j = 0; j <= d; j++) offset += factors[row + j] * noise[j]
      } else offset = Math.sqrt(covariance === 'diag' ? covars[k * features + d] : covars[k]) * noise[d]
      data[t * features + d] = means[k * features + d] + offset + carried(model, k, d, data, (t - 1) * features)
    }
  }
  return { states, sequence: { data, rows: length, columns: features } }
}

/** What a rule keeps of the row before, at `from`. */
function carried(
  { autoregression, features }: GaussianHmm,
  k: number,
  d: number,
  data: Float64Array,
  from: number
): number {
  if (!autoregression) return 0
  const { kind, weights } = autoregression
  if (kind === 'diag') return weights[k * features + d] * data[from + d]
  let sum = 0
  for (let j = 0; j < features; j++) sum += weights[(k * features + d) * features + j] * data[from + j]
  return sum
}

function factorise(model: GaussianHmm): Float64Array {
  const { features, covars, states } = model
  const size = packedLength(features)
  const blocks = model.covariance === 'tied' ? 1 : states
  const out = new Float64Array(blocks * size)
  for (let block = 0; block < blocks; block++) {
    for (let i = 0, p = block * size; i < features; i++)
      for (let j = 0; j <= i; j++) out[p++] = covars[block * features * features + i * features + j]
    if (!choleskyPacked(out, block * size, features))
      throw new Error(`The covariance of state ${block + 1} is not a positive definite matrix.`)
  }
  return out
}

function draw(probabilities: Float64Array, row: number, states: number, rng: Rng): number {
  let target = rng.uniform()
  let last = 0
  for (let k = 0; k < states; k++) {
    const p = probabilities[row * states + k]
    if (p === 0) continue
    last = k
    target -= p
    if (target < 0) return k
  }
  // Rounding can leave the sum a hair below 1.
  return last
}
