/** Walks along a curve and tells a pen where to go: lines with gaps, lone points, and marks of what is no number. */
import { inView } from './model'
import type { Frame, Projection } from './frame'

export interface Pen {
  moveTo(x: number, y: number): void
  lineTo(x: number, y: number): void
  /** A point without neighbours: a line would not show it. */
  dot(x: number, y: number): void
}

/**
 * Points between the indices `from` and `to`. `every` skips points for speed while something moves; gaps stay gaps, since
 * a skipped point that is no number is looked at all the same.
 */
export function trace(
  x: Float64Array,
  y: Float64Array,
  from: number,
  to: number,
  at: Projection,
  pen: Pen,
  every = 1
): void {
  let length = 0
  let [lastX, lastY] = [0, 0]
  for (let i = from; i < to; i++) {
    if (every > 1 && i % every !== 0 && i !== to - 1 && y[i] - y[i] === 0) continue
    const px = at.x(x[i])
    const py = at.y(y[i])
    if (px !== px || py !== py) {
      if (length === 1) pen.dot(lastX, lastY)
      length = 0
      continue
    }
    if (length === 0) pen.moveTo(px, py)
    else pen.lineTo(px, py)
    length += 1
    ;[lastX, lastY] = [px, py]
  }
  if (length === 1) pen.dot(lastX, lastY)
}

/** The indices of a piece that have to be drawn in this frame. */
export function visiblePart(
  x: Float64Array,
  from: number,
  to: number,
  ascending: boolean,
  frame: Frame
): [number, number] {
  return ascending ? inView(x, from, to, frame.x) : [from, to]
}

export type Oddity = 'nan' | 'infinite' | '-infinite'

/** Where the recorded values are no finite numbers; of several within a few pixels only the first is told. */
export function oddities(
  x: Float64Array,
  values: Float64Array,
  at: Projection,
  frame: Frame
): { px: number; kind: Oddity }[] {
  const found: { px: number; kind: Oddity }[] = []
  const last: Partial<Record<Oddity, number>> = {}
  for (let i = 0; i < x.length; i++) {
    const value = values[i]
    if (value - value === 0) continue
    const px = at.x(x[i])
    const kind: Oddity = value !== value ? 'nan' : value > 0 ? 'infinite' : '-infinite'
    if (!(px >= frame.left && px <= frame.width - frame.right) || Math.abs(px - (last[kind] ?? -99)) < 6) continue
    last[kind] = px
    found.push({ px, kind })
  }
  return found
}
