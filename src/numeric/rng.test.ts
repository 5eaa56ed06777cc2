import { describe, expect, test } from 'vitest'
import { Rng } from './rng'

const seeds = 4000
/** Of standard normal z values, about 12,000 of which are looked at: beyond this lies one of 5 million. */
const farthest = 5.5

/** The k-th words of a purpose over all seeds, [k][seed]. */
function words(purpose: string, count: number, shift = 0): number[][] {
  const out = Array.from({ length: count }, () => new Array<number>(seeds))
  for (let seed = 0; seed < seeds; seed++) {
    const rng = Rng.forPurpose(seed + shift, purpose)
    for (let k = 0; k < count; k++) out[k][seed] = rng.uint32()
  }
  return out
}

/** The correlation of two lists of words times the square root of their length: about standard normal by chance. */
function correlationZ(xs: number[], ys: number[]): number {
  const middle = 2 ** 31
  let xy = 0
  let xx = 0
  let yy = 0
  for (let i = 0; i < seeds; i++) {
    const x = xs[i] - middle
    const y = ys[i] - middle
    xy += x * y
    xx += x * x
    yy += y * y
  }
  return (xy / Math.sqrt(xx * yy)) * Math.sqrt(seeds)
}

/** Of each bit: how far the number of equal ones lies from half, in standard deviations. */
function bitZs(xs: number[], ys: number[]): number[] {
  return Array.from({ length: 32 }, (_, bit) => {
    let equal = 0
    for (let i = 0; i < seeds; i++) if (!(((xs[i] ^ ys[i]) >>> bit) & 1)) equal++
    return (equal - seeds / 2) / Math.sqrt(seeds / 4)
  })
}

describe('streams of purposes', () => {
  const pairs = [
    ['order/0', 'order/1'],
    ['dropout/100', 'dropout/101'],
    ['fit 2 0', 'fit 2 1'],
    ['init', 'data'],
    ['evaluation/train', 'evaluation/validation'],
    ['a', 'b']
  ]
  test.each(pairs)('%s and %s are independent over seeds, word by word and bit by bit', (one, other) => {
    const xs = words(one, 12)
    const ys = words(other, 12)
    const zs = xs.flatMap((x, k) => [correlationZ(x, ys[k]), ...bitZs(x, ys[k])])
    expect(Math.max(...zs.map(Math.abs))).toBeLessThan(farthest)
  })

  test.each([1, 2, 256, 65536])('seeds that differ by %i are independent', (shift) => {
    const xs = words('init', 12)
    const ys = words('init', 12, shift)
    const zs = xs.flatMap((x, k) => [correlationZ(x, ys[k]), ...bitZs(x, ys[k])])
    expect(Math.max(...zs.map(Math.abs))).toBeLessThan(farthest)
  })

  test('the order of a few examples in one epoch says nothing of the next', () => {
    // Of 5 examples: how often the same one comes first in both epochs, which is one time of five.
    let same = 0
    for (let seed = 0; seed < seeds; seed++) {
      const [one, other] = ['order/0', 'order/1'].map((purpose) =>
        Rng.forPurpose(seed, purpose).shuffle([0, 1, 2, 3, 4])
      )
      if (one[0] === other[0]) same++
    }
    expect(Math.abs(same - seeds / 5) / Math.sqrt(seeds * 0.16)).toBeLessThan(farthest)
  })
})

test('both halves of a seed count, and the state continues exactly', () => {
  const first = [5, 5 + 2 ** 32, -1, 2 ** 32 - 1].map((seed) => new Rng(seed).uint32())
  expect(new Set(first).size).toBe(4)
  const rng = Rng.forPurpose(1, 'x')
  rng.normal()
  const other = new Rng(0)
  other.restore(rng.state())
  expect([other.normal(), other.uniform()]).toEqual([rng.normal(), rng.uniform()])
})
