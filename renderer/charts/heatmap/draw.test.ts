import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildColorMap, parseHex } from '../color-map'
import { edgeLabel, lineTones, strengthOutside } from './draw'

const tokens = readFileSync(new URL('../../styles/tokens.css', import.meta.url), 'utf8')
const light = tokens.indexOf("\n[data-theme='light'] {")
/** The value of a token in a theme; what the light one does not say is of both. */
function token(name: string, theme: 'dark' | 'light'): string {
  const found = (text: string): string | undefined => new RegExp(`--${name}: (#\\w+);`).exec(text)?.[1]
  return (theme === 'light' ? found(tokens.slice(light)) : undefined) ?? found(tokens)!
}

/** Relative luminance and contrast, WCAG 2.2. */
function luminance(rgb: readonly number[]): number {
  const [r, g, b] = rgb.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a: readonly number[], b: readonly number[]): number {
  const [dark, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (bright + 0.05) / (dark + 0.05)
}

describe.each(['dark', 'light'] as const)('in the %s theme', (theme) => {
  it('a line over the map is told from every colour that may lie below it, and from its own casing', () => {
    const stops = Array.from({ length: 17 }, (_, i) => token(`seq-${String(i).padStart(2, '0')}`, theme))
    const { rgb } = buildColorMap(stops)
    const below = Array.from({ length: 256 }, (_, i) => [...rgb.subarray(i * 3, i * 3 + 3)].map((byte) => byte / 255))
    below.push(...['hm-zero', 'hm-nan', 'hm-nan-hatch', 'surface-0'].map((name) => parseHex(token(name, theme))))
    const { line, casing } = lineTones({ text1: token('text-1', theme), surface0: token('surface-0', theme) })
    const tones = [parseHex(line), parseHex(casing)]
    expect(contrast(tones[0], tones[1])).toBeGreaterThan(7)
    for (const color of below) {
      expect(Math.max(...tones.map((tone) => contrast(tone, color)))).toBeGreaterThan(3)
    }
    // Where most values are, the line itself is seen and not its casing.
    const densest = below[theme === 'dark' ? 255 : 0]
    expect(contrast(tones[0], densest)).toBeGreaterThan(7)
  })
})

it('rows outside are stronger for more, and seen for the least', () => {
  expect(strengthOutside(0, 0.5)).toBe(0)
  expect(strengthOutside(Number.NaN, 0.5)).toBe(0)
  expect(strengthOutside(0.5, 0.5)).toBe(1)
  expect(strengthOutside(0.005, 0.5)).toBeCloseTo(1 - 0.75 / 2, 12)
  expect(strengthOutside(1e-9, 0.5)).toBe(0.25)
})

it('edges have the digits that their distance asks for', () => {
  expect([edgeLabel(-0.09812, 3.3), edgeLabel(3.2049, 3.3)]).toEqual(['−0.1', '3.2'])
  expect([edgeLabel(8, 12), edgeLabel(-0.09812, 0.2)]).toEqual(['8', '−0.098'])
  expect([edgeLabel(12_345_678, 3e7), edgeLabel(0, 0), edgeLabel(Infinity, Infinity)]).toEqual([
    '12.3\u2009M',
    '0',
    'infinite'
  ])
})
