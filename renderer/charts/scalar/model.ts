/** What a scalar chart draws, whatever it was made from: curves of runs, or centres and bands of groups. */
import { nearestIndex } from '../time-axis'
import type { Range } from '../scales'

export interface DrawnCurve {
  id: string
  name: string
  color: string
  x: Float64Array
  /** The line: smoothed where smoothing is on. */
  y: Float64Array
  /** As recorded, faint behind the line; null when the line itself is. */
  raw: Float64Array | null
  band: { low: Float64Array; high: Float64Array } | null
  /** Indices at which an attempt begins; all but the last are drawn faint. */
  pieces: ArrayLike<number>
  /** [n] each, or [0] for groups, which have neither. */
  steps: Float64Array
  wallTimes: Float64Array
  /** Runs behind each point of a group's centre. */
  counts: Float64Array | null
  /** Whether x never falls within a piece: then only the part in view has to be looked at. */
  ascending: boolean
  /** Where the colour changes along the curve, by index and ascending; none of it before the first. Null: one colour. */
  parts: readonly ColoredPart[] | null
}

export interface ColoredPart {
  from: number
  color: string
}

/** The parts of a stretch of a curve that have a colour each; every one ends where the next begins, so that the line has no gaps. */
export function coloredParts(
  curve: Pick<DrawnCurve, 'parts' | 'color'>,
  from: number,
  to: number
): [from: number, to: number, color: string][] {
  const found: [number, number, string][] = []
  let [start, color] = [from, curve.color]
  for (const part of curve.parts ?? []) {
    if (part.from >= to) break
    if (part.from > start) found.push([start, part.from + 1, color])
    start = Math.max(start, part.from)
    color = part.color
  }
  if (start < to) found.push([start, to, color])
  return found
}

/** The colour of a curve at one of its points. */
export function colorAt(curve: Pick<DrawnCurve, 'parts' | 'color'>, index: number): string {
  return coloredParts(curve, index, index + 1)[0]?.[2] ?? curve.color
}

export function isAscending(x: Float64Array, pieces: ArrayLike<number>): boolean {
  const starts = new Set(Array.from(pieces))
  for (let i = 1; i < x.length; i++) if (x[i] < x[i - 1] && !starts.has(i)) return false
  return true
}

/** First index and the one after the last of each piece. */
export function piecesOf(curve: Pick<DrawnCurve, 'x' | 'pieces'>): [number, number][] {
  const { x, pieces } = curve
  if (pieces.length < 2) return x.length > 0 ? [[0, x.length]] : []
  return Array.from(pieces, (start, i): [number, number] => [start, pieces[i + 1] ?? x.length])
}

/** The part of an ascending piece that can be seen, and a point beyond on either side so that lines reach the edge. */
export function inView(x: Float64Array, from: number, to: number, view: Range): [number, number] {
  return [Math.max(from, firstFrom(x, from, to, view.min) - 1), Math.min(to, firstFrom(x, from, to, view.max) + 2)]
}

function firstFrom(x: Float64Array, from: number, to: number, value: number): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (x[middle] < value) low = middle + 1
    else high = middle
  }
  return low
}

/** What the curves span. Only finite numbers count, on a logarithmic axis only positive ones. */
export function extentOf(
  curves: readonly DrawnCurve[],
  axis: 'x' | 'y',
  log: boolean,
  within: Range | null = null
): Range | null {
  let [min, max] = [Infinity, -Infinity]
  for (const curve of curves) {
    const lists =
      axis === 'x' ? [curve.x] : [curve.y, curve.raw, curve.band?.low, curve.band?.high].filter((list) => !!list)
    for (const list of lists) {
      for (let i = 0; i < list.length; i++) {
        const value = list[i]
        if (!(value > min && value < max) && Number.isFinite(value) && (!log || value > 0)) {
          if (within && (curve.x[i] < within.min || curve.x[i] > within.max)) continue
          if (value < min) min = value
          if (value > max) max = value
        }
      }
    }
  }
  return min <= max ? { min, max } : null
}

/** Index of the curve's point nearest to x; of the last attempt that reaches there. -1: the curve is elsewhere. */
export function pointAt(curve: DrawnCurve, x: number, reach: number): number {
  let best = -1
  let distance = Infinity
  if (!curve.ascending) {
    for (let i = 0; i < curve.x.length; i++) {
      const away = Math.abs(curve.x[i] - x)
      if (away < distance) [best, distance] = [i, away]
    }
    return distance <= reach ? best : -1
  }
  for (const [from, to] of piecesOf(curve)) {
    const part = curve.x.subarray(from, to)
    if (part.length === 0 || x < part[0] - reach || x > part[part.length - 1] + reach) continue
    // The last attempt that has been here stands for the run.
    best = from + nearestIndex(part, x)
  }
  return best
}

/**
 * Puts the points of a closer look into the whole curve, so that moving away from the looked-at range still shows the
 * rest. Both must be ascending and have one piece.
 */
export function withDetail(whole: DrawnCurve, detail: DrawnCurve, range: Range): DrawnCurve {
  const before = firstFrom(whole.x, 0, whole.x.length, Math.min(range.min, detail.x[0] ?? range.min))
  let after = firstFrom(whole.x, 0, whole.x.length, Math.max(range.max, detail.x[detail.x.length - 1] ?? range.max))
  while (after < whole.x.length && whole.x[after] <= range.max) after += 1
  const joined = (a: Float64Array, b: Float64Array): Float64Array => {
    const result = new Float64Array(before + b.length + (a.length - after))
    result.set(a.subarray(0, before))
    result.set(b, before)
    result.set(a.subarray(after), before + b.length)
    return result
  }
  return {
    ...whole,
    x: joined(whole.x, detail.x),
    y: joined(whole.y, detail.y),
    raw: whole.raw && detail.raw ? joined(whole.raw, detail.raw) : null,
    band:
      whole.band && detail.band
        ? { low: joined(whole.band.low, detail.band.low), high: joined(whole.band.high, detail.band.high) }
        : null,
    steps: joined(whole.steps, detail.steps),
    wallTimes: joined(whole.wallTimes, detail.wallTimes),
    counts: whole.counts && detail.counts ? joined(whole.counts, detail.counts) : null
  }
}
