/** Draws a heatmap: columns, what was not recorded, what lies outside, mean and standard deviation, axes and colour bar. */
import type { PackedHeatmap } from '../../../src/contract/runs'
import { compact, significant, tickLabel } from '../../ui/format'
import type { ChartTheme } from '../../ui/theme'
import type { ColorMap } from '../color-map'
import type { Columns } from '../heatmap-columns'
import type { Range } from '../scales'
import { labelled, shortened, ticksOf } from '../ticks'
import { decadesUpTo, epochToPixel, gutter, margin, roundTicks } from '../time-axis'
import type { StateSegment, TimeDomain } from '../time-axis'

export const rowHeight = 8
export const rowGap = 3
const stripTop = 2
const overTop = 13
/** Where the plot begins, below the strip of states and the row of what lies above. */
export const plotTop = overTop + rowHeight + rowGap
/** What is below the plot: the row of what lies below, and the axis of time. */
const bottomSize = 24
export const belowPlot = rowGap + rowHeight + bottomSize
/** How many powers of ten below the largest share outside the faintest colour of its rows stands for. */
const outsideDecades = 4

export interface HeatmapFrame {
  theme: ChartTheme
  heatmap: PackedHeatmap
  columns: Columns
  /** Values of each column, and how many of them lie beyond the shown range: [columns] each. */
  values: Float64Array
  outside: { below: Float64Array; above: Float64Array }
  /** The values that the frame spans. */
  shown: Range
  domain: TimeDomain
  width: number
  plotHeight: number
  map: ColorMap
  /** 0..1 on the colour map. */
  position(count: number): number
  /** The largest count, and where the ticks of its bar are. */
  largest: number
  logarithmic: boolean
  segments: readonly StateSegment[]
  highlighted: ((state: number) => boolean) | null
  /** Where the chip of a cursor hides a tick label. */
  marked: number | null
  /** What is said where nothing was recorded. */
  missing: string
}

/**
 * Lines over the map: one tone for the line, the contrary one around it, so that one of the two differs from any colour below.
 * Most of them runs where most values are, so the line has the tone that few counts have.
 */
export function lineTones({ text1, surface0 }: Pick<ChartTheme, 'text1' | 'surface0'>): {
  line: string
  casing: string
} {
  return { line: surface0, casing: text1 }
}

/** The height at which a value stands. */
export function valueToPixel(value: number, shown: Range, plotHeight: number): number {
  return plotTop + plotHeight - ((value - shown.min) / (shown.max - shown.min)) * plotHeight
}

/** How strong the rows outside are drawn: 1 for the largest share, on a log scale down to a faintest one; 0 for none. */
export function strengthOutside(share: number, most: number): number {
  if (!(share > 0)) return 0
  const down = Math.log10(most / share) / outsideDecades
  return 1 - 0.75 * Math.min(1, Math.max(0, down))
}

export function drawHeatmap(context: CanvasRenderingContext2D, frame: HeatmapFrame): void {
  const { theme, heatmap, outside, shown, plotHeight, width } = frame
  const bottom = plotTop + plotHeight
  const right = width - margin
  context.font = `11px ${theme.fontUi}`
  context.textBaseline = 'middle'

  context.fillStyle = theme.hmZero
  context.fillRect(gutter, plotTop, right - gutter, plotHeight)
  drawColumns(context, frame)
  drawMissing(context, frame)
  drawOutside(context, frame, outside.above, overTop, theme.hmOver)
  drawOutside(context, frame, outside.below, bottom + rowGap, theme.hmUnder)
  drawStrip(context, frame)
  drawSeparators(context, frame)

  context.save()
  context.beginPath()
  context.rect(gutter, plotTop, right - gutter, plotHeight)
  context.clip()
  const { means, stds } = heatmap
  for (const side of [-1, 1]) {
    const values = means.map((mean, i) => mean + side * stds[i])
    drawLine(context, frame, values, 1.2, true)
  }
  drawLine(context, frame, means, 1.7, false)
  context.restore()

  context.strokeStyle = theme.axis
  context.lineWidth = 1
  context.strokeRect(gutter + 0.5, plotTop + 0.5, right - gutter - 1, plotHeight - 1)
  context.fillStyle = theme.text3
  context.textAlign = 'right'
  for (const { value, label } of shortened(ticksOf({ ...shown, log: false }, 5), 8)) {
    const at = valueToPixel(value, shown, plotHeight)
    if (!(at >= plotTop + 6 && at <= bottom - 6)) continue
    context.fillRect(gutter - 4, Math.round(at), 4, 1)
    context.fillText(label, gutter - 8, at)
  }
  context.fillText(`> ${edgeLabel(shown.max, shown.max - shown.min)}`, gutter - 8, overTop + rowHeight / 2)
  context.fillText(`< ${edgeLabel(shown.min, shown.max - shown.min)}`, gutter - 8, bottom + rowGap + rowHeight / 2)
  drawTimeTicks(context, frame, bottom + rowGap + rowHeight)
  drawColorBar(context, frame)
}

