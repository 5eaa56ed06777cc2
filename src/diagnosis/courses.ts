/** Where a series begins, ends, and crosses a line. */
import { median } from '../numeric/statistics'
import type { Course } from './observed'

/** The end of a series is the median of this share of its last points, and of at least three. */
const endShare = 0.2

export function pointsOf({ values }: Course): number {
  return values.length
}

/** Median of the last points; values that are not finite are left out. NaN where none is. */
export function endOf(course: Course, until = course.values.length): number {
  const count = Math.min(until, Math.max(3, Math.ceil(until * endShare)))
  return medianOf(course, until - count, until)
}

/** First finite value. */
export function startOf({ values }: Course): number {
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) return values[i]
  return Number.NaN
}

/** Median of the finite values of points [from, to). */
export function medianOf({ values }: Course, from = 0, to = values.length): number {
  const finite: number[] = []
  for (let i = Math.max(0, from); i < to; i++) if (Number.isFinite(values[i])) finite.push(values[i])
  return finite.length > 0 ? median(finite) : Number.NaN
}

/** Index of the smallest or largest finite value; -1 where there is none. */
export function extremeOf({ values }: Course, which: 'min' | 'max'): number {
  let best = -1
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue
    if (best < 0 || (which === 'min' ? values[i] < values[best] : values[i] > values[best])) best = i
  }
  return best
}

/** Step from which the test holds at every point to the end; null where it does not hold at the last two points. */
export function holdsSince({ steps, values }: Course, test: (value: number) => boolean): number | null {
  let since = values.length
  while (since > 0 && test(values[since - 1])) since--
  return values.length - since >= Math.min(2, values.length) && since < values.length ? steps[since] : null
}

/** First step at which the test holds; null where it never does. */
export function firstWhere({ steps, values }: Course, test: (value: number) => boolean): number | null {
  for (let i = 0; i < values.length; i++) if (test(values[i])) return steps[i]
  return null
}

/** Value at the last point up to a step; NaN before the first. */
export function valueAt({ steps, values }: Course, step: number): number {
  let [low, high] = [0, steps.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (steps[middle] <= step) low = middle + 1
    else high = middle
  }
  return low > 0 ? values[low - 1] : Number.NaN
}

/** A jump up: from the best so far to a later value, and where. */
export interface Jump {
  from: number
  to: number
  step: number
}

/** The largest rise above the best value so far, among points from index `after` on. */
export function largestJump({ steps, values }: Course, after = 0): Jump | null {
  let best = Infinity
  let found: Jump | null = null
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (i >= after && best < Infinity && value - best > (found ? found.to - found.from : 0)) {
      found = { from: best, to: value, step: steps[i] }
    }
    if (value < best) best = value
  }
  return found
}

/**
 * Points that stand out from the ones before: above `times` the median of up to `window` points before them. The first
 * points of a series are compared with nothing.
 */
export function spikesOf(course: Course, times: number, window = 20, least = 5): number[] {
  const spikes: number[] = []
  for (let i = least; i < course.values.length; i++) {
    const usual = medianOf(course, i - window, i)
    if (usual > 0 && course.values[i] > times * usual) spikes.push(i)
  }
  return spikes
}
