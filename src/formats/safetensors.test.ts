import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { decodeSafetensors, encodeSafetensors } from './safetensors'

function file(header: string, bytes = 0, declared = header.length): Uint8Array {
  const out = new Uint8Array(8 + header.length + bytes)
  new DataView(out.buffer).setBigUint64(0, BigInt(declared), true)
  out.set(new TextEncoder().encode(header), 8)
  return out
}

const entry = (fields: object): string =>
  JSON.stringify({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4], ...fields } })

describe('safetensors', () => {
  it('comes back as it was written, NaN and infinities bit by bit', () => {
    const rng = new Rng(1)
    const tensors = [
      { name: 'fc1.W', shape: [2, 3], data: Float32Array.from({ length: 6 }, () => rng.normal()) },
      { name: 'empty', shape: [0, 4], data: new Float32Array(0) },
      { name: 'scalar', shape: [], data: Float32Array.of(NaN) },
      { name: 'm/ü', shape: [2], data: Float32Array.of(Infinity, -0) }
    ]
    const bytes = encodeSafetensors(tensors, { step: '12' })
    const shifted = new Uint8Array(bytes.length + 1)
    shifted.set(bytes, 1)
    for (const source of [bytes, shifted.subarray(1)]) {
      const { tensors: read, metadata } = decodeSafetensors(source)
      expect(metadata).toEqual({ step: '12' })
      expect(read.map(({ name }) => name).sort()).toEqual(tensors.map(({ name }) => name).sort())
      for (const { name, shape, data } of tensors) {
        const found = read.find((tensor) => tensor.name === name)
        expect(found?.shape).toEqual(shape)
        expect(new Uint8Array(found!.data.buffer)).toEqual(
          new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        )
      }
    }
  })

  it('has its values at a multiple of 8 bytes, as the format asks', () => {
    const bytes = encodeSafetensors([{ name: 'x', shape: [1], data: Float32Array.of(1.5) }])
    const header = Number(new DataView(bytes.buffer).getBigUint64(0, true))
    expect(header % 8).toBe(0)
    expect(new DataView(bytes.buffer).getFloat32(8 + header, true)).toBe(1.5)
  })

  it('refuses to write what could not be read', () => {
    const x = { name: 'x', shape: [2], data: Float32Array.of(1) }
    expect(() => encodeSafetensors([x])).toThrow('Array "x" has 1 values, its shape [2] says 2.')
    const y = { name: 'y', shape: [1], data: Float32Array.of(1) }
    expect(() => encodeSafetensors([y, y])).toThrow('Two arrays are called "y".')
  })

  const bad: [string, Uint8Array, string][] = [
    ['too short', new Uint8Array(5), 'A safetensors file has at least 8 bytes; this one has 5.'],
    [
      'cut off in the header',
      file('{}', 0, 90),
      'The header should end at byte 98, but the file has 10: it is cut off.'
    ],
    ['an absurd header length', file('{}', 0, 1e12), 'The header length 1000000000000 is not plausible.'],
    ['no JSON', file('{"a":'), 'The header is not valid JSON.'],
    ['no object', file('[]'), 'The header is not a JSON object.'],
    ['another type', file(entry({ dtype: 'F16' }), 4), 'Array "a" is of type F16; only F32 is read.'],
    ['a negative size', file(entry({ shape: [-1] }), 4), 'Array "a" has no valid shape.'],
    ['a broken offset', file(entry({ data_offsets: [0] }), 4), 'Array "a" has no valid data offsets.'],
    ['cut off in the data', file(entry({}), 2), 'Array "a" should lie at bytes 0 to 4 of 2.'],
    [
      'a shape far larger than the file',
      file(entry({ shape: [1e9, 1e9] }), 4),
      'Array "a" of shape [1000000000, 1000000000] needs 4000000000000000000 bytes, its offsets span 4.'
    ],
    ['a gap', file(entry({ data_offsets: [4, 8] }), 8), 'Array "a" begins at 4, but the data before it ends at 0.'],
    ['bytes left over', file(entry({}), 7), '3 bytes at the end belong to no array.'],
    ['metadata of numbers', file('{"__metadata__":{"step":1}}'), '__metadata__ is not a map of texts.']
  ]
  for (const [name, bytes, message] of bad) {
    it(`refuses ${name}`, () => expect(() => decodeSafetensors(bytes)).toThrow(message))
  }
})
