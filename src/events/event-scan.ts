/**
 * One pass over the bytes of an Event that finds what is in it, without making an object for anything: a log of a
 * million scalars is a million times this loop. What it finds stands in fields and flat arrays until the next call.
 *
 * Protobuf rules kept (proto3): unknown fields and known fields of another wire type are skipped, groups included; the
 * last member of a oneof wins; several `summary` fields are one; varints may be longer than needed.
 */
import { ProtoError } from './protobuf'

/** How a value lies in the file. The v1 forms have fields of their own, everything of v2 is a tensor. */
export const form = { none: 0, simple: 2, oldHistogram: 3, image: 4, histo: 5, audio: 6, tensor: 8 } as const

/** Forms beside those of values: whole members of an Event. */
export const eventForm = { graph: 104, runMetadata: 108, metaGraph: 109 } as const

/** Members of Event's oneof `what`. */
export const what = {
  fileVersion: 3,
  graph: 4,
  summary: 5,
  logMessage: 6,
  sessionLog: 7,
  taggedRunMetadata: 8,
  metaGraph: 9
} as const

/** Integers of a value in `EventScan.values`: byte ranges, -1 where there is none. */
export const slot = {
  tagStart: 0,
  tagEnd: 1,
  nodeStart: 2,
  nodeEnd: 3,
  form: 4,
  start: 5,
  end: 6,
  metadataStart: 7,
  metadataEnd: 8
} as const
export const slots = 9

const deepestGroup = 100

export class EventScan {
  wallTime = 0
  /** Rounded when `wideStep` is set. */
  step = 0
  /** The step itself where a number could not hold it. */
  wideStep: bigint | null = null
  /** Which member of the oneof is set; 0 for none. */
  what = 0
  /** Bytes of that member, for all but the summary. */
  start = 0
  end = 0
  /** Bytes of source_metadata; start -1 where there is none. */
  sourceStart = -1
  sourceEnd = -1
  /** Number of values of the summary. */
  count = 0
  values = new Int32Array(slots * 64)
  /** simple_value of each value of that form. */
  simple = new Float64Array(64)

  private at = 0

  /** @throws ProtoError when bytes[start, end) are no Event; nothing of it may be used then. */
  read(bytes: Uint8Array, view: DataView, start: number, end: number): void {
    this.wallTime = 0
    this.step = 0
    this.wideStep = null
    this.what = 0
    this.count = 0
    this.sourceStart = -1
    this.at = start
    while (this.at < end) {
      const key = this.varint(bytes, end)
      if (key === 9) {
        this.need(8, end)
        this.wallTime = view.getFloat64(this.at, true)
        this.at += 8
      } else if (key === 16) this.readStep(bytes, end)
      else if ((key & 7) === 2 && key < 96) {
        const length = this.varint(bytes, end)
        this.need(length, end)
        const field = key >>> 3
        if (field >= 3 && field <= 9) {
          if (this.what !== field) this.count = 0
          this.what = field
          this.start = this.at
          this.end = this.at + length
          if (field === what.summary) this.readSummary(bytes, view, this.end)
        } else if (field === 10) {
          this.sourceStart = this.at
          this.sourceEnd = this.at + length
        }
        // A summary leaves the position at its end, everything else is stepped over here.
        if (field !== what.summary) this.at += length
      } else this.skip(bytes, end, key)
    }
  }

  private readStep(bytes: Uint8Array, end: number): void {
    const from = this.at
    const value = this.varint(bytes, end)
    this.wideStep = null
    this.step = value
    if (value <= Number.MAX_SAFE_INTEGER) return
    let exact = 0n
    for (let i = from, shift = 0n; i < this.at; i++, shift += 7n) exact |= BigInt(bytes[i] & 127) << shift
    exact = BigInt.asIntN(64, exact)
    this.step = Number(exact)
    if (!Number.isSafeInteger(this.step)) this.wideStep = exact
  }

