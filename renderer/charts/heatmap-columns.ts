/** Where the columns of a heatmap stand: one for each recorded histogram, as wide as it is apart from the next. */
import { epochToPixel, gutter, margin } from './time-axis'
import type { TimeDomain } from './time-axis'

/** Left and right pixel of each column; a hole of more than two and a half column widths stays a hole. */
export function columnsOf(
  epochs: ArrayLike<number>,
  domain: TimeDomain,
  width: number
): { left: number[]; right: number[]; holes: [number, number][] } {
  const count = epochs.length
  const gaps = Array.from({ length: Math.max(0, count - 1) }, (_, i) => epochs[i + 1] - epochs[i])
  const usual = gaps.length > 0 ? [...gaps].sort((a, b) => a - b)[gaps.length >> 1] : domain.max - domain.min
  const pixel = (epoch: number): number => epochToPixel(epoch, domain, width)
  const left: number[] = []
  const right: number[] = []
  const holes: [number, number][] = []
  for (let i = 0; i < count; i++) {
    const before = i > 0 ? Math.min(gaps[i - 1], usual * 1.25) : usual
    const after = i + 1 < count ? Math.min(gaps[i], usual * 1.25) : usual
    left.push(Math.max(gutter, pixel(epochs[i] - before / 2)))
    right.push(Math.min(width - margin, pixel(epochs[i] + after / 2)))
    if (i + 1 < count && gaps[i] > usual * 2.5)
      holes.push([pixel(epochs[i] + usual / 2), pixel(epochs[i + 1] - usual / 2)])
  }
  return { left, right, holes }
}
