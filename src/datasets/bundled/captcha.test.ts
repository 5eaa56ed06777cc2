import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Rng } from '../../numeric/rng'
import type { Split } from '../../domain/dataset'
import { CAPTCHA_BLANK, CAPTCHA_CELLS, captchaDataset, fontsOfSplits } from './captcha'
import { captchaGlyphsFile, decodeGlyphs, familyOf, GLYPH_PIXELS } from './captcha-glyphs'
import { fingerprint } from './testing/fingerprint'

const file = gunzipSync(readFileSync(new URL(`../../../resources/${captchaGlyphsFile}`, import.meta.url)))
const glyphs = decodeGlyphs(file)

/** A cell of a picture as [28, 28]. */
function cell({ inputs }: Split, example: number, place: number): Uint8Array {
  const pixels = new Uint8Array(GLYPH_PIXELS)
  for (let y = 0; y < 28; y++) {
    const start = example * 28 * 140 + y * 140 + place * 28
    pixels.set((inputs as Uint8Array).subarray(start, start + 28), y * 28)
  }
  return pixels
}

/** The letter of the picture, of all fonts, that is most like the cell (cosine); blank where there is hardly any ink. */
function nearestLetter(pixels: Uint8Array): number {
  if (pixels.reduce((sum, value) => sum + value, 0) < 1500) return CAPTCHA_BLANK
  let best = { score: -1, letter: -1 }
  for (let picture = 0; picture < glyphs.fonts.length * 10; picture++) {
    const start = picture * GLYPH_PIXELS
    let [product, squares] = [0, 0]
    for (let i = 0; i < GLYPH_PIXELS; i++) {
      const ink = glyphs.pixels[start + i]
      product += ink * pixels[i]
      squares += ink * ink
    }
    const score = product / Math.sqrt(squares)
    if (score > best.score) best = { score, letter: picture % 10 }
  }
  return best.letter
}

describe('the letters', () => {
  it('are ten each of several hundred faces, none empty', () => {
    expect(glyphs.fonts.length).toBeGreaterThan(400)
    expect(new Set(glyphs.fonts).size).toBe(glyphs.fonts.length)
    expect(new Set(glyphs.fonts.map(familyOf)).size).toBeGreaterThan(100)
    for (let start = 0; start < glyphs.pixels.length; start += GLYPH_PIXELS) {
      const ink = glyphs.pixels.subarray(start, start + GLYPH_PIXELS).reduce((sum, value) => sum + value, 0)
      expect(ink / 255 / GLYPH_PIXELS).toBeGreaterThan(0.02)
    }
  })

  it('have every package with its licence in the list beside them', () => {
    const list = readFileSync(new URL('../../../resources/captcha-fonts.md', import.meta.url), 'utf8')
    const rows = list.split('\n').filter((line) => line.startsWith('| fonts-'))
    const faces = rows.map((row) => Number(row.split('|')[4]))
    expect(faces.reduce((sum, count) => sum + count)).toBe(glyphs.fonts.length)
    const licences =
      /SIL Open Font License 1.1|Apache License 2.0|Bitstream Vera licence|GUST Font License|public domain/
    for (const row of rows) expect(row).toMatch(licences)
  })

  const changed = (at: number, value: number): Uint8Array => {
    const bytes = new Uint8Array(file)
    bytes[at] = value
    return bytes
  }
  const bad: [string, Uint8Array, string][] = [
    ['an empty file', new Uint8Array(), 'it does not begin with PSGLYPHS.'],
    ['another file', changed(0, 0), 'it does not begin with PSGLYPHS.'],
    ['a newer file', changed(8, 2), 'its version is 2, not 1.'],
    ['a cut header', file.subarray(0, 200), 'it ends inside its header.'],
    ['a broken header', changed(16, 0), 'its header is no list of fonts.'],
    ['cut pixels', file.subarray(0, -1), `pixels, ${glyphs.pixels.length - 1} are there.`]
  ]
  it.each(bad)('are refused from %s', (_, bytes, message) => {
    expect(() => decodeGlyphs(bytes)).toThrow(message)
    expect(() => decodeGlyphs(bytes)).toThrow('The letters file captcha-glyphs.bin.gz is damaged: ')
  })
})

