/** What outputs say to each example, against the definitions. */
import { describe, expect, it } from 'vitest'
import { answersOf, balancedWeights, labelsOf } from './losses'

const none = new Int32Array(0)

describe('answers', () => {
  it('of logits: loss in nats, the highest score, the probability of the true class', () => {
    const logits = Float32Array.of(1, 2, 3, -1, 0, 1)
    const { losses, predictions, trueClass } = answersOf('cross-entropy', logits, 2, Int32Array.of(2, 0))
    const total = [Math.exp(1) + Math.exp(2) + Math.exp(3), Math.exp(-1) + 1 + Math.E]
    expect(losses[0]).toBeCloseTo(Math.log(total[0]) - 3, 12)
    expect(losses[1]).toBeCloseTo(Math.log(total[1]) + 1, 12)
    expect([...predictions]).toEqual([2, 2])
    expect(trueClass[1]).toBeCloseTo(Math.exp(-1) / total[1], 12)
  })

  it('with a score that is NaN are never right', () => {
    const { losses, predictions } = answersOf('cross-entropy', Float32Array.of(NaN, 1, 0, 2), 2, Int32Array.of(0, 1))
    expect(losses[0]).toBeNaN()
    expect([...predictions]).toEqual([-1, 1])
    expect(answersOf('hinge', Float32Array.of(NaN), 1, Int32Array.of(0))).toMatchObject({
      predictions: Int32Array.of(-1)
    })
  })

  it('of scores: hinge loss, and the side of zero', () => {
    const { losses, predictions, trueClass } = answersOf(
      'hinge',
      Float32Array.of(0.5, -2, 3),
      3,
      Int32Array.of(1, 0, 0)
    )
    expect([...losses]).toEqual([0.5, 0, 4])
    expect([...predictions]).toEqual([1, 0, 1])
    expect([...trueClass]).toEqual([1, 1, 0])
  })

  it('of one logit: binary cross-entropy, the side of zero, the probability of the label', () => {
    const answers = answersOf('binary-cross-entropy', Float32Array.of(2, -1, 0), 3, Int32Array.of(1, 1, 0))
    expect(answers.losses[0]).toBeCloseTo(-Math.log(1 / (1 + Math.exp(-2))), 12)
    expect(answers.losses[1]).toBeCloseTo(-Math.log(1 / (1 + Math.E)), 12)
    expect([...answers.predictions]).toEqual([1, 0, 0])
    expect(answers.trueClass[1]).toBeCloseTo(1 / (1 + Math.E), 12)
  })

  it('of numbers: absolute errors, and Huber', () => {
    const [outputs, targets] = [Float32Array.of(1, 2, 0, 0), Float32Array.of(1, 4, 3, 4)]
    expect([...answersOf('mean-absolute-error', outputs, 2, none, targets).losses]).toEqual([1, 3.5])
    expect([...answersOf('huber', outputs, 2, none, targets, 2).losses]).toEqual([1, 5])
  })

  it('balanced weights are those of scikit-learn; a class without examples has none', () => {
    expect([...balancedWeights(Int32Array.of(0, 0, 0, 2), 3)]).toEqual([4 / 9, 0, 4 / 3])
  })

  it('of numbers: the mean square over the width', () => {
    const answers = answersOf('mean-squared-error', Float32Array.of(1, 2, 0, 0), 2, none, Float32Array.of(1, 4, 3, 4))
    expect([...answers.losses]).toEqual([2, 12.5])
  })
})

it('labels of a head are every n-th', () => {
  const batch = { labels: Int32Array.of(1, 2, 3, 4, 5, 6), count: 3 }
  expect([...labelsOf(batch, 1, 2)]).toEqual([2, 4, 6])
  expect(labelsOf(batch, 0, 1)).toBe(batch.labels)
})
