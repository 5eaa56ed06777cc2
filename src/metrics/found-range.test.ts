import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { countedInFound, widened, type FoundRange } from './found-range'
import { histogram } from './histogram'

const normal = (random: Rng, count: number, mean: number, std: number): Float32Array =>
  Float32Array.from({ length: count }, () => mean + std * random.normal())
const find = (values: Float32Array, bins = 64, known: FoundRange | null = null, narrows = true) =>
  countedInFound(values, bins, 0, known, narrows)
const sum = (counts: ArrayLike<number>): number => Array.from(counts).reduce((all, one) => all + one, 0)

describe('a found range', () => {
  it('has edges at multiples of a power of two, with zero among them, whatever the values are', () => {
    const random = new Rng(1)
    for (let round = 0; round < 300; round++) {
      const std = 10 ** (8 * random.uniform() - 4)
      const mean = round % 3 === 0 ? 0 : std * 6 * (random.uniform() - 0.5)
      const bins = 2 + Math.floor(200 * random.uniform())
      const values = normal(random, 1000, mean, std)
      const { histogram: found, isNew } = find(values, bins)
      const width = (found.max - found.min) / bins
      expect(isNew).toBe(true)
      expect(Number.isInteger(Math.log2(width))).toBe(true)
      expect(Number.isInteger(found.min / width)).toBe(true)
      expect(sum(found.counts)).toBe(1000)
      // Of a thousand values, not one may lie outside; and they take up more than a third of the bins.
      expect([found.counts[0], found.counts[bins + 1]]).toEqual([0, 0])
      const used = Math.ceil(found.highest / width) - Math.floor(found.lowest / width)
      if (bins >= 8) expect(used).toBeGreaterThan(bins / 3)
    }
  })

  it('begins at zero for what is never below, and leaves room on both sides otherwise', () => {
    const random = new Rng(2)
    const rectified = normal(random, 5000, 0, 1).map((value) => Math.max(0, value))
    expect(find(rectified).histogram.min).toBe(0)
    const { min, max, lowest, highest } = find(normal(random, 5000, 0, 1.3)).histogram
    expect(min).toBeLessThan(lowest)
    expect(max).toBeGreaterThan(highest)
  })

  it('is not stretched by few values that lie far away, which are counted outside', () => {
    const random = new Rng(3)
    for (const far of [1e3, 1e12, 3e38]) {
      const values = normal(random, 100_000, 0, 1)
      values.set([far, -far, far], 500)
      const { histogram: found } = find(values)
      expect(found.max - found.min).toBeLessThan(20)
      expect(found.counts[0] + found.counts[65]).toBeLessThanOrEqual(50)
      expect(sum(found.counts)).toBe(100_000)
    }
  })

  it('stays as long as it suits, is widened where more than a two-thousandth lies outside, and narrowed where it is empty', () => {
    const random = new Rng(4)
    const known = { min: -2, max: 2 }
    expect(find(normal(random, 10_000, 0, 0.4), 64, known).isNew).toBe(false)
    // A thousandth and a half of them.
    const more = normal(random, 10_000, 0, 0.4)
    more.set(Array<number>(15).fill(7))
    const wide = find(more, 64, known)
    expect(wide.isNew).toBe(true)
    expect(wide.histogram).toMatchObject({ lowest: expect.any(Number) as number })
    expect([wide.histogram.min <= -2, wide.histogram.max > 7]).toEqual([true, true])
    const few = normal(random, 10_000, 0, 0.4)
    few.set([7, 7, 7, 7])
    expect(find(few, 64, known).isNew).toBe(false)
    const small = normal(random, 10_000, 0, 0.001)
    expect(find(small, 64, known).histogram.max).toBeLessThan(0.02)
    expect(find(small, 64, known, false).isNew).toBe(false)
  })

  it('is any for values that are all zero, and takes a constant, NaN and nothing at all', () => {
    expect(find(new Float32Array(100))).toMatchObject({ isNew: false, histogram: { zeros: 100 } })
    const constant = find(new Float32Array(100).fill(3))
    expect(constant.histogram.counts[0] + constant.histogram.counts[65]).toBe(0)
    expect(find(new Float32Array(100).fill(3), 64, constant.histogram).isNew).toBe(false)
    expect(find(Float32Array.of(NaN, Infinity))).toMatchObject({ isNew: false, histogram: { num: 0, nonFinite: 2 } })
    expect(sum(find(Float32Array.of(NaN, 1, 2)).histogram.counts)).toBe(2)
    expect(find(new Float32Array(0)).histogram.num).toBe(0)
  })

  it('that has been widened has the counts that the values would have had from the start', () => {
    const random = new Rng(5)
    for (let round = 0; round < 100; round++) {
      const values = normal(random, 2000, random.normal(), 10 ** random.normal())
      const first = find(values, 48).histogram
      const more = normal(random, 2000, 10 * random.normal(), 10 ** random.normal())
      const { histogram: second, isNew } = find(more, 48, first, false)
      if (!isNew) continue
      expect(widened(first, second).counts).toEqual(histogram(values, second.min, second.max, 48).counts)
    }
  })
})
