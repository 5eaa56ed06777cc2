/** A file of which parts are read where they lie, so that one larger than memory can be looked through. */
import { FormatError } from './format-error'

export interface ByteSource {
  /** As messages name it. */
  name: string
  /** Bytes. */
  size: number
  /** A copy of `length` bytes from `at` on. @throws FormatError when they are not all there */
  read(at: number, length: number): Uint8Array
}

/** A file that is in memory as a whole. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: (at, length) => {
      checkRange(name, bytes.length, at, length)
      return bytes.slice(at, at + length)
    }
  }
}

/** @throws FormatError when a file of `size` bytes has no `length` bytes at `at` */
export function checkRange(name: string, size: number, at: number, length: number): void {
  if (Number.isSafeInteger(at) && Number.isSafeInteger(length) && at >= 0 && length >= 0 && at + length <= size) return
  throw new FormatError(
    name,
    null,
    `is cut off: bytes ${at} to ${at + length} are asked for, and it has ${size}. Save or copy it again.`
  )
}
