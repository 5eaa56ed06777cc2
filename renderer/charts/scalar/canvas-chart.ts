/** Draws a scalar chart on a canvas: axes, then curves. */
import type { ChartTheme } from '../../ui/theme'
import { plotHeight, plotWidth, projection } from './frame'
import type { Frame, Projection } from './frame'
import { coloredParts, piecesOf } from './model'
import type { DrawnCurve } from './model'
import { oddities, trace, visiblePart } from './trace'
import type { Oddity, Pen } from './trace'
import { tickUnit } from '../ticks'
import type { Tick } from '../ticks'

export interface Axes {
  xTicks: Tick[]
  yTicks: Tick[]
}

export interface CurveStyle {
  width: number
  /** Only what is needed to see where things go: while the chart is dragged. */
  quick?: boolean
  /** Then: pixels per point, at least. */
  coarse?: number
  /** Draws every curve in this colour: the one that is pointed at. */
  ink?: string
}

const labelGap = 4

export function drawAxes(context: CanvasRenderingContext2D, frame: Frame, axes: Axes, theme: ChartTheme): void {
  const bottom = Math.round(frame.height - frame.bottom) + 0.5
  const right = frame.width - frame.right
  context.font = `11px ${theme.fontUi}`
  context.lineWidth = 1
  context.fillStyle = theme.text3
  context.textBaseline = 'middle'
  context.textAlign = 'right'
  for (const tick of axes.yTicks) {
    const y = Math.round(frame.height - frame.bottom - tickUnit(tick, frame.y) * plotHeight(frame)) + 0.5
    if (!(y >= frame.top - 1 && y <= bottom + 1)) continue
    line(context, theme.grid, frame.left, y, right, y)
    line(context, theme.axis, frame.left - 4, y, frame.left, y)
    context.fillText(tick.label, frame.left - 4 - labelGap, y)
  }
  line(context, theme.axis, frame.left, bottom, right, bottom)
  context.textBaseline = 'top'
  let free = -Infinity
  for (const tick of axes.xTicks) {
    const x = Math.round(frame.left + tickUnit(tick, frame.x) * plotWidth(frame)) + 0.5
    if (!(x >= frame.left - 1 && x <= right + 1)) continue
    line(context, theme.axis, x, bottom, x, bottom + 4)
    const half = context.measureText(tick.label).width / 2
    const middle = Math.max(half, Math.min(x, frame.width - half))
    if (middle - half < free) continue
    free = middle + half + 6
    context.textAlign = 'center'
    context.fillText(tick.label, middle, bottom + 4 + labelGap)
  }
}

function line(context: CanvasRenderingContext2D, color: string, x0: number, y0: number, x1: number, y1: number): void {
  context.strokeStyle = color
  context.beginPath()
  context.moveTo(x0, y0)
  context.lineTo(x1, y1)
  context.stroke()
}

export function drawCurves(
  context: CanvasRenderingContext2D,
  curves: readonly DrawnCurve[],
  frame: Frame,
  style: CurveStyle
): void {
  const at = projection(frame)
  context.save()
  context.beginPath()
  context.rect(frame.left, frame.top - 1, plotWidth(frame), plotHeight(frame) + 2)
  context.clip()
  // Round joins cost several times as much and cannot be told from these at such widths.
  context.lineJoin = 'bevel'
  for (const curve of curves) if (curve.band) drawBand(context, curve, frame, at, style)
  for (const curve of curves) drawCurve(context, curve, frame, at, style)
  context.restore()
  if (!style.quick) for (const curve of curves) drawOddities(context, curve, frame, at, style)
}

function drawCurve(
  context: CanvasRenderingContext2D,
  curve: DrawnCurve,
  frame: Frame,
  at: Projection,
  style: CurveStyle
): void {
  const pieces = piecesOf(curve)
  pieces.forEach(([from, to], i) => {
    const [first, end] = visiblePart(curve.x, from, to, curve.ascending, frame)
    if (end <= first) return
    const earlier = i < pieces.length - 1
    const every = style.quick ? Math.max(1, Math.ceil(((end - first) * (style.coarse ?? 1)) / plotWidth(frame))) : 1
    const parts = style.ink ? [[first, end, style.ink] as const] : coloredParts(curve, first, end)
    for (const [start, stop, color] of parts) {
      context.strokeStyle = color
      context.fillStyle = color
      if (curve.raw && !style.quick)
        stroke(context, curve.x, curve.raw, start, stop, at, 1, every, style.ink ? 0.5 : earlier ? 0.12 : 0.28)
      stroke(context, curve.x, curve.y, start, stop, at, style.width, every, earlier ? 0.35 : 1)
    }
  })
  context.globalAlpha = 1
}

