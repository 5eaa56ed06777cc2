/** Operations of the layers in `src/models/layers` on every backend, against finite differences and loops. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { prepareBackend } from './backend'
import { activation, type Activation } from './ops/activations'
import { convolution } from './ops/convolution'
import { depthwise } from './ops/depthwise'
import { croppedAxis, paddedAxis } from './ops/edges'
import { groupNorm, rmsNorm } from './ops/group-norm'
import { headedAttention } from './ops/headed-attention'
import { gru, lstm, simpleRnn } from './ops/recurrent'
import { interpolated, repeatedAxis } from './ops/resample'
import { dilated, transposedConvolution } from './ops/transposed-convolution'
import {
  expectClose,
  expectSameEverywhere,
  missingBackends,
  randomInput,
  valueAndGradients,
  type Input
} from './testing/compare'

const rng = new Rng(17)
const smaller = ({ shape, values }: Input, factor: number): Input => ({ shape, values: values.map((v) => v * factor) })

for (const reason of missingBackends) it.skip(reason, () => undefined)

describe('recurrent layers', () => {
  type Sequence = tf.Tensor3D
  const units = 3
  const plain = { activation: 'tanh', gate: 'sigmoid' } as const
  /** By stock operations, step after step. */
  const other = { activation: 'tanh', gate: 'hardSigmoid' } as const
  const inputs = (gates: number): Input[] => [
    randomInput(rng, 4, 2, gates * units),
    smaller(randomInput(rng, units, gates * units), 0.5),
    randomInput(rng, gates * units)
  ]

  it('an LSTM over four steps, and over one', async () => {
    const [x, r] = inputs(4)
    await expectSameEverywhere([x, r], (a: Sequence, b: tf.Tensor2D) => lstm(a, b, plain))
    await expectSameEverywhere([randomInput(rng, 1, 2, 12), r], (a: Sequence, b: tf.Tensor2D) => lstm(a, b, plain))
  })

  it('a GRU with the reset gate after the product', async () => {
    await expectSameEverywhere(inputs(3), (x: Sequence, r: tf.Tensor2D, b: tf.Tensor1D) => gru(x, r, b, plain, true))
  })

  it('a GRU with the reset gate before it', async () => {
    const [x, r] = inputs(3)
    await expectSameEverywhere([x, r], (a: Sequence, b: tf.Tensor2D) => gru(a, b, null, plain, false))
  })

  it('a plain one', async () => {
    const [x, r] = inputs(1)
    await expectSameEverywhere([x, r], (a: Sequence, b: tf.Tensor2D) => simpleRnn(a, b, 'tanh'))
  })

  it('with gates other than the sigmoid, which go by stock operations', async () => {
    const [x, r] = inputs(4)
    await expectSameEverywhere([smaller(x, 0.2), r], (a: Sequence, b: tf.Tensor2D) => lstm(a, b, other))
    const [y, q, b] = inputs(3)
    await expectSameEverywhere([smaller(y, 0.2), q, smaller(b, 0.1)], (a: Sequence, w: tf.Tensor2D, c: tf.Tensor1D) =>
      gru(a, w, c, other, true)
    )
  })
})

describe('attention of sequences of any length', () => {
  for (const causal of [false, true]) {
    it(causal ? 'that sees what came before' : 'that sees everything', async () => {
      const inputs = [randomInput(rng, 2, 4, 6), randomInput(rng, 2, 4, 6), randomInput(rng, 2, 4, 4)]
      await expectSameEverywhere(inputs, (q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D) =>
        headedAttention(q, k, v, 2, causal, (pattern) => pattern)
      )
    })
  }

  it('gives a pattern that sums to one and is zero where hidden', async () => {
    await prepareBackend('cpu')
    tf.tidy(() => {
      const x = tf.tensor(randomInput(rng, 1, 3, 4).values, [1, 3, 4]) as tf.Tensor3D
      headedAttention(x, x, x, 2, true, (pattern) => {
        const rows = pattern.dataSync()
        for (let row = 0; row < 6; row++) {
          const [a, b, c] = rows.slice(row * 3, row * 3 + 3)
          expect(a + b + c).toBeCloseTo(1, 6)
          if (row % 3 === 0) expect([b, c]).toEqual([0, 0])
        }
        return pattern
      })
    })
  })
})

