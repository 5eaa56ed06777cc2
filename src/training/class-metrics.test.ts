/** Metrics through masks of classes and heads, against counts by hand. */
import { describe, expect, it } from 'vitest'
import { classScalars, predictionHistograms } from './class-metrics'
import { accuracy, meanLoss, type Evaluation } from './evaluation'

function head(labels: number[], predictions: number[], losses = labels.map(() => 1)): Evaluation['heads'][number] {
  return {
    labels: Int32Array.from(labels),
    predictions: Int32Array.from(predictions),
    losses: Float64Array.from(losses),
    trueClass: Float64Array.from(labels, (label, i) => (label === predictions[i] ? 0.9 : 0.2))
  }
}

describe('one head', () => {
  it('of two classes: precision, recall and F1 are of the positive one', () => {
    const one = head([1, 1, 1, 0, 0, 0, 0, 0], [1, 1, 0, 1, 0, 0, 0, 0], [1, 2, 6, 4, 0, 0, 0, 1])
    const scalars = classScalars({ count: 8, heads: [one] }, 'val', ['no', 'yes'], [])
    expect(scalars).toMatchObject({
      'loss/val/yes': 3,
      'loss/val/no': 1,
      'accuracy/val/yes': 2 / 3,
      'accuracy/val/no': 4 / 5,
      'precision/val': 2 / 3,
      'recall/val': 2 / 3
    })
    expect(scalars['f1/val']).toBeCloseTo(2 / 3, 12)
  })

  it('nothing called positive: ratios are 0, not NaN', () => {
    const scalars = classScalars({ count: 3, heads: [head([1, 0, 0], [0, 0, 0])] }, 'val', ['no', 'yes'], [])
    expect(scalars).toMatchObject({ 'precision/val': 0, 'recall/val': 0, 'f1/val': 0, 'accuracy/val/yes': 0 })
  })

  it('of more classes: means over those that occur', () => {
    const one = head([0, 0, 1, 1], [0, 1, 1, 1])
    const scalars = classScalars({ count: 4, heads: [one] }, 'val', ['a', 'b', 'c'], [])
    expect(scalars['precision/val']).toBeCloseTo((1 + 2 / 3) / 2, 12)
    expect(scalars['recall/val']).toBeCloseTo((0.5 + 1) / 2, 12)
    expect(scalars['f1/val']).toBeCloseTo((2 / 3 + 0.8) / 2, 12)
    expect(scalars).not.toHaveProperty('loss/val/c')
  })

  it('of many classes has metrics over all of them only', () => {
    const names = Array.from({ length: 21 }, (_, c) => String(c))
    expect(classScalars({ count: 1, heads: [head([0], [0])] }, 'val', names, [])).toEqual({})
  })

  it('histograms show the probability given to the true class', () => {
    const [[name, { counts, num }]] = predictionHistograms({ count: 3, heads: [head([0, 0, 1], [0, 1, 1])] }, [
      'a/b',
      'c'
    ])
    expect([name, num]).toEqual(['a_b', 2])
    expect([counts[1 + 4], counts[1 + 18]]).toEqual([1, 1])
  })
})

it('several heads: whole answers, each place, and their mean', () => {
  const evaluation = {
    count: 4,
    heads: [head([0, 1, 2, 3], [0, 1, 2, 0], [1, 1, 1, 5]), head([0, 0, 0, 0], [0, 0, 1, 0])]
  }
  expect(accuracy(evaluation)).toBe(0.5)
  expect(meanLoss(evaluation)).toBe(2 + 1)
  expect(classScalars(evaluation, 'val', ['0', '1', '2', '3'], ['first', 'second'])).toEqual({
    'loss/val/first': 2,
    'accuracy/val/first': 0.75,
    'loss/val/second': 1,
    'accuracy/val/second': 0.75,
    'accuracy/val/mean': 0.75
  })
})

describe('labels of which several may hold', () => {
  const heads = [head([1, 1, 0, 0], [1, 0, 0, 0], [1, 3, 1, 1]), head([0, 0, 0, 0], [0, 1, 0, 0])]
  const evaluation: Evaluation = { count: 4, heads, ofLabels: true }

  it('have means over labels, and no recall where no example has the label', () => {
    const scalars = classScalars(evaluation, 'val', [], ['a', 'b/c'])
    expect(scalars).toMatchObject({
      'loss/val/a': 1.5,
      'accuracy/val/a': 0.75,
      'accuracy/val/b_c': 0.75,
      'precision/val/a': 1,
      'recall/val/a': 0.5,
      'precision/val': 1,
      'recall/val': 0.5
    })
    expect(scalars['f1/val']).toBeCloseTo(2 / 3, 12)
    expect(scalars).not.toHaveProperty('recall/val/b_c')
  })

  it('are right one by one, as in the binary accuracy of Keras', () => {
    expect(accuracy(evaluation)).toBe(0.75)
    expect(meanLoss(evaluation)).toBe(1.25)
  })
})
