import { describe, expect, it } from 'vitest'
import {
  curvesAtInWords,
  curvesInWords,
  heatmapInWords,
  histogramAtInWords,
  likelihoodInWords,
  pathInWords,
  pathsInWords,
  probabilitiesInWords
} from './in-words'
import { segmentsOf } from './time-axis'

const segments = segmentsOf([0, 0, 1, 1, 1], [0, 10, 20, 30, 40], [1, 2])

describe('what is drawn, in words', () => {
  it('paths, the chosen run first, and how many more there are', () => {
    expect(pathInWords(segments)).toBe('S1 to 15, S2 to 40')
    const rows = Array.from({ length: 7 }, (_, i) => ({ runId: `r${i}`, label: `seed ${i}`, segments }))
    const text = pathsInWords(rows, 'r3')
    expect(text).toMatch(/^State paths of 7 runs\. seed 3: S1 to 15, S2 to 40\. seed 0: /)
    expect(text).toMatch(/And 2 more runs\.$/)
    expect(pathsInWords([], null)).toBe('State paths of 0 runs.')
  })

  it('probabilities, by the most probable state', () => {
    const probabilities = Float64Array.of(0.9, 0.1, 0.8, 0.2, 0.3, 0.7)
    const text = probabilitiesInWords('Posterior', probabilities, [1, 4], Float64Array.of(0, 10, 20))
    expect(text).toBe('Posterior, most probable: S1 to 10, S4 to 20')
  })

  it('likelihoods, without points that have none', () => {
    const values = Float64Array.of(NaN, 2, -3, 4)
    expect(likelihoodInWords('Fit', values, Float64Array.of(0, 1, 2, 3))).toBe('Fit: 1.0 on average, lowest -3.0 at 2')
    expect(likelihoodInWords('Fit', Float64Array.of(NaN), Float64Array.of(0))).toBe('Fit: no point has one')
  })

  it('histograms, with their means', () => {
    const about = { unit: 'epoch', low: -3, high: 5 }
    expect(heatmapInWords({ ...about, times: [0, 150], means: [0.1234, 2] })).toBe(
      '2 histograms from epoch 0 to 150, values from -3 to 5; mean 0.123 at first, 2 at last'
    )
    expect(heatmapInWords({ ...about, times: [], means: [] })).toBe('Histograms over time: none yet')
  })

  it('curves at their ends, and where the cursor stands on them', () => {
    const curve = { label: 'Accuracy', epochs: [0, 3, 6], values: [0.1, 0.51234, 0.9] }
    expect(curvesInWords([curve], 9, 'epoch')).toBe(
      'Curves from epoch 0 to 6. Accuracy: 0.1 at first, 0.9 at last. And 9 more curves.'
    )
    expect(curvesInWords([], 0, 'epoch')).toBe('Curves: no points yet')
    const place = 'step 24, seed 0, S1 Learning'
    expect(curvesAtInWords([curve], { cursor: 3, unit: 'epoch', place })).toBe(
      'epoch 3, step 24, seed 0, S1 Learning, Accuracy 0.512'
    )
    expect(curvesAtInWords([curve], { cursor: null, unit: 'epoch', place })).toBe('')
  })

  it('where the cursor stands on histograms', () => {
    const at = { cursor: 30, unit: 'epoch', place: '' }
    const shares = { zeros: 0.4812, below: 0.0321, above: 0.0004, nonFinite: 0 }
    expect(histogramAtInWords({ mean: 0.1234, std: 2, ...shares }, at)).toBe(
      'epoch 30, mean 0.123, standard deviation 2, 48% zeros, <0.1% above, 3.2% below'
    )
    const unknown = { zeros: Number.NaN, below: 0, above: 0, nonFinite: Number.NaN }
    expect(histogramAtInWords({ mean: 0.1234, std: 2, ...unknown }, at)).toBe(
      'epoch 30, mean 0.123, standard deviation 2'
    )
    expect(histogramAtInWords({ mean: 0, std: 0, ...unknown, zeros: 0, nonFinite: 3 }, at)).toMatch(
      /standard deviation 0, 0% zeros, 3 NaN or infinite$/
    )
    expect(histogramAtInWords({ mean: Number.NaN, std: Number.NaN, ...unknown }, at)).toBe('epoch 30, nothing recorded')
  })
})
