/** The little SVG that the figures of a report need: strings, no DOM, readable on white and on dark pages. */
import { visible } from '../../text/visible'

/** State colours, as in the application's tokens. Index 0 is colour 1. */
export const STATE_COLORS = [
  ...['#95849c', '#d0750a', '#3c91ed', '#be346d', '#6f9963', '#705cb8', '#7f672f', '#087b73'],
  ...['#d461e0', '#317d01', '#fe4f75', '#8a70fc', '#b74506', '#17a92a', '#ac38b8', '#875870']
]
export const STATE_TEXT = [
  ...['#0b0c0e', '#0b0c0e', '#0b0c0e', '#ffffff', '#0b0c0e', '#ffffff', '#ffffff', '#ffffff'],
  ...['#0b0c0e', '#ffffff', '#0b0c0e', '#0b0c0e', '#ffffff', '#0b0c0e', '#ffffff', '#ffffff']
]
export const INK = '#1b1d21'
export const QUIET = '#6b7078'
export const RULE = '#d9dce1'
export const SURFACE = '#ffffff'

export type Attributes = Record<string, string | number | undefined>

export function escape(text: string): string {
  // XML knows no control characters, not even as references.
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** One element; numbers with at most two decimals. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const parts = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? Number(value.toFixed(2)) : escape(String(value))}"`)
  return content === '' ? `<${name}${parts.join('')}/>` : `<${name}${parts.join('')}>${content}</${name}>`
}

export function text(
  x: number,
  y: number,
  content: string,
  options: { anchor?: 'start' | 'middle' | 'end'; color?: string; size?: number; bold?: boolean; rotate?: number } = {}
): string {
  const { anchor = 'start', color = INK, size = 12, bold = false, rotate } = options
  return element(
    'text',
    {
      x,
      y,
      fill: color,
      'font-size': size,
      'text-anchor': anchor === 'start' ? undefined : anchor,
      'font-weight': bold ? 600 : undefined,
      transform: rotate ? `rotate(${rotate} ${x} ${y})` : undefined
    },
    escape(content)
  )
}

export function line(x1: number, y1: number, x2: number, y2: number, options: Attributes = {}): string {
  return element('line', { x1, y1, x2, y2, stroke: RULE, ...options })
}

export function polyline(points: readonly (readonly [number, number])[], options: Attributes = {}): string {
  const path = points.map(([x, y]) => `${Number(x.toFixed(1))},${Number(y.toFixed(1))}`).join(' ')
  return element('polyline', { points: path, fill: 'none', stroke: INK, 'stroke-linejoin': 'round', ...options })
}

export function figure(width: number, height: number, title: string, content: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    ` font-family="Inter, system-ui, sans-serif" role="img" aria-label="${escape(title)}">`,
    element('rect', { width, height, rx: 6, fill: SURFACE }),
    ...content,
    '</svg>\n'
  ].join('\n')
}

/** At most about `count` round ticks from low to high. */
export function ticks(low: number, high: number, count: number): number[] {
  const span = high - low
  if (!(span > 0)) return [low]
  const magnitude = 10 ** Math.floor(Math.log10(span / count))
  const step = [1, 2, 5, 10].map((n) => n * magnitude).find((candidate) => span / candidate <= count) ?? span
  const out: number[] = []
  for (let tick = Math.ceil(low / step - 1e-9) * step; tick <= high + step * 1e-6; tick += step)
    out.push(Number(tick.toPrecision(12)))
  return out
}

/** A number on an axis. */
export function tickText(value: number): string {
  const size = Math.abs(value)
  const short = size >= 1e6 ? `${value / 1e6}M` : size >= 1e4 ? `${value / 1e3}k` : String(value)
  return short.replace('-', '\u2212')
}
