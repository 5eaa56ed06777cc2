import { createHash } from 'node:crypto'

/** The first 16 hex digits of the SHA-256 of an array's bytes: enough to see that a generator still draws the same. */
export function fingerprint(array: ArrayBufferView): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16)
}
