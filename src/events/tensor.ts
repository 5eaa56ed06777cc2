/**
 * TensorProto: every element type and encoding that TensorFlow, TensorBoard and PyTorch write. Non-empty
 * `tensor_content` wins (little-endian, row-major), else the list of the element type; a list of exactly one element
 * stands for all of them; a missing shape is rank 0 (TensorBoard's tensor_util.make_ndarray).
 */
import { ProtoError, ProtoReader } from './protobuf'

/** DataType numbers; 100 more is the legacy reference type of the same. */
export const dataType = {
  float: 1,
  double: 2,
  int32: 3,
  uint8: 4,
  int16: 5,
  int8: 6,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  uint16: 17,
  complex128: 18,
  half: 19,
  uint32: 22,
  uint64: 23
} as const

export interface Tensor {
  type: number
  shape: number[]
  /** Elements that the shape asks for. */
  count: number
  /**
   * Numbers, [count] or [1] where one stands for all; bool as 0 and 1, complex as real and imaginary part in turn.
   * Empty for strings.
   */
  values: Float64Array
  /** 64-bit integers exactly, beside their rounded `values`. */
  integers: BigInt64Array | BigUint64Array | null
  /** Elements of a string tensor, [count] or [1]. */
  strings: Uint8Array[]
}

const widths: Record<number, number> = {
  [dataType.float]: 4,
  [dataType.double]: 8,
  [dataType.int32]: 4,
  [dataType.uint8]: 1,
  [dataType.int16]: 2,
  [dataType.int8]: 1,
  [dataType.complex64]: 4,
  [dataType.int64]: 8,
  [dataType.bool]: 1,
  [dataType.bfloat16]: 2,
  [dataType.uint16]: 2,
  [dataType.complex128]: 8,
  [dataType.half]: 2,
  [dataType.uint32]: 4,
  [dataType.uint64]: 8
}

/** @throws ProtoError when the bytes are no tensor, or its elements do not fit its shape. */
export function decodeTensor(bytes: Uint8Array, start = 0, end = bytes.length): Tensor {
  const reader = new ProtoReader(bytes, start, end)
  let type = 0
  let shape: number[] = []
  let content: Uint8Array | null = null
  const numbers: number[] = []
  const integers: (number | bigint)[] = []
  const strings: Uint8Array[] = []
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        if (reader.wireType === 0) type = Number(reader.int64()) % 100
        break
      case 2:
        // A tensor has every size; what claims none has no elements.
        if (reader.wireType === 2) shape = decodeShape(reader.message()).map((size) => Math.max(0, size))
        break
      case 4:
        if (reader.wireType === 2) content = reader.lengthDelimited()
        break
      case 5:
      case 9:
        if (reader.wireType === 5 || reader.wireType === 2) reader.floatsInto(numbers)
        break
      case 6:
      case 12:
        if (reader.wireType === 1 || reader.wireType === 2) reader.doublesInto(numbers)
        break
      case 8:
        if (reader.wireType === 2) strings.push(reader.lengthDelimited())
        break
      case 7:
      case 10:
      case 11:
      case 13:
      case 16:
      case 17:
        if (reader.wireType === 0 || reader.wireType === 2) reader.int64sInto(integers)
        break
    }
  }
  const count = shape.reduce((product, size) => product * size, 1)
  const tensor: Tensor = { type, shape, count, values: new Float64Array(0), integers: null, strings: [] }
  if (type === dataType.string) {
    checkCount(strings.length, count)
    tensor.strings = strings
    return tensor
  }
  const width = widths[type]
  if (width === undefined) throw new ProtoError(`tensors of type ${type} are not known`)
  const parts = type === dataType.complex64 || type === dataType.complex128 ? 2 : 1
  if (content && content.length > 0) {
    if (content.length !== count * width * parts) {
      throw new ProtoError(`a tensor of shape [${shape.join(', ')}] has ${content.length} bytes`)
    }
    readContent(tensor, content, count * parts)
    return tensor
  }
  const listed = integers.length > 0 ? integers.length : numbers.length
  checkCount(listed / parts, count)
  if (integers.length > 0) takeIntegers(tensor, integers)
  else tensor.values = Float64Array.from(numbers)
  return tensor
}

/** The number of a tensor with exactly one real element, else null. */
export function singleNumber(tensor: Tensor): number | null {
  return tensor.count === 1 && tensor.values.length === 1 ? tensor.values[0] : null
}

