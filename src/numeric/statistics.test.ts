import { describe, expect, it } from 'vitest'
import { largest, pearson, smallest } from './statistics'

describe('extremes', () => {
  it('are those of Math.min and Math.max', () => {
    for (const values of [[], [3], [3, -7, 2], [0, -0], [1, Number.NaN, 2], [Infinity, -Infinity]]) {
      expect(smallest(values)).toBe(Math.min(...values))
      expect(largest(values)).toBe(Math.max(...values))
    }
  })

  it('of more values than a call takes', () => {
    const values = Float64Array.from({ length: 2_000_000 }, (_, i) => Math.sin(i))
    values[1_234_567] = -5
    values[7] = 4
    expect([smallest(values), largest(values)]).toEqual([-5, 4])
  })
})

describe('pearson', () => {
  it('is the correlation of the pairs that are there', () => {
    // statistics.correlation([1, 2, 3, 5], [2, 1, 4, 6]) of Python 3
    expect(pearson([1, 2, 3, 5], [2, 1, 4, 6])).toBeCloseTo(0.9022436386781062, 12)
    expect(pearson([1, 2, NaN, 3, 5, 7], [2, 1, 9, 4, 6, Infinity])).toBeCloseTo(0.9022436386781062, 12)
    expect(pearson([1, 2, 3], [-2e9, -4e9, -6e9])).toBeCloseTo(-1, 12)
    expect(pearson([1, 2, 3], [4, 4, 4])).toBe(0)
    expect(pearson([5, 5], [4, 4])).toBeNull()
    expect(pearson([1, 2, 3], [1, 2, 3], 4)).toBeNull()
  })
})
