import { describe, expect, it } from 'vitest'
import { largest, smallest } from './statistics'

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
