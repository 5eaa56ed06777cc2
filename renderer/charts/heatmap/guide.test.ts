import { describe, expect, it } from 'vitest'
import type { PackedHeatmap } from '../../../src/contract/runs'
import { guideOf } from './guide'
import type { GuideEntry } from './guide'
import { heatmapWith } from './testing/heatmap-with'

const context = { unit: 'epoch', dark: true, logarithmic: true }
/** Eight columns of ten values in two bins over -1 to 1; from the fourth on half of them are to the right. */
const rows = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [i === 5 ? 1 : 0, i < 3 ? 10 : i === 5 ? 4 : 5, i < 3 ? 0 : 5, 0])
const map = (more: Partial<PackedHeatmap> = {}): PackedHeatmap =>
  heatmapWith([-1, 0, 1], rows, {
    means: Float64Array.of(0, 0, 0, 0.25, 0.25, 0.25, 0.3, 0.31),
    stds: Float64Array.of(0.5, 0.5, 0.5, 0.75, 0.9, 0.75, 0.7, 0.71),
    zeros: Float64Array.of(0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.62),
    ...more
  })
const text = (key: GuideEntry['key'], found: PackedHeatmap, about = context): string =>
  guideOf(found, about).find((entry) => entry.key === key)!.text

describe('a heatmap explains itself', () => {
  it('what a colour counts, in either theme', () => {
    expect(text('colour', map())).toBe(
      'A column is one recorded batch. A colour counts how many of its 10 activations lie in one bin of width 1: ' +
        'the darkest is 0, the brightest 10, on a log scale. No colour is good or bad in itself.'
    )
    expect(text('colour', map(), { ...context, dark: false, logarithmic: false })).toContain(
      'the lightest is 0, the darkest 10. No'
    )
    expect(text('colour', map({ total: 17 }))).toMatch(/^A column joins up to 3 histograms, each of one recorded batch/)
    expect(text('colour', heatmapWith([-1, 0, 1], [[0, 1.35, 0.4, 0]], { rebinned: true }))).toContain('brightest 1.4,')
    expect(text('colour', map({ tag: 'gradients/fc1' }))).toMatch(/^A column is one recorded gradient.+10 entries/)
    expect(text('colour', map({ tag: 'layer/weights' }))).toMatch(/^A column is one recorded histogram.+10 values/)
  })

  it('what values outside mean, and what they do not', () => {
    const told = text('outside', map())
    expect(told).toContain('the share of a column outside of −1 to 1')
    expect(told).toContain('At most 10% (epoch 5), at last 0%.')
    expect(told).toContain('an explosion only if mean or σ')
    expect(told).toContain('grow too: 0 and 0.50 at first, 0.31 and 0.71 at last; σ was largest at epoch 4, 0.90.')
    const inside = map({ underflow: new Float32Array(8) })
    expect(text('outside', inside)).toMatch(/^No value lies outside of −1 to 1\. Mean and σ: 0 and/)
    expect(text('outside', heatmapWith([-1.99792, 0, 2.9849], rows))).toContain('outside of −2 to 2.98;')
    expect(text('outside', map({ means: new Float64Array(8).fill(Number.NaN) }))).toContain('grow too: not known.')
  })

  it('how many values are zero', () => {
    expect(text('zeros', map())).toMatch(/^62% of the values are exactly 0 at last, 50% at first;.+ReLU/)
    expect(text('zeros', map({ tag: 'gradients/fc1' }))).not.toContain('ReLU')
    expect(text('zeros', map({ zeros: new Float64Array(8).fill(Number.NaN) }))).toContain('was not recorded')
  })

  it('when it began to change', () => {
    expect(text('change', map())).toBe(
      'Clear from epoch 3 on: 20% of the values in other bins than in the first column (total variation). At last 50%.'
    )
    const still = heatmapWith(
      [-1, 0, 1],
      [0, 1].map((i) => [0, 20 - i, i, 0])
    )
    expect(text('change', still)).toMatch(/^Never 20%.+; 5\.0% at most\./)
    expect(text('change', heatmapWith([-1, 0, 1], [[0, 1, 1, 0]]))).toContain('With two histograms')
  })

  it('what healthy looks like, beside what is here', () => {
    expect(text('healthy', map())).toContain(
      'in the last quarter, the mean goes from 0.30 to 0.31, σ from 0.70 to 0.71.'
    )
    expect(text('healthy', map({ tag: 'gradients/fc1' }))).not.toContain('ReLU')
  })

  it('without columns, nothing', () => {
    expect(guideOf(heatmapWith([-1, 0, 1], []), context)).toEqual([])
  })
})
