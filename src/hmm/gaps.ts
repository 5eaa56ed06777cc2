/**
 * Rows with missing cells under full and tied covariances, for the kernels: features in the order of how often they are
 * recorded, so that rows which lack the rarer ones have the first features of that order, and what each row lacks.
 */
import { packedLength, precisionFromInverseFactor } from '../numeric/linear'
import { LOG_TWO_PI } from '../numeric/log-space'
import type { CovarianceType } from '../domain/analysis-options'
import type { Cells } from './cells'
import type { EmissionTable } from './emissions'
import type { SufficientStatistics } from './mstep'
import { placeRows } from './rows'
import type { RowBlocks, Shape } from './rows'
import type { Places } from './simd/layout'
import type { HmmKernels } from './simd/module'
import { panelsLength, unpackPanelSums } from './simd/panels'
import type { GaussianHmm, Sequence } from './types'

/** Numbers of the factors that are stored at most: 64 MB. WebAssembly memory never shrinks. */
const MOST_FACTORS = 8e6

export interface Gaps {
  /** Features of the model as the kernels have them, [D]. */
  order: Int32Array
  /** What the rows with each pattern lack, ascending, in the kernels' order; the first lacks nothing. */
  patterns: Int32Array[]
  /** Rows of each sequence as they come in its blocks, numbers within the sequence: those with the same first features together. */
  times: Int32Array
  /** Their patterns. */
  patternsOf: Int32Array
  /** Of every block how many first features all its rows have, and no others; -1 where that is not so. */
  prefixes: Int32Array
  /** Numbers of the factors that are stored at most. */
  room: number
}

export function gapsOf(cells: Cells, { features, offsets, firstBlocks }: Shape, room = MOST_FACTORS): Gaps {
  const missing = new Float64Array(features)
  for (const pattern of cells.patternOf) for (const d of cells.patterns[pattern].missing) missing[d] += 1
  const order = Int32Array.from(missing.keys()).sort((a, b) => missing[a] - missing[b] || a - b)
  const places = new Int32Array(features)
  order.forEach((d, place) => (places[d] = place))
  const patterns = [new Int32Array(0)]
  // Of a pattern that ends with the last feature and has no hole, how many features it has.
  const prefixOf = [features]
  const numbers = cells.patterns.map((pattern) => {
    if (pattern.missing.length === 0) return 0
    const list = pattern.missing.map((d) => places[d]).sort()
    prefixOf.push(list[0] === features - list.length ? list[0] : -1)
    return patterns.push(list) - 1
  })
  const blocks = firstBlocks[firstBlocks.length - 1]
  const times = new Int32Array(4 * blocks)
  const patternsOf = new Int32Array(4 * blocks)
  const prefixes = new Int32Array(blocks)
  for (let s = 0; s + 1 < offsets.length; s++) {
    const rows = offsets[s + 1] - offsets[s]
    const first = 4 * firstBlocks[s]
    // Whole rows first, then those that have fewer of the first features, then the rest; each in the order of time, since states
    // that last have fewer blocks so.
    const sorted = new Float64Array(rows)
    for (let t = 0; t < rows; t++)
      sorted[t] = (features - prefixOf[numbers[cells.patternOf[offsets[s] + t]]]) * rows + t
    sorted.sort()
    for (let t = rows; t < 4 * (firstBlocks[s + 1] - firstBlocks[s]); t++) times[first + t] = t
    for (let t = 0; t < rows; t++) {
      const time = sorted[t] % rows
      const pattern = numbers[cells.patternOf[offsets[s] + time]]
      const block = firstBlocks[s] + (t >> 2)
      times[first + t] = time
      patternsOf[first + t] = pattern
      if (t % 4 === 0) prefixes[block] = prefixOf[pattern]
      else if (prefixes[block] !== prefixOf[pattern]) prefixes[block] = -1
    }
  }
  return { order, patterns, times, patternsOf, prefixes, room }
}

/** Numbers of float64 that the lists of the patterns take in the kernels' memory, with their addresses. */
export function listsLength({ patterns }: Gaps): number {
  return Math.ceil(patterns.reduce((sum, list) => sum + 3 + list.length, 0) / 2)
}

/**
 * Numbers of the factors of every pattern for `matrices` states; 0 where they would not find room and are made whenever a row
 * needs them.
 */
export function factorLengths({ patterns, room }: Gaps, matrices: number): number[] {
  let left = room
  return patterns.map((list) => {
    const length = matrices * packedLength(list.length)
    if (length > left) return 0
    left -= length
    return length
  })
}

/** Puts the rows as they were recorded, and what they lack, where the kernels read it. */
export function placeGaps(
  gaps: Gaps,
  shape: Shape,
  places: Places,
  sequences: readonly Sequence[],
  states: number,
  covariance: CovarianceType
): RowBlocks {
  const integers = ({ values }: { values: Float64Array }): Int32Array =>
    new Int32Array(values.buffer, values.byteOffset, 2 * values.length)
  integers(places.prefixes).set(gaps.prefixes)
  integers(places.patternsOf).set(gaps.patternsOf)
  integers(places.times).set(gaps.times)
  const lists = integers(places.patternLists)
  const patterns = gaps.patterns.length
  let end = 2 * patterns
  let factors = places.patternFactors.at
  const lengths = factorLengths(gaps, covariance === 'tied' ? 2 : 2 * Math.ceil(states / 2))
  gaps.patterns.forEach((list, pattern) => {
    lists[pattern] = places.patternLists.at + 4 * end
    lists[patterns + pattern] = lengths[pattern] > 0 ? factors : 0
    factors += 8 * lengths[pattern]
    lists[end] = list.length
    lists.set(list, end + 1)
    end += 1 + list.length
  })
  const ordered = sequences.map((sequence, s) => {
    const first = 4 * shape.firstBlocks[s]
    return { ...sequence, data: inOrder(sequence.data, gaps.order, gaps.times.subarray(first, first + sequence.rows)) }
  })
  return placeRows(shape, places.recorded, ordered)
}