describe('windows', () => {
  const cases = [
    { x: [2, 5, 4, 3], window: [3, 3], multiplier: 1, strides: [1, 1], pad: 'same' },
    { x: [2, 6, 5, 2], window: [2, 3], multiplier: 2, strides: [2, 1], pad: 'valid' },
    { x: [1, 7, 7, 2], window: [3, 3], multiplier: 3, strides: [2, 2], pad: 'same' },
    { x: [1, 6, 6, 2], window: [2, 2], multiplier: 1, strides: [3, 3], pad: 'same' }
  ] as const
  for (const { x, window, multiplier, strides, pad } of cases) {
    it(`of each channel: ${JSON.stringify({ x, window, multiplier, strides, pad })}`, async () => {
      const inputs = [randomInput(rng, ...x), randomInput(rng, ...window, x[3], multiplier)]
      await expectSameEverywhere(inputs, (a: tf.Tensor4D, f: tf.Tensor4D) =>
        depthwise(a, f, [strides[0], strides[1]], pad)
      )
    })
  }

  it('of each channel equal a full convolution whose other weights are zero', async () => {
    const x = randomInput(rng, 2, 5, 6, 2)
    const filter = randomInput(rng, 3, 3, 2, 2)
    const full: Input = { shape: [3, 3, 2, 4], values: new Float32Array(72) }
    for (let place = 0; place < 9; place++) {
      for (const c of [0, 1]) {
        for (const m of [0, 1]) full.values[place * 8 + c * 4 + c * 2 + m] = filter.values[place * 4 + c * 2 + m]
      }
    }
    const [own] = await valueAndGradients('cpu', [x, filter], (a: tf.Tensor4D, f: tf.Tensor4D) =>
      depthwise(a, f, [2, 1], 'same')
    )
    const [expected] = await valueAndGradients('cpu', [x, full], (a: tf.Tensor4D, f: tf.Tensor4D) =>
      convolution(a, f, null, { strides: [2, 1], pad: 'same' })
    )
    expectClose(own, expected, 1e-6)
  })

  for (const { window, strides, pad } of [
    { window: [3, 3], strides: [2, 2], pad: 'same' },
    { window: [2, 2], strides: [2, 2], pad: 'valid' },
    { window: [4, 3], strides: [2, 1], pad: 'valid' },
    { window: [2, 2], strides: [3, 3], pad: 'valid' },
    { window: [3, 1], strides: [1, 1], pad: 'same' }
  ] as const) {
    it(`transposed: ${JSON.stringify({ window, strides, pad })}`, async () => {
      const inputs = [randomInput(rng, 2, 3, 4, 2), randomInput(rng, ...window, 3, 2)]
      await expectSameEverywhere(inputs, (a: tf.Tensor4D, f: tf.Tensor4D) =>
        transposedConvolution(a, f, [strides[0], strides[1]], pad)
      )
    })
  }

  it('with holes', async () => {
    const inputs = [randomInput(rng, 1, 7, 8, 2), randomInput(rng, 3, 2, 2, 2)]
    await expectSameEverywhere(inputs, (a: tf.Tensor4D, f: tf.Tensor4D) =>
      convolution(a, dilated(f, [2, 3]), null, { strides: [1, 1], pad: 'same' })
    )
  })
})

describe('values that are moved', () => {
  it('repeated, interpolated, padded and cropped along each axis', async () => {
    const x = randomInput(rng, 2, 3, 4, 2)
    for (const axis of [1, 2]) {
      await expectSameEverywhere([x], (a: tf.Tensor4D) => repeatedAxis(a, axis, 3))
      await expectSameEverywhere([x], (a: tf.Tensor4D) => interpolated(a, axis, 7))
      await expectSameEverywhere([x], (a: tf.Tensor4D) => interpolated(a, axis, 2))
      await expectSameEverywhere([x], (a: tf.Tensor4D) => paddedAxis(a, axis, 1, 2))
      await expectSameEverywhere([x], (a: tf.Tensor4D) => croppedAxis(a, axis, 1, 1))
    }
  })
})

describe('normalisation', () => {
  it('of groups of channels, and by the root of the mean square', async () => {
    const x = randomInput(rng, 2, 3, 4, 6)
    const inputs = [x, randomInput(rng, 6), randomInput(rng, 6)]
    for (const groups of [1, 3, 6]) {
      await expectSameEverywhere(inputs, (a: tf.Tensor4D, g: tf.Tensor1D, b: tf.Tensor1D) =>
        groupNorm(a, g, b, groups, 1e-3)
      )
    }
    await expectSameEverywhere(inputs.slice(0, 2), (a: tf.Tensor4D, g: tf.Tensor1D) => rmsNorm(a, g, 1e-3))
  })
})

describe('activation functions', () => {
  it('with slopes, limits and thresholds', async () => {
    // No value near a bend, where differences mean nothing.
    const values = Float32Array.from([-2, -0.7, -0.1, 0.1, 0.6, 1.2, 2.5, 4])
    const input = { shape: [2, 4], values }
    const of =
      (name: Activation, options: object) =>
      (x: tf.Tensor2D): tf.Tensor2D =>
        activation(name, x, options)
    await expectSameEverywhere([input], of('leakyRelu', { slope: 0.3 }), 2e-4)
    await expectSameEverywhere([input], of('leakyRelu', { slope: 0.1, max: 2, threshold: 0.4 }), 2e-4)
    await expectSameEverywhere([input], of('elu', { alpha: 0.6 }), 2e-4)
  })

  const names: Activation[] = [
    ...(['hardSigmoid', 'hardSigmoid5', 'hardSwish', 'relu6', 'mish', 'softsign', 'exponential'] as const),
    ...(['geluTanh', 'logSigmoid', 'softmax'] as const)
  ]
  it.each(names)('%s', async (name) => {
    const input = { shape: [2, 4], values: Float32Array.from([-4, -2.2, -1, -0.3, 0.2, 0.7, 1.5, 6.5]) }
    await expectSameEverywhere([input], (x: tf.Tensor2D) => activation(name, x), 2e-4)
  })
})
