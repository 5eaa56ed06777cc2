/** The part of the protobuf wire format that event files need (proto3: varint, 64-bit, length-delimited, 32-bit). */

const utf8Encoder = new TextEncoder()
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export class ProtoError extends Error {}

const deepestGroup = 100

/** A growing buffer that message bodies are written to. */
export class ProtoWriter {
  private bytes = new Uint8Array(256)
  private view = new DataView(this.bytes.buffer)
  private length = 0

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }

  double(field: number, value: number): this {
    this.tag(field, 1)
    this.reserve(8)
    this.view.setFloat64(this.length, value, true)
    this.length += 8
    return this
  }

  float(field: number, value: number): this {
    this.tag(field, 5)
    this.reserve(4)
    this.view.setFloat32(this.length, value, true)
    this.length += 4
    return this
  }

  /** int64 as a varint; negative numbers take ten bytes as the format demands. */
  int64(field: number, value: number | bigint): this {
    this.tag(field, 0)
    let rest = BigInt.asUintN(64, BigInt(value))
    this.reserve(10)
    while (rest > 127n) {
      this.bytes[this.length++] = Number(rest & 127n) | 128
      rest >>= 7n
    }
    this.bytes[this.length++] = Number(rest)
    return this
  }

  string(field: number, value: string): this {
    return this.lengthDelimited(field, utf8Encoder.encode(value))
  }

  lengthDelimited(field: number, data: Uint8Array): this {
    this.tag(field, 2)
    this.varint(data.length)
    this.reserve(data.length)
    this.bytes.set(data, this.length)
    this.length += data.length
    return this
  }

  message(field: number, write: (writer: ProtoWriter) => void): this {
    const inner = new ProtoWriter()
    write(inner)
    return this.lengthDelimited(field, inner.bytes.subarray(0, inner.length))
  }

  packedDoubles(field: number, values: ArrayLike<number>): this {
    this.tag(field, 2)
    this.varint(values.length * 8)
    this.reserve(values.length * 8)
    for (let i = 0; i < values.length; i++) this.view.setFloat64(this.length + i * 8, values[i], true)
    this.length += values.length * 8
    return this
  }

  private tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType)
  }

  private varint(value: number): void {
    this.reserve(8)
    while (value > 127) {
      this.bytes[this.length++] = (value % 128) | 128
      value = Math.floor(value / 128)
    }
    this.bytes[this.length++] = value
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }
}

/**
 * Walks the fields of one message. Call `next()` until it is false; then exactly one of the value readers, or none
 * to skip the field. Unknown fields of every wire type, groups included, are skipped.
 */
export class ProtoReader {
  field = 0
  wireType = 0
  private view: DataView
  private position: number
  private valueStart = 0
  private valueEnd = 0

  constructor(
    private readonly bytes: Uint8Array,
    start = 0,
    private readonly end = bytes.length
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.position = start
  }

  next(): boolean {
    if (this.position >= this.end) return false
    const key = this.varintAt()
    this.field = Math.floor(key / 8)
    this.wireType = key % 8
    if (this.field === 0) throw new ProtoError('field number 0')
    this.valueStart = this.position
    switch (this.wireType) {
      case 0:
        this.varintAt()
        break
      case 1:
        this.advance(8)
        break
      case 2: {
        const length = this.varintAt()
        this.valueStart = this.position
        this.advance(length)
        break
      }
      case 3:
        this.skipGroup(this.field, 1)
        break
      case 5:
        this.advance(4)
        break
      default:
        throw new ProtoError(`wire type ${this.wireType}`)
    }
    this.valueEnd = this.position
    return true
  }

  /** Field number and wire type in one, so that a field of another wire type than expected is an unknown one. */
  get key(): number {
    return this.field * 8 + this.wireType
  }

  /** Byte range of the value (without its length) in the bytes that the walk began with. */
  get range(): [start: number, end: number] {
    return [this.valueStart, this.valueEnd]
  }

  double(): number {
    this.expect(1)
    return this.view.getFloat64(this.valueStart, true)
  }

