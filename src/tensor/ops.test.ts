import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { prepareBackend } from './backend'
import { attention } from './ops/attention'
import { crossEntropy, scoreLogits } from './ops/cross-entropy'
import { dense, relu } from './ops/dense'
import { addPositions, embed, lastPosition } from './ops/embedding'
import { layerNorm } from './ops/layer-norm'
import { backends, expectClose, expectSameEverywhere, randomInput } from './testing/compare'

const rng = new Rng(11)

describe('operations agree on both backends and with finite differences', () => {
  it('dense, with and without bias', async () => {
    const x = randomInput(rng, 5, 7)
    const w = randomInput(rng, 7, 3)
    const b = randomInput(rng, 3)
    await expectSameEverywhere([x, w, b], (tx: tf.Tensor2D, tw: tf.Tensor2D, tb: tf.Tensor1D) => dense(tx, tw, tb))
    await expectSameEverywhere([x, w], (tx: tf.Tensor2D, tw: tf.Tensor2D) => dense(tx, tw, null))
  })

  it('dense without an input gradient gives the same weight gradients', async () => {
    const w = randomInput(rng, 7, 3)
    const b = randomInput(rng, 3)
    const x = randomInput(rng, 5, 7)
    await expectSameEverywhere([w, b], (tw: tf.Tensor2D, tb: tf.Tensor1D) => {
      return dense(tf.tensor2d(x.values.slice(), [5, 7]), tw, tb, false)
    })
  })

  it('relu', async () => {
    await expectSameEverywhere(
      [{ shape: [6], values: new Float32Array([-2, -0.5, 0.5, 3, -9, 1]) }],
      (x: tf.Tensor1D) => relu(x)
    )
  })

  it('layer norm, also of a row that is constant', async () => {
    const x = randomInput(rng, 4, 6)
    await expectSameEverywhere(
      [x, randomInput(rng, 6), randomInput(rng, 6)],
      (a: tf.Tensor2D, g: tf.Tensor1D, b: tf.Tensor1D) => layerNorm(a, g, b)
    )
  })

  it('embedding with repeated tokens, positions, choice of the last position', async () => {
    const tokens = Int32Array.from([0, 2, 4, 2, 2, 4])
    await expectSameEverywhere(
      [randomInput(rng, 5, 3), randomInput(rng, 3, 3)],
      (table: tf.Tensor2D, places: tf.Tensor2D) => addPositions(embed(table, tokens), places)
    )
    await expectSameEverywhere([randomInput(rng, 6, 3)], (x: tf.Tensor2D) => lastPosition(x, 3))
  })

  for (const queries of [1, 3]) {
    it(`attention with ${queries} of 3 positions asking`, async () => {
      const shape = { examples: 4, queries, keys: 3, heads: 2, width: 5 }
      await expectSameEverywhere(
        [randomInput(rng, 4 * queries, 10), randomInput(rng, 12, 10), randomInput(rng, 12, 10)],
        (q: tf.Tensor2D, k: tf.Tensor2D, v: tf.Tensor2D) => attention(q, k, v, shape, () => undefined)
      )
    })
  }

  it('attention equals its definition in stock operations', async () => {
    await prepareBackend('cpu')
    tf.tidy(() => {
      const [q, k, v] = [0, 1, 2].map(() => {
        const { values } = randomInput(rng, 6, 4)
        return tf.tensor2d(values, [6, 4])
      })
      let pattern: number[] = []
      const z = attention(q, k, v, { examples: 2, queries: 3, keys: 3, heads: 2, width: 2 }, (p) => {
        pattern = [...p.dataSync()]
      })
      const split = (x: tf.Tensor2D): tf.Tensor4D => tf.transpose(tf.reshape(x, [2, 3, 2, 2]), [0, 2, 1, 3])
      const mask = tf.tensor2d([0, -1e9, -1e9, 0, 0, -1e9, 0, 0, 0], [3, 3])
      const scores = tf.add(tf.div(tf.matMul(split(q), split(k), false, true), Math.SQRT2), mask)
      const weights = tf.softmax(scores) as tf.Tensor4D
      const expected = tf.reshape(tf.transpose(tf.matMul(weights, split(v)), [0, 2, 1, 3]), [6, 4])
      expectClose(z.dataSync(), expected.dataSync(), 1e-6, 'z')
      expectClose(pattern, weights.dataSync(), 1e-6, 'pattern')
    })
  })
})

describe('cross-entropy', () => {
  it('is the mean of -log softmax, with its gradient', async () => {
    const labels = Int32Array.from([2, 0, 1, 2])
    await expectSameEverywhere([randomInput(rng, 4, 3)], (x: tf.Tensor2D) => crossEntropy(x, labels))
    await prepareBackend('cpu')
    tf.tidy(() => {
      const x = tf.tensor2d([1, 2, 3, -1, 0, 1], [2, 3])
      const expected =
        -(3 + -1 - Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)) - Math.log(Math.exp(-1) + 1 + Math.E)) / 2
      expect(crossEntropy(x, Int32Array.from([2, 0])).dataSync()[0]).toBeCloseTo(expected, 6)
      const score = scoreLogits(x, Int32Array.from([2, 0]))
      expect(score.lossSum / 2).toBeCloseTo(expected, 6)
      expect(score.correct).toBe(1)
    })
  })

  it('keeps gradients that a softmax in float32 rounds to zero', async () => {
    for (const backend of backends) {
      await prepareBackend(backend)
      tf.tidy(() => {
        const x = tf.tensor2d([40, 0], [1, 2])
        const [gradient] = tf.grads((a) => crossEntropy(a as tf.Tensor2D, Int32Array.from([0])))([x])
        const [right, wrong] = gradient.dataSync()
        expect(wrong / Math.exp(-40)).toBeCloseTo(1, 5)
        expect(right / -Math.exp(-40)).toBeCloseTo(1, 5)
      })
    }
  })

  it('shows NaN instead of hiding it', async () => {
    await prepareBackend('wasm')
    tf.tidy(() => {
      const x = tf.tensor2d([NaN, 1, 0, 2], [2, 2])
      expect(crossEntropy(relu(x), Int32Array.from([0, 1])).dataSync()[0]).toBeNaN()
      expect(scoreLogits(x, Int32Array.from([0, 1])).correct).toBe(1)
    })
  })
})
