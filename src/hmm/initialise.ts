/** Where EM starts: k-means++ means, the data's covariance, uniform probabilities; or what the caller gives. */
import { sampleCovariance } from '../numeric/statistics'
import type { Rng } from '../numeric/rng'
import { uniformRow } from './constraints'
import type { TransitionMask } from './constraints'
import type { CovarianceType, GaussianHmm, InitialParameters, NestedNumbers } from './types'

/** Lloyd steps after the k-means++ seeding: EM moves the means on, so k-means need not finish. */
const LLOYD_STEPS = 20

/** Numbers in `covars` for a covariance type. */
export function covarsLength(covariance: CovarianceType, states: number, features: number): number {
  if (covariance === 'diag') return states * features
  if (covariance === 'full') return states * features * features
  return covariance === 'tied' ? features * features : states
}

/**
 * k-means++ seeding (Arthur & Vassilvitskii 2007) and Lloyd steps over data [rows, D].
 * @returns centres [K, D]. With fewer distinct rows than states some centres coincide.
 */
export function kMeansCentres(
  data: Float64Array,
  rows: number,
  features: number,
  states: number,
  rng: Rng
): Float64Array {
  const centres = new Float64Array(states * features)
  const nearest = new Float64Array(rows).fill(Infinity)
  const owner = new Int32Array(rows)
  const place = (k: number, row: number): void => {
    for (let d = 0; d < features; d++) centres[k * features + d] = data[row * features + d]
  }
  place(0, rng.integer(rows))
  for (let k = 1; k < states; k++) {
    let total = 0
    for (let t = 0; t < rows; t++) {
      nearest[t] = Math.min(nearest[t], squaredDistance(data, t * features, centres, (k - 1) * features, features))
      total += nearest[t]
    }
    let target = rng.uniform() * total
    let row = 0
    while (row < rows - 1 && (target -= nearest[row]) > 0) row++
    place(k, total > 0 ? row : rng.integer(rows))
  }
  const counts = new Float64Array(states)
  for (let step = 0; step < LLOYD_STEPS; step++) {
    let moved = step === 0
    for (let t = 0; t < rows; t++) {
      let best = 0
      let bestDistance = Infinity
      for (let k = 0; k < states; k++) {
        const distance = squaredDistance(data, t * features, centres, k * features, features)
        if (distance < bestDistance) {
          bestDistance = distance
          best = k
        }
      }
      if (owner[t] !== best) moved = true
      owner[t] = best
      nearest[t] = bestDistance
    }
    if (!moved) break
    centres.fill(0)
    counts.fill(0)
    for (let t = 0; t < rows; t++) {
      counts[owner[t]]++
      for (let d = 0; d < features; d++) centres[owner[t] * features + d] += data[t * features + d]
    }
    for (let k = 0; k < states; k++) {
      if (counts[k] === 0) {
        // An empty cluster takes the row that is farthest from its centre.
        let farthest = 0
        for (let t = 1; t < rows; t++) if (nearest[t] > nearest[farthest]) farthest = t
        nearest[farthest] = 0
        place(k, farthest)
      } else for (let d = 0; d < features; d++) centres[k * features + d] /= counts[k]
    }
  }
  return centres
}

/**
 * Means of K consecutive stretches of time, cut at the same K - 1 random shares of every sequence. For data that moves
 * through phases this start finds better optima than k-means, which does not know about time.
 * @param offsets first row of every sequence, then the number of rows.
 * @returns means [K, D]; a stretch without rows takes the row at its cut.
 */
export function segmentMeans(
  data: Float64Array,
  offsets: Int32Array,
  features: number,
  states: number,
  rng: Rng
): Float64Array {
  const cuts = Array.from({ length: states - 1 }, () => rng.uniform()).sort((a, b) => a - b)
  const means = new Float64Array(states * features)
  const counts = new Float64Array(states)
  for (let s = 0; s + 1 < offsets.length; s++) {
    const length = offsets[s + 1] - offsets[s]
    for (let t = 0, k = 0; t < length; t++) {
      while (k < cuts.length && (t + 0.5) / length >= cuts[k]) k++
      counts[k]++
      for (let d = 0; d < features; d++) means[k * features + d] += data[(offsets[s] + t) * features + d]
    }
  }
  const rows = offsets[offsets.length - 1]
  for (let k = 0; k < states; k++) {
    const row = counts[k] > 0 ? -1 : Math.min(rows - 1, Math.floor((cuts[k] ?? 1) * rows))
    for (let d = 0; d < features; d++)
      means[k * features + d] = row < 0 ? means[k * features + d] / counts[k] : data[row * features + d]
  }
  return means
}

