/** Pictures of one to five letters side by side, each in a font of its own, to be read letter by letter. */
import type { Rng } from '../../numeric/rng'
import type { Dataset, Split } from '../../domain/dataset'
import { captchaLetters, familyOf, GLYPH_PIXELS, GLYPH_SIZE, type GlyphSet } from './captcha-glyphs'
import { nearlyNormal } from './noise'

export const CAPTCHA_CELLS = 5
/** The class of a cell without a letter. */
export const CAPTCHA_BLANK = captchaLetters.length

export interface CaptchaOptions {
  train: number
  validation: number
  /** Whether validation takes its letters from font families that training never sees. */
  unseenFonts: boolean
  /** Standard deviation of the noise in every pixel, as a share of the range from paper to ink. */
  noise: number
}

const WIDTH = CAPTCHA_CELLS * GLYPH_SIZE
const VALIDATION_SHARE = 0.2
/** Letters are scaled by a factor between these, and moved by up to so many pixels along each axis. */
const SCALE = { from: 0.8, to: 1.05 }
const MOST_SHIFT = 2

/**
 * Bytes [N, 28, 140, 1] and labels [N, 5], 0 to 9 for A to J and 10 for blank; lengths are uniform in 1 to 5, letters are
 * in the first cells. After the sequences of notMNIST letters in the manner of Goodfellow et al. 2013, "Multi-digit Number
 * Recognition from Street View Imagery". `rng` draws the fonts, the training and then the validation examples.
 */
export function captchaDataset(glyphs: GlyphSet, options: CaptchaOptions, rng: Rng): Dataset {
  const fonts = fontsOfSplits(glyphs, options.unseenFonts, rng)
  const draw = (count: number, faces: number[]): Split => {
    const inputs = new Uint8Array(count * GLYPH_SIZE * WIDTH)
    const labels = new Int32Array(count * CAPTCHA_CELLS).fill(CAPTCHA_BLANK)
    for (let i = 0; i < count; i++) {
      const picture = inputs.subarray(i * GLYPH_SIZE * WIDTH, (i + 1) * GLYPH_SIZE * WIDTH)
      const length = 1 + rng.integer(CAPTCHA_CELLS)
      for (let place = 0; place < length; place++) {
        const letter = rng.integer(captchaLetters.length)
        const at = (faces[rng.integer(faces.length)] * captchaLetters.length + letter) * GLYPH_PIXELS
        drawLetter(glyphs.pixels.subarray(at, at + GLYPH_PIXELS), picture, place * GLYPH_SIZE, rng)
        labels[i * CAPTCHA_CELLS + place] = letter
      }
      if (options.noise > 0) addNoise(picture, options.noise, rng)
    }
    return { inputs, labels, count }
  }
  return {
    inputShape: [GLYPH_SIZE, WIDTH, 1],
    classes: captchaLetters.length + 1,
    classNames: [...captchaLetters, 'blank'],
    heads: Array.from({ length: CAPTCHA_CELLS }, (_, i) => `letter ${i + 1}`),
    train: draw(options.train, fonts.train),
    validation: draw(options.validation, fonts.validation)
  }
}

/** Indices of the faces of each split: a fifth of the families to validate where they are to be unseen, else all for both. */
export function fontsOfSplits(
  { fonts }: Pick<GlyphSet, 'fonts'>,
  unseenFonts: boolean,
  rng: Rng
): { train: number[]; validation: number[] } {
  const all = fonts.map((_, i) => i)
  if (!unseenFonts) return { train: all, validation: all }
  const families = [...new Set(fonts.map(familyOf))]
  if (families.length < 2) throw new Error('Validation on unseen fonts needs at least two font families.')
  const order = rng.shuffle(Uint32Array.from(families, (_, i) => i))
  const held = Math.max(1, Math.round(VALIDATION_SHARE * families.length))
  const unseen = new Set(Array.from(order.subarray(0, held), (i) => families[i]))
  const isUnseen = (face: number): boolean => unseen.has(familyOf(fonts[face]))
  return { train: all.filter((face) => !isUnseen(face)), validation: all.filter(isUnseen) }
}

/** Draws a letter into a cell of a picture [28, 140], scaled and moved at random; what is outside of the picture is cut. */
function drawLetter(letter: Uint8Array, picture: Uint8Array, left: number, rng: Rng): void {
  const scale = SCALE.from + (SCALE.to - SCALE.from) * rng.uniform()
  const middle = (GLYPH_SIZE - 1) / 2
  const dx = MOST_SHIFT * (2 * rng.uniform() - 1)
  const dy = MOST_SHIFT * (2 * rng.uniform() - 1)
  const from = Math.max(-MOST_SHIFT, -left)
  const to = Math.min(GLYPH_SIZE + MOST_SHIFT, WIDTH - left)
  for (let y = 0; y < GLYPH_SIZE; y++) {
    const sourceY = (y - middle - dy) / scale + middle
    const y0 = Math.floor(sourceY)
    if (y0 < -1 || y0 >= GLYPH_SIZE) continue
    const fy = sourceY - y0
    for (let x = from; x < to; x++) {
      const sourceX = (x - middle - dx) / scale + middle
      const x0 = Math.floor(sourceX)
      if (x0 < -1 || x0 >= GLYPH_SIZE) continue
      const fx = sourceX - x0
      const upper = y0 < 0 ? 0 : between(letter, y0 * GLYPH_SIZE, x0, fx)
      const lower = y0 + 1 >= GLYPH_SIZE ? 0 : between(letter, (y0 + 1) * GLYPH_SIZE, x0, fx)
      const value = Math.round(upper * (1 - fy) + lower * fy)
      const at = y * WIDTH + left + x
      if (value > picture[at]) picture[at] = value
    }
  }
}

/** The brightness at the share `fx` of the way from column `x` to the next one; paper outside of the letter. */
function between(letter: Uint8Array, row: number, x: number, fx: number): number {
  return (x < 0 ? 0 : letter[row + x] * (1 - fx)) + (x + 1 >= GLYPH_SIZE ? 0 : letter[row + x + 1] * fx)
}

function addNoise(picture: Uint8Array, deviation: number, rng: Rng): void {
  for (let i = 0; i < picture.length; i++) {
    const value = Math.round(picture[i] + 255 * deviation * nearlyNormal(rng))
    picture[i] = value < 0 ? 0 : value > 255 ? 255 : value
  }
}
