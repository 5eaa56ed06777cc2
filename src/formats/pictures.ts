/** Pictures in PNG, JPEG, WebP, GIF, TIFF and BMP files as bytes: https://www.libvips.org decodes all but the last. */
import type Vips from 'wasm-vips'
import type { Pixels } from '../domain/arrays'
import { bmpSize, decodeBmp, isBmp } from './bmp'
import { FormatError } from './format-error'

/** More pixels than this are no training example but a mistake or an attack. */
const mostPixels = 100_000_000

export interface PictureSize {
  width: number
  height: number
}

export interface Picture extends Pixels {
  /** [height x width], 0 lets everything through; null where the picture covers all. */
  alpha: Uint8Array | null
}

export const pictureKinds = 'png, jpg, webp, gif, tiff, bmp'

export function isPictureName(name: string): boolean {
  return /\.(png|jpe?g|jpe|jfif|webp|gif|tiff?|bmp|dib)$/i.test(name)
}

/** Width and height from the file's header, turned as the camera says (EXIF). @throws FormatError */
export async function pictureSize(bytes: Uint8Array, name: string): Promise<PictureSize> {
  return decoding(bytes, name, async () => {
    if (isBmp(bytes)) return checked(bmpSize(bytes), bytes)
    return using(await opened(bytes), ({ width, height }) => ({ width, height }))
  })
}

/**
 * 8-bit gray, or red, green and blue: the first picture of several, turned as the camera says, 16 bits scaled to 8, inks (CMYK) on
 * white, colour profiles not applied.
 * @throws FormatError
 */
export async function decodePicture(bytes: Uint8Array, name: string): Promise<Picture> {
  return decoding(bytes, name, async () => {
    if (isBmp(bytes)) {
      checked(bmpSize(bytes), bytes)
      return { ...decodeBmp(bytes), alpha: null }
    }
    return using(await opened(bytes), pixelsOf)
  })
}

type Image = Vips.Image

let loaded: Promise<typeof Vips> | null = null

/** The decoder, which each thread loads once and only when there is a picture. */
function decoder(): Promise<typeof Vips> {
  loaded ??= (async () => {
    const { default: load } = await import('wasm-vips')
    // Warnings are not for the terminal: what is damaged is said of the file.
    const vips = await load({
      dynamicLibraries: [],
      preRun: (module) => {
        Object.assign(module.ENV, { VIPS_WARNING: '1' })
      }
    })
    vips.blockUntrusted(true)
    // Pictures are read once each.
    vips.Cache.max(0)
    vips.concurrency(1)
    return vips
  })()
  return loaded
}

async function opened(bytes: Uint8Array): Promise<Image> {
  if (!isKnown(bytes)) throw new Unknown()
  const vips = await decoder()
  const image = vips.Image.newFromBuffer(bytes, '', { fail_on: isTiff(bytes) ? 'error' : 'truncated' })
  return using(image, (raw) => {
    checked(raw, bytes)
    return raw.autorot()
  })
}

function pixelsOf(image: Image): Picture {
  const { width, height, bands, format } = image
  const wanted = ['uchar', 'ushort'].includes(format)
  if (!wanted) throw new Error(`it holds values of the type "${format}"; pictures of 8 or 16 bits are read`)
  const isCmyk = image.interpretation === 'cmyk'
  if (isCmyk ? bands !== 4 : bands < 1 || bands > 4) throw new Error(`it has ${bands} channels`)
  const raw = image.writeToMemory()
  const values = raw instanceof Uint16Array ? scaledTo8(raw) : (raw as Uint8Array)
  if (isCmyk) return { width, height, channels: 3, data: fromInks(values), alpha: null }
  const channels = bands >= 3 ? 3 : 1
  if (channels === bands) return { width, height, channels, data: values, alpha: null }
  const count = width * height
  const [data, alpha] = [new Uint8Array(count * channels), new Uint8Array(count)]
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < channels; c++) data[i * channels + c] = values[i * bands + c]
    alpha[i] = values[i * bands + channels]
  }
  return { width, height, channels, data, alpha }
}

