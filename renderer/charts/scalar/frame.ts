/** Where a chart's plot lies in its picture, and where values lie in the plot. Shared by screen, SVG and tests. */
import type { Scale } from '../scales'

export interface Frame {
  width: number
  height: number
  left: number
  top: number
  right: number
  bottom: number
  x: Scale
  y: Scale
}

export interface Projection {
  x(value: number): number
  y(value: number): number
}

/** Curves that leave the plot by far are cut here: canvases lose precision with huge coordinates. */
const farthest = 20_000

export function projection(frame: Frame): Projection {
  return {
    x: along(frame.x, frame.left, frame.width - frame.right),
    y: along(frame.y, frame.height - frame.bottom, frame.top)
  }
}

/** NaN where there is nothing to draw: not a number, or not positive on a logarithmic axis. */
function along(scale: Scale, from: number, to: number): (value: number) => number {
  const log = Math.log10
  const low = scale.log ? log(scale.min) : scale.min
  const factor = (to - from) / ((scale.log ? log(scale.max) : scale.max) - low)
  const bound = (pixel: number): number => (pixel > farthest ? farthest : pixel < -farthest ? -farthest : pixel)
  return scale.log
    ? (value) => (value > 0 && value !== Infinity ? bound(from + (log(value) - low) * factor) : Number.NaN)
    : (value) => (value - value === 0 ? bound(from + (value - low) * factor) : Number.NaN)
}

export function plotWidth(frame: Frame): number {
  return frame.width - frame.left - frame.right
}

export function plotHeight(frame: Frame): number {
  return frame.height - frame.top - frame.bottom
}
