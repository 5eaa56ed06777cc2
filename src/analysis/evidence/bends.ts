/**
 * Two questions that phases of different rates have to pass and smooth bends do not: do rates that change smoothly explain as
 * much, and does a state's rate hold still while a run is in it?
 */
import type { Sequence } from '../../hmm/types'
import { bridged } from '../../hmm/cells'
import type { Rng } from '../../numeric/rng'
import { segmentsOf } from '../trajectory'
import { addCorrelated, factorOf } from './surrogates'

/** Rates are smoothed over this share of a run to each side: wider than a change between phases, and like a bend. */
const REACH = 0.25

/** Rates of a run without the steps in them: enough to draw any number of surrogates. */
export interface SmoothRates {
  path: Float64Array
  /** Packed Cholesky factor of the covariance of what neighbouring rates differ by beyond the path, [P]. */
  noiseFactor: Float64Array
  own: Sequence
}

/** @param rates of one run, [n, D], n at least 2; missing ones are bridged by straight lines. */
export function smoothRates(rates: Sequence): SmoothRates {
  const { rows, columns } = rates
  const { data } = rates.missing ? bridged(rates, new Float64Array(columns)) : rates
  const half = Math.max(1, Math.round(REACH * rows))
  const path = new Float64Array(rows * columns)
  for (let t = 0; t < rows; t++) {
    let whole = 0
    for (let u = Math.max(0, t - half); u <= Math.min(rows - 1, t + half); u++) {
      // A triangle: near rates count more.
      const weight = half + 1 - Math.abs(u - t)
      whole += weight
      for (let d = 0; d < columns; d++) path[t * columns + d] += weight * data[u * columns + d]
    }
    for (let d = 0; d < columns; d++) path[t * columns + d] /= whole
  }
  const jumps = new Float64Array((rows - 1) * columns)
  for (let p = 0; p < jumps.length; p++)
    jumps[p] = (data[p + columns] - data[p] - (path[p + columns] - path[p])) / Math.SQRT2
  return { path, noiseFactor: factorOf(jumps, columns), own: rates }
}

/** One surrogate: rates that change as smoothly as the path, seen through the noise of the run. */
export function smoothSurrogate({ path, noiseFactor, own }: SmoothRates, rng: Rng): Sequence {
  const { rows, columns } = own
  const data = path.slice()
  const white = new Float64Array(columns)
  for (let t = 0; t < rows; t++) addCorrelated(noiseFactor, white, rng, data, t * columns, 1)
  if (own.missing) for (let p = 0; p < data.length; p++) if (Number.isNaN(own.data[p])) data[p] = NaN
  return { ...own, data }
}

/** Squares within the visits of runs, each feature over its variance in the run; sums that add up over runs. */
export interface Bends {
  /** About the mean of the visit. */
  squares: number
  /** Of them, those along a straight line through the visit. */
  trend: number
  /** What of them would lie along a line where the rate holds still and all else is noise. */
  expected: number
  /** Rates in visits that are long enough to see a trend in, and all of them. */
  seen: number
  all: number
}

export const noBends: Bends = { squares: 0, trend: 0, expected: 0, seen: 0, all: 0 }

export function addBends(a: Bends, b: Bends): Bends {
  const keys = ['squares', 'trend', 'expected', 'seen', 'all'] as const
  return Object.fromEntries(keys.map((key) => [key, a[key] + b[key]])) as unknown as Bends
}

/** Fewest rates in which a trend shows. */
const LEAST_VISIT = 4

/**
 * How far the rates of one run keep changing within its visits. Rates beside a change of state are left out: their windows lie
 * on both sides of it.
 * @param rates [n, D]
 * @param path states of the rates, [n].
 * @param noise variance of each rate by measurement noise alone, [D]: neighbouring rates share a window, so that this noise
 *   is that of differences of independent numbers, and hardly trends.
 */
export function bendsOf(rates: Sequence, path: ArrayLike<number>, noise: Float64Array): Bends {
  const { data, rows, columns } = rates
  const sums = { ...noBends, all: rows }
  const whole = Array.from({ length: columns }, (_, d) => spreadAbout(data, columns, d, 0, rows))
  for (const { start, end } of segmentsOf(path)) {
    const [from, to] = [start > 0 ? start + 1 : start, end < rows ? end - 1 : end]
    const n = to - from
    if (n < LEAST_VISIT) continue
    sums.seen += end - start
    const along = (n * (n * n - 1)) / 12
    for (let d = 0; d < columns; d++) {
      const visit = spreadAbout(data, columns, d, from, to)
      if (visit.count < n || !(visit.squares > 0) || !(whole[d].squares > 0)) continue
      let product = 0
      for (let t = from; t < to; t++) product += (t - from - (n - 1) / 2) * data[t * columns + d]
      const unit = whole[d].squares / whole[d].count
      const byNoise = Math.min(1, (noise[d] * n) / visit.squares)
      // Of independent rates 1 of n - 1 degrees of freedom; of differences of independent means as worked out from them.
      const ofDifferences = (n - 1 + (n - 1) ** 2 / 2) / along / (2 * n - 2 / n)
      sums.squares += visit.squares / unit
      sums.trend += product ** 2 / along / unit
      sums.expected += (visit.squares / unit) * (byNoise * ofDifferences + (1 - byNoise) / (n - 1))
    }
  }
  return sums
}

/** Sum of squares about the mean of what is there. */
function spreadAbout(
  data: Float64Array,
  columns: number,
  d: number,
  from: number,
  to: number
): { count: number; squares: number } {
  let [count, mean, squares] = [0, 0, 0]
  for (let t = from; t < to; t++) {
    const value = data[t * columns + d]
    if (Number.isNaN(value)) continue
    count += 1
    const before = value - mean
    mean += before / count
    squares += before * (value - mean)
  }
  return { count, squares }
}

/** Share of the spread within visits that is trend beyond what noise has; null where no visit is long enough. */
export function trendShare({ squares, trend, expected }: Bends): number | null {
  return squares > expected ? (trend - expected) / (squares - expected) : null
}

/** Share of the rates that lie in visits in which a trend would show. */
export function seenShare({ seen, all }: Bends): number {
  return all > 0 ? seen / all : 0
}