/** 65535 is as bright as 255. */
function scaledTo8(values: Uint16Array): Uint8Array {
  return Uint8Array.from(values, (value) => Math.round(value / 257))
}

/** Each ink takes its share of what black leaves, as Pillow converts: value (1 - black) (1 - ink). */
function fromInks(inks: Uint8Array): Uint8Array {
  const result = new Uint8Array((inks.length / 4) * 3)
  for (let i = 0; i < inks.length / 4; i++) {
    const left = 255 - inks[i * 4 + 3]
    for (let c = 0; c < 3; c++) result[i * 3 + c] = Math.round((left * (255 - inks[i * 4 + c])) / 255)
  }
  return result
}

/** What the decoder holds lies outside of JavaScript's memory and must be given back. */
function using<T>(image: Image, work: (image: Image) => T): T {
  try {
    return work(image)
  } finally {
    image.delete()
  }
}

/**
 * The most pixels that a byte of a JPEG file can stand for: the component of full size has a block for each 8 x 8 of them,
 * and a block takes one bit at least, that of its mean. A frame that claims more is damaged, and would only cost its memory.
 */
const pixelsPerJpegByte = 8 * 8 * 8

function checked<T extends PictureSize>(size: T, bytes: Uint8Array): T {
  const { width, height } = size
  if (width * height > mostPixels || width * height === 0) throw new Unusable(width, height)
  if (isJpeg(bytes) && width * height > Math.max(256, pixelsPerJpegByte * bytes.length))
    throw new Error(`${bytes.length} bytes are too few for ${width} x ${height} pixels`)
  return size
}

class Unknown extends Error {}
class Unusable extends Error {
  constructor(width: number, height: number) {
    super(`is ${width} x ${height} pixels, which is no usable size. Remove or scale it.`)
  }
}

async function decoding<T>(bytes: Uint8Array, name: string, work: () => Promise<T>): Promise<T> {
  if (bytes.length === 0) throw new FormatError(name, null, 'is empty. Save it again or remove it.')
  try {
    return await work()
  } catch (error) {
    if (error instanceof Unknown) {
      const text = `is no picture of the kinds that are read (${pictureKinds}). Save it as one of these or remove it.`
      throw new FormatError(name, null, text)
    }
    if (error instanceof Unusable) throw new FormatError(name, null, error.message)
    throw new FormatError(name, null, `cannot be decoded (${reasonOf(error)}). Save it again or remove it.`)
  }
}

/** What the decoder says is of its own functions; sentences here are of the file. */
function reasonOf(error: unknown): string {
  const { message, constructor } = error as Error
  return constructor === Error && !/vips|undefined/.test(message) ? message : 'it is cut off or damaged'
}

function isKnown(bytes: Uint8Array): boolean {
  return isPng(bytes) || isJpeg(bytes) || isWebp(bytes) || isGif(bytes) || isTiff(bytes)
}

function begins(bytes: Uint8Array, ...values: number[]): boolean {
  return values.every((value, i) => bytes[i] === value)
}

function isPng(bytes: Uint8Array): boolean {
  return begins(bytes, 0x89, 0x50, 0x4e, 0x47)
}

function isJpeg(bytes: Uint8Array): boolean {
  return begins(bytes, 0xff, 0xd8, 0xff)
}

function isWebp(bytes: Uint8Array): boolean {
  return begins(bytes, 0x52, 0x49, 0x46, 0x46) && begins(bytes.subarray(8), 0x57, 0x45, 0x42, 0x50)
}

function isGif(bytes: Uint8Array): boolean {
  return begins(bytes, 0x47, 0x49, 0x46, 0x38)
}

function isTiff(bytes: Uint8Array): boolean {
  return begins(bytes, 0x49, 0x49, 0x2a, 0) || begins(bytes, 0x4d, 0x4d, 0, 0x2a)
}
