/** Penalties and constraints on every backend; Keras's own updates are in keras-training.test.ts. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import type { Constraint } from '../domain/layer-settings'
import type { Parameter } from '../models/model'
import { backends, expectClose, expectSameEverywhere, useBackend } from '../tensor/testing/compare'
import { constrain, penaltyOf } from './parameter-rules'

const parameter = (tensor: tf.Tensor, more: Partial<Parameter>): Parameter => ({
  name: 'fc.W',
  owner: 'fc',
  role: 'weight',
  shape: tensor.shape,
  initial: { kind: 'zeros' },
  ...more,
  tensor
})

describe('rules of parameters', () => {
  it('penalties and their gradients', async () => {
    const values = Float32Array.from([0.5, -1, 2, -0.25])
    await expectSameEverywhere([{ shape: [2, 2], values }], (w: tf.Tensor) => {
      return penaltyOf([parameter(w, { penalty: { l1: 0.1, l2: 0.03 } })])!
    })
    await useBackend('cpu')
    tf.tidy(() => {
      const w = tf.tensor(values, [2, 2])
      const penalty = penaltyOf([parameter(w, { penalty: { l1: 0.1, l2: 0.03 } })])!
      expect(penalty.dataSync()[0]).toBeCloseTo(0.1 * 3.75 + 0.03 * 5.3125, 6)
      expect(penaltyOf([parameter(w, { penalty: { l2: 1 }, frozen: true })])).toBeNull()
    })
  })

  const cases: [string, Constraint, number[]][] = [
    ['no negative values', { kind: 'nonNegative' }, [3, 0, 4, 0.5]],
    ['norms of columns up to 1', { kind: 'norm', min: 0, max: 1, rate: 1, axis: [0] }, [0.6, -0.5, 0.8, 0.5]],
    ['norms of 1', { kind: 'unitNorm', axis: [0] }, [0.6, -Math.SQRT1_2, 0.8, Math.SQRT1_2]],
    [
      'norms of rows half of the way',
      { kind: 'norm', min: 0, max: 1, rate: 0.5, axis: [1] },
      [1.9932, -0.3322, 2.4962, 0.312]
    ]
  ]
  it.each(cases)('%s', async (_, constraint, wanted) => {
    for (const backend of backends) {
      await useBackend(backend)
      const one = parameter(tf.keep(tf.tensor([3, -0.5, 4, 0.5], [2, 2])), { constraint })
      constrain([one])
      expectClose(await one.tensor.data(), wanted, 1e-4, backend)
      one.tensor.dispose()
    }
  })

  it('nothing is asked of what is not trained', async () => {
    await useBackend('cpu')
    const one = parameter(tf.keep(tf.tensor([-1, 2])), { constraint: { kind: 'nonNegative' }, frozen: true })
    constrain([one])
    expect([...one.tensor.dataSync()]).toEqual([-1, 2])
    one.tensor.dispose()
  })
})
