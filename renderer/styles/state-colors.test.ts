/** What tokens.css promises of the colours of states, and that everybody means the same ones. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { STATE_COLORS, STATE_TEXT } from '../../src/analysis/report/svg'
import { strongestShare } from '../pages/analyze/phases/signed-fill'
import { mostStates } from '../../src/domain/states'

const css = readFileSync('renderer/styles/tokens.css', 'utf8')
const tokens = (name: string): string[] =>
  [...css.matchAll(new RegExp(`--${name}: (#[0-9a-f]{6})`, 'g'))].map(([, hex]) => hex)
const all = (suffix: string): string[] =>
  Array.from({ length: mostStates }, (_, i) => tokens(`state-${i + 1}${suffix}`)[0])

const channels = (hex: string): number[] => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)

/** WCAG 2. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const [red, green, blue] = channels(hex).map(linear)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}

/** OKLab (Ottosson 2020). */
function lab(hex: string): number[] {
  const [red, green, blue] = channels(hex).map(linear)
  const [l, m, s] = [
    0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue,
    0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue,
    0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue
  ].map(Math.cbrt)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s
  ]
}

/** What color-mix(in srgb, one share%, other) makes. */
function mixed(one: string, other: string, share: number): string {
  const [a, b] = [channels(one), channels(other)]
  const hex = a.map((value, i) => Math.round(255 * ((value * share) / 100 + b[i] * (1 - share / 100))))
  return `#${hex.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

describe('text', () => {
  it('has 4.5:1 on every surface of both themes', () => {
    for (const theme of [0, 1])
      for (const text of ['text-1', 'text-2', 'text-3', 'accent', 'danger', 'warn', 'ok'])
        for (const surface of ['surface-0', 'surface-1', 'surface-2', 'accent-quiet'])
          expect(
            contrast(tokens(text)[theme], tokens(surface)[theme]),
            `${text} on ${surface}, ${['dark', 'light'][theme]}`
          ).toBeGreaterThanOrEqual(4.5)
  })

  it('has it on the strongest colour of a z-score', () => {
    for (const theme of [0, 1])
      for (const sign of ['neg', 'pos'])
        expect(
          contrast(tokens('text-1')[theme], mixed(tokens(sign)[theme], tokens('surface-1')[theme], strongestShare))
        ).toBeGreaterThanOrEqual(4.5)
  })
})

describe('colours of states', () => {
  const colors = all('')

  it('are as many as a fit may have states, in the window and in reports', () => {
    expect(colors).toHaveLength(mostStates)
    expect(STATE_COLORS).toEqual(colors)
    expect(STATE_TEXT).toEqual(all('-on'))
  })

  it('stand out from the panels of both themes, and their numbers from them', () => {
    const panels = tokens('surface-1')
    expect(panels).toHaveLength(2)
    for (const color of colors) for (const panel of panels) expect(contrast(color, panel)).toBeGreaterThanOrEqual(3)
    colors.forEach((color, i) => expect(contrast(color, all('-on')[i])).toBeGreaterThanOrEqual(4.5))
  })

  it('are told apart', () => {
    for (let i = 0; i < colors.length; i++)
      for (let j = 0; j < i; j++) {
        const [a, b] = [lab(colors[i]), lab(colors[j])]
        expect(
          Math.hypot(...a.map((value, k) => value - b[k])),
          `${colors[i]} and ${colors[j]}`
        ).toBeGreaterThanOrEqual(0.11)
      }
  })
})
