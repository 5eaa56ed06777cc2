/**
 * NumPy's .npy files, versions 1 to 3: the magic bytes 0x93 `NUMPY`, the version, the length of the header, the header as a
 * Python dictionary `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, and the values.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { type NumericArray, type NumericValues, shapeText, sizeOf, type WordArray } from './arrays'
import { excerpt, FormatError } from './format-error'
import { halfToFloat } from './half-float'

export interface NpyHeader {
  dtype: string
  shape: number[]
  fortranOrder: boolean
  bigEndian: boolean
  bytesPerValue: number
  /** Where the values begin. */
  start: number
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
const littleEndianHost = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** An array of values that are no numbers, or none that are read: the file is not damaged. */
export class NpyTypeError extends FormatError {
  constructor(
    name: string,
    readonly what: string,
    text: string
  ) {
    super(name, 'header', text)
  }
}

interface Kind {
  dtype: string
  /** Reads one value; little endian unless told otherwise. */
  read(view: DataView, at: number, little: boolean): number
  make(length: number): NumericValues
}

const kinds: Record<string, Kind> = {
  b1: { dtype: 'bool', read: (view, at) => view.getUint8(at), make: (n) => new Uint8Array(n) },
  u1: { dtype: 'uint8', read: (view, at) => view.getUint8(at), make: (n) => new Uint8Array(n) },
  i1: { dtype: 'int8', read: (view, at) => view.getInt8(at), make: (n) => new Int8Array(n) },
  u2: { dtype: 'uint16', read: (view, at, little) => view.getUint16(at, little), make: (n) => new Uint16Array(n) },
  i2: { dtype: 'int16', read: (view, at, little) => view.getInt16(at, little), make: (n) => new Int16Array(n) },
  u4: { dtype: 'uint32', read: (view, at, little) => view.getUint32(at, little), make: (n) => new Uint32Array(n) },
  i4: { dtype: 'int32', read: (view, at, little) => view.getInt32(at, little), make: (n) => new Int32Array(n) },
  u8: {
    dtype: 'uint64',
    read: (view, at, little) => Number(view.getBigUint64(at, little)),
    make: (n) => new Float64Array(n)
  },
  i8: {
    dtype: 'int64',
    read: (view, at, little) => Number(view.getBigInt64(at, little)),
    make: (n) => new Float64Array(n)
  },
  f2: {
    dtype: 'float16',
    read: (view, at, little) => halfToFloat(view.getUint16(at, little)),
    make: (n) => new Float32Array(n)
  },
  f4: { dtype: 'float32', read: (view, at, little) => view.getFloat32(at, little), make: (n) => new Float32Array(n) },
  f8: { dtype: 'float64', read: (view, at, little) => view.getFloat64(at, little), make: (n) => new Float64Array(n) }
}

/** @throws FormatError */
export function npyHeader(bytes: Uint8Array, name: string): NpyHeader {
  const { text, start } = headerText(bytes, name)
  return { ...parseHeader(text, name), start }
}

function headerText(bytes: Uint8Array, name: string): { text: string; start: number } {
  if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new FormatError(name, null, 'is no .npy file: it does not begin with \\x93NUMPY. Save it with numpy.save.')
  }
  const version = bytes[6]
  if (version < 1 || version > 3) {
    throw new FormatError(name, null, `is of .npy version ${version}; 1 to 3 are read. Save it with another NumPy.`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerStart = version === 1 ? 10 : 12
  if (bytes.length < headerStart) throw cutHeader(name)
  const start = headerStart + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true))
  if (start > bytes.length) throw cutHeader(name)
  return { text: new TextDecoder().decode(bytes.subarray(headerStart, start)), start }
}

/**
 * The array of a .npy file, row-major. 64-bit integers become doubles, half floats singles, booleans bytes.
 * @throws FormatError
 */
export function readNpy(bytes: Uint8Array, name: string): NumericArray {
  const header = npyHeader(bytes, name)
  const { shape, dtype, bytesPerValue, bigEndian, start } = header
  const size = sizeOf(shape)
  const present = bytes.length - start
  if (!Number.isSafeInteger(size) || present < size * bytesPerValue) {
    const needed = `${shapeText(shape)} of ${dtype} needs ${size * bytesPerValue} bytes, ${present} are there`
    throw new FormatError(name, null, `is cut off: ${needed}. Save or copy it again.`)
  }
  const kind = Object.values(kinds).find((candidate) => candidate.dtype === dtype)!
  const values = kind.make(size)
  // 64-bit integers are as wide as the doubles that they become, but have other bits.
  const wideInteger = bytesPerValue === 8 && dtype !== 'float64'
  if (values.BYTES_PER_ELEMENT === bytesPerValue && !wideInteger && !bigEndian && littleEndianHost) {
    new Uint8Array(values.buffer).set(bytes.subarray(start, start + size * bytesPerValue))
  } else {
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, size * bytesPerValue)
    for (let i = 0; i < size; i++) values[i] = kind.read(view, i * bytesPerValue, !bigEndian)
  }
  if (wideInteger) {
    const at = values.findIndex((value) => !Number.isSafeInteger(value))
    if (at >= 0) {
      throw new FormatError(
        name,
        `value ${at}`,
        'it is too large to be kept exactly. Save the array as int32 or float64.'
      )
    }
  }
  return { name, shape, dtype, values: header.fortranOrder ? toRowMajor(values, shape, kind.make(size)) : values }
}

