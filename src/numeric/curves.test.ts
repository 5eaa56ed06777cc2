/** Smoothing, grouping and rebinning against their definitions, written out the slow way. */
import { describe, expect, it } from 'vitest'
import { aggregate } from './aggregate'
import { bandShares, momentsOf, quantilesOf, rebin } from './buckets'
import { Rng } from './rng'
import { smooth } from './smoothing'

describe('smoothing', () => {
  it('is the average of all values so far, each by its weight^age', () => {
    const rng = new Rng(1)
    for (const weight of [0.1, 0.6, 0.99]) {
      const values = Float64Array.from({ length: 60 }, () => rng.normal())
      const smoothed = smooth(values, 10, 60, weight)
      for (let i = 10; i < 60; i++) {
        let sum = 0
        let weights = 0
        for (let j = 10; j <= i; j++) {
          sum += weight ** (i - j) * values[j]
          weights += weight ** (i - j)
        }
        expect(smoothed[i - 10]).toBeCloseTo(sum / weights, 10)
      }
    }
  })

  it('lets what is not finite pass, and does not age by it', () => {
    const plain = smooth(Float64Array.of(1, 2, 4), 0, 3, 0.5)
    const smoothed = smooth(Float64Array.of(1, Number.NaN, 2, Infinity, 4), 0, 5, 0.5)
    expect([...smoothed]).toEqual([plain[0], Number.NaN, plain[1], Infinity, plain[2]])
  })

  it('leaves constants and weight 0 alone', () => {
    expect([...smooth(Float64Array.of(0.1, 0.1, 0.1), 0, 3, 0.9)]).toEqual([0.1, 0.1, 0.1])
    expect([...smooth(Float64Array.of(3, 1, 2), 0, 3, 0)]).toEqual([3, 1, 2])
  })
})

describe('groups of curves', () => {
  const curve = (x: number[], values: number[]) => ({ x: Float64Array.from(x), values: Float64Array.from(values) })

  it('counts a curve from its first to its last point, linear in between', () => {
    const { x, center, counts, low, high } = aggregate(
      [curve([0, 2, 4], [0, 2, 4]), curve([1, 2], [10, 20]), curve([2, 3], [Number.NaN, 6])],
      'mean',
      'minmax'
    )
    expect([...x]).toEqual([0, 1, 2, 3, 4])
    expect([...counts]).toEqual([1, 2, 2, 2, 1])
    expect([...center]).toEqual([0, 5.5, 11, 4.5, 4])
    expect([...low]).toEqual([0, 1, 2, 3, 4])
    expect([...high]).toEqual([0, 10, 20, 6, 4])
  })

  it('has the bands of textbooks: 2, 4, 4, 4, 5, 5, 7, 9', () => {
    const curves = [2, 4, 4, 4, 5, 5, 7, 9].map((value) => curve([0], [value]))
    const at = (center: 'mean' | 'median', band: 'std' | 'sem' | 'ci95' | 'none'): number[] => {
      const { low, center: middle, high } = aggregate(curves, center, band)
      return [low[0], middle[0], high[0]]
    }
    const std = Math.sqrt(32 / 7)
    expect(at('mean', 'std')).toEqual([5 - std, 5, 5 + std])
    expect(at('median', 'sem')).toEqual([5 - std / Math.sqrt(8), 4.5, 5 + std / Math.sqrt(8)])
    // t(7, 97.5%) = 2.364624...
    const [low, , high] = at('mean', 'ci95')
    expect(high - 5).toBeCloseTo((2.36462425159278 * std) / Math.sqrt(8), 10)
    expect(5 - low).toBeCloseTo(high - 5, 12)
    expect(at('mean', 'none')).toEqual([Number.NaN, 5, Number.NaN])
    expect(aggregate([curve([0], [3])], 'mean', 'std').low[0]).toBeNaN()
  })

  it('agrees with interpolation point by point on random curves', () => {
    const rng = new Rng(3)
    for (let trial = 0; trial < 30; trial++) {
      const curves = Array.from({ length: 1 + rng.integer(6) }, () => {
        const x = [...new Set(Array.from({ length: 1 + rng.integer(12) }, () => rng.integer(20)))].sort((a, b) => a - b)
        return curve(
          x,
          x.map(() => rng.normal())
        )
      })
      const { x, center, counts } = aggregate(curves, 'median', 'none')
      expect([...x]).toEqual([...new Set(curves.flatMap((one) => [...one.x]))].sort((a, b) => a - b))
      x.forEach((at, i) => {
        const values = curves.flatMap((one) => {
          const right = one.x.findIndex((other) => other >= at)
          if (right < 0 || one.x[0] > at) return []
          if (one.x[right] === at) return [one.values[right]]
          const share = (at - one.x[right - 1]) / (one.x[right] - one.x[right - 1])
          return [one.values[right - 1] + share * (one.values[right] - one.values[right - 1])]
        })
        values.sort((a, b) => a - b)
        expect(counts[i]).toBe(values.length)
        const middle = (values[(values.length - 1) >> 1] + values[values.length >> 1]) / 2
        expect(center[i]).toBeCloseTo(middle, 10)
      })
    }
  })
})

describe('buckets', () => {
  it('keep their counts in other bins, and tell what lies outside', () => {
    const rng = new Rng(5)
    for (let trial = 0; trial < 50; trial++) {
      const edges = Array.from({ length: 8 }, () => rng.normal()).sort((a, b) => a - b)
      const buckets = {
        left: edges.slice(0, 7),
        right: edges.slice(1),
        counts: edges.slice(1).map(() => rng.integer(9))
      }
      const bins = new Float64Array(11)
      const [below, above] = rebin(buckets, -0.5, 0.7, bins)
      const total = buckets.counts.reduce((sum, count) => sum + count, 0)
      expect(below + above + bins.reduce((sum, count) => sum + count, 0)).toBeCloseTo(total, 9)
      // The share of each bucket that lies below a point is what its width says.
      const under = (x: number): number =>
        buckets.counts.reduce((sum, count, b) => {
          const share = (x - buckets.left[b]) / (buckets.right[b] - buckets.left[b])
          return sum + count * Math.min(1, Math.max(0, share))
        }, 0)
      let sum = below
      bins.forEach((count, b) => {
        sum += count
        expect(sum).toBeCloseTo(under(-0.5 + ((b + 1) * 1.2) / 11), 9)
      })
    }
  })

  it('put single values into one bin, the right edge into the last', () => {
    const bins = new Float64Array(4)
    const at = [-1, 0, 0.5, 1, 3]
    expect(rebin({ left: at, right: at, counts: [1, 2, 4, 8, 16] }, 0, 1, bins)).toEqual([1, 16])
    expect([...bins]).toEqual([2, 0, 4, 8])
  })

  it('have quantiles that grow, from the lowest to the highest edge', () => {
    const buckets = { left: [0, 1, 2, 5], right: [1, 2, 5, 6], counts: [0, 10, 0, 30] }
    const quantiles = quantilesOf(buckets, [0, 0.125, 0.25, 0.5, 1])
    // The lowest is the lowest edge although the first bucket is empty: TensorBoard trims those before.
    expect([...quantiles]).toEqual([0, 1, 5, 5 + 1 / 3, 6])
    expect([...quantilesOf({ left: [], right: [], counts: [] }, bandShares)]).toEqual(new Array(9).fill(0))
    expect(momentsOf({ left: [0, 2], right: [2, 4], counts: [1, 3] })).toEqual({ mean: 2.5, std: Math.sqrt(0.75) })
  })
})