/** All elements, where one may stand for many. @throws ProtoError when that would be more than anybody has written */
export function allValues(tensor: Tensor): Float64Array {
  const parts = tensor.type === dataType.complex64 || tensor.type === dataType.complex128 ? 2 : 1
  if (tensor.values.length === tensor.count * parts || tensor.values.length === 0) return tensor.values
  if (parts === 2) throw new ProtoError('one complex number stands for many')
  if (tensor.count > 1e6) throw new ProtoError(`one element stands for ${tensor.count}`)
  return new Float64Array(tensor.count).fill(tensor.values[0])
}

export function allStrings(tensor: Tensor): Uint8Array[] {
  if (tensor.strings.length === tensor.count || tensor.strings.length === 0) return tensor.strings
  if (tensor.count > 1e6) throw new ProtoError(`one element stands for ${tensor.count}`)
  return new Array<Uint8Array>(tensor.count).fill(tensor.strings[0])
}

/** TensorShapeProto: sizes, row-major; -1 for one that is not known. */
export function decodeShape(reader: ProtoReader): number[] {
  const shape: number[] = []
  while (reader.next()) {
    if (reader.key !== 18) continue
    const dimension = reader.message()
    let size = 0
    while (dimension.next()) if (dimension.key === 8) size = Math.max(-1, Number(dimension.int64()))
    shape.push(size)
  }
  return shape
}

function checkCount(listed: number, count: number): void {
  if (listed === count || listed === 1) return
  throw new ProtoError(`a tensor of ${count} elements has ${listed}`)
}

function takeIntegers(tensor: Tensor, list: (number | bigint)[]): void {
  const { type } = tensor
  if (type === dataType.half || type === dataType.bfloat16) {
    const decode = type === dataType.half ? halfToNumber : bfloatToNumber
    tensor.values = Float64Array.from(list, (bits) => decode(Number(bits) & 0xffff))
  } else if (type === dataType.uint64) {
    tensor.integers = BigUint64Array.from(list, (value) => BigInt.asUintN(64, BigInt(value)))
    tensor.values = Float64Array.from(tensor.integers, Number)
  } else if (type === dataType.int64) {
    tensor.integers = BigInt64Array.from(list, BigInt)
    tensor.values = Float64Array.from(list, Number)
  } else tensor.values = Float64Array.from(list, Number)
}

function readContent(tensor: Tensor, content: Uint8Array, count: number): void {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  const values = new Float64Array(count)
  tensor.values = values
  const { type } = tensor
  if (type === dataType.int64 || type === dataType.uint64) {
    const signed = type === dataType.int64
    const integers = signed ? new BigInt64Array(count) : new BigUint64Array(count)
    for (let i = 0; i < count; i++) {
      integers[i] = signed ? view.getBigInt64(i * 8, true) : view.getBigUint64(i * 8, true)
      values[i] = Number(integers[i])
    }
    tensor.integers = integers
    return
  }
  const read = readers[type]
  for (let i = 0; i < count; i++) values[i] = read(view, i)
}

const readers: Record<number, (view: DataView, i: number) => number> = {
  [dataType.float]: (view, i) => view.getFloat32(i * 4, true),
  [dataType.complex64]: (view, i) => view.getFloat32(i * 4, true),
  [dataType.double]: (view, i) => view.getFloat64(i * 8, true),
  [dataType.complex128]: (view, i) => view.getFloat64(i * 8, true),
  [dataType.int32]: (view, i) => view.getInt32(i * 4, true),
  [dataType.uint32]: (view, i) => view.getUint32(i * 4, true),
  [dataType.int16]: (view, i) => view.getInt16(i * 2, true),
  [dataType.uint16]: (view, i) => view.getUint16(i * 2, true),
  [dataType.int8]: (view, i) => view.getInt8(i),
  [dataType.uint8]: (view, i) => view.getUint8(i),
  [dataType.bool]: (view, i) => (view.getUint8(i) === 0 ? 0 : 1),
  [dataType.half]: (view, i) => halfToNumber(view.getUint16(i * 2, true)),
  [dataType.bfloat16]: (view, i) => bfloatToNumber(view.getUint16(i * 2, true))
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

const floatBits = new DataView(new ArrayBuffer(4))

/** The upper half of a binary32. */
function bfloatToNumber(bits: number): number {
  floatBits.setUint32(0, bits << 16)
  return floatBits.getFloat32(0)
}
