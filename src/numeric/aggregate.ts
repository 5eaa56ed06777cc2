/** Several curves as one: a centre and a band over the curves at every x that any of them has. */
import { studentQuantileTwoSided } from './distributions'

export interface PlainCurve {
  /** Ascending. */
  x: Float64Array
  values: Float64Array
}

export interface Aggregate {
  x: Float64Array
  center: Float64Array
  low: Float64Array
  high: Float64Array
  /** How many curves count at each x. */
  counts: Float64Array
}

export type Center = 'mean' | 'median'
export type BandKind = 'none' | 'minmax' | 'std' | 'sem' | 'ci95'

/**
 * A curve counts from its first to its last point, in a straight line between points; nothing is continued beyond.
 * std is the sample standard deviation (n - 1), sem = std / sqrt(n), ci95 = mean +- t(n - 1, 95%) sem. Bands other than
 * minmax lie around the mean also where the centre is the median; they are NaN where fewer than two curves count.
 */
export function aggregate(curves: readonly PlainCurve[], center: Center, band: BandKind): Aggregate {
  const x = unionOf(curves.map((curve) => curve.x))
  const result: Aggregate = {
    x,
    center: new Float64Array(x.length),
    low: new Float64Array(x.length),
    high: new Float64Array(x.length),
    counts: new Float64Array(x.length)
  }
  const cursors = new Int32Array(curves.length)
  const present = new Float64Array(curves.length)
  const quantiles = new Map<number, number>()
  for (let i = 0; i < x.length; i++) {
    let count = 0
    let sum = 0
    for (let c = 0; c < curves.length; c++) {
      const value = valueAt(curves[c], x[i], cursors, c)
      if (!Number.isFinite(value)) continue
      present[count++] = value
      sum += value
    }
    const mean = sum / count
    const some = present.subarray(0, count)
    if (center === 'median' || band === 'minmax') some.sort()
    result.counts[i] = count
    result.center[i] = count === 0 ? Number.NaN : center === 'mean' ? mean : medianOf(some)
    if (band === 'none' || count === 0) {
      result.low[i] = result.high[i] = Number.NaN
      continue
    }
    if (band === 'minmax') {
      result.low[i] = some[0]
      result.high[i] = some[count - 1]
      continue
    }
    let squares = 0
    for (let k = 0; k < count; k++) squares += (some[k] - mean) ** 2
    let half = count < 2 ? Number.NaN : Math.sqrt(squares / (count - 1))
    if (band !== 'std') half /= Math.sqrt(count)
    if (band === 'ci95' && count > 1) {
      let t = quantiles.get(count)
      if (t === undefined) quantiles.set(count, (t = studentQuantileTwoSided(0.95, count - 1)))
      half *= t
    }
    result.low[i] = mean - half
    result.high[i] = mean + half
  }
  return result
}

/** Middle of ascending values; the mean of the middle two where there is no single one. */
function medianOf(sorted: Float64Array): number {
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

function unionOf(lists: readonly Float64Array[]): Float64Array {
  const [first, ...others] = lists
  if (!first) return new Float64Array(0)
  // Runs of one experiment mostly share their steps.
  if (others.every((list) => list.length === first.length && list.every((value, i) => value === first[i]))) return first
  const all = new Float64Array(lists.reduce((sum, list) => sum + list.length, 0))
  let at = 0
  for (const list of lists) {
    all.set(list, at)
    at += list.length
  }
  all.sort()
  let kept = 0
  for (let i = 0; i < all.length; i++) if (i === 0 || all[i] !== all[kept - 1]) all[kept++] = all[i]
  return all.slice(0, kept)
}

/** The curve at x, from where the last call for this curve left off: x must not go down. */
function valueAt({ x, values }: PlainCurve, at: number, cursors: Int32Array, c: number): number {
  let i = cursors[c]
  while (i + 1 < x.length && x[i + 1] <= at) i += 1
  cursors[c] = i
  if (x.length === 0 || at < x[0]) return Number.NaN
  if (x[i] === at) return values[i]
  if (i + 1 >= x.length) return Number.NaN
  return values[i] + ((at - x[i]) / (x[i + 1] - x[i])) * (values[i + 1] - values[i])
}
