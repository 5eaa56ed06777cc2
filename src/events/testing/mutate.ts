/** Mutations of event files for fuzzing: of the bytes as they lie, and of records whose checksums are made good again. */
import type { Rng } from '../../numeric/rng'
import { frameRecord, RecordWalk } from '../framing'

/** Data of the records of a sound file. */
export function recordsOf(file: Uint8Array): Uint8Array[] {
  const walk = new RecordWalk(file)
  const records: Uint8Array[] = []
  for (let at = 0; walk.look(at) === 'record'; at = walk.next) records.push(file.slice(walk.start, walk.end))
  return records
}

/** A damaged relative of one of the files. */
export function mutant(files: readonly Uint8Array[], rng: Rng): Uint8Array {
  const base = files[rng.integer(files.length)]
  return rng.uniform() < 0.5 ? mutatedBytes(base, files, rng) : mutatedRecords(base, files, rng)
}

function mutatedBytes(base: Uint8Array, files: readonly Uint8Array[], rng: Rng): Uint8Array {
  let bytes: Uint8Array = base.slice()
  for (let n = 1 + rng.integer(4); n > 0 && bytes.length > 0; n--) bytes = mutate(bytes, files, rng)
  return bytes
}

/** Sound records around damaged events: what a checksum does not catch. */
function mutatedRecords(base: Uint8Array, files: readonly Uint8Array[], rng: Rng): Uint8Array {
  const records = recordsOf(base)
  for (let n = 1 + rng.integer(3); n > 0; n--) {
    if (records.length === 0) break
    const i = rng.integer(records.length)
    const other = recordsOf(files[rng.integer(files.length)])
    if (rng.uniform() < 0.1) records.splice(i, 1)
    else if (rng.uniform() < 0.2 && other.length > 0) records.splice(i, 0, other[rng.integer(other.length)])
    else if (records[i].length > 0) records[i] = mutate(records[i], other.length > 0 ? other : [records[i]], rng)
  }
  const framed = records.map(frameRecord)
  if (framed.length > 0 && rng.uniform() < 0.15) framed[rng.integer(framed.length)] = hugeLength(rng)
  return joined(framed)
}

function mutate(bytes: Uint8Array, others: readonly Uint8Array[], rng: Rng): Uint8Array {
  const at = rng.integer(bytes.length)
  switch (rng.integer(7)) {
    case 0:
      bytes[at] ^= 1 << rng.integer(8)
      return bytes
    case 1:
      bytes[at] = rng.integer(256)
      return bytes
    case 2:
      return bytes.slice(0, at)
    case 3:
      return joined([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + rng.integer(40)))])
    case 4: {
      const other = others[rng.integer(others.length)]
      const from = rng.integer(Math.max(1, other.length))
      return joined([bytes.subarray(0, at), other.subarray(from, from + 1 + rng.integer(200)), bytes.subarray(at)])
    }
    case 5:
      // A length or a number that lies: the largest varint.
      return joined([bytes.subarray(0, at), Uint8Array.of(...new Array<number>(8).fill(255), 127), bytes.subarray(at)])
    default:
      return joined([bytes.subarray(0, at), bytes.subarray(at, at + 1 + rng.integer(60)), bytes.subarray(at)])
  }
}

/** A header with a good checksum that promises far more than there is. */
function hugeLength(rng: Rng): Uint8Array {
  const framed = frameRecord(new Uint8Array(4))
  const view = new DataView(framed.buffer)
  view.setUint32(0, rng.integer(2 ** 31), true)
  view.setUint32(4, rng.uniform() < 0.5 ? 0 : rng.integer(2 ** 31), true)
  const header = frameRecord(framed.slice(0, 8))
  // The frame's data checksum is that of these eight bytes, which is what the length's checksum has to be.
  framed.set(header.subarray(header.length - 4), 8)
  return framed
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
