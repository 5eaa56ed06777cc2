import { describe, expect, it } from 'vitest'
import { epochToPixel, gutter, margin, nearestIndex, pixelToEpoch, roundTicks, segmentsOf } from './time-axis'

describe('the time axis', () => {
  const domain = { min: 0, max: 400 }

  it('maps epochs to pixels and back', () => {
    expect(epochToPixel(0, domain, 600)).toBe(gutter)
    expect(epochToPixel(400, domain, 600)).toBe(600 - margin)
    for (const epoch of [0, 17.25, 222, 400])
      expect(pixelToEpoch(epochToPixel(epoch, domain, 600), domain, 600)).toBeCloseTo(epoch, 9)
    expect(pixelToEpoch(10, domain, 600)).toBeNull()
  })

  it('has few round ticks', () => {
    expect(roundTicks(domain, 5)).toEqual([0, 100, 200, 300, 400])
    expect(roundTicks({ min: 0, max: 0.7 }, 5)).toEqual([0, 0.2, 0.4, 0.6])
    for (let max = 0.01; max < 1e6; max *= 1.7) expect(roundTicks({ min: 0, max }, 5).length).toBeLessThanOrEqual(6)
  })

  it('finds the nearest point', () => {
    const values = [0, 2, 4, 9]
    for (let x = -1; x < 11; x += 0.25) {
      const distance = Math.min(...values.map((value) => Math.abs(value - x)))
      expect(Math.abs(values[nearestIndex(values, x)] - x)).toBe(distance)
    }
    expect(nearestIndex([], 1)).toBe(-1)
  })

  it('turns a path into segments that touch', () => {
    const segments = segmentsOf([0, 0, 1, 1, 0], [0, 1, 2, 3, 4], [3, 5])
    expect(segments.map(({ state, color, start, end, index }) => [state, color, start, end, index])).toEqual([
      [0, 3, 0, 1.5, 0],
      [1, 5, 1.5, 3.5, 2],
      [0, 3, 3.5, 4, 4]
    ])
  })
})
