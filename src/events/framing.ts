/**
 * Record framing of TensorBoard event files:
 * uint64 length | uint32 masked crc of the length | data | uint32 masked crc of the data, all little-endian.
 */
import { maskedCrc32c } from './crc32c'

const headerBytes = 12
const footerBytes = 4
const lengthChecksums = new Uint32Array(16384)

export function frameRecord(data: Uint8Array): Uint8Array {
  const framed = new Uint8Array(headerBytes + data.length + footerBytes)
  const view = new DataView(framed.buffer)
  view.setUint32(0, data.length, true)
  view.setUint32(8, maskedCrc32c(framed, 0, 8), true)
  framed.set(data, headerBytes)
  view.setUint32(headerBytes + data.length, maskedCrc32c(data), true)
  return framed
}

/**
 * `truncated`: a state to resume from (the file may still be written), not an error. `bad-length`: the checksum of the
 * length is wrong, nothing after it can be trusted. `bad-data`: only this record is lost.
 */
export type RecordKind = 'record' | 'truncated' | 'bad-length' | 'bad-data'

/** Walks the records of a piece of a file; the fields tell about the record that was looked at last. */
export class RecordWalk {
  /** Byte range of the data, and where the next record begins. */
  start = 0
  end = 0
  next = 0
  /** Bytes that a truncated record takes as a whole; 0 while not even its length is there. */
  needed = 0

  constructor(
    readonly bytes: Uint8Array,
    readonly view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  ) {}

  /** Looks at the record that begins at `offset`. Never looks beyond the bytes, so a length that lies costs nothing. */
  look(offset: number): RecordKind {
    const { bytes, view } = this
    this.needed = 0
    if (offset + headerBytes > bytes.length) return 'truncated'
    const low = view.getUint32(offset, true)
    const high = view.getUint32(offset + 4, true)
    const known = high === 0 && low < lengthChecksums.length ? lengthChecksums[low] : 0
    // Lengths repeat, and so do their checksums; 0 stands for one that is not known yet.
    const checksum = known === 0 ? maskedCrc32c(bytes, offset, offset + 8, view) : known
    if (view.getUint32(offset + 8, true) !== checksum) return 'bad-length'
    if (known === 0 && high === 0 && low < lengthChecksums.length) lengthChecksums[low] = checksum
    const length = low + high * 4294967296
    this.start = offset + headerBytes
    this.end = this.start + length
    this.next = this.end + footerBytes
    if (this.next > bytes.length) {
      this.needed = headerBytes + length + footerBytes
      return 'truncated'
    }
    return view.getUint32(this.end, true) === maskedCrc32c(bytes, this.start, this.end, view) ? 'record' : 'bad-data'
  }
}

export type ReadOutcome =
  | { kind: 'record'; data: Uint8Array; next: number }
  | { kind: 'truncated' }
  | { kind: 'bad-length' }
  | { kind: 'bad-data'; next: number }

/** The record at `offset`, for a look at a single one. */
export function readRecord(bytes: Uint8Array, offset: number): ReadOutcome {
  const walk = new RecordWalk(bytes)
  const kind = walk.look(offset)
  if (kind === 'record') return { kind, data: bytes.subarray(walk.start, walk.end), next: walk.next }
  return kind === 'bad-data' ? { kind, next: walk.next } : { kind }
}
