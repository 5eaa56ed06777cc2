/** Pictures in PNG and JPEG files as bytes, and pictures in another size. */
import { decode as decodePng } from 'fast-png'
import { decode as decodeJpeg } from 'jpeg-js'
import type { Pixels } from '../training/types'
import { FormatError } from './format-error'
import { inflatePieces, megabytes, mostDeflated, TooMuch } from './inflate'

/** More pixels than this are no training example but a mistake or an attack. */
const mostPixels = 100_000_000

export interface PictureSize {
  width: number
  height: number
}

export function isPictureName(name: string): boolean {
  return /\.(png|jpe?g)$/i.test(name)
}

/** Width and height from the file's header. @throws FormatError */
export function pictureSize(bytes: Uint8Array, name: string): PictureSize {
  const size = isPng(bytes) ? pngSize(bytes) : isJpeg(bytes) ? jpegSize(bytes) : null
  if (size === null) throw notAPicture(name)
  if (size.width * size.height > mostPixels || size.width * size.height === 0) {
    throw new FormatError(
      name,
      null,
      `is ${size.width} x ${size.height} pixels, which is no usable size. Remove or scale it.`
    )
  }
  return size
}

/** 8-bit gray or red, green and blue; transparency is dropped, 16-bit values lose their lower byte. @throws FormatError */
export async function decodePicture(bytes: Uint8Array, name: string): Promise<Pixels> {
  const size = pictureSize(bytes, name)
  try {
    return isPng(bytes) ? pngPixels(await plainPng(bytes)) : jpegPixels(bytes, size)
  } catch (error) {
    // A decoder that stumbles tells of its own variables.
    const { message, constructor } = error as Error
    const why = constructor === Error && !message.includes('undefined') ? message : 'its data are damaged'
    throw new FormatError(name, null, `cannot be decoded (${why}). Save it again or remove it.`)
  }
}

/** The picture with this size: each new pixel is the mean of the area that it covers. */
export function resizePicture(picture: Pixels, { width, height }: PictureSize): Pixels {
  if (picture.width === width && picture.height === height) return picture
  const { channels } = picture
  const data = new Uint8Array(width * height * channels)
  const [columns, rows] = [shares(picture.width, width), shares(picture.height, height)]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0
        for (const row of rows[y]) {
          for (const column of columns[x]) {
            sum += row.share * column.share * picture.data[(row.at * picture.width + column.at) * channels + c]
          }
        }
        data[(y * width + x) * channels + c] = Math.round(sum)
      }
    }
  }
  return { width, height, channels, data }
}

/** With three channels a gray picture repeats its own; with one, a coloured one becomes its luma (ITU-R BT.601). */
export function withChannels(picture: Pixels, channels: Pixels['channels']): Pixels {
  if (picture.channels === channels) return picture
  const { width, height, data } = picture
  const result = new Uint8Array(width * height * channels)
  for (let i = 0; i < width * height; i++) {
    if (channels === 3) result.fill(data[i], i * 3, i * 3 + 3)
    else result[i] = Math.round(0.299 * data[i * 3] + 0.587 * data[i * 3 + 1] + 0.114 * data[i * 3 + 2])
  }
  return { width, height, channels, data: result }
}

/** For each of `to` new cells the old cells that it covers, with shares that sum to 1. */
function shares(from: number, to: number): { at: number; share: number }[][] {
  return Array.from({ length: to }, (_, cell) => {
    const [start, end] = [(cell * from) / to, ((cell + 1) * from) / to]
    const covered: { at: number; share: number }[] = []
    for (let at = Math.floor(start); at < Math.min(from, Math.ceil(end)); at++) {
      covered.push({ at, share: (Math.min(end, at + 1) - Math.max(start, at)) / (end - start) })
    }
    return covered
  })
}

/** Chunks that pixels are made of. Profiles, texts and further pictures, each packed in its own way, are left out. */
const pixelChunks = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND'])

/**
 * The same picture with nothing but its pixels, once it is sure that no more of them come out than its header says.
 * Chunks: 4 bytes length, 4 letters, content, 4 bytes CRC. https://www.w3.org/TR/png-3/#5Chunk-layout
 */
