/** A scalar chart as SVG for a paper: white, vector paths, real text, axis names and a legend. */
import { visible } from '../../../src/text/visible'
import type { ChartTheme } from '../../ui/theme'
import { bandOutlines, oddityShape } from './canvas-chart'
import { plotHeight, plotWidth, projection } from './frame'
import type { Frame } from './frame'
import { coloredParts, piecesOf } from './model'
import type { DrawnCurve } from './model'
import type { Scale } from '../scales'
import { ticksOf, tickUnit } from '../ticks'
import type { AxisKind } from '../ticks'
import { oddities, trace, visiblePart } from './trace'

export interface Picture {
  title: string
  xName: string
  yName: string
  x: Scale
  y: Scale
  xKind: AxisKind
  curves: readonly DrawnCurve[]
  /** Runs, or the groups that share a colour. */
  legend: readonly { name: string; color: string }[]
  theme: Pick<ChartTheme, 'text1' | 'text2' | 'text3' | 'axis' | 'grid'>
}

const width = 560
const plot = { left: 64, top: 30, right: 16, height: 300 }
const legendRow = 16
const legendColumns = 3
/** A legend of hundreds of names explains nothing; the rest is said in words. */
const legendMost = 30
const font = 'Inter, Helvetica, Arial, sans-serif'