/**
 * Edges of foreign logs are any numbers; the gutter has room for four digits.
 * @param span how far apart the two edges are: what is less than a hundredth of it is no matter
 */
export function edgeLabel(value: number, span: number): string {
  const finest = span > 0 && span < Infinity ? 10 ** Math.floor(Math.log10(span / 50)) : 0
  const rounded = finest > 0 ? Number((Math.round(value / finest) * finest).toPrecision(12)) : value
  const text = tickLabel(rounded)
  // With the sign before it there is room for six characters.
  return text.length > 6 ? (Math.abs(value) >= 1e4 ? compact(value) : significant(value, 2)) : text
}

function drawColumns(context: CanvasRenderingContext2D, frame: HeatmapFrame): void {
  const { heatmap, shown, plotHeight, map, position } = frame
  const { counts, edges } = heatmap
  const { left, right } = frame.columns
  const bins = edges.length - 1
  const bottom = plotTop + plotHeight
  const y = (value: number): number =>
    Math.round(Math.min(bottom, Math.max(plotTop, valueToPixel(value, shown, plotHeight))))
  for (let b = 0; b < bins; b++) {
    const [y0, y1] = [y(edges[b + 1]), y(edges[b])]
    if (!(y1 > y0)) continue
    for (let i = 0; i < left.length; i++) {
      const count = counts[i * bins + b]
      if (!(count > 0)) continue
      const at = Math.round(position(count) * 255) * 3
      context.fillStyle = `rgb(${map.rgb[at]} ${map.rgb[at + 1]} ${map.rgb[at + 2]})`
      // A hair wider than the column, or the background shines through between neighbours.
      context.fillRect(left[i], y0, right[i] - left[i] + 0.35, y1 - y0)
    }
  }
}

/** What was not recorded is not 0: between recorded histograms it is hatched, before and after them there is no map. */
function drawMissing(context: CanvasRenderingContext2D, frame: HeatmapFrame): void {
  const { theme, columns, values, plotHeight, width, missing } = frame
  const [top, bottom] = [plotTop, plotTop + plotHeight]
  const hole = { fill: theme.hmNan, line: theme.hmNanHatch, apart: 6 }
  for (const [from, to] of columns.holes) hatch(context, { from, to, top, bottom, width }, hole)
  for (let i = 0; i < values.length; i++) {
    // A histogram without values, or one that cannot be read.
    if (values[i] === 0) hatch(context, { from: columns.left[i], to: columns.right[i], top, bottom, width }, hole)
  }
  const quiet = { fill: theme.surface0, line: theme.border1, apart: 10 }
  for (const span of [columns.before, columns.after]) {
    if (!span) continue
    const [from, to] = span
    hatch(context, { from, to, top, bottom, width }, quiet)
    const room = context.measureText(missing).width + 12
    if (to - from < room + 8 || plotHeight < 40) continue
    const middle = Math.round((from + to) / 2)
    context.fillStyle = theme.surface0
    context.fillRect(middle - room / 2, (top + bottom) / 2 - 9, room, 18)
    context.fillStyle = theme.text3
    context.textAlign = 'center'
    context.fillText(missing, middle, (top + bottom) / 2)
  }
}

function hatch(
  context: CanvasRenderingContext2D,
  { from, to, top, bottom, width }: { from: number; to: number; top: number; bottom: number; width: number },
  { fill, line, apart }: { fill: string; line: string; apart: number }
): void {
  // Hatching what lies far outside of the plot would never come to an end.
  const [x0, x1] = [Math.max(from, gutter), Math.min(to, width - margin)]
  if (!(x1 > x0)) return
  context.save()
  context.beginPath()
  context.rect(x0, top, x1 - x0, bottom - top)
  context.clip()
  context.fillStyle = fill
  context.fillRect(x0, top, x1 - x0, bottom - top)
  context.strokeStyle = line
  context.lineWidth = 1
  context.beginPath()
  // From one origin for all, so that neighbours go on in each other's lines.
  for (let at = x0 - ((x0 - gutter) % apart) - (bottom - top); at < x1; at += apart) {
    context.moveTo(at, bottom)
    context.lineTo(at + (bottom - top), top)
  }
  context.stroke()
  context.restore()
}

function drawOutside(
  context: CanvasRenderingContext2D,
  { columns, values, outside }: HeatmapFrame,
  counts: Float64Array,
  top: number,
  color: string
): void {
  const { left, right } = columns
  const share = (count: number, i: number): number => (count < Infinity ? count / values[i] : 1)
  // Both rows have one scale, or a single value above would look like thousands below.
  let most = 0
  for (const row of [outside.below, outside.above])
    row.forEach((count, i) => (most = Math.max(most, share(count, i) || 0)))
  context.fillStyle = color
  for (let i = 0; i < left.length; i++) {
    const strength = strengthOutside(share(counts[i], i), most)
    if (strength === 0) continue
    context.globalAlpha = strength
    context.fillRect(left[i], top, right[i] - left[i] + 0.35, rowHeight)
  }
  context.globalAlpha = 1
}