  private readSummary(bytes: Uint8Array, view: DataView, end: number): void {
    while (this.at < end) {
      const key = this.varint(bytes, end)
      if (key !== 10) {
        this.skip(bytes, end, key)
        continue
      }
      const length = this.varint(bytes, end)
      this.need(length, end)
      this.readValue(bytes, view, this.at + length)
    }
  }

  private readValue(bytes: Uint8Array, view: DataView, end: number): void {
    if ((this.count + 1) * slots > this.values.length) this.grow()
    const { values } = this
    const base = this.count * slots
    values[base + slot.tagStart] = values[base + slot.tagEnd] = 0
    values[base + slot.nodeStart] = values[base + slot.nodeEnd] = 0
    values[base + slot.form] = form.none
    values[base + slot.metadataStart] = -1
    while (this.at < end) {
      const key = this.varint(bytes, end)
      // simple_value: field 2 as 32 bits.
      if (key === 21) {
        this.need(4, end)
        values[base + slot.form] = form.simple
        this.simple[this.count] = view.getFloat32(this.at, true)
        this.at += 4
        continue
      }
      if ((key & 7) !== 2) {
        this.skip(bytes, end, key)
        continue
      }
      const length = this.varint(bytes, end)
      this.need(length, end)
      const from = this.at
      this.at += length
      switch (key >>> 3) {
        case 1:
          values[base + slot.tagStart] = from
          values[base + slot.tagEnd] = this.at
          break
        case 7:
          values[base + slot.nodeStart] = from
          values[base + slot.nodeEnd] = this.at
          break
        case 3:
        case 4:
        case 5:
        case 6:
        case 8:
          values[base + slot.form] = key >>> 3
          values[base + slot.start] = from
          values[base + slot.end] = this.at
          break
        case 9:
          values[base + slot.metadataStart] = from
          values[base + slot.metadataEnd] = this.at
          break
      }
    }
    this.count += 1
  }

  private grow(): void {
    const values = new Int32Array(this.values.length * 2)
    values.set(this.values)
    this.values = values
    const simple = new Float64Array(this.simple.length * 2)
    simple.set(this.simple)
    this.simple = simple
  }

  /** A varint as a number, inexact beyond 2^53; the position goes behind it. */
  private varint(bytes: Uint8Array, end: number): number {
    if (this.at >= end) throw new ProtoError('the message is cut')
    const first = bytes[this.at++]
    if (first < 128) return first
    let value = first & 127
    let scale = 128
    for (let i = 1; i < 10; i++) {
      if (this.at >= end) throw new ProtoError('the message is cut')
      const byte = bytes[this.at++]
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
    throw new ProtoError('a varint is longer than ten bytes')
  }

  private need(count: number, end: number): void {
    if (!(count <= end - this.at)) throw new ProtoError('the message is cut')
  }

  /** Steps over the value of a field whose key has just been read. */
  private skip(bytes: Uint8Array, end: number, key: number): void {
    let depth = 0
    let wireType = key % 8
    if (key < 8) throw new ProtoError('field number 0')
    const open: number[] = []
    for (;;) {
      if (wireType === 0) this.varint(bytes, end)
      else if (wireType === 1) this.advance(8, end)
      else if (wireType === 2) this.advance(this.varint(bytes, end), end)
      else if (wireType === 5) this.advance(4, end)
      else if (wireType === 3) {
        open.push(Math.floor(key / 8))
        if (++depth > deepestGroup) throw new ProtoError('groups are nested too deeply')
      } else if (wireType === 4 && depth > 0) {
        if (open.pop() !== Math.floor(key / 8)) throw new ProtoError('groups are crossed')
        depth -= 1
      } else throw new ProtoError(`wire type ${wireType}`)
      if (depth === 0) return
      key = this.varint(bytes, end)
      if (key < 8) throw new ProtoError('field number 0')
      wireType = key % 8
    }
  }

  private advance(count: number, end: number): void {
    this.need(count, end)
    this.at += count
  }
}
