/** Where the columns of a heatmap stand: one for each recorded histogram, as wide as it is apart from the next. */
import { epochToPixel, gutter, margin } from './time-axis'
import type { TimeDomain } from './time-axis'

/** Neighbours that are further apart than this many usual distances have a hole between them. */
const holeFrom = 2.5

export interface Columns {
  /** Left and right pixel of each. Neighbours touch, or there is a hole between them. */
  left: number[]
  right: number[]
  /** What lies between recorded histograms and belongs to none. */
  holes: [number, number][]
  /** What lies before the first and after the last; null where nothing does. */
  before: [number, number] | null
  after: [number, number] | null
}

export function columnsOf(epochs: ArrayLike<number>, domain: TimeDomain, width: number): Columns {
  const count = epochs.length
  const gaps = Array.from({ length: Math.max(0, count - 1) }, (_, i) => epochs[i + 1] - epochs[i])
  const usual = gaps.length > 0 ? [...gaps].sort((a, b) => a - b)[gaps.length >> 1] : domain.max - domain.min
  const pixel = (epoch: number): number => epochToPixel(epoch, domain, width)
  const isHole = (i: number): boolean => gaps[i] > usual * holeFrom
  const [start, end] = [gutter, width - margin]
  const left: number[] = []
  const right: number[] = []
  const holes: [number, number][] = []
  for (let i = 0; i < count; i++) {
    const before = i > 0 && !isHole(i - 1) ? gaps[i - 1] : usual
    const after = i + 1 < count && !isHole(i) ? gaps[i] : usual
    left.push(Math.max(start, pixel(epochs[i] - before / 2)))
    right.push(Math.min(end, pixel(epochs[i] + after / 2)))
    if (i + 1 < count && isHole(i)) holes.push([pixel(epochs[i] + usual / 2), pixel(epochs[i + 1] - usual / 2)])
  }
  const span = (from: number, to: number): [number, number] | null => (to - from >= 1 ? [from, to] : null)
  return {
    left,
    right,
    holes,
    before: count > 0 ? span(start, left[0]) : null,
    after: count > 0 ? span(right[count - 1], end) : span(start, end)
  }
}