function drawStrip(context: CanvasRenderingContext2D, frame: HeatmapFrame): void {
  const { theme, domain, width, plotHeight, highlighted } = frame
  for (const segment of frame.segments) {
    const x0 = epochToPixel(Math.max(segment.start, domain.min), domain, width)
    const x1 = epochToPixel(Math.min(segment.end, domain.max), domain, width)
    context.globalAlpha = highlighted && !highlighted(segment.state) ? 0.25 : 1
    context.fillStyle = theme.states[segment.color - 1]
    context.fillRect(x0, stripTop, Math.max(1, x1 - x0 - 1), 7)
    if (context.globalAlpha < 1) {
      // What is not selected steps back in the map, too.
      context.globalAlpha = 0.55
      context.fillStyle = theme.surface1
      context.fillRect(x0, plotTop, x1 - x0, plotHeight)
    }
  }
  context.globalAlpha = 1
}

/** Whole epochs while they are far enough apart to be told from each other. */
function drawSeparators(context: CanvasRenderingContext2D, { theme, domain, width, plotHeight }: HeatmapFrame): void {
  const right = width - margin
  const perEpoch = (right - gutter) / (domain.max - domain.min || 1)
  const every = roundTicks({ min: 0, max: domain.max }, Math.min(40, Math.max(1, (perEpoch * domain.max) / 12)))
  context.fillStyle = `${theme.text1}22`
  for (const epoch of every) {
    const x = Math.round(epochToPixel(epoch, domain, width))
    if (x > gutter && x < right) context.fillRect(x, plotTop, 1, plotHeight)
  }
}

function drawLine(
  context: CanvasRenderingContext2D,
  { theme, columns, shown, plotHeight }: HeatmapFrame,
  values: Float64Array,
  thickness: number,
  dashed: boolean
): void {
  const { left, right, holes } = columns
  context.beginPath()
  let open = false
  for (let i = 0; i < values.length; i++) {
    const x = (left[i] + right[i]) / 2
    const y = valueToPixel(values[i], shown, plotHeight)
    if (!Number.isFinite(values[i])) open = false
    else if (open && !holes.some(([x0]) => x0 < x && x0 > (left[i - 1] + right[i - 1]) / 2)) context.lineTo(x, y)
    else {
      context.moveTo(x, y)
      open = true
    }
  }
  const { line, casing } = lineTones(theme)
  context.lineJoin = 'round'
  context.strokeStyle = casing
  context.lineWidth = thickness + 2
  // Around each dash, its ends included.
  context.setLineDash(dashed ? [6, 2] : [])
  context.lineDashOffset = dashed ? 1 : 0
  context.stroke()
  context.strokeStyle = line
  context.lineWidth = thickness
  context.setLineDash(dashed ? [4, 4] : [])
  context.lineDashOffset = 0
  context.stroke()
  context.setLineDash([])
}

function drawTimeTicks(
  context: CanvasRenderingContext2D,
  { theme, domain, width, marked }: HeatmapFrame,
  y: number
): void {
  context.textAlign = 'center'
  for (const { value, label } of labelled(roundTicks(domain, 5))) {
    const x = epochToPixel(value, domain, width)
    context.fillStyle = theme.axis
    context.fillRect(Math.round(x), y, 1, 4)
    if (marked !== null && Math.abs(epochToPixel(marked, domain, width) - x) < 36) continue
    context.fillStyle = theme.text3
    context.fillText(label, x, y + 12)
  }
}

function drawColorBar(context: CanvasRenderingContext2D, frame: HeatmapFrame): void {
  const { theme, width, plotHeight, map, position, largest, logarithmic } = frame
  const x = width - margin + 14
  const barTop = plotTop + 2
  const barHeight = plotHeight - 4
  for (let i = 0; i < barHeight; i++) {
    context.fillStyle = map.css(1 - i / barHeight)
    context.fillRect(x, barTop + i, 8, 1.5)
  }
  context.textAlign = 'left'
  context.fillStyle = theme.text3
  context.fillText('count', x - 4, overTop + 2)
  const ticks = logarithmic ? decadesUpTo(largest) : roundTicks({ min: 0, max: largest }, 4)
  for (const tick of ticks) {
    const at = barTop + (1 - position(tick)) * barHeight
    context.fillRect(x + 8, Math.round(at), 4, 1)
    context.fillText(compact(tick), x + 15, Math.min(Math.max(at, barTop + 5), barTop + barHeight - 5))
  }
}