  float(): number {
    this.expect(5)
    return this.view.getFloat32(this.valueStart, true)
  }

  /** A varint as a signed 64-bit integer: a number where it is exact, else a bigint. */
  int64(): number | bigint {
    this.expect(0)
    const first = this.bytes[this.valueStart]
    if (first < 128) return first
    let value = 0n
    let shift = 0n
    for (let i = this.valueStart; i < this.valueEnd; i++) {
      value |= BigInt(this.bytes[i] & 127) << shift
      shift += 7n
    }
    const signed = BigInt.asIntN(64, value)
    const asNumber = Number(signed)
    return Number.isSafeInteger(asNumber) ? asNumber : signed
  }

  string(): string {
    this.expect(2)
    try {
      return utf8Decoder.decode(this.bytes.subarray(this.valueStart, this.valueEnd))
    } catch {
      throw new ProtoError('a string is not valid UTF-8')
    }
  }

  lengthDelimited(): Uint8Array {
    this.expect(2)
    return this.bytes.subarray(this.valueStart, this.valueEnd)
  }

  message(): ProtoReader {
    this.expect(2)
    return new ProtoReader(this.bytes, this.valueStart, this.valueEnd)
  }

  /** Appends a repeated double, packed or not. */
  doublesInto(target: number[]): void {
    if (this.wireType === 1) {
      target.push(this.double())
      return
    }
    this.expect(2)
    if ((this.valueEnd - this.valueStart) % 8 !== 0) throw new ProtoError('a packed list of doubles is cut')
    for (let at = this.valueStart; at < this.valueEnd; at += 8) target.push(this.view.getFloat64(at, true))
  }

  /** Appends a repeated float, packed or not. */
  floatsInto(target: number[]): void {
    if (this.wireType === 5) {
      target.push(this.float())
      return
    }
    this.expect(2)
    if ((this.valueEnd - this.valueStart) % 4 !== 0) throw new ProtoError('a packed list of floats is cut')
    for (let at = this.valueStart; at < this.valueEnd; at += 4) target.push(this.view.getFloat32(at, true))
  }

  /** Appends a repeated varint, packed or not. */
  int64sInto(target: (number | bigint)[]): void {
    if (this.wireType === 0) {
      target.push(this.int64())
      return
    }
    this.expect(2)
    for (let at = this.valueStart; at < this.valueEnd;) {
      const one = new ProtoReader(this.bytes, at, this.valueEnd)
      one.position = at
      one.varintAt()
      one.valueStart = at
      one.valueEnd = one.position
      one.wireType = 0
      target.push(one.int64())
      at = one.position
    }
  }

  private expect(wireType: number): void {
    if (this.wireType !== wireType) throw new ProtoError(`field ${this.field} has wire type ${this.wireType}`)
  }

  private advance(count: number): void {
    if (!(count <= this.end - this.position)) throw new ProtoError('the message is cut')
    this.position += count
  }

  private skipGroup(field: number, depth: number): void {
    if (depth > deepestGroup) throw new ProtoError('groups are nested too deeply')
    for (;;) {
      if (this.position >= this.end) throw new ProtoError('a group is not closed')
      const key = this.varintAt()
      const wireType = key % 8
      if (wireType === 4) {
        if (Math.floor(key / 8) !== field) throw new ProtoError('groups are crossed')
        return
      }
      if (wireType === 0) this.varintAt()
      else if (wireType === 1) this.advance(8)
      else if (wireType === 2) this.advance(this.varintAt())
      else if (wireType === 3) this.skipGroup(Math.floor(key / 8), depth + 1)
      else if (wireType === 5) this.advance(4)
      else throw new ProtoError(`wire type ${wireType}`)
    }
  }

  /** A varint as a number; beyond 2^53 it is inexact, which only lengths and keys (never that large) rely on. */
  private varintAt(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 10; i++) {
      if (this.position >= this.end) throw new ProtoError('the message is cut')
      const byte = this.bytes[this.position++]
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
    throw new ProtoError('a varint is longer than ten bytes')
  }
}
