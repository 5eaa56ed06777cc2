/** What is recorded of activations, gradients and updates, on values small enough to count by hand. */
import { describe, expect, it } from 'vitest'
import type { ParameterSpec } from '../models/architecture'
import { ActivationStatistics, histogramsByClass } from './activations'
import { gradientScalars, updateScalars } from './gradients'
import { HistogramRanges } from './histogram-ranges'
import type { ParameterValues } from './weights'

const range = { min: -1, max: 3, bins: 4 }
const ranges = new HistogramRanges({ histogramRange: 'fixed', histogramMin: -1, histogramMax: 3, histogramBins: 4 })
const seen = (shape: number[], ...values: number[]) => ({ shape, values: Float32Array.from(values) })
const parameter = (owner: string, ...values: number[]): ParameterValues => {
  const spec: ParameterSpec = {
    name: `${owner}.W`,
    owner,
    role: 'weight',
    shape: [values.length],
    initial: { kind: 'zeros' }
  }
  return { spec, values: Float32Array.from(values) }
}

describe('activations', () => {
  it('are counted over batches: mean, spread, zeros, near-zero, dead units', () => {
    const statistics = new ActivationStatistics(ranges, new Map([['a', 'relu']]))
    statistics.add('a', seen([2, 3], 0, 1, 0.01, 0, 0, 2))
    statistics.add('a', seen([1, 3], 0, 5, -4))
    const values = [0, 1, 0.01, 0, 0, 2, 0, 5, -4]
    const mean = values.reduce((a, b) => a + b) / 9
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 9
    const scalars = statistics.scalars()
    expect(scalars['activations/a/mean']).toBeCloseTo(mean, 6)
    expect(scalars['activations/a/std']).toBeCloseTo(Math.sqrt(variance), 6)
    expect(scalars['activations/a/zero_share']).toBeCloseTo(4 / 9, 12)
    // Within 0.5% of the width of 4: 0.02.
    expect(scalars['activations/a/near_zero']).toBeCloseTo(5 / 9, 12)
    // The first of three units was never anything but zero.
    expect(scalars['activations/a/dead']).toBeCloseTo(1 / 3, 12)
    expect(scalars).not.toHaveProperty('activations/a/saturated')
    const [[hook, { counts, num, lowest, highest }]] = [...statistics.histograms()]
    expect([hook, num, lowest, highest]).toEqual(['a', 9, -4, 5])
    expect([...counts]).toEqual([1, 0, 5, 1, 1, 1])
    expect(statistics.nonFinite()).toEqual([])
  })

  it('of bounded functions have a saturated share, and non-finite ones are named', () => {
    const statistics = new ActivationStatistics(
      ranges,
      new Map([
        ['t', 'tanh'],
        ['s', 'sigmoid']
      ])
    )
    statistics.add('t', seen([1, 4], 0.995, -0.995, 0.5, 0.98))
    statistics.add('s', seen([1, 4], 0.995, 0.005, NaN, 0.5))
    expect(statistics.scalars()['activations/t/saturated']).toBe(0.5)
    expect(statistics.scalars()['activations/s/saturated']).toBe(0.5)
    expect(statistics.scalars()['activations/s/mean']).toBeNaN()
    expect(statistics.nonFinite()).toEqual(['s'])
  })

  it('of each class are those of its examples, however many values an example has', () => {
    // Two examples of two positions of two units each; a third of another class.
    const values = seen([6, 2], 1, 1, 1, 1, 2, 2, 2, 2, 0, 0, 0, 0)
    const byClass = histogramsByClass(values, Int32Array.of(0, 2, 0), 3, range)
    expect(byClass.map(({ class: c }) => c)).toEqual([0, 2])
    expect([...byClass[0].histogram.counts]).toEqual([0, 0, 4, 4, 0, 0])
    expect([...byClass[1].histogram.counts]).toEqual([0, 0, 0, 0, 4, 0])
    expect(histogramsByClass(seen([5, 1], 1, 2, 3, 4, 5), Int32Array.of(0, 1), 2, range)).toEqual([])
    expect(histogramsByClass(values, Int32Array.of(0, 1, 2), 11, range)).toEqual([])
  })
})

describe('gradients and updates', () => {
  it('are those of everything inside a hook point', () => {
    const gradients = [parameter('block.a', 3, 0), parameter('block.b', -4, 1e-9), parameter('head', 12)]
    const scalars = gradientScalars(gradients, ['block', 'block.a', 'nothing'])
    expect(scalars['gradients/l2']).toBeCloseTo(13, 6)
    expect(scalars['gradients/block/l2']).toBeCloseTo(5, 6)
    expect(scalars['gradients/block/mean']).toBeCloseTo(-0.25, 6)
    expect(scalars['gradients/block/std']).toBeCloseTo(Math.sqrt((9 + 16) / 4 - 0.0625), 6)
    expect(scalars['gradients/block/near_zero']).toBe(0.5)
    expect(scalars['gradients/block.a/l2']).toBe(3)
    expect(Object.keys(scalars).some((tag) => tag.includes('nothing'))).toBe(false)
    const bad = gradientScalars([parameter('a', NaN, Infinity, 1)], ['a'])
    expect(bad['gradients/a/nonfinite']).toBe(2)
  })

  it('ratio is the size of the change beside the size before', () => {
    const before = [parameter('a', 3, 4), parameter('b', 0)]
    const after = [parameter('a', 3, 4.5), parameter('b', 1)]
    // Nothing can be said beside parameters that were all zero.
    expect(updateScalars(before, after, ['a', 'b'])).toEqual({ 'updates/a/ratio': 0.1 })
  })
})
