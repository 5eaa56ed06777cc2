/**
 * IDX files, the format of MNIST: two zero bytes, the type of the values, the number of dimensions, one big-endian 32-bit
 * size per dimension, then the values, big-endian. Compressed files are unpacked by the caller.
 */
import type { NumericValues } from './arrays'

export interface IdxArray {
  shape: number[]
  /** Row-major; a view of the bytes given. */
  data: Uint8Array
}

export interface IdxNumbers {
  shape: number[]
  dtype: string
  values: NumericValues
}

interface Kind {
  dtype: string
  bytes: number
  make(length: number): NumericValues
  read(view: DataView, at: number): number
}

const kinds: Record<number, Kind> = {
  0x08: { dtype: 'uint8', bytes: 1, make: (n) => new Uint8Array(n), read: (view, at) => view.getUint8(at) },
  0x09: { dtype: 'int8', bytes: 1, make: (n) => new Int8Array(n), read: (view, at) => view.getInt8(at) },
  0x0b: { dtype: 'int16', bytes: 2, make: (n) => new Int16Array(n), read: (view, at) => view.getInt16(at) },
  0x0c: { dtype: 'int32', bytes: 4, make: (n) => new Int32Array(n), read: (view, at) => view.getInt32(at) },
  0x0d: { dtype: 'float32', bytes: 4, make: (n) => new Float32Array(n), read: (view, at) => view.getFloat32(at) },
  0x0e: { dtype: 'float64', bytes: 8, make: (n) => new Float64Array(n), read: (view, at) => view.getFloat64(at) }
}

/**
 * A file of unsigned bytes, in place. Throws an Error whose message says what is wrong with the file; `name` is how the
 * file is called in it.
 */
export function readIdx(bytes: Uint8Array, name = 'The IDX file'): IdxArray {
  const { shape, type, start } = header(bytes, name)
  if (type !== 0x08) {
    throw new Error(`${name} holds values of type ${typeText(type)}; only unsigned bytes (0x08) are read.`)
  }
  return { shape, data: bytes.subarray(start) }
}

/** A file of any type of numbers, as a copy. Throws like `readIdx`. */
export function readIdxNumbers(bytes: Uint8Array, name = 'The IDX file'): IdxNumbers {
  const { shape, type, start } = header(bytes, name)
  const kind = kinds[type]
  const size = (bytes.length - start) / kind.bytes
  const values = kind.make(size)
  if (values instanceof Uint8Array) values.set(bytes.subarray(start))
  else {
    const view = new DataView(bytes.buffer, bytes.byteOffset + start)
    for (let i = 0; i < size; i++) values[i] = kind.read(view, i * kind.bytes)
  }
  return { shape, dtype: kind.dtype, values }
}

/** Bytes of the whole file, by its first ones; null when they are no header. */
export function idxBytes(head: Uint8Array): number | null {
  if (head.length < 4 || head[0] !== 0 || head[1] !== 0 || !Object.hasOwn(kinds, head[2])) return null
  const start = 4 + 4 * head[3]
  if (head.length < start) return null
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  let size = kinds[head[2]].bytes
  for (let axis = 0; axis < head[3]; axis++) size *= view.getUint32(4 + 4 * axis)
  return start + size
}

/** The inverse of `readIdx`. */
export function writeIdx({ shape, data }: IdxArray): Uint8Array {
  const size = shape.reduce((product, length) => product * length, 1)
  if (size !== data.length)
    throw new Error(`An IDX array of shape [${shape.join(', ')}] cannot hold ${data.length} values.`)
  const start = 4 + 4 * shape.length
  const bytes = new Uint8Array(start + size)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 0x800 + shape.length)
  shape.forEach((length, axis) => view.setUint32(4 + 4 * axis, length))
  bytes.set(data, start)
  return bytes
}

function header(bytes: Uint8Array, name: string): { shape: number[]; type: number; start: number } {
  if (bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new Error(`${name} is gzip-compressed; unpack it first.`)
  }
  if (bytes.length < 4) throw new Error(`${name} has ${bytes.length} bytes; an IDX header alone has at least 8.`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    const magic = view.getUint32(0).toString(16).padStart(8, '0')
    throw new Error(`${name} does not begin like an IDX file: its first four bytes are 0x${magic}, not 0x000008nn.`)
  }
  const [, , type, rank] = bytes
  if (!Object.hasOwn(kinds, type)) {
    throw new Error(`${name} holds values of type ${typeText(type)}; 0x08, 0x09 and 0x0b to 0x0e are read.`)
  }
  if (rank < 1) throw new Error(`${name} declares no dimensions.`)
  const start = 4 + 4 * rank
  if (bytes.length < start)
    throw new Error(`${name} ends inside its header: ${rank} dimensions need ${start} bytes, it has ${bytes.length}.`)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const size = shape.reduce((product, length) => product * length, 1)
  const present = Math.floor((bytes.length - start) / kinds[type].bytes)
  if (present < size) {
    throw new Error(`${name} is cut off: [${shape.join(', ')}] needs ${size} values, ${present} are there.`)
  }
  const left = bytes.length - start - size * kinds[type].bytes
  if (left > 0) throw new Error(`${name} has ${left} bytes too many after its ${size} values of [${shape.join(', ')}].`)
  return { shape, type, start }
}

function typeText(type: number): string {
  return `0x${type.toString(16).padStart(2, '0')}`
}