describe('captchas', () => {
  const options = { train: 600, validation: 200, unseenFonts: true, noise: 0 }

  it('have letters in the first cells and blanks after them, lengths and letters evenly', () => {
    const data = captchaDataset(glyphs, { ...options, train: 3000 }, new Rng(1))
    expect([data.inputShape, data.classes, data.heads?.length]).toEqual([[28, 140, 1], 11, 5])
    expect(data.classNames).toEqual([...'ABCDEFGHIJ', 'blank'])
    const lengths = new Array(6).fill(0)
    const letters = new Array(11).fill(0)
    for (let i = 0; i < 3000; i++) {
      const labels = [...data.train.labels.subarray(i * CAPTCHA_CELLS, (i + 1) * CAPTCHA_CELLS)]
      const length = labels.indexOf(CAPTCHA_BLANK) < 0 ? 5 : labels.indexOf(CAPTCHA_BLANK)
      expect(labels.slice(length)).toEqual(new Array(5 - length).fill(CAPTCHA_BLANK))
      lengths[length]++
      for (const letter of labels) letters[letter]++
    }
    // Five standard deviations of 600 in 3,000 are 110, of 900 in 9,000 are 142.
    expect(lengths[0]).toBe(0)
    for (const count of lengths.slice(1)) expect(Math.abs(count - 600)).toBeLessThan(110)
    for (const count of letters.slice(0, 10)) expect(Math.abs(count - 900)).toBeLessThan(142)
  })

  it('show what their labels say: a reader that takes the nearest of all letters is right most of the time', () => {
    const { train } = captchaDataset(glyphs, { ...options, train: 25 }, new Rng(2))
    const right = { letters: 0, blanks: 0 }
    const total = { letters: 0, blanks: 0 }
    train.labels.forEach((label, at) => {
      const kind = label === CAPTCHA_BLANK ? 'blanks' : 'letters'
      total[kind]++
      if (nearestLetter(cell(train, Math.floor(at / CAPTCHA_CELLS), at % CAPTCHA_CELLS)) === label) right[kind]++
    })
    expect(right.blanks / total.blanks).toBeGreaterThan(0.98)
    // Moved and scaled letters; guessing would be right in one of ten.
    expect(right.letters / total.letters).toBeGreaterThan(0.75)
  })

  it('validate on whole families that training never sees, or on all', () => {
    const { train, validation } = fontsOfSplits(glyphs, true, new Rng(3))
    expect(train.length + validation.length).toBe(glyphs.fonts.length)
    const families = (faces: number[]) => new Set(faces.map((face) => familyOf(glyphs.fonts[face])))
    expect([...families(validation)].filter((family) => families(train).has(family))).toEqual([])
    expect(families(validation).size / (families(train).size + families(validation).size)).toBeCloseTo(0.2, 2)
    const mixed = fontsOfSplits(glyphs, false, new Rng(3))
    expect(mixed.train).toEqual(mixed.validation)
    expect(() => fontsOfSplits({ fonts: ['A / x', 'A / y'] }, true, new Rng(1))).toThrow('at least two font families')
  })

  it('draw letters only from the fonts of their split', () => {
    // Two families that cannot be confused: one all ink, one half of it.
    const pixels = new Uint8Array(2 * 10 * GLYPH_PIXELS).fill(255)
    pixels.fill(100, 10 * GLYPH_PIXELS)
    const two = { fonts: ['Full / a', 'Half / b'], letters: glyphs.letters, pixels }
    const { train, validation } = captchaDataset(two, options, new Rng(4))
    const brightest = ({ inputs }: Split) => (inputs as Uint8Array).reduce((most, value) => Math.max(most, value), 0)
    expect([brightest(train), brightest(validation)].sort()).toEqual([100, 255])
  })

  it('have as much noise as asked for', () => {
    const split = { ...options, train: 60, validation: 0 }
    const noisy = captchaDataset(glyphs, { ...split, noise: 0.1 }, new Rng(5)).train
    // Noise on paper is cut at 0: half of a bell, whose mean is sigma / sqrt(2 pi).
    const blanks = Array.from(noisy.labels, (label, at) => ({ label, at })).filter(({ label, at }) => {
      return label === CAPTCHA_BLANK && (at % CAPTCHA_CELLS === 0 || noisy.labels[at - 1] === CAPTCHA_BLANK)
    })
    const values = blanks.flatMap(({ at }) => [...cell(noisy, Math.floor(at / CAPTCHA_CELLS), at % CAPTCHA_CELLS)])
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean / 255).toBeCloseTo(0.1 / Math.sqrt(2 * Math.PI), 2)
  })

  it('stay what they are', () => {
    const { train, validation } = captchaDataset(
      glyphs,
      { ...options, train: 20, validation: 10, noise: 0.1 },
      new Rng(1)
    )
    expect([train, validation].map(({ inputs, labels }) => [fingerprint(inputs), fingerprint(labels)])).toEqual([
      ['51acf6c53f2fc463', 'd51f39612a8f3f20'],
      ['8ef3e9ecb15f2a21', '90f543871c8e7b49']
    ])
  })
})
