/**
 * Safetensors files: of float32 arrays as a whole, and of any type one tensor at a time. A little-endian 64-bit header length, a JSON header
 * `{"name": {"dtype": "F32", "shape": [..], "data_offsets": [begin, end]}, "__metadata__": {..}}` and the values.
 */
import type { NamedArray } from '../domain/arrays'
import type { ByteSource } from './byte-source'
import { FormatError } from './format-error'
import { stepCounters } from './step-counters'
import { bytesPerValue, decodeValues, type StoredTensors, unreadNotes } from './tensor-values'

export interface SafetensorsContent {
  tensors: NamedArray[]
  metadata: Record<string, string>
}

/** As the reference implementation: a larger header is an attack or an accident. */
const mostHeaderBytes = 100_000_000
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

export function encodeSafetensors(tensors: readonly NamedArray[], metadata: Record<string, string> = {}): Uint8Array {
  const header: Record<string, unknown> = {}
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata
  let end = 0
  for (const { name, shape, data } of tensors) {
    if (name === '__metadata__' || Object.hasOwn(header, name)) throw new Error(`Two arrays are called "${name}".`)
    if (product(shape) !== data.length) {
      throw new Error(
        `Array "${name}" has ${data.length} values, its shape [${shape.join(', ')}] says ${product(shape)}.`
      )
    }
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + data.length * 4] }
    end += data.length * 4
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  // Spaces bring the values to a multiple of 8, so that they can be read in place.
  const headerBytes = Math.ceil(text.length / 8) * 8
  const bytes = new Uint8Array(8 + headerBytes + end)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(headerBytes), true)
  bytes.fill(0x20, 8, 8 + headerBytes)
  bytes.set(text, 8)
  let at = 8 + headerBytes
  for (const { data } of tensors) {
    if (littleEndian) bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    else data.forEach((value, i) => view.setFloat32(at + i * 4, value, true))
    at += data.byteLength
  }
  return bytes
}

/** Copies of all arrays, in file order. Throws an Error that says what is wrong; nothing is allocated before it is checked. */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsContent {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 8) throw new Error(`A safetensors file has at least 8 bytes; this one has ${bytes.length}.`)
  const headerBytes = view.getBigUint64(0, true)
  if (headerBytes > BigInt(mostHeaderBytes)) throw new Error(`The header length ${headerBytes} is not plausible.`)
  const start = 8 + Number(headerBytes)
  if (start > bytes.length) {
    throw new Error(`The header should end at byte ${start}, but the file has ${bytes.length}: it is cut off.`)
  }
  const header = parseHeader(bytes.subarray(8, start))
  const available = bytes.length - start
  const metadata = readMetadata(header.__metadata__)
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => ({ name, ...checkEntry(name, entry, available) }))
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
  let covered = 0
  for (const { name, begin, end } of entries) {
    if (begin !== covered) {
      throw new Error(
        `Array "${name}" begins at ${begin}, but ${begin < covered ? 'the one before it' : 'the data before it'} ends at ${covered}.`
      )
    }
    covered = end
  }
  if (covered !== available) throw new Error(`${available - covered} bytes at the end belong to no array.`)
  const tensors = entries.map(({ name, shape, begin, end }) => {
    const data = new Float32Array((end - begin) / 4)
    if (littleEndian) new Uint8Array(data.buffer).set(bytes.subarray(start + begin, start + end))
    else for (let i = 0; i < data.length; i++) data[i] = view.getFloat32(start + begin + i * 4, true)
    return { name, shape, data }
  })
  return { tensors, metadata }
}

/** Their names of types, and ours. */
const dtypes: Record<string, string> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F8_E4M3: 'float8_e4m3fn',
  F8_E5M2: 'float8_e5m2',
  F8_E8M0: 'float8_e8m0fnu',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool'
}

