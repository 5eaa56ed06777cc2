import { describe, expect, it } from 'vitest'
import { joinCurves, meanAndBand } from './curves'

describe('curves', () => {
  it('keep NaN as a gap and bridge points that a run lacks', () => {
    const joined = joinCurves([
      { epochs: Float64Array.of(0, 1, 2), values: Float64Array.of(1, Number.NaN, 3) },
      { epochs: Float64Array.of(0, 2), values: Float64Array.of(5, 6) }
    ])
    expect(joined[0]).toEqual([0, 1, 2])
    expect(joined[1]).toEqual([1, null, 3])
    expect(joined[2]?.[1]).toBeUndefined()
  })

  it('average over runs where they have values', () => {
    const result = meanAndBand([
      { epochs: Float64Array.of(0, 1, 2), values: Float64Array.of(1, 2, 3) },
      { epochs: Float64Array.of(0, 2), values: Float64Array.of(3, 5) }
    ])!
    expect([...result.mean]).toEqual([2, 3, 4])
    expect([...result.band.high]).toEqual([3, 4, 5])
  })
})

describe('the band of one standard deviation', () => {
  const of = (...values: number[]): { epochs: Float64Array; values: Float64Array } => ({
    epochs: Float64Array.from(values, (_, i) => i),
    values: Float64Array.from(values)
  })
  /** Half the width of the band at the first point. */
  function spread(...values: number[]): number {
    const { mean, band } = meanAndBand(values.map((value) => of(value)))!
    return band.high[0] - mean[0]
  }

  it('holds where values are large and close together', () => {
    expect(spread(1e8, 1e8 + 1)).toBeCloseTo(0.5, 7)
    expect(spread(3e6, 3e6 + 0.01)).toBeCloseTo(0.005, 7)
    expect(spread(1, 2, 3, 4)).toBeCloseTo(Math.sqrt(1.25), 12)
    expect(spread(7, Number.NaN)).toBe(0)
  })
})