async function plainPng(bytes: Uint8Array): Promise<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kept: Uint8Array[] = [bytes.subarray(0, 8)]
  const packed: Uint8Array[] = []
  for (let at = 8; at < bytes.length;) {
    if (at + 12 > bytes.length) throw new Error('it is cut off')
    const end = at + 12 + view.getUint32(at)
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (end > bytes.length) throw new Error(`it is cut off in its part ${printable(kind)}`)
    if (pixelChunks.has(kind)) kept.push(bytes.subarray(at, end))
    if (kind === 'IDAT') packed.push(bytes.subarray(at + 8, end - 4))
    if (kind === 'IEND') break
    at = end
  }
  const [width, height, depth] = [view.getUint32(16), view.getUint32(20), bytes[24]]
  // Four channels at most, a byte before each row, and the small rows of an interlaced picture.
  const limit = 2 * height * (1 + Math.ceil((width * 4 * Math.min(16, depth)) / 8)) + 65536
  const stream = joined(packed)
  if (stream.length * mostDeflated > limit) {
    try {
      await inflatePieces(stream, 'deflate', limit, () => undefined)
    } catch (error) {
      if (!(error instanceof TooMuch)) throw new Error('its pixels cannot be unpacked', { cause: error })
      throw new Error(`its ${width} x ${height} pixels unpack to more than ${megabytes(limit)}`, { cause: error })
    }
  }
  return joined(kept)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    result.set(part, at)
    at += part.length
  }
  return result
}

function printable(kind: string): string {
  return kind.replace(/[^A-Za-z]/g, '?')
}

function pngPixels(bytes: Uint8Array): Pixels {
  const { width, height, data, channels, depth, palette } = decodePng(bytes)
  const values = depth === 16 ? Uint8Array.from(data, (value) => value >> 8) : Uint8Array.from(data)
  if (palette) {
    const gray = palette.every(([r, g, b]) => r === g && g === b)
    const pixels = new Uint8Array(width * height * (gray ? 1 : 3))
    const indices = depth < 8 ? unpackedBits(values, width, height, depth) : values
    indices.forEach((index, i) => pixels.set((palette[index] ?? [0, 0, 0]).slice(0, gray ? 1 : 3), i * (gray ? 1 : 3)))
    return { width, height, channels: gray ? 1 : 3, data: pixels }
  }
  if (depth < 8) {
    const bits = unpackedBits(values, width, height, depth)
    return { width, height, channels: 1, data: bits.map((value) => Math.round((value * 255) / (2 ** depth - 1))) }
  }
  const kept = channels >= 3 ? 3 : 1
  if (kept === channels) return { width, height, channels: kept, data: values }
  const pixels = new Uint8Array(width * height * kept)
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < kept; c++) pixels[i * kept + c] = values[i * channels + c]
  }
  return { width, height, channels: kept, data: pixels }
}

/** Values of less than a byte; each row begins with a new byte. */
function unpackedBits(data: Uint8Array, width: number, height: number, depth: number): Uint8Array {
  if (data.length === width * height) return data
  const perRow = Math.ceil((width * depth) / 8)
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [y, x] = [Math.floor(i / width), i % width]
    const bit = x * depth
    return (data[y * perRow + (bit >> 3)] >> (8 - depth - (bit & 7))) & (2 ** depth - 1)
  })
}

/** The decoder keeps coefficients of four components in 32 bits beside the pixels. */
const jpegBytesPerPixel = 32

/**
 * The most pixels that a byte of a JPEG file can stand for: the component of full size has a block for each 8 x 8 of them,
 * and a block takes one bit at least, that of its mean. A frame that claims more is damaged, and would only cost its memory.
 */
const pixelsPerJpegByte = 8 * 8 * 8

function jpegPixels(bytes: Uint8Array, size: PictureSize): Pixels {
  if (size.width * size.height > Math.max(256, pixelsPerJpegByte * bytes.length))
    throw new Error(`${bytes.length} bytes are too few for ${size.width} x ${size.height} pixels`)
  const memory = 64 + Math.ceil((size.width * size.height * jpegBytesPerPixel) / 2 ** 20)
  const { width, height, data } = decodeJpeg(bytes, {
    ...{ useTArray: true, formatAsRGBA: false, maxResolutionInMP: mostPixels / 1e6 },
    maxMemoryUsageInMB: Math.min(2048, memory)
  })
  let gray = true
  for (let i = 0; gray && i < data.length; i += 3) gray = data[i] === data[i + 1] && data[i] === data[i + 2]
  return withChannels({ width, height, channels: 3, data: new Uint8Array(data) }, gray ? 1 : 3)
}

function isPng(bytes: Uint8Array): boolean {
  return bytes.length >= 24 && bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47
}

function isJpeg(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0xff && bytes[1] === 0xd8
}

function pngSize(bytes: Uint8Array): PictureSize {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { width: view.getUint32(16), height: view.getUint32(20) }
}

/** From the first frame header; null when there is none. */
function jpegSize(bytes: Uint8Array): PictureSize | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 2
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2)
  }
  return null
}

function notAPicture(name: string): FormatError {
  return new FormatError(name, null, 'is neither a PNG nor a JPEG picture. Save it as one of these or remove it.')
}
