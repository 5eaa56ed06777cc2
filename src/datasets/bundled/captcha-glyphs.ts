/** The letters that captchas are made of: the file that scripts/make-captcha-glyphs.mjs writes. */

/** In the application's resource folder, gzipped. */
export const captchaGlyphsFile = 'captcha-glyphs.bin.gz'
export const captchaLetters = 'ABCDEFGHIJ'
/** Edge of a letter's picture in pixels. */
export const GLYPH_SIZE = 28
export const GLYPH_PIXELS = GLYPH_SIZE * GLYPH_SIZE

export interface GlyphSet {
  /** `Family / Style` of each face. */
  fonts: string[]
  letters: typeof captchaLetters
  /** [fonts, letters, 28, 28], 0 paper to 255 ink. */
  pixels: Uint8Array
}

const MAGIC = 'PSGLYPHS'
const VERSION = 1
const HEADER_START = 16

/** @param bytes the unpacked file. Throws an Error that says what is wrong with it. */
export function decodeGlyphs(bytes: Uint8Array): GlyphSet {
  const damaged = (what: string): Error => new Error(`The letters file ${captchaGlyphsFile} is damaged: ${what}.`)
  const text = (from: number, to: number): string => new TextDecoder().decode(bytes.subarray(from, to))
  if (bytes.length < HEADER_START || text(0, MAGIC.length) !== MAGIC) throw damaged(`it does not begin with ${MAGIC}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint32(8, true)
  if (version !== VERSION) throw damaged(`its version is ${version}, not ${VERSION}`)
  const start = HEADER_START + view.getUint32(12, true)
  if (start > bytes.length) throw damaged('it ends inside its header')
  const header = parsed(text(HEADER_START, start))
  if (header === null) throw damaged('its header is no list of fonts')
  if (header.letters !== captchaLetters || header.size !== GLYPH_SIZE) {
    throw damaged(
      `it holds letters "${header.letters}" of ${header.size} pixels, not "${captchaLetters}" of ${GLYPH_SIZE}`
    )
  }
  const expected = header.fonts.length * captchaLetters.length * GLYPH_PIXELS
  if (bytes.length - start !== expected) {
    throw damaged(`${header.fonts.length} fonts need ${expected} pixels, ${bytes.length - start} are there`)
  }
  return { fonts: header.fonts, letters: captchaLetters, pixels: bytes.subarray(start) }
}

/** What is before the slash of a face's name: faces of one family look alike. */
export function familyOf(font: string): string {
  return font.split(' / ', 1)[0]
}

function parsed(json: string): { letters: unknown; size: unknown; fonts: string[] } | null {
  try {
    const { letters, size, fonts } = JSON.parse(json) as { letters: unknown; size: unknown; fonts: unknown }
    return Array.isArray(fonts) && fonts.every((font) => typeof font === 'string') ? { letters, size, fonts } : null
  } catch {
    return null
  }
}