/**
 * The words of an array of texts, row-major, without the zeros that fill them up; null for every other type.
 * `<U5` are five UTF-32 characters, `|S5` five bytes. https://numpy.org/doc/stable/reference/arrays.dtypes.html
 * @throws FormatError
 */
export function readNpyWords(bytes: Uint8Array, name: string): WordArray | null {
  const { text, start } = headerText(bytes, name)
  const [, order, kind, length] = /['"]descr['"]\s*:\s*['"]([<>|=]?)([US])(\d+)['"]/.exec(text) ?? []
  if (kind === undefined) return null
  // The rest of the header is that of an array of numbers.
  const { shape, fortranOrder } = parseHeader(text.replace(`${order}${kind}${length}`, '|u1'), name)
  const size = sizeOf(shape)
  const width = Number(length) * (kind === 'U' ? 4 : 1)
  if (!Number.isSafeInteger(size) || bytes.length - start < size * width) {
    throw new FormatError(name, null, `is cut off: ${size * width} bytes are needed, ${bytes.length - start} are there. Save or copy it again.`) // prettier-ignore
  }
  if (fortranOrder && shape.length > 1) throw new FormatError(name, 'header', 'its words are in Fortran order. Save it with numpy.ascontiguousarray.') // prettier-ignore
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, size * width)
  const utf8 = new TextDecoder()
  const words = Array.from({ length: size }, (_, i) => {
    const from = i * width
    if (kind === 'S') return utf8.decode(bytes.subarray(start + from, start + from + width)).replace(/\0+$/, '')
    let word = ''
    for (let at = from; at < from + width; at += 4) {
      const code = view.getUint32(at, order !== '>')
      if (code > 0x10ffff) throw new FormatError(name, `word ${i}`, 'it holds no characters. Save it again.')
      if (code > 0) word += String.fromCodePoint(code)
    }
    return word
  })
  return { name, shape, words }
}

/** A version 1 file in C order. Values of Uint8Array, Int32Array and Float32Array keep their type. */
export function writeNpy({ shape, values }: { shape: readonly number[]; values: NumericValues }): Uint8Array {
  if (sizeOf(shape) !== values.length) {
    throw new Error(`An array of shape ${shapeText(shape)} cannot hold ${values.length} values.`)
  }
  const letter =
    values instanceof Float32Array || values instanceof Float64Array
      ? 'f'
      : /^Uint/.test(values.constructor.name)
        ? 'u'
        : 'i'
  const bytesPerValue = values.BYTES_PER_ELEMENT
  const descr = `${bytesPerValue === 1 ? '|' : '<'}${letter}${bytesPerValue}`
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`
  // Spaces bring the values to a multiple of 64, so that they can be mapped into memory.
  const start = Math.ceil((10 + dictionary.length + 1) / 64) * 64
  const bytes = new Uint8Array(start + values.byteLength)
  bytes.set(MAGIC)
  bytes.set([1, 0, (start - 10) & 255, (start - 10) >> 8], 6)
  bytes.set(new TextEncoder().encode(dictionary.padEnd(start - 11) + '\n'), 10)
  if (littleEndianHost) bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), start)
  else throw new Error('Arrays are written on little-endian machines only.')
  return bytes
}

/** Of an array of NumPy 2. */
const mostDimensions = 64

function parseHeader(text: string, name: string): Omit<NpyHeader, 'start'> {
  const descr = /['"]descr['"]\s*:\s*(\[|['"][^'"]*['"])/.exec(text)?.[1]
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1]
  const sizes = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1]
  if (descr === undefined || order === undefined || sizes === undefined) {
    throw new FormatError(
      name,
      'header',
      `"${excerpt(text)}" does not say type, order and shape. Save it with numpy.save.`
    )
  }
  if (descr === '[') {
    throw new NpyTypeError(
      name,
      'records',
      'it holds records of several fields. Save each field as an array of its own.'
    )
  }
  const type = descr.slice(1, -1)
  const [, byteOrder, code] = /^([<>|=]?)(\w+)$/.exec(type) ?? []
  const kind = Object.hasOwn(kinds, code ?? '') ? kinds[code] : null
  if (kind === null) {
    const what = /^[<>|=]?c/.test(type)
      ? 'complex numbers'
      : /O/.test(type)
        ? 'Python objects'
        : `values of type "${type}"`
    throw new NpyTypeError(name, what, `it holds ${what}. Save numbers, such as array.astype("float32").`)
  }
  const shape = sizes
    .split(',')
    .map((size) => size.trim().replace('L', ''))
    .filter((size) => size !== '')
    .map(Number)
  if (shape.length > mostDimensions || !shape.every(Number.isSafeInteger)) {
    throw new FormatError(name, 'header', `its shape (${excerpt(sizes)}) is none of NumPy's. Save or copy it again.`)
  }
  return {
    dtype: kind.dtype,
    shape,
    fortranOrder: order === 'True',
    bigEndian: byteOrder === '>',
    bytesPerValue: Number(code.slice(1))
  }
}

function cutHeader(name: string): FormatError {
  return new FormatError(name, null, 'ends inside its header. Save or copy it again.')
}

/** The first index of a Fortran array runs fastest. */
function toRowMajor(values: NumericValues, shape: readonly number[], result: NumericValues): NumericValues {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
  const index = new Array<number>(shape.length).fill(0)
  let at = 0
  for (let i = 0; i < values.length; i++) {
    result[at] = values[i]
    for (let axis = 0; axis < shape.length; axis++) {
      index[axis] += 1
      at += strides[axis]
      if (index[axis] < shape[axis]) break
      at -= strides[axis] * shape[axis]
      index[axis] = 0
    }
  }
  return result
}
