/**
 * Windows bitmaps: 1, 4 and 8 bits with a palette, 24 and 32 bits, as they are (not packed).
 * https://learn.microsoft.com/windows/win32/gdi/bitmap-storage
 */

/** The values of each pixel, row by row from the top: gray, or red, green and blue. */
export interface Bitmap {
  width: number
  height: number
  channels: 1 | 3
  data: Uint8Array
}

interface Header {
  width: number
  height: number
  isTopDown: boolean
  bits: number
  /** Where the pixels begin. */
  start: number
  /** Blue, green, red and a byte that counts for nothing. */
  palette: Uint8Array
}

export function isBmp(bytes: Uint8Array): boolean {
  return bytes.length >= 30 && bytes[0] === 0x42 && bytes[1] === 0x4d
}

/** @throws Error that says why, for a message about the file */
export function bmpSize(bytes: Uint8Array): { width: number; height: number } {
  const { width, height } = headerOf(bytes)
  return { width, height }
}

/** @throws Error that says why, for a message about the file */
export function decodeBmp(bytes: Uint8Array): Bitmap {
  const { width, height, isTopDown, bits, start, palette } = headerOf(bytes)
  // Each row ends with a whole number of four bytes.
  const stride = Math.ceil((width * bits) / 32) * 4
  if (start + stride * height > bytes.length) throw new Error('it is cut off')
  const isGray = bits <= 8 && isGrayPalette(palette)
  const channels = isGray ? 1 : 3
  const data = new Uint8Array(width * height * channels)
  for (let y = 0; y < height; y++) {
    const row = start + stride * (isTopDown ? y : height - 1 - y)
    for (let x = 0; x < width; x++) {
      let at = row + (x * bits) / 8
      let source = bytes
      if (bits <= 8) {
        const bit = x * bits
        const index = (bytes[row + (bit >> 3)] >> (8 - bits - (bit & 7))) & (2 ** bits - 1)
        at = index * 4
        source = palette
      }
      const to = (y * width + x) * channels
      for (let c = 0; c < channels; c++) data[to + c] = source[at + 2 - c] ?? 0
    }
  }
  return { width, height, channels, data }
}

function headerOf(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = view.getUint32(14, true)
  if (size < 40 || bytes.length < 14 + size) throw new Error('it is a bitmap of OS/2, or cut off')
  const [width, signed] = [view.getInt32(18, true), view.getInt32(22, true)]
  const bits = view.getUint16(28, true)
  const packing = view.getUint32(30, true)
  // 3: masks, which in practice say the order that 32 bits have anyway.
  if (![1, 4, 8, 24, 32].includes(bits) || !(packing === 0 || (packing === 3 && bits === 32))) {
    throw new Error(`it is a bitmap of ${bits} bits with the packing ${packing}, which is not read`)
  }
  if (width < 1 || signed === 0) throw new Error(`it is ${width} x ${Math.abs(signed)} pixels`)
  const colors = bits <= 8 ? view.getUint32(46, true) || 2 ** bits : 0
  const palette = bytes.subarray(14 + size, 14 + size + colors * 4)
  return { width, height: Math.abs(signed), isTopDown: signed < 0, bits, start: view.getUint32(10, true), palette }
}

function isGrayPalette(palette: Uint8Array): boolean {
  for (let i = 0; i + 3 < palette.length; i += 4) {
    if (palette[i] !== palette[i + 1] || palette[i] !== palette[i + 2]) return false
  }
  return true
}
