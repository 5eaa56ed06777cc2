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

/** At most about `count` round ticks within a domain. */
export function roundTicks(domain: TimeDomain, count: number): number[] {
  const span = domain.max - domain.min
  if (!(span > 0)) return [domain.min]
  const raw = span / count
  const magnitude = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((n) => n * magnitude).find((candidate) => span / candidate <= count)!
  const first = Math.ceil(domain.min / step - 1e-9) * step
  const ticks: number[] = []
  for (let tick = first; tick <= domain.max + step * 1e-6; tick += step) ticks.push(Number(tick.toPrecision(12)))
  return ticks
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

/** One visit of a state, in epochs: what ribbons and strips draw. */
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
