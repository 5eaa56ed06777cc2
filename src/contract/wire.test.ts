import { describe, expect, it } from 'vitest'
import { decodeFrame, encodeFrame } from './wire'

describe('frames', () => {
  it.each([
    ['plain values', { kind: 'request', id: 1, name: 'a', params: { text: 'ü \u2028 𝄞', list: [1, null, true, []] } }],
    ['numbers that JSON lacks', { values: [NaN, Infinity, -Infinity, 0.1, 1e308, 5e-324] }],
    [
      'every array type',
      { a: Float64Array.of(1, NaN, -0), b: Float32Array.of(0.5), c: Int32Array.of(-1, 2), d: Uint8Array.of(255) }
    ],
    ['empty arrays between others', { a: new Float32Array(0), b: Float64Array.of(3), c: new Uint8Array(0) }],
    ['arrays of odd lengths', { list: [Uint8Array.of(1, 2, 3), Float32Array.of(1, 2, 3), Float64Array.of(4)] }],
    ['a bare array', Float64Array.of(1, 2)],
    ['null', null]
  ])('bring back %s', (_name, value) => {
    expect(decodeFrame(encodeFrame(value))).toEqual(value)
  })

  it('carry only the seen part of a larger buffer', () => {
    const large = Float64Array.from({ length: 100 }, (_, i) => i)
    const frame = encodeFrame({ part: large.subarray(10, 13) })
    expect(decodeFrame(frame)).toEqual({ part: Float64Array.of(10, 11, 12) })
    expect(frame.length).toBeLessThan(150)
  })

  it('can be decoded from any offset, as they arrive', () => {
    const frame = encodeFrame({ a: Float64Array.of(1.5, 2.5) })
    const arrived = new Uint8Array(frame.length + 3)
    arrived.set(frame, 3)
    expect(decodeFrame(arrived.subarray(3))).toEqual({ a: Float64Array.of(1.5, 2.5) })
  })

  it('can be decoded from the buffers of Node, which are part of larger ones', () => {
    const value = { a: Float64Array.of(1.5, NaN), b: Int32Array.of(7) }
    const arrived = Buffer.concat([Buffer.from('12345'), encodeFrame(value)]).subarray(5)
    expect(decodeFrame(arrived)).toEqual(value)
  })

  it('give arrays that are copies', () => {
    const frame = encodeFrame({ a: Float64Array.of(1) })
    const { a } = decodeFrame(frame) as { a: Float64Array }
    frame.fill(0)
    expect(a[0]).toBe(1)
  })

  it('that are cut anywhere are refused', () => {
    const frame = encodeFrame({ a: Float64Array.of(1, 2), text: 'abc' })
    for (let length = 0; length < frame.length; length++) {
      expect(() => decodeFrame(frame.subarray(0, length)), `${length} bytes`).toThrow()
    }
  })

  it.each([
    ['text', new TextEncoder().encode('hello, this is no frame')],
    ['a length beyond the end', Uint8Array.of(255, 255, 255, 255, 1, 2)],
    ['a reference outside the frame', forged({ $array: 'f64', offset: 0, bytes: 800 })],
    ['a negative reference', forged({ $array: 'f64', offset: -16, bytes: 8 })],
    ['an unknown array type', forged({ $array: 'f16', offset: 0, bytes: 8 })],
    ['a broken number of bytes', forged({ $array: 'f64', offset: 0, bytes: 7 })]
  ])('with %s are refused', (_name, bytes) => {
    expect(() => decodeFrame(bytes)).toThrow()
  })

  it('refuse array types that the other side would not know', () => {
    expect(() => encodeFrame({ a: new Uint16Array(2) })).toThrow(/cross the wire/)
  })
})

/** A frame whose header says what no encoder would. */
function forged(header: unknown): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header))
  const start = Math.ceil((4 + json.length) / 8) * 8
  const frame = new Uint8Array(start + 8)
  new DataView(frame.buffer).setUint32(0, json.length, true)
  frame.set(json, 4)
  return frame
}
