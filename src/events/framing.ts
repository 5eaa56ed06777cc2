/**
 * Record framing of TensorBoard event files:
 * uint64 length | uint32 masked crc of the length | data | uint32 masked crc of the data, all little-endian.
 */
import { maskedCrc32c } from './crc32c'

const headerBytes = 12
const footerBytes = 4

export function frameRecord(data: Uint8Array): Uint8Array {
  const framed = new Uint8Array(headerBytes + data.length + footerBytes)
  const view = new DataView(framed.buffer)
  view.setUint32(0, data.length, true)
  view.setUint32(8, maskedCrc32c(framed, 0, 8), true)
  framed.set(data, headerBytes)
  view.setUint32(headerBytes + data.length, maskedCrc32c(data), true)
  return framed
}

/** A truncated tail is a state to resume from (the file may still be written), not an error. */
export type ReadOutcome =
  | { kind: 'record'; data: Uint8Array; next: number }
  | { kind: 'truncated' }
  | { kind: 'bad-length' }
  | { kind: 'bad-data'; next: number }

/**
 * Reads the record that starts at `offset`. Never looks beyond `bytes`, so a length that lies costs nothing.
 * `bad-length`: the length's checksum is wrong, nothing after it can be trusted. `bad-data`: only this record is lost.
 */
export function readRecord(bytes: Uint8Array, offset: number): ReadOutcome {
  if (offset + headerBytes > bytes.length) return { kind: 'truncated' }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(offset + 8, true) !== maskedCrc32c(bytes, offset, offset + 8)) return { kind: 'bad-length' }
  const length = view.getUint32(offset, true) + view.getUint32(offset + 4, true) * 4294967296
  const dataEnd = offset + headerBytes + length
  if (dataEnd + footerBytes > bytes.length) return { kind: 'truncated' }
  const next = dataEnd + footerBytes
  if (view.getUint32(dataEnd, true) !== maskedCrc32c(bytes, offset + headerBytes, dataEnd)) {
    return { kind: 'bad-data', next }
  }
  return { kind: 'record', data: bytes.subarray(offset + headerBytes, dataEnd), next }
}
