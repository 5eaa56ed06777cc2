import { describe, expect, it } from 'vitest'
import type { Dataset, Split } from '../domain/dataset'
import { factsOf } from './data-facts'

const inputs = Float32Array.of(0, 1, 0, 2, 0, 3, 0, 4)
const of = (train: Partial<Split>, more: Partial<Dataset> = {}): Dataset => {
  const split = { inputs, labels: Int32Array.of(0, 0, 0, 1), count: 4, ...train }
  return { inputShape: [2], classes: 2, train: split, validation: split, ...more }
}
const other: Split = { inputs: Float32Array.of(0, 9, 0, 2), labels: Int32Array.of(0, 1), count: 2 }

describe('the best answer that is the same for all examples', () => {
  it('has the entropy of the classes, and the share of the most common one', () => {
    const { baselineLoss, baselineAccuracy, rarest, commonest } = factsOf(of({}), 'cross-entropy', other)
    expect(baselineLoss).toBeCloseTo(-(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)), 12)
    expect(baselineAccuracy).toBe(0.75)
    expect([rarest, commonest]).toEqual([
      { name: '1', share: 0.25 },
      { name: '0', share: 0.75 }
    ])
  })

  it('of several heads has the sum of their losses, and is right where all of them are', () => {
    // Heads: 0 1 0 0 and 1 1 1 0; the most common answers 0 and 1 are both right for the first and the third.
    const heads = of({ labels: Int32Array.of(0, 1, 1, 1, 0, 1, 0, 0) }, { heads: ['a', 'b'] })
    const { baselineLoss, baselineAccuracy, rarest } = factsOf(heads, 'cross-entropy', other)
    expect(baselineLoss).toBeCloseTo(-2 * (0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)), 12)
    expect(baselineAccuracy).toBe(0.5)
    expect(rarest).toBeNull()
  })

  it('of numbers has their variance, or their mean distance from the median', () => {
    const numbers = of({ labels: new Int32Array(0), targets: Float32Array.of(1, 2, 3, 10) }, { classes: 0 })
    expect(factsOf(numbers, 'mean-squared-error', other).baselineLoss).toBeCloseTo(12.5, 12)
    expect(factsOf(numbers, 'mean-absolute-error', other).baselineLoss).toBeCloseTo(2.5, 12)
    expect(factsOf(numbers, 'huber', other)).toMatchObject({ baselineLoss: null, baselineAccuracy: null })
  })

  it('of yes/no labels has the mean of their entropies', () => {
    const labels = of({ labels: new Int32Array(0), targets: Float32Array.of(1, 0, 1, 0, 0, 0, 0, 0) }, { classes: 0 })
    expect(factsOf(labels, 'binary-cross-entropy', other).baselineLoss).toBeCloseTo(Math.log(2) / 2, 12)
  })

  it('under the hinge loss costs twice the share of the rarer class', () => {
    // Brute force over constant answers z: mean of max(0, 1 - y z).
    const cost = (z: number): number => 0.75 * Math.max(0, 1 + z) + 0.25 * Math.max(0, 1 - z)
    const best = Math.min(...Array.from({ length: 4001 }, (_, i) => cost(-2 + i / 1000)))
    expect(factsOf(of({}), 'hinge', other).baselineLoss).toBeCloseTo(best, 9)
  })
})

it('counts validation examples that are training examples, too', () => {
  expect(factsOf(of({}), 'cross-entropy', other).shared).toBe(0.5)
  // Of pictures, the hash looks at some of the numbers only; the last one differs here.
  const wide = (last: number): Float32Array => Float32Array.from({ length: 1000 }, (_, i) => (i === 999 ? last : i % 7))
  const picture = (last: number): Split => ({ inputs: wide(last), labels: Int32Array.of(0), count: 1 })
  const facts = (last: number) =>
    factsOf({ ...of({}), inputShape: [1000], train: picture(1) }, 'cross-entropy', picture(last))
  expect(facts(1).shared).toBe(1)
  expect(facts(2).shared).toBe(0)
})

it('says what the inputs are like: constant, how large, and whether they are numbers', () => {
  const { inputs: said } = factsOf(of({}), 'cross-entropy', other)
  expect(said).toMatchObject({ constant: 0.5, mean: 1.25 })
  expect(said!.std).toBeCloseTo(Math.sqrt((1 + 4 + 9 + 16) / 8 - 1.25 ** 2), 12)
  const broken = of({ inputs: Float32Array.of(0, NaN, 0, Infinity, 0, 3, 0, 4) })
  expect(factsOf(broken, 'cross-entropy', other)).toMatchObject({
    inputs: { mean: 7 / 6 },
    nonFinite: { inputs: 2, targets: 0, validation: 0 }
  })
  const bytes = of({ inputs: Uint8Array.of(0, 255, 0, 0, 0, 255, 0, 0) })
  expect(factsOf(bytes, 'cross-entropy', other).inputs!.mean).toBeCloseTo(0.25, 12)
  expect(factsOf(of({ inputs: Int32Array.of(0, 1, 0, 2, 0, 3, 0, 4) }), 'cross-entropy', other).inputs).toBeNull()
})

it('of targets that are no numbers there is no baseline, and they are counted; so are those of validation', () => {
  const targets = of({ labels: new Int32Array(0), targets: Float32Array.of(1, NaN, 3, 10) }, { classes: 0 })
  const held = { ...other, inputs: Float32Array.of(0, Infinity, 0, 2), targets: Float32Array.of(NaN, 1) }
  expect(factsOf(targets, 'mean-squared-error', held)).toMatchObject({
    baselineLoss: null,
    nonFinite: { inputs: 0, targets: 1, validation: 2 }
  })
})