export function svgOf(picture: Picture): string {
  const { curves, theme } = picture
  const named = picture.legend.slice(0, legendMost)
  const rows = Math.ceil(named.length / legendColumns) + (picture.legend.length > named.length ? 1 : 0)
  const bottom = 44
  const plotBottom = plot.top + plot.height
  const height = plotBottom + bottom + rows * legendRow + 8
  const frame: Frame = {
    width,
    height: plotBottom + bottom,
    left: plot.left,
    top: plot.top,
    right: plot.right,
    bottom,
    x: picture.x,
    y: picture.y
  }
  const text = (x: number, y: number, value: string, rest = ''): string =>
    `<text x="${n(x)}" y="${n(y)}" ${rest}>${escaped(value)}</text>`
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${font}" font-size="11">`,
    `<title>${escaped(picture.title || picture.yName)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(plot.left, 18, picture.title, `font-size="13" font-weight="600" fill="${theme.text1}"`),
    ...yAxis(picture, frame, text),
    ...xAxis(picture, frame, text),
    `<clipPath id="plot"><rect x="${plot.left}" y="${plot.top - 1}" width="${n(plotWidth(frame))}" height="${n(plotHeight(frame) + 2)}"/></clipPath>`,
    '<g clip-path="url(#plot)" fill="none" stroke-linejoin="round">',
    ...curves.flatMap((curve) => curvePaths(curve, frame)),
    '</g>',
    ...curves.flatMap((curve) => oddityPaths(curve, frame)),
    ...legend(named, picture.legend.length, plotBottom + bottom + 12, text, theme.text1),
    '</svg>'
  ]
  return lines.join('\n') + '\n'
}

type Write = (x: number, y: number, value: string, rest?: string) => string

function yAxis({ yName, y, theme }: Picture, frame: Frame, text: Write): string[] {
  const right = width - plot.right
  const middle = plot.top + plot.height / 2
  return [
    ...ticksOf(y, 6).flatMap((tick) => {
      const at = plot.top + plot.height - tickUnit(tick, y) * plotHeight(frame)
      return [
        `<path d="M${plot.left} ${n(at)}H${right}" stroke="${theme.grid}"/>`,
        `<path d="M${plot.left - 4} ${n(at)}H${plot.left}" stroke="${theme.axis}"/>`,
        text(plot.left - 8, at + 4, tick.label, `text-anchor="end" fill="${theme.text2}"`)
      ]
    }),
    text(14, middle, yName, `text-anchor="middle" fill="${theme.text1}" transform="rotate(-90 14 ${n(middle)})"`)
  ]
}

function xAxis({ xName, x, xKind, theme }: Picture, frame: Frame, text: Write): string[] {
  const bottom = plot.top + plot.height
  return [
    `<path d="M${plot.left} ${bottom}H${width - plot.right}" stroke="${theme.axis}"/>`,
    ...ticksOf(x, 6, xKind).flatMap((tick) => {
      const at = plot.left + tickUnit(tick, x) * plotWidth(frame)
      return [
        `<path d="M${n(at)} ${bottom}v4" stroke="${theme.axis}"/>`,
        text(at, bottom + 17, tick.label, `text-anchor="middle" fill="${theme.text2}"`)
      ]
    }),
    text(plot.left + plotWidth(frame) / 2, bottom + 34, xName, `text-anchor="middle" fill="${theme.text1}"`)
  ]
}

function curvePaths(curve: DrawnCurve, frame: Frame): string[] {
  const at = projection(frame)
  const paths: string[] = []
  if (curve.band) {
    const [first, end] = visiblePart(curve.x, 0, curve.x.length, curve.ascending, frame)
    for (const outline of bandOutlines(curve.x, curve.band, first, end, at)) {
      const d = outline.map(([x, y], i) => `${i ? 'L' : 'M'}${n(x)} ${n(y)}`).join('')
      paths.push(`<path d="${d}Z" fill="${curve.color}" fill-opacity="0.18"/>`)
    }
  }
  const pieces = piecesOf(curve)
  pieces.forEach(([from, to], i) => {
    const [first, end] = visiblePart(curve.x, from, to, curve.ascending, frame)
    const faint = i < pieces.length - 1 ? 0.35 : 1
    const draw = (values: Float64Array, opacity: number, strokeWidth: number): void => {
      for (const [start, stop, color] of coloredParts(curve, first, end)) {
        const pen = svgPen()
        trace(curve.x, values, start, stop, at, pen)
        const stroke = `stroke="${color}" stroke-width="${strokeWidth}"`
        if (pen.d) paths.push(`<path d="${pen.d}" ${stroke}${opacity < 1 ? ` stroke-opacity="${n(opacity)}"` : ''}/>`)
        for (const [x, y] of pen.dots) paths.push(`<circle cx="${n(x)}" cy="${n(y)}" r="1.8" fill="${color}"/>`)
      }
    }
    if (curve.raw) draw(curve.raw, 0.28 * faint, 0.8)
    draw(curve.y, faint, 1.4)
  })
  return paths
}

function svgPen(): { d: string; dots: [number, number][]; moveTo: Draw; lineTo: Draw; dot: Draw } {
  const pen = {
    d: '',
    dots: [] as [number, number][],
    moveTo: (x: number, y: number) => void (pen.d += `M${n(x)} ${n(y)}`),
    lineTo: (x: number, y: number) => void (pen.d += `L${n(x)} ${n(y)}`),
    dot: (x: number, y: number) => void pen.dots.push([x, y])
  }
  return pen
}
type Draw = (x: number, y: number) => void

function oddityPaths(curve: DrawnCurve, frame: Frame): string[] {
  return oddities(curve.x, curve.raw ?? curve.y, projection(frame), frame).map(({ px, kind }) => {
    const corners = oddityShape(px, kind, frame).map(([x, y]) => `${n(x)},${n(y)}`)
    return `<polygon points="${corners.join(' ')}" fill="${curve.color}"/>`
  })
}

function legend(named: Picture['legend'], total: number, top: number, text: Write, ink: string): string[] {
  const column = (width - plot.left - plot.right) / legendColumns
  const rows = named.flatMap((curve, i) => {
    const x = plot.left + (i % legendColumns) * column
    const y = top + Math.floor(i / legendColumns) * legendRow
    return [
      `<path d="M${n(x)} ${n(y - 4)}h16" stroke="${curve.color}" stroke-width="2"/>`,
      text(x + 21, y, shortened(curve.name, 24), `fill="${ink}"`)
    ]
  })
  if (total > named.length) {
    const y = top + Math.ceil(named.length / legendColumns) * legendRow
    rows.push(text(plot.left, y, `and ${total - named.length} more`, `fill="${ink}"`))
  }
  return rows
}

function shortened(name: string, most: number): string {
  return name.length <= most ? name : `${name.slice(0, most - 9)}…${name.slice(-8)}`
}

/** Two decimals are a fiftieth of a point on paper. */
function n(value: number): string {
  return String(Math.round(value * 100) / 100)
}

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  // XML knows no control characters, not even as references.
  return visible(text).replace(/[&<>"]/g, (sign) => entities[sign])
}