/** The tensors of a file, of which only the header is read now. One of another type is left out alone. @throws FormatError */
export function safetensorsTensors(source: ByteSource): StoredTensors {
  const { name: file, size } = source
  const again = 'Save or copy it again.'
  if (size < 8) throw new FormatError(file, null, `is no safetensors file: it has ${size} bytes. ${again}`)
  const lengthBytes = source.read(0, 8)
  const length = new DataView(lengthBytes.buffer, lengthBytes.byteOffset).getBigUint64(0, true)
  if (length > BigInt(mostHeaderBytes) || 8 + Number(length) > size) {
    throw new FormatError(
      file,
      null,
      `is cut off or no safetensors file: its header should have ${length} bytes. ${again}`
    )
  }
  const start = 8 + Number(length)
  try {
    const header = parseHeader(source.read(8, Number(length)))
    const metadata = readMetadata(header.__metadata__)
    const entries = Object.entries(header).filter(([name]) => name !== '__metadata__')
    const unread = entries.flatMap(([name, entry]) => {
      const type = isRecord(entry) ? entry.dtype : undefined
      return typeof type === 'string' && !Object.hasOwn(dtypes, type) ? [{ name, type: type.slice(0, 40) }] : []
    })
    if (unread.length > 0 && unread.length === entries.length) {
      const types = [...new Set(unread.map(({ type }) => type))]
      const read = `read are ${Object.keys(dtypes).join(', ')}`
      throw new FormatError(file, null, `holds only tensors of types that are not read (${types.join(', ')}); ${read}.`)
    }
    const left = new Set(unread.map(({ name }) => name))
    const tensors = entries
      .filter(([name]) => !left.has(name))
      .map(([name, entry]) => ({ name, ...checkEntry(name, entry, size - start, dtypes) }))
      .sort((a, b) => a.begin - b.begin || a.end - b.end)
      .map(({ name, shape, dtype, begin, end }) => ({
        name,
        shape,
        dtype,
        read: () => Promise.resolve(decodeValues(source.read(start + begin, end - begin), dtype, file))
      }))
    const notes = unreadNotes(unread.map(({ name, type }) => `${name} (${type})`))
    return { tensors, notes, counters: stepCounters(Object.entries(metadata)) }
  } catch (error) {
    if (error instanceof FormatError) throw error
    throw new FormatError(file, null, `cannot be read. ${(error as Error).message} ${again}`)
  }
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Error('The header is not valid JSON.')
  }
  if (!isRecord(header)) throw new Error('The header is not a JSON object.')
  return header
}

function readMetadata(value: unknown): Record<string, string> {
  if (value === undefined) return {}
  if (!isRecord(value) || Object.values(value).some((item) => typeof item !== 'string')) {
    throw new Error('__metadata__ is not a map of texts.')
  }
  return value as Record<string, string>
}

function checkEntry(
  name: string,
  entry: unknown,
  available: number,
  readable: Record<string, string> = { F32: 'float32' }
): { shape: number[]; dtype: string; begin: number; end: number } {
  if (!isRecord(entry)) throw new Error(`The header entry of "${name}" is not an object.`)
  const { dtype: theirs, shape, data_offsets: offsets } = entry
  if (typeof theirs !== 'string' || !Object.hasOwn(readable, theirs)) {
    const types = Object.keys(readable).join(', ')
    const only = types.includes(',') ? `read are ${types}` : `only ${types} is read`
    const type = typeof theirs === 'string' ? `is of type ${theirs}` : 'has no type'
    throw new Error(`Array "${name}" ${type}; ${only}.`)
  }
  const dtype = readable[theirs]
  const width = bytesPerValue(dtype)!
  if (!Array.isArray(shape) || !shape.every(isSize)) throw new Error(`Array "${name}" has no valid shape.`)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw new Error(`Array "${name}" has no valid data offsets.`)
  }
  const [begin, end] = offsets as [number, number]
  if (begin > end || end > available) {
    throw new Error(`Array "${name}" should lie at bytes ${begin} to ${end} of ${available}.`)
  }
  if (product(shape) * width !== end - begin) {
    throw new Error(
      `Array "${name}" of shape [${shape.join(', ')}] needs ${product(shape) * width} bytes, its offsets span ${end - begin}.`
    )
  }
  return { shape, dtype, begin, end }
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1)
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