/** Centres [K, D] in the order of the mean relative time of the rows that are nearest to them; those without rows last. */
export function orderedInTime(
  centres: Float64Array,
  data: Float64Array,
  offsets: Int32Array,
  features: number
): Float64Array {
  const states = centres.length / features
  const times = new Float64Array(states)
  const counts = new Float64Array(states)
  for (let s = 0; s + 1 < offsets.length; s++)
    for (let t = offsets[s]; t < offsets[s + 1]; t++) {
      let best = 0
      let bestDistance = Infinity
      for (let k = 0; k < states; k++) {
        const distance = squaredDistance(data, t * features, centres, k * features, features)
        if (distance < bestDistance) {
          bestDistance = distance
          best = k
        }
      }
      counts[best]++
      times[best] += (t - offsets[s] + 0.5) / (offsets[s + 1] - offsets[s])
    }
  const time = (k: number): number => (counts[k] > 0 ? times[k] / counts[k] : 1)
  const order = Array.from(counts.keys()).sort((a, b) => time(a) - time(b) || a - b)
  return Float64Array.from(order.flatMap((k) => Array.from(centres.subarray(k * features, (k + 1) * features))))
}

function squaredDistance(a: Float64Array, i: number, b: Float64Array, j: number, features: number): number {
  let sum = 0
  for (let d = 0; d < features; d++) {
    const x = a[i + d] - b[j + d]
    sum += x * x
  }
  return sum
}

/**
 * Covariances of a start: the sample covariance (rows - 1) of all rows, plus minCovar on the diagonal, for every state.
 * Spherical takes the mean variance; hmmlearn takes the mean of the whole matrix there, which is near 0 for features
 * that move against each other.
 */
export function initialCovars(
  data: Float64Array,
  rows: number,
  features: number,
  states: number,
  covariance: CovarianceType,
  minCovar: number
): Float64Array {
  const matrix = sampleCovariance(data, rows, features)
  for (let d = 0; d < features; d++) matrix[d * features + d] += minCovar
  const out = new Float64Array(covarsLength(covariance, states, features))
  if (covariance === 'tied') out.set(matrix)
  else if (covariance === 'full') for (let k = 0; k < states; k++) out.set(matrix, k * matrix.length)
  else if (covariance === 'diag') for (let p = 0; p < out.length; p++) out[p] = matrix[(p % features) * (features + 1)]
  else {
    let trace = 0
    for (let d = 0; d < features; d++) trace += matrix[d * (features + 1)]
    out.fill(trace / features)
  }
  return out
}

/** Uniform start probabilities and uniform probabilities of the allowed transitions with the given means [K, D] and covariances. */
export function uniformModel(
  states: number,
  features: number,
  covariance: CovarianceType,
  means: Float64Array,
  covars: Float64Array,
  mask: TransitionMask
): GaussianHmm {
  const transMat = new Float64Array(states * states)
  for (let i = 0; i < states; i++) uniformRow(transMat, i, states, mask)
  return {
    states,
    features,
    covariance,
    startProb: new Float64Array(states).fill(1 / states),
    transMat,
    means,
    covars
  }
}

/** Flat row-major numbers of nested rows. */
export function flattenNumbers(value: NestedNumbers): Float64Array {
  const out: number[] = []
  const visit = (part: NestedNumbers): void => {
    if (typeof part === 'number') out.push(part)
    else for (let i = 0; i < part.length; i++) visit(part[i])
  }
  visit(value)
  return Float64Array.from(out)
}

/**
 * A model from explicit parameters, checked.
 * @throws when a shape is wrong, a number is not finite, or probabilities do not sum to 1.
 */
export function modelFromParameters(
  parameters: InitialParameters,
  states: number,
  features: number,
  covariance: CovarianceType
): GaussianHmm {
  const take = (name: keyof InitialParameters, length: number): Float64Array => {
    const flat = flattenNumbers(parameters[name])
    if (flat.length !== length) throw new Error(`The initial ${name} has ${flat.length} numbers instead of ${length}.`)
    if (!flat.every(Number.isFinite)) throw new Error(`The initial ${name} contains a number that is not finite.`)
    return flat
  }
  const startProb = take('startProb', states)
  const transMat = take('transMat', states * states)
  checkDistribution(startProb, 0, states, 'startProb')
  for (let i = 0; i < states; i++) checkDistribution(transMat, i * states, states, `transMat row ${i + 1}`)
  const means = take('means', states * features)
  const covars = take('covars', covarsLength(covariance, states, features))
  return { states, features, covariance, startProb, transMat, means, covars }
}

function checkDistribution(values: Float64Array, at: number, size: number, name: string): void {
  let sum = 0
  for (let j = at; j < at + size; j++) {
    if (values[j] < 0) throw new Error(`The initial ${name} contains a negative probability.`)
    sum += values[j]
  }
  if (Math.abs(sum - 1) > 1e-6) throw new Error(`The initial ${name} sums to ${sum} instead of 1.`)
}