/** Rows [n, D] with their columns in an order, and in an order themselves. */
export function inOrder(rows: Float64Array, order: Int32Array, times?: Int32Array): Float64Array {
  const features = order.length
  const out = new Float64Array(rows.length)
  for (let t = 0, to = 0; to < rows.length; t++) {
    const from = (times ? times[t] : t) * features
    for (let d = 0; d < features; d++) out[to++] = rows[from + order[d]]
  }
  return out
}

/** The model with its features in an order. @param ridge added to the diagonals of its covariances. */
export function modelInOrder(model: GaussianHmm, order: Int32Array, ridge: number): GaussianHmm {
  const { features } = model
  const covars = new Float64Array(model.covars.length)
  for (let block = 0; block < covars.length; block += features * features)
    for (let i = 0; i < features; i++)
      for (let j = 0; j < features; j++)
        covars[block + i * features + j] = model.covars[block + order[i] * features + order[j]] + (i === j ? ridge : 0)
  return { ...model, means: inOrder(model.means, order), covars }
}

/** @param table of the model in the kernels' order, of which they have the factors already. */
export function loadGaps({ patterns }: Gaps, table: EmissionTable, places: Places, kernels: HmmKernels): void {
  const { states, features, kind, means, weights } = table
  const padded = 2 * Math.ceil(states / 2)
  const { precisions, pairMeans, prefixPeaks, corrections, patternWeights } = places
  const size = features * features
  places.means.values.set(means)
  for (let k = 0; k < padded; k++) {
    const lane = k & 1
    for (let d = 0; d < features; d++)
      pairMeans.values[(k - lane) * features + 2 * d + lane] = k < states ? means[k * features + d] : 0
    const from = kind === 'tied' ? 0 : k * packedLength(features)
    let peak = 0
    for (let d = 0; d <= features; d++) {
      prefixPeaks.values[d * padded + k] = k < states ? peak : -Infinity
      if (k < states && d < features) peak += Math.log(weights[from + packedLength(d) + d]) - 0.5 * LOG_TWO_PI
    }
    if (kind === 'tied' && k > 1) continue
    // Nothing leads to the last of an odd number of states, but its numbers go through the same arithmetic.
    const precision = k < states || kind === 'tied' ? precisionFromInverseFactor(weights, from, features) : null
    for (let p = 0; p < size; p++)
      precisions.values[(k - lane) * size + 2 * p + lane] = precision?.[p] ?? Number(p % (features + 1) === 0)
  }
  kernels.factorPatterns(patterns.length)
  corrections.values.fill(0, 0, padded)
  for (let pattern = 1, p = padded; pattern < patterns.length; pattern++)
    for (let k = 0; k < padded; k++, p++)
      corrections.values[p] =
        0.5 * patterns[pattern].length * LOG_TWO_PI +
        0.5 * (Math.log(corrections.values[p]) + patternWeights.values[p] * Math.LN2)
}

/** The outer products of the rows of blocks in which nothing is missing, packed, in the kernels' order. */
export function wholeScatter({ prefixes }: Gaps, blocks: RowBlocks, places: Places, kernels: HmmKernels): Float64Array {
  const { features } = blocks
  const out = new Float64Array(packedLength(features))
  const sums = places.secondSums.values.subarray(0, 2 * panelsLength(features))
  sums.fill(0)
  prefixes.forEach((prefix, block) => {
    if (prefix === features) kernels.scatter(blocks.at + block * 32 * features, 1, places.secondSums.at)
  })
  unpackPanelSums(sums, 0, features, out, 0)
  return out
}

/** The kernels' sums as the M-step reads them. @param whole of tied models, `wholeScatter`. */
export function collectGaps(
  { order }: Gaps,
  { firstSums, secondSums, leftSums }: Places,
  whole: Float64Array | null,
  { first, second }: SufficientStatistics
): void {
  const features = order.length
  const size = packedLength(features)
  const moments = firstSums.values
  for (let row = 0; row < first.length; row += features)
    for (let d = 0; d < features; d++) {
      const from = 4 * (row + d)
      first[row + order[d]] = moments[from] + moments[from + 1]
    }
  const packed = new Float64Array(size)
  for (let k = 0; k * size < second.length; k++) {
    unpackPanelSums(secondSums.values, k * 2 * panelsLength(features), features, packed, 0)
    const left = (k >> 1) * 2 * size + (k & 1)
    for (let i = 0, p = 0; i < features; i++)
      for (let j = 0; j <= i; j++, p++) {
        const [high, low] = order[i] > order[j] ? [order[i], order[j]] : [order[j], order[i]]
        second[k * size + packedLength(high) + low] = packed[p] + leftSums.values[left + 2 * p] + (whole?.[p] ?? 0)
      }
  }
}
