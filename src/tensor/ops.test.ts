import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { prepareBackend } from './backend'
import { activation, type Activation } from './ops/activations'
import { attention } from './ops/attention'
import { batchNorm, batchNormWith } from './ops/batch-norm'
import { convolution } from './ops/convolution'
import { dense, relu } from './ops/dense'
import { addPositions, embed, lastPosition } from './ops/embedding'
import { layerNorm } from './ops/layer-norm'
import { binaryCrossEntropy, crossEntropy, hinge, huber, meanAbsoluteError, meanSquaredError } from './ops/losses'
import { avgPool, globalAvgPool, maxPool } from './ops/pooling'
import { watchGradient } from './ops/watch'
import {
  backends,
  expectClose,
  expectSameEverywhere,
  missingBackends,
  placedBackends,
  randomInput,
  useBackend,
  type Input
} from './testing/compare'

const rng = new Rng(11)

for (const reason of missingBackends) it.skip(reason, () => undefined)

describe('operations agree on every backend and with finite differences', () => {
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

describe('convolution, in two and three dimensions', () => {
  type Images = tf.Tensor4D
  const cases: { x: number[]; filter: number[]; strides: number[]; pad: 'same' | 'valid' }[] = [
    { x: [2, 6, 5, 2], filter: [3, 3, 2, 3], strides: [1, 1], pad: 'same' },
    { x: [2, 7, 6, 3], filter: [3, 2, 3, 4], strides: [2, 1], pad: 'same' },
    { x: [2, 7, 7, 1], filter: [5, 5, 1, 2], strides: [2, 2], pad: 'valid' },
    { x: [2, 5, 5, 3], filter: [1, 1, 3, 2], strides: [2, 2], pad: 'same' },
    { x: [2, 4, 5, 4, 2], filter: [3, 3, 3, 2, 3], strides: [1, 1, 1], pad: 'same' },
    { x: [2, 5, 4, 6, 1], filter: [2, 3, 3, 1, 2], strides: [2, 1, 2], pad: 'valid' },
    { x: [1, 5, 5, 5, 2], filter: [3, 3, 3, 2, 2], strides: [2, 2, 2], pad: 'same' }
  ]
  for (const { x, filter, strides, pad } of cases) {
    it(`[${x.join(', ')}] with [${filter.join(', ')}], strides ${strides.join(', ')}, ${pad}`, async () => {
      const image = randomInput(rng, ...x)
      const weights = [randomInput(rng, ...filter), randomInput(rng, filter[filter.length - 1])]
      await expectSameEverywhere([image, ...weights], (a: Images, f: Images, b: tf.Tensor1D) => {
        return convolution(a, f, b, { strides, pad })
      })
      await expectSameEverywhere([image, weights[0]], (a: Images, f: Images) => {
        return convolution(a, f, null, { strides, pad })
      })
      await expectSameEverywhere(weights, (f: Images, b: tf.Tensor1D) => {
        const fixed = tf.tensor(image.values.slice(), x) as tf.Tensor as Images
        return convolution(fixed, f, b, { strides, pad, inputGradient: false })
      })
    })
  }

  it('says which shapes it was given when they do not fit', async () => {
    await prepareBackend('cpu')
    tf.tidy(() => {
      const [x, filter] = [tf.zeros([1, 4, 4, 1]) as Images, tf.zeros([2, 2, 1, 1]) as Images]
      const call = (): unknown =>
        convolution(x, filter, null, {
          strides: [1],
          pad: 'same'
        })
      expect(call).toThrow('got [1, 4, 4, 1], [2, 2, 1, 1] and 1 strides')
    })
  })
})

describe('pooling', () => {
  /** Values far apart, so that finite differences never change which element is largest. */
  const spaced = (...shape: number[]): Input => {
    const size = shape.reduce((product, length) => product * length, 1)
    const order = rng.shuffle(Array.from({ length: size }, (_, i) => i))
    return { shape, values: Float32Array.from(order, (v) => (v - size / 2) / 8) }
  }
  const cases: { x: number[]; size: number[]; strides: number[] }[] = [
    { x: [2, 6, 6, 2], size: [2, 2], strides: [2, 2] },
    { x: [2, 7, 6, 2], size: [3, 3], strides: [2, 2] },
    { x: [1, 5, 7, 3], size: [2, 3], strides: [1, 2] },
    { x: [2, 4, 4, 4, 1], size: [2, 2, 2], strides: [2, 2, 2] },
    { x: [1, 5, 4, 5, 2], size: [3, 2, 3], strides: [2, 1, 2] }
  ]
  for (const { x, size, strides } of cases) {
    for (const pad of ['valid', 'same'] as const) {
      it(`[${x.join(', ')}] by ${size.join(' x ')}, strides ${strides.join(', ')}, ${pad}`, async () => {
        await expectSameEverywhere([spaced(...x)], (a: tf.Tensor4D) => maxPool(a, size, strides, pad))
        await expectSameEverywhere([randomInput(rng, ...x)], (a: tf.Tensor4D) => avgPool(a, size, strides, pad))
      })
    }
  }

  it('over everything', async () => {
    await expectSameEverywhere([randomInput(rng, 2, 3, 4, 5)], (a: tf.Tensor4D) => globalAvgPool(a))
    await expectSameEverywhere([randomInput(rng, 2, 2, 3, 2, 3)], (a: tf.Tensor5D) => globalAvgPool(a))
  })
})

describe('batch norm', () => {
  for (const shape of [
    [6, 3],
    [2, 3, 4, 5],
    [2, 2, 3, 2, 4]
  ]) {
    it(`of [${shape.join(', ')}], with the gradient through the statistics`, async () => {
      const channels = shape[shape.length - 1]
      const inputs = [randomInput(rng, ...shape), randomInput(rng, channels), randomInput(rng, channels)]
      await expectSameEverywhere(
        inputs,
        (x: tf.Tensor, g: tf.Tensor1D, b: tf.Tensor1D) => batchNorm(x, g, b, 1e-3).value
      )
      await expectSameEverywhere(inputs, (x: tf.Tensor, g: tf.Tensor1D, b: tf.Tensor1D) => {
        const mean = tf.linspace(-1, 1, channels)
        return batchNormWith(x, g, b, mean, tf.linspace(0.5, 2, channels), 1e-3)
      })
    })
  }

  it('gives the mean and the population variance of the batch, also far from zero', async () => {
    for (const backend of backends) {
      await useBackend(backend)
      const found = tf.tidy(() => {
        const x = tf.tensor2d([1000, 1, 1002, 3, 1004, 8], [3, 2])
        const { value, mean, variance } = batchNorm(x, tf.ones([2]), tf.zeros([2]), 0)
        return [value, mean, variance].map((tensor) => tf.keep(tensor))
      })
      const [value, mean, variance] = await Promise.all(found.map((tensor) => tensor.data()))
      tf.dispose(found)
      expectClose(mean, [1002, 4], 1e-6)
      expectClose(variance, [8 / 3, 26 / 3], 1e-5)
      expectClose([value[0], value[2], value[4]], [-Math.sqrt(1.5), 0, Math.sqrt(1.5)], 1e-4)
    }
  })
})

describe('activation functions', () => {
  const names: Activation[] = [
    ...(['relu', 'sigmoid', 'tanh', 'elu', 'selu', 'leakyRelu', 'gelu', 'softplus', 'swish', 'linear'] as const)
  ]
  const points = [-6, -2.5, -1, -0.3, 0.2, 0.7, 1.5, 4]
  for (const name of names) {
    it(name, async () => {
      const input = { shape: [2, 4], values: Float32Array.from(points) }
      // Linear returns its input, so a gradient needs something to flow through.
      await expectSameEverywhere([input], (x: tf.Tensor2D) => activation(name, tf.mul(x, 1)))
    })
  }

  it('have the values that PyTorch 2.15 gives', async () => {
    const expected: Partial<Record<Activation, number[]>> = {
      gelu: [-0.15865525, 0, 0.84134475, 2.99595031],
      softplus: [0.31326169, 0.69314718, 1.31326169, 3.04858735],
      swish: [-0.26894142, 0, 0.73105858, 2.85772238],
      selu: [-1.1113307, 0, 1.05070099, 3.15210296],
      elu: [-0.63212056, 0, 1, 3],
      leakyRelu: [-0.01, 0, 1, 3]
    }
    for (const backend of backends) {
      await useBackend(backend)
      for (const [name, values] of Object.entries(expected)) {
        const out = tf.tidy(() => activation(name as Activation, tf.tensor1d([-1, 0, 1, 3])))
        expectClose(await out.data(), values, 1e-6, `${name} on ${backend}`)
        out.dispose()
      }
    }
  })

  it('softplus neither overflows nor loses small values', async () => {
    for (const backend of placedBackends) {
      await useBackend(backend)
      const out = tf.tidy(() => activation('softplus', tf.tensor1d([200, -15])))
      const [large, small] = await out.data()
      expect(large).toBe(200)
      expect(small / Math.log1p(Math.exp(-15))).toBeCloseTo(1, 3)
      out.dispose()
    }
  })
})

describe('watching a gradient', () => {
  it('sees it and changes nothing, to the last bit', async () => {
    for (const backend of backends) {
      await useBackend(backend)
      const before = tf.memory().numTensors
      const { values } = randomInput(rng, 4, 5)
      const run = async (watched: boolean): Promise<Float32Array[]> => {
        const found: tf.Tensor[] = []
        const [gradient] = tf.tidy(() => {
          const objective = (x: tf.Tensor): tf.Tensor => {
            const h = tf.tanh(x)
            return tf.sum(tf.square(watched ? watchGradient(h, (dy) => void found.push(tf.keep(tf.clone(dy)))) : h))
          }
          return tf.grads(objective)([tf.tensor2d(values.slice(), [4, 5])])
        })
        const result = await Promise.all([gradient, ...found].map((tensor) => tensor.data()))
        tf.dispose([gradient, ...found])
        return result.map((array) => Float32Array.from(array))
      }
      const [plain] = await run(false)
      const [gradient, seen] = await run(true)
      expect(gradient).toEqual(plain)
      expectClose(
        seen,
        values.map((x) => 2 * Math.tanh(x)),
        1e-5
      )
      expect(tf.memory().numTensors).toBe(before)
    }
  })
})

describe('losses of scores and numbers', () => {
  it('hinge', async () => {
    const scores = { shape: [4, 1], values: Float32Array.from([0.5, -2, 3, 0.2]) }
    const labels = Int32Array.from([1, 0, 1, 0])
    await expectSameEverywhere([scores], (s: tf.Tensor2D) => hinge(s, labels))
    await prepareBackend('cpu')
    tf.tidy(() => {
      expect(hinge(tf.tensor2d(scores.values, [4, 1]), labels).dataSync()[0]).toBeCloseTo(1.7 / 4, 6)
    })
  })

  it('mean squared error', async () => {
    const targets = Float32Array.from([1, 2, 3, 4, 5, 6])
    await expectSameEverywhere([randomInput(rng, 3, 2)], (p: tf.Tensor2D) => meanSquaredError(p, targets))
    await prepareBackend('cpu')
    tf.tidy(() => {
      const zero = tf.zeros([3, 2]) as tf.Tensor2D
      expect(meanSquaredError(zero, targets).dataSync()[0]).toBeCloseTo(91 / 6, 5)
      expect(() => meanSquaredError(zero, targets.slice(1))).toThrow('A loss over 6 values was given 5 targets.')
    })
  })

  it('mean absolute error and Huber', async () => {
    const targets = Float32Array.from([1, 2, 3, 4, 5, 6])
    const numbers = randomInput(rng, 3, 2)
    await expectSameEverywhere([numbers], (p: tf.Tensor2D) => meanAbsoluteError(p, targets))
    await expectSameEverywhere([numbers], (p: tf.Tensor2D) => huber(p, targets, 2.5))
    await prepareBackend('cpu')
    tf.tidy(() => {
      const zero = tf.zeros([3, 2]) as tf.Tensor2D
      expect(meanAbsoluteError(zero, targets).dataSync()[0]).toBeCloseTo(21 / 6, 6)
      // 1 / 2 and 4 / 2, and 2 |d| - 2 from there on.
      expect(huber(zero, targets, 2).dataSync()[0]).toBeCloseTo((0.5 + 2 + 4 + 6 + 8 + 10) / 6, 6)
    })
  })

  it('binary cross-entropy, also smoothed, weighted, and of large logits', async () => {
    const targets = Float32Array.from([1, 0, 0, 1, 1, 0])
    const weights = Float32Array.from([0.5, 2, 1.5])
    const logits = randomInput(rng, 3, 2)
    await expectSameEverywhere([logits], (z: tf.Tensor2D) => binaryCrossEntropy(z, targets))
    await expectSameEverywhere([logits], (z: tf.Tensor2D) => binaryCrossEntropy(z, targets, 0.2, weights))
    const far = { shape: [3, 2], values: Float32Array.from([90, -90, 200, 3, -200, -3]) }
    for (const backend of backends) {
      await useBackend(backend)
      const value = tf.tidy(() => binaryCrossEntropy(tf.tensor2d(far.values, [3, 2]), targets))
      const rest = 2 * Math.log1p(Math.exp(-3))
      expect((await value.data())[0], backend).toBeCloseTo((200 + 200 + rest) / 6, 3)
      value.dispose()
    }
  })

  it('cross-entropy with weights of examples', async () => {
    const labels = Int32Array.from([2, 0, 1, 2])
    const weights = Float32Array.from([0.5, 2, 1, 1.5])
    await expectSameEverywhere([randomInput(rng, 4, 3)], (x: tf.Tensor2D) => crossEntropy(x, labels, 0.1, weights))
  })

  it('cross-entropy with label smoothing equals its definition', async () => {
    const labels = Int32Array.from([2, 0, 1, 2])
    await expectSameEverywhere([randomInput(rng, 4, 3)], (x: tf.Tensor2D) => crossEntropy(x, labels, 0.2))
    await prepareBackend('cpu')
    tf.tidy(() => {
      const logits = [1, 2, 3]
      const sum = Math.log(logits.reduce((total, z) => total + Math.exp(z), 0))
      const expected = -[0.1, 0.1, 0.8].reduce((total, target, c) => total + target * (logits[c] - sum), 0)
      const loss = crossEntropy(tf.tensor2d(logits, [1, 3]), Int32Array.from([2]), 0.3)
      expect(loss.dataSync()[0]).toBeCloseTo(expected, 6)
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
    })
  })

  it('keeps gradients that a softmax in float32 rounds to zero', async () => {
    for (const backend of placedBackends) {
      await useBackend(backend)
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
    })
  })
})
