import { expect, it } from 'vitest'
import { encodeWav } from './wav'

it('writes 16-bit PCM with its header, channels interleaved, clipped', () => {
  const bytes = encodeWav([Float32Array.of(0, 1, 2), Float32Array.of(-1, 0.5, NaN)], 8000)
  const view = new DataView(bytes.buffer)
  const text = (at: number, length: number): string => String.fromCharCode(...bytes.subarray(at, at + length))
  expect([text(0, 4), text(8, 8), text(36, 4)]).toEqual(['RIFF', 'WAVEfmt ', 'data'])
  expect([view.getUint32(4, true), view.getUint32(40, true), bytes.length]).toEqual([48, 12, 56])
  const format = [
    view.getUint32(16, true),
    view.getUint16(20, true),
    view.getUint16(22, true),
    view.getUint32(24, true)
  ]
  expect(format).toEqual([16, 1, 2, 8000])
  expect([view.getUint32(28, true), view.getUint16(32, true), view.getUint16(34, true)]).toEqual([32_000, 4, 16])
  const samples = Array.from({ length: 6 }, (_, i) => view.getInt16(44 + 2 * i, true))
  expect(samples).toEqual([0, -32767, 32767, 16384, 32767, 0])
})

it('refuses channels of different lengths', () => {
  expect(() => encodeWav([new Float32Array(2), new Float32Array(1)], 8000)).toThrow('all channels equally long')
  expect(() => encodeWav([], 8000)).toThrow('at least one channel')
})
