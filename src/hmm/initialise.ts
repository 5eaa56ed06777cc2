/** Where EM starts: k-means++ means, the data's covariance, uniform probabilities; or what the caller gives. */
import type { Rng } from '../numeric/rng'
import { uniformRow } from './constraints'
import type { TransitionMask } from './constraints'
import type { Expectation } from './expectation'
import { copyRow, eachRow, indexOfRow, sumsOfSquares } from './rows'
import type { RowBlocks } from './rows'
import type { CovarianceType } from '../domain/analysis-options'
import type { GaussianHmm, InitialParameters, NestedNumbers } from './types'

/** Of a feature's variance: a state that begins narrower than this may never reach the rows beside it. */
const LEAST_SHARE_WITHIN = 1e-4

/** Lloyd steps after the k-means++ seeding: EM moves the means on, so k-means need not finish. */
const LLOYD_STEPS = 20

/** Numbers in `covars` for a covariance type. */
export function covarsLength(covariance: CovarianceType, states: number, features: number): number {
  if (covariance === 'diag') return states * features
  if (covariance === 'full') return states * features * features
  return covariance === 'tied' ? features * features : states
}

/**
 * k-means++ seeding (Arthur & Vassilvitskii 2007) and Lloyd steps over all rows.
 * @returns centres [K, D]. With fewer distinct rows than states some centres coincide.
 */
export function kMeansCentres(expectation: Expectation, states: number, rng: Rng): Float64Array {
  const { blocks } = expectation
  const { rows, features, values } = blocks
  const centres = new Float64Array(states * features)
  copyRow(blocks, rng.integer(rows), centres, 0)
  const distances = new Float64Array(rows)
  for (let k = 1; k < states; k++) {
    const nearest = expectation.addCentre(centres, (k - 1) * features, k === 1)
    let total = 0
    eachRow(blocks, (row, lane) => (total += distances[row] = nearest[lane]))
    let target = rng.uniform() * total
    let row = 0
    while (row < rows - 1 && (target -= distances[row]) > 0) row++
    copyRow(blocks, total > 0 ? row : rng.integer(rows), centres, k * features)
  }
  const owner = new Int32Array(rows).fill(-1)
  const counts = new Float64Array(states)
  for (let step = 0; step < LLOYD_STEPS; step++) {
    const { nearest, owners } = expectation.assignRows(centres, states)
    let moved = false
    centres.fill(0)
    counts.fill(0)
    eachRow(blocks, (row, lane, at) => {
      const k = owners[lane]
      if (owner[row] !== k) moved = true
      owner[row] = k
      distances[row] = nearest[lane]
      counts[k]++
      for (let d = 0, to = k * features; d < features; d++, to++, at += 4) centres[to] += values[at]
    })
    for (let k = 0; k < states; k++) {
      if (counts[k] === 0) {
        // An empty cluster takes the row that is farthest from its centre.
        let farthest = 0
        for (let t = 1; t < rows; t++) if (distances[t] > distances[farthest]) farthest = t
        distances[farthest] = 0
        copyRow(blocks, farthest, centres, k * features)
      } else for (let d = 0; d < features; d++) centres[k * features + d] /= counts[k]
    }
    if (!moved) break
  }
  return centres
}

/** Centres [K, D] in the order of the mean relative time of the rows that are nearest to them; those without rows last. */
export function orderedInTime(expectation: Expectation, centres: Float64Array): Float64Array {
  const { blocks } = expectation
  const { features, offsets, firstBlocks } = blocks
  const states = centres.length / features
  const { owners } = expectation.assignRows(centres, states)
  const times = new Float64Array(states)
  const counts = new Float64Array(states)
  for (let s = 0; s + 1 < offsets.length; s++) {
    const length = offsets[s + 1] - offsets[s]
    for (let t = 0; t < length; t++) {
      const k = owners[firstBlocks[s] * 4 + t]
      counts[k]++
      times[k] += (t + 0.5) / length
    }
  }
  const time = (k: number): number => (counts[k] > 0 ? times[k] / counts[k] : 1)
  const order = Array.from(counts.keys()).sort((a, b) => time(a) - time(b) || a - b)
  return Float64Array.from(order.flatMap((k) => Array.from(centres.subarray(k * features, (k + 1) * features))))
}

/**
 * Means of K consecutive stretches of time, cut at the same K - 1 random shares of every sequence. For data that moves
 * through phases this start finds better optima than k-means, which does not know about time.
 * @returns means [K, D]; a stretch without rows takes the row at its cut.
 */
