/** The one time axis: panels that share time share pixels. */

export const gutter = 56
export const margin = 78

export interface TimeDomain {
  min: number
  max: number
}

export function epochToPixel(epoch: number, domain: TimeDomain, width: number): number {
  return gutter + ((epoch - domain.min) / (domain.max - domain.min || 1)) * (width - gutter - margin)
}

export function pixelToEpoch(pixel: number, domain: TimeDomain, width: number): number | null {
  const share = (pixel - gutter) / (width - gutter - margin)
  if (share < -0.005 || share > 1.005) return null
  return domain.min + Math.min(1, Math.max(0, share)) * (domain.max - domain.min)
}

/** A range narrower than this share of its own size holds too few different numbers to be divided. */
const finestShare = 1e-9
/** Smaller numbers have lost most of their digits, and no step between two of them is round. */
export const smallest = 1e-305

/** Whether there is room between two numbers: they are finite, and further apart than their own size lets blur. */
export function areApart(min: number, max: number): boolean {
  const span = max - min
  return span > Math.max(smallest, Math.max(Math.abs(min), Math.abs(max)) * finestShare) && span < Infinity
}

/** At most about `count` round ticks within a domain; the first end alone where the domain has no room for any. */
export function roundTicks(domain: TimeDomain, count: number): number[] {
  const { min, max } = domain
  if (!areApart(min, max)) return Number.isFinite(min) ? [min] : []
  const span = max - min
  const magnitude = 10 ** Math.floor(Math.log10(span / count))
  const step = [1, 2, 5].map((n) => n * magnitude).find((candidate) => span / candidate <= count) ?? 10 * magnitude
  const first = Math.ceil(min / step - 1e-9)
  // Counted, not added up: adding a step that is too small to change the sum would never come to an end.
  const ticks = Math.min(Math.floor(max / step + 1e-6) - first + 1, Math.ceil(count) + 2)
  return Array.from({ length: Math.max(0, ticks) }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** Powers of ten from 1 to a largest number. */
export function decadesUpTo(largest: number): number[] {
  if (!(largest >= 1 && largest < Infinity)) return []
  return Array.from({ length: Math.floor(Math.log10(largest) + 1e-9) + 1 }, (_, power) => Number(`1e${power}`))
}

/** Index of the value nearest to x in ascending values, or -1 when there is none. */
export function nearestIndex(values: ArrayLike<number>, x: number): number {
  let low = 0
  let high = values.length - 1
  if (high < 0) return -1
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (values[middle] <= x) low = middle
    else high = middle
  }
  return Math.abs(values[high] - x) < Math.abs(values[low] - x) ? high : low
}

/** One visit of a state, in epochs or steps: what ribbons and strips draw. */
export interface StateSegment {
  state: number
  color: number
  start: number
  end: number
  /** Index of the first point of the visit. */
  index: number
}

/** Segments of a path; each reaches to the middle between its last point and the next one's first. */
export function segmentsOf(path: ArrayLike<number>, epochs: ArrayLike<number>, colors: number[]): StateSegment[] {
  const segments: StateSegment[] = []
  for (let i = 0; i < path.length; i++) {
    const current = segments.at(-1)
    if (current && current.state === path[i]) {
      current.end = epochs[i]
      continue
    }
    const boundary = i === 0 ? epochs[0] : (epochs[i - 1] + epochs[i]) / 2
    if (current) current.end = boundary
    segments.push({ state: path[i], color: colors[path[i]] ?? 1, start: boundary, end: epochs[i], index: i })
  }
  return segments
}
