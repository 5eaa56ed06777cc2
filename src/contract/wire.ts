/**
 * Messages of the browser host on its WebSocket: one binary frame is a JSON header (length first) followed by the
 * typed arrays it refers to, each aligned to 8 bytes. Electron's own structured clone needs none of this.
 */
import type { WireError } from './errors'

export type ServerFrame =
  | { kind: 'reply'; id: number; ok: true; value: unknown }
  | { kind: 'reply'; id: number; ok: false; error: WireError }
  | { kind: 'event'; name: string; payload: unknown }

/** What every host answers to a request. */
export type Reply = { ok: true; value: unknown } | { ok: false; error: WireError }

const arrayTypes = { f64: Float64Array, f32: Float32Array, i32: Int32Array, u8: Uint8Array } as const
type ArrayName = keyof typeof arrayTypes

export function encodeFrame(frame: unknown): Uint8Array<ArrayBuffer> {
  const arrays: Uint8Array[] = []
  let offset = 0
  const header = JSON.stringify(frame, (_key, value: unknown) => {
    if (ArrayBuffer.isView(value)) {
      const name = (Object.keys(arrayTypes) as ArrayName[]).find((key) => value instanceof arrayTypes[key])
      if (!name) throw new TypeError('only Float64Array, Float32Array, Int32Array and Uint8Array cross the wire')
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      const reference = { $array: name, offset, bytes: bytes.length }
      arrays.push(bytes)
      offset += aligned(bytes.length)
      return reference
    }
    if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) }
    return value
  })
  const headerBytes = new TextEncoder().encode(header)
  const start = aligned(4 + headerBytes.length)
  const out = new Uint8Array(start + offset)
  new DataView(out.buffer).setUint32(0, headerBytes.length, true)
  out.set(headerBytes, 4)
  let at = start
  for (const bytes of arrays) {
    out.set(bytes, at)
    at += aligned(bytes.length)
  }
  return out
}

/** @throws SyntaxError or RangeError when the bytes are no frame. */
export function decodeFrame(bytes: Uint8Array): unknown {
  if (bytes.length < 4) throw new RangeError('the frame is cut')
  // Node's Buffer is a Uint8Array whose `slice` copies nothing, and the arrays below must be copies.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true)
  if (4 + length > bytes.length) throw new RangeError('the frame is cut')
  const start = aligned(4 + length)
  return JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)), (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value
    if ('$number' in value) return Number(value.$number)
    if (!('$array' in value)) return value
    const reference = value as { $array: ArrayName; offset: number; bytes: number }
    if (!Object.hasOwn(arrayTypes, reference.$array)) throw new RangeError('there is no such array')
    const from = start + reference.offset
    if (!(reference.offset >= 0 && from + reference.bytes <= bytes.length)) throw new RangeError('the frame is cut')
    const copy = plain.slice(from, from + reference.bytes)
    return new arrayTypes[reference.$array](copy.buffer)
  })
}

function aligned(length: number): number {
  return Math.ceil(length / 8) * 8
}
