/**
 * Unpacking with a limit that is known before: deflate makes a thousand bytes of one, so a file of kilobytes can ask for gigabytes.
 * docs/limits.md has the numbers.
 */
import { FormatError } from './format-error'

/** Deflate cannot shrink further than 1 : 1032. https://zlib.net/zlib_tech.html */
export const mostDeflated = 1032
/** What unpacks to this much or less is never suspicious. */
const freeBytes = 256 * 1024 * 1024
/** Beyond that: numbers that somebody has measured or learned shrink to a hundredth at the very most. */
const mostRatio = 200
/** More does not fit into memory beside what is made of it. */
export const mostUnpacked = 4 * 1024 ** 3

/** Bytes that `packed` bytes of a file may become. */
export function unpackedLimit(packed: number): number {
  return Math.min(mostUnpacked, Math.max(freeBytes, packed * mostRatio))
}

/** For people; kB below a megabyte. */
export function megabytes(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toLocaleString('en', { maximumFractionDigits: 1 })} kB`
  return `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: bytes < 1e7 ? 1 : 0 })} MB`
}

/** Says that more comes out than was allowed. */
class TooMuch extends Error {
  constructor(readonly limit: number) {
    super(`more than ${megabytes(limit)} come out of it`)
  }
}

/**
 * The web's own decompression, which browsers and Node share, in pieces of at most 64 kB.
 * @param onPiece may throw, which ends it
 * @param limit bytes
 * @throws TooMuch; whatever the decompression says of a damaged stream
 */
async function inflatePieces(
  bytes: Uint8Array,
  format: 'gzip' | 'deflate',
  limit: number,
  onPiece: (piece: Uint8Array, at: number) => void
): Promise<number> {
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
  const reader = packed.pipeThrough(new DecompressionStream(format)).getReader()
  let total = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return total
      if (total + value.length > limit) throw new TooMuch(limit)
      onPiece(value, total)
      total += value.length
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/**
 * A file of gzip. @param declared bytes that the unpacked file says it has, from its beginning; null when it does not say so
 * @throws FormatError when it is damaged, or more comes out than it declares or than is plausible
 */
export async function gunzip(
  bytes: Uint8Array,
  name: string,
  declared: (head: Uint8Array) => number | null = () => null
): Promise<Uint8Array> {
  const plausible = unpackedLimit(bytes.length)
  const tooMuch = (limit: number): FormatError =>
    new FormatError(
      name,
      null,
      `unpacks to more than ${megabytes(limit)}, from ${megabytes(bytes.length)}, which is not plausible. If it is right, unpack it with gunzip and choose the unpacked file.`
    )
  // Its end tells the size modulo 2^32; what it tells is only how much room is made at first.
  const told =
    bytes.length < 18 ? 0 : new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true)
  let result = new Uint8Array(0)
  let size = 0
  let limit = plausible
  try {
    await inflatePieces(bytes, 'gzip', plausible, (piece, at) => {
      if (at === 0) {
        const wanted = declared(piece)
        if (wanted !== null && wanted > plausible) throw tooMuch(plausible)
        limit = wanted ?? plausible
        result = new Uint8Array(Math.max(piece.length, Math.min(limit, told)))
      }
      size = at + piece.length
      // One byte more than was declared is enough for the reader of it to see that there are too many.
      if (size > limit + 65536) throw new TooMuch(limit)
      if (size > result.length) {
        const larger = new Uint8Array(Math.min(Math.max(size, result.length * 2), limit + 65536))
        larger.set(result.subarray(0, at))
        result = larger
      }
      result.set(piece, at)
    })
  } catch (error) {
    if (error instanceof FormatError) throw error
    if (error instanceof TooMuch) {
      if (error.limit === plausible) throw tooMuch(plausible)
      throw new FormatError(
        name,
        null,
        `goes on after the ${megabytes(error.limit)} that its beginning declares. Save or copy it again.`
      )
    }
    throw new FormatError(name, null, 'is damaged: it cannot be unpacked. Copy it again.')
  }
  return size === result.length ? result : result.subarray(0, size)
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b
}
