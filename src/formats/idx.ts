/**
 * IDX files of unsigned bytes, the format of MNIST: big-endian magic number 0x000008nn (nn dimensions), one 32-bit size
 * per dimension, then the values. Compressed files are unpacked by the caller.
 */

export interface IdxArray {
  shape: number[]
  /** Row-major; a view of the bytes given. */
  data: Uint8Array
}

/** Throws an Error whose message says what is wrong with the file; `name` is how the file is called in it. */
export function readIdx(bytes: Uint8Array, name = 'The IDX file'): IdxArray {
  if (bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new Error(`${name} is gzip-compressed; unpack it first.`)
  }
  if (bytes.length < 4) throw new Error(`${name} has ${bytes.length} bytes; an IDX header alone has at least 8.`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    const magic = view.getUint32(0).toString(16).padStart(8, '0')
    throw new Error(`${name} does not begin like an IDX file: its first four bytes are 0x${magic}, not 0x000008nn.`)
  }
  if (bytes[2] !== 0x08) {
    throw new Error(
      `${name} holds values of type 0x${bytes[2].toString(16).padStart(2, '0')}; only unsigned bytes (0x08) are read.`
    )
  }
  const rank = bytes[3]
  if (rank < 1) throw new Error(`${name} declares no dimensions.`)
  const start = 4 + 4 * rank
  if (bytes.length < start)
    throw new Error(`${name} ends inside its header: ${rank} dimensions need ${start} bytes, it has ${bytes.length}.`)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const size = shape.reduce((product, length) => product * length, 1)
  const present = bytes.length - start
  if (present < size) {
    throw new Error(`${name} is cut off: [${shape.join(', ')}] needs ${size} values, ${present} are there.`)
  }
  if (present > size) {
    throw new Error(`${name} has ${present - size} bytes too many after its ${size} values of [${shape.join(', ')}].`)
  }
  return { shape, data: bytes.subarray(start) }
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