export function segmentMeans(blocks: RowBlocks, states: number, rng: Rng): Float64Array {
  const { features, offsets, rows, values } = blocks
  const cuts = Array.from({ length: states - 1 }, () => rng.uniform()).sort((a, b) => a - b)
  const means = new Float64Array(states * features)
  const counts = new Float64Array(states)
  for (let s = 0; s + 1 < offsets.length; s++) {
    const length = offsets[s + 1] - offsets[s]
    for (let t = 0, k = 0; t < length; t++) {
      while (k < cuts.length && (t + 0.5) / length >= cuts[k]) k++
      counts[k]++
      const at = indexOfRow(blocks, s, t)
      for (let d = 0; d < features; d++) means[k * features + d] += values[at + 4 * d]
    }
  }
  for (let k = 0; k < states; k++)
    if (counts[k] > 0) for (let d = 0; d < features; d++) means[k * features + d] /= counts[k]
    else copyRow(blocks, Math.min(rows - 1, Math.floor((cuts[k] ?? 1) * rows)), means, k * features)
  return means
}

/**
 * Covariances of a start: the sample covariance (rows - 1) of all rows, plus minCovar on the diagonal, for every state.
 * Spherical takes the mean variance; hmmlearn takes the mean of the whole matrix there, which is near 0 for features
 * that move against each other. The columns must be centred.
 */
export function initialCovars(
  expectation: Expectation,
  states: number,
  covariance: CovarianceType,
  minCovar: number
): Float64Array {
  const { features, rows } = expectation.blocks
  const divisor = Math.max(rows - 1, 1)
  const out = new Float64Array(covarsLength(covariance, states, features))
  if (covariance === 'diag' || covariance === 'spherical') {
    const variances = sumsOfSquares(expectation.blocks).map((sum) => sum / divisor + minCovar)
    if (covariance === 'spherical') return out.fill(variances.reduce((a, b) => a + b, 0) / features)
    return out.map((_, p) => variances[p % features])
  }
  const scatter = expectation.scatter()
  const matrix = out.subarray(0, features * features)
  for (let i = 0, p = 0; i < features; i++)
    for (let j = 0; j <= i; j++, p++) {
      matrix[i * features + j] = scatter[p] / divisor + (i === j ? minCovar : 0)
      matrix[j * features + i] = matrix[i * features + j]
    }
  for (let at = matrix.length; at < out.length; at += matrix.length) out.set(matrix, at)
  return out
}

/**
 * Of every feature, how much of its variance is left about the nearest of the means, [D], each in (0, 1]. The columns must be
 * centred, means [K, D].
 */
export function sharesWithin(expectation: Expectation, means: Float64Array, states: number): Float64Array {
  const { blocks } = expectation
  const { features, values } = blocks
  const { owners } = expectation.assignRows(means, states)
  const within = new Float64Array(features)
  eachRow(blocks, (_row, lane, at) => {
    const from = owners[lane] * features
    for (let d = 0; d < features; d++) within[d] += (values[at + 4 * d] - means[from + d]) ** 2
  })
  const whole = sumsOfSquares(blocks)
  return within.map((left, d) => (whole[d] > 0 ? Math.min(1, Math.max(LEAST_SHARE_WITHIN, left / whole[d])) : 1))
}

/** Scales covariances so that each feature keeps so much of its variance; correlations stay. */
export function narrow(covars: Float64Array, covariance: CovarianceType, shares: Float64Array): void {
  const features = shares.length
  if (covariance === 'spherical') {
    const mean = shares.reduce((a, b) => a + b, 0) / features
    for (let p = 0; p < covars.length; p++) covars[p] *= mean
  } else if (covariance === 'diag') for (let p = 0; p < covars.length; p++) covars[p] *= shares[p % features]
  else
    for (let p = 0; p < covars.length; p++)
      covars[p] *= Math.sqrt(shares[Math.floor(p / features) % features] * shares[p % features])
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
  covariance: CovarianceType,
  autoregression?: 'diag' | 'full'
): GaussianHmm {
  const take = (name: keyof InitialParameters, length: number): Float64Array => {
    const flat = flattenNumbers(parameters[name] ?? [])
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
  const model: GaussianHmm = { states, features, covariance, startProb, transMat, means, covars }
  if (!autoregression) return model
  if (parameters.autoregression === undefined) throw new Error('The initial autoregression is missing.')
  const weights = take('autoregression', states * features * (autoregression === 'full' ? features : 1))
  return { ...model, autoregression: { kind: autoregression, weights } }
}

function checkDistribution(values: Float64Array, at: number, size: number, name: string): void {
  let sum = 0
  for (let j = at; j < at + size; j++) {
    if (values[j] < 0) throw new Error(`The initial ${name} contains a negative probability.`)
    sum += values[j]
  }
  if (Math.abs(sum - 1) > 1e-6) throw new Error(`The initial ${name} sums to ${sum} instead of 1.`)
}