function stroke(
  context: CanvasRenderingContext2D,
  x: Float64Array,
  y: Float64Array,
  from: number,
  to: number,
  at: Projection,
  width: number,
  every: number,
  alpha: number
): void {
  const lone: [number, number][] = []
  const pen: Pen = {
    moveTo: (px, py) => context.moveTo(px, py),
    lineTo: (px, py) => context.lineTo(px, py),
    dot: (px, py) => lone.push([px, py])
  }
  context.globalAlpha = alpha
  context.lineWidth = width
  context.beginPath()
  trace(x, y, from, to, at, pen, every)
  context.stroke()
  if (lone.length === 0) return
  const radius = Math.max(1.5, width)
  context.beginPath()
  for (const [px, py] of lone) {
    context.moveTo(px + radius, py)
    context.arc(px, py, radius, 0, 2 * Math.PI)
  }
  context.fill()
}

function drawBand(
  context: CanvasRenderingContext2D,
  curve: DrawnCurve,
  frame: Frame,
  at: Projection,
  style: CurveStyle
): void {
  if (!curve.band) return
  context.fillStyle = style.ink ?? curve.color
  context.globalAlpha = 0.18
  const [first, end] = visiblePart(curve.x, 0, curve.x.length, curve.ascending, frame)
  for (const outline of bandOutlines(curve.x, curve.band, first, end, at)) {
    context.beginPath()
    outline.forEach(([px, py], i) => (i === 0 ? context.moveTo(px, py) : context.lineTo(px, py)))
    context.closePath()
    context.fill()
  }
  context.globalAlpha = 1
}

/** Closed outlines of a band in pixels; it breaks where either side is no number. */
export function bandOutlines(
  x: Float64Array,
  band: { low: Float64Array; high: Float64Array },
  from: number,
  to: number,
  at: Projection
): [number, number][][] {
  const outlines: [number, number][][] = []
  let upper: [number, number][] = []
  let lower: [number, number][] = []
  const close = (): void => {
    if (upper.length > 1) outlines.push([...upper, ...lower.reverse()])
    upper = []
    lower = []
  }
  for (let i = from; i < to; i++) {
    const [px, high, low] = [at.x(x[i]), at.y(band.high[i]), at.y(band.low[i])]
    if (px !== px || high !== high || low !== low) close()
    else {
      upper.push([px, high])
      lower.push([px, low])
    }
  }
  close()
  return outlines
}

function drawOddities(
  context: CanvasRenderingContext2D,
  curve: DrawnCurve,
  frame: Frame,
  at: Projection,
  style: CurveStyle
): void {
  const found = oddities(curve.x, curve.raw ?? curve.y, at, frame)
  if (found.length === 0) return
  context.fillStyle = style.ink ?? curve.color
  context.beginPath()
  for (const { px, kind } of found) {
    const corners = oddityShape(px, kind, frame)
    corners.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)))
    context.closePath()
  }
  context.fill()
}

/** A triangle that points up at the top edge (infinite) or down at the bottom edge (minus infinite), a diamond for NaN. */
export function oddityShape(px: number, kind: Oddity, frame: Frame): [number, number][] {
  const bottom = frame.height - frame.bottom
  if (kind === 'infinite')
    return [
      [px, frame.top],
      [px + 4, frame.top + 6],
      [px - 4, frame.top + 6]
    ]
  const middle = bottom - 4
  if (kind === 'nan')
    return [
      [px, middle - 4],
      [px + 4, middle],
      [px, middle + 4],
      [px - 4, middle]
    ]
  return [
    [px, bottom],
    [px + 4, bottom - 6],
    [px - 4, bottom - 6]
  ]
}

/** Many curves are drawn as hairlines: they stay apart, and thin lines are several times faster. */
export function lineWidthFor(curves: number): number {
  return curves <= 12 ? 1.6 : curves <= 40 ? 1.25 : 1
}
