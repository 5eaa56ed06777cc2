/** Tensors of checkpoints: what a file says about one, and its values as floats. */
import { FormatError, plural, someNames } from './format-error'
import { halfToFloat } from './half-float'
import type { StepCounters } from './step-counters'

/** Single precision where that holds every value of the type, double precision for float64 and wide integers. */
export type FloatValues = Float32Array | Float64Array

export interface StoredTensor {
  name: string
  shape: number[]
  /** `float32`, `bfloat16`, `int64`, ... */
  dtype: string
  /** Row-major values; read anew with every call, so that nobody keeps what nobody needs. @throws FormatError */
  read(): Promise<FloatValues>
}

/** The tensors of a file. */
export interface StoredTensors {
  tensors: StoredTensor[]
  /** Where in the file they were, and what was left out, in sentences. */
  notes: string[]
  /** How far the training was, as the file says; none where its format has no place for that. */
  counters?: StepCounters
}

interface TensorType {
  bytes: number
  /** Whether single precision is not enough. */
  double: boolean
  value(view: DataView, at: number, little: boolean): number
}

/** Types by the names that NumPy and PyTorch share. */
const types: Record<string, TensorType> = {
  float64: { bytes: 8, double: true, value: (view, at, little) => view.getFloat64(at, little) },
  float32: { bytes: 4, double: false, value: (view, at, little) => view.getFloat32(at, little) },
  float16: { bytes: 2, double: false, value: (view, at, little) => halfToFloat(view.getUint16(at, little)) },
  bfloat16: { bytes: 2, double: false, value: (view, at, little) => brainToFloat(view.getUint16(at, little)) },
  float8_e4m3fn: { bytes: 1, double: false, value: (view, at) => e4m3ToFloat(view.getUint8(at)) },
  // Five exponent bits as in a half float, of which it is the upper byte.
  float8_e5m2: { bytes: 1, double: false, value: (view, at) => halfToFloat(view.getUint8(at) << 8) },
  // Scales of quantized blocks: powers of two, and nothing else. OCP Microscaling Formats 1.0, 5.4.1.
  float8_e8m0fnu: { bytes: 1, double: false, value: (view, at) => e8m0ToFloat(view.getUint8(at)) },
  int64: { bytes: 8, double: true, value: (view, at, little) => Number(view.getBigInt64(at, little)) },
  uint64: { bytes: 8, double: true, value: (view, at, little) => Number(view.getBigUint64(at, little)) },
  int32: { bytes: 4, double: true, value: (view, at, little) => view.getInt32(at, little) },
  uint32: { bytes: 4, double: true, value: (view, at, little) => view.getUint32(at, little) },
  int16: { bytes: 2, double: false, value: (view, at, little) => view.getInt16(at, little) },
  uint16: { bytes: 2, double: false, value: (view, at, little) => view.getUint16(at, little) },
  int8: { bytes: 1, double: false, value: (view, at) => view.getInt8(at) },
  uint8: { bytes: 1, double: false, value: (view, at) => view.getUint8(at) },
  bool: { bytes: 1, double: false, value: (view, at) => view.getUint8(at) }
}

const littleHost = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
const scratch = new DataView(new ArrayBuffer(4))

/** Bytes of one value; null for a type that is not read. */
export function bytesPerValue(dtype: string): number | null {
  return Object.hasOwn(types, dtype) ? types[dtype].bytes : null
}

/** What is left out because its type is not read: `name (type)`. */
export function unreadNotes(unread: readonly string[]): string[] {
  if (unread.length === 0) return []
  return [`${plural(unread.length, 'tensor')} of a type that is not read left out: ${someNames(unread, 6)}.`]
}

/** Parameters are floats; counters, masks, indices and the scales of quantized blocks are not. */
export function isFloatType(dtype: string): boolean {
  if (dtype === 'float8_e8m0fnu') return false
  return dtype.startsWith('float') || dtype === 'bfloat16'
}

/**
 * All values of packed `bytes`, in place where they fill a buffer of their own. Integers beyond 2^53 are rounded.
 * @throws FormatError for a type that is not read
 */
export function decodeValues(bytes: Uint8Array, dtype: string, file: string, little = true): FloatValues {
  if (!Object.hasOwn(types, dtype)) {
    throw new FormatError(
      file,
      null,
      `holds values of type ${dtype}, which are not read. Save them as float32 or float64.`
    )
  }
  const type = types[dtype]
  const count = Math.floor(bytes.length / type.bytes)
  const asItIs = little && littleHost && (dtype === 'float32' || dtype === 'float64')
  const { buffer } = bytes
  if (asItIs && buffer instanceof ArrayBuffer && buffer.byteLength === count * type.bytes) {
    return type.double ? new Float64Array(buffer) : new Float32Array(buffer)
  }
  const values = type.double ? new Float64Array(count) : new Float32Array(count)
  if (asItIs) {
    new Uint8Array(values.buffer).set(bytes.subarray(0, count * type.bytes))
    return values
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let i = 0; i < count; i++) values[i] = type.value(view, i * type.bytes, little)
  return values
}

/** Number of values of a shape. @throws FormatError when no computer could hold them */
export function countOf(shape: readonly number[], file: string, tensor: string): number {
  const count = shape.reduce((product, size) => product * size, 1)
  if (Number.isSafeInteger(count) && shape.every((size) => Number.isSafeInteger(size) && size >= 0)) return count
  throw new FormatError(file, tensor, `its shape [${shape.join(', ')}] is not plausible. Save the checkpoint again.`)
}

/** bfloat16 is the upper half of a single. */
function brainToFloat(bits: number): number {
  scratch.setUint32(0, bits * 65536)
  return scratch.getFloat32(0)
}

/** 1 sign, 4 exponent (bias 7), 3 fraction bits; no infinities, all ones are NaN. Micikevicius et al. 2022, table 1. */
function e4m3ToFloat(bits: number): number {
  const sign = bits & 0x80 ? -1 : 1
  const exponent = (bits >> 3) & 15
  const fraction = bits & 7
  if (exponent === 15 && fraction === 7) return NaN
  return exponent === 0 ? sign * fraction * 2 ** -9 : sign * (1 + fraction / 8) * 2 ** (exponent - 7)
}

/** 2^(bits - 127), 255 is NaN. */
function e8m0ToFloat(bits: number): number {
  return bits === 255 ? NaN : 2 ** (bits - 127)
}
