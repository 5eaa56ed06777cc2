import { describe, expect, it } from 'vitest'
import { readIdx, writeIdx } from './idx'

describe('IDX files', () => {
  it('come back as they were written, also from within a larger buffer', () => {
    const array = { shape: [2, 1, 3], data: Uint8Array.of(1, 2, 3, 250, 251, 255) }
    const bytes = writeIdx(array)
    expect([...bytes.subarray(0, 8)]).toEqual([0, 0, 8, 3, 0, 0, 0, 2])
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    expect(readIdx(shifted.subarray(3))).toEqual(array)
  })

  const bad: [string, number[], string][] = [
    ['an empty file', [], 'x has 0 bytes; an IDX header alone has at least 8.'],
    ['a compressed file', [0x1f, 0x8b, 8, 0], 'x is gzip-compressed; unpack it first.'],
    [
      'another format',
      [0x89, 0x50, 0x4e, 0x47],
      'x does not begin like an IDX file: its first four bytes are 0x89504e47, not 0x000008nn.'
    ],
    ['another type', [0, 0, 0x0d, 1, 0, 0, 0, 0], 'x holds values of type 0x0d; only unsigned bytes (0x08) are read.'],
    ['no dimension', [0, 0, 8, 0], 'x declares no dimensions.'],
    ['a cut header', [0, 0, 8, 2, 0, 0, 0, 1], 'x ends inside its header: 2 dimensions need 12 bytes, it has 8.'],
    ['cut data', [0, 0, 8, 1, 0, 0, 0, 3, 1, 2], 'x is cut off: [3] needs 3 values, 2 are there.'],
    ['data left over', [0, 0, 8, 1, 0, 0, 0, 1, 1, 2], 'x has 1 bytes too many after its 1 values of [1].']
  ]
  for (const [name, bytes, message] of bad) {
    it(`refuses ${name}`, () => expect(() => readIdx(Uint8Array.from(bytes), 'x')).toThrow(message))
  }
})
