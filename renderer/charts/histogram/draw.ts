/** Draws histograms of one run on a canvas: ridges one behind the other, or outlines over each other. */
import { parseHex } from '../color-map'
import { tickLabel } from '../../ui/format'
import { ticksOf } from '../ticks'
import type { Range } from '../scales'
import type { ChartTheme } from '../../ui/theme'
import { heightOf } from './geometry'
import type { Segment } from './geometry'

export interface HistogramFrame {
  width: number
  height: number
  left: number
  right: number
  top: number
  bottom: number
  range: Range
  /** Height of a ridge in pixels; in an overlay that of the plot. */
  ridge: number
  peak: number
  roots: boolean
}
export interface DrawnHistogram {
  segments: Segment[]
  below: number
  above: number
  total: number
  /** Baseline in pixels. */
  base: number
  /** 0 the first, 1 the last of the run. */
  age: number
}

/** Room for the caps of open buckets, on each side. */
export const capRoom = 12
const capWidth = 6

export function xOf(frame: HistogramFrame, value: number): number {
  const { range, left, right, width } = frame
  return left + ((value - range.min) / (range.max - range.min)) * (width - left - right)
}
export function valueAt(frame: HistogramFrame, x: number): number {
  const { range, left, right, width } = frame
  return range.min + ((x - left) / (width - left - right)) * (range.max - range.min)
}

/** A share of a colour over a surface: canvases with many see-through areas turn to mud. */
export function mixed(color: string, surface: string, share: number): string {
  const [a, b] = [parseHex(color), parseHex(surface)]
  return `rgb(${a.map((value, c) => Math.round(255 * (value * share + b[c] * (1 - share)))).join(' ')})`
}

export function drawRidges(
  context: CanvasRenderingContext2D,
  frame: HistogramFrame,
  drawn: readonly DrawnHistogram[],
  color: string,
  theme: ChartTheme,
  hovered: number
): void {
  context.lineWidth = 1
  drawn.forEach((one, i) => {
    outline(context, frame, one)
    context.fillStyle = mixed(color, theme.surface1, 0.28 + 0.5 * one.age)
    context.fill()
    context.strokeStyle = i === hovered ? theme.text1 : mixed(theme.surface1, color, 0.7)
    context.lineWidth = i === hovered ? 1.5 : 1
    context.stroke()
    caps(context, frame, one, theme)
  })
  if (hovered >= 0 && drawn[hovered]) {
    // Again, in front: what is told must be seen whole.
    outline(context, frame, drawn[hovered])
    context.strokeStyle = theme.text1
    context.lineWidth = 1.5
    context.stroke()
  }
}

export function drawOverlay(
  context: CanvasRenderingContext2D,
  frame: HistogramFrame,
  drawn: readonly DrawnHistogram[],
  color: string,
  theme: ChartTheme,
  hovered: number
): void {
  drawn.forEach((one, i) => {
    if (i === hovered) return
    outline(context, frame, one)
    context.strokeStyle = color
    context.globalAlpha = (hovered >= 0 ? 0.5 : 1) * (0.28 + 0.72 * one.age ** 2)
    context.lineWidth = i === drawn.length - 1 ? 1.6 : 1
    context.stroke()
    context.globalAlpha = 1
    if (i === drawn.length - 1) caps(context, frame, one, theme)
  })
  const told = drawn[hovered]
  if (!told) return
  outline(context, frame, told)
  context.strokeStyle = theme.text1
  context.lineWidth = 1.6
  context.stroke()
}

/** The steps of one histogram above its baseline, down to it in gaps. */
function outline(context: CanvasRenderingContext2D, frame: HistogramFrame, { segments, base }: DrawnHistogram): void {
  const floor = Math.round(base) + 0.5
  context.beginPath()
  context.moveTo(frame.left, floor)
  let end = frame.left
  for (const { left, right, density } of segments) {
    const [x0, x1] = [xOf(frame, left), xOf(frame, right)]
    const y = floor - heightOf(density, frame.peak, frame.roots) * frame.ridge
    if (x0 > end + 0.25) {
      context.lineTo(end, floor)
      context.lineTo(x0, floor)
    }
    context.lineTo(x0, y)
    context.lineTo(x1, y)
    end = x1
  }
  context.lineTo(end, floor)
  context.lineTo(frame.width - frame.right, floor)
}

/** Buckets without an end as bars at the side; their height is their share of all values. */
function caps(
  context: CanvasRenderingContext2D,
  frame: HistogramFrame,
  { below, above, total, base }: DrawnHistogram,
  theme: ChartTheme
): void {
  const bar = (count: number, x: number, color: string): void => {
    if (!(count > 0)) return
    const height = Math.max(2, (count / total) * frame.ridge)
    context.fillStyle = color
    context.fillRect(x, base - height, capWidth, height)
  }
  bar(below, frame.left - capRoom, theme.hmUnder)
  bar(above, frame.width - frame.right + capRoom - capWidth, theme.hmOver)
}

export function drawValueAxis(context: CanvasRenderingContext2D, frame: HistogramFrame, theme: ChartTheme): void {
  const most = Math.max(2, Math.min(5, Math.floor((frame.width - frame.left - frame.right) / 60)))
  context.textAlign = 'center'
  context.textBaseline = 'top'
  const y = frame.height - frame.bottom
  context.fillStyle = theme.axis
  context.fillRect(frame.left, y, frame.width - frame.left - frame.right, 1)
  for (const { value, label } of ticksOf({ ...frame.range, log: false }, most)) {
    const x = Math.round(xOf(frame, value))
    context.fillStyle = theme.axis
    context.fillRect(x, y, 1, 4)
    context.fillStyle = theme.text3
    context.fillText(label, x, y + 6)
  }
}

/** Steps or epochs beside the ridges. */
export function drawStepAxis(
  context: CanvasRenderingContext2D,
  frame: HistogramFrame,
  domain: Range,
  theme: ChartTheme,
  name: string
): void {
  const x = frame.width - frame.right + (frame.right > 60 ? capRoom : 0)
  const [first, last] = [frame.top + frame.ridge, frame.height - frame.bottom]
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  const ticks =
    domain.max > domain.min
      ? ticksOf({ ...domain, log: false }, Math.max(2, Math.floor((last - first) / 24)))
      : [{ value: domain.max, label: tickLabel(domain.max) }]
  for (const { value, label } of ticks) {
    const share = domain.max > domain.min ? (value - domain.min) / (domain.max - domain.min) : 1
    const y = first + share * (last - first)
    context.fillStyle = theme.axis
    context.fillRect(x + 1, Math.round(y), 4, 1)
    context.fillStyle = theme.text3
    context.fillText(label, x + 8, Math.min(y, last - 4))
  }
  context.fillStyle = theme.text3
  context.fillText(name, x + 8, Math.max(8, first - 16))
}

/** Counts or densities beside an overlay. */
export function drawHeightAxis(
  context: CanvasRenderingContext2D,
  frame: HistogramFrame,
  scale: number,
  theme: ChartTheme
): void {
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  const base = frame.height - frame.bottom
  for (const { value, label } of ticksOf({ min: 0, max: frame.peak * scale, log: false }, 4)) {
    const y = Math.round(base - heightOf(value / scale, frame.peak, frame.roots) * frame.ridge)
    context.fillStyle = theme.grid
    context.fillRect(frame.left, y, frame.width - frame.left - frame.right, 1)
    context.fillStyle = theme.text3
    context.fillText(label, frame.left - 6, y)
  }
}
