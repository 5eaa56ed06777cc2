/**
 * Messages of the browser host on its WebSocket: one binary frame is a JSON header (length first) followed by the
 * typed arrays it refers to, each aligned to 8 bytes. Electron's own structured clone needs none of this.
 */
import { PhasescopeError } from '../domain/errors'
import type { WireError } from '../domain/errors'

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

/** @throws PhasescopeError 'bad-request' when the bytes are no frame */
export function decodeFrame(bytes: Uint8Array): unknown {
  if (bytes.length < 4) throw notAFrame('it is cut off')
  // Node's Buffer is a Uint8Array whose `slice` copies nothing, and the arrays below must be copies.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true)
  if (4 + length > bytes.length) throw notAFrame('it is cut off')
  const start = aligned(4 + length)
  const arrayOf = (reference: Record<string, unknown>): unknown => {
    const { $array: name, offset, bytes: size } = reference
    if (typeof name !== 'string' || !Object.hasOwn(arrayTypes, name)) throw notAFrame('it names no array type')
    const make = arrayTypes[name as ArrayName]
    const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
    if (!isSize(offset) || !isSize(size) || start + offset + size > bytes.length) throw notAFrame('it is cut off')
    if (size % make.BYTES_PER_ELEMENT !== 0) throw notAFrame('an array in it ends within a value')
    return new make(plain.slice(start + offset, start + offset + size).buffer)
  }
  const header = new TextDecoder().decode(bytes.subarray(4, 4 + length))
  try {
    return JSON.parse(header, (_key, value: unknown) => {
      if (typeof value !== 'object' || value === null) return value
      if ('$number' in value) return Number(value.$number)
      return '$array' in value ? arrayOf(value as Record<string, unknown>) : value
    })
  } catch (error) {
    // What JSON.parse says of it would quote the message; one that is nested too deeply has no other words.
    throw error instanceof PhasescopeError ? error : notAFrame('it is no valid JSON')
  }
}

function notAFrame(why: string): PhasescopeError {
  return new PhasescopeError('bad-request', `A message could not be read: ${why}.`)
}

function aligned(length: number): number {
  return Math.ceil(length / 8) * 8
}
