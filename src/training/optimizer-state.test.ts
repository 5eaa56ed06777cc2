/** Updates of whole optimizers on every backend of the machine, against the plain loop of one parameter. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import type { Parameter } from '../models/model'
import { Rng } from '../numeric/rng'
import { tensorMemory } from '../tensor/backend'
import { backends, expectClose, missingBackends, useBackend } from '../tensor/testing/compare'
import { readValues } from '../tensor/views'
import { OptimizerState } from './optimizer-state'
import { slotNames, updateInPlace, type OptimizerName } from './optimizers'

for (const reason of missingBackends) it.skip(reason, () => undefined)

/** One number, some that fill no group of workers, and more than one group. */
const shapes = [[1], [7, 3], [301, 5]]

describe.each(backends)('an optimizer on %s', (backend) => {
  it.each<[OptimizerName, number]>([
    ['adamw', 0.5],
    ['adam', 0.3],
    ['sgd', 0.2]
  ])('updates all parameters and keeps its slots: %s', async (name, weightDecay) => {
    await useBackend(backend)
    const before = tensorMemory().tensors
    const rng = new Rng(5)
    const options = { name, weightDecay, beta1: 0.9, beta2: 0.98, epsilon: 1e-8, momentum: 0.9 }
    const plain = shapes.map((shape) => {
      const size = shape.reduce((product, length) => product * length, 1)
      const values = Float32Array.from({ length: size }, () => rng.normal())
      return { values, slots: slotNames(name).map(() => new Float32Array(size)) }
    })
    const parameters = shapes.map((shape, i): Parameter => ({
      name: `p${i}`,
      owner: 'test',
      role: 'weight',
      initial: { kind: 'zeros' },
      shape,
      tensor: tf.keep(tf.tensor(plain[i].values.slice(), shape))
    }))
    const state = new OptimizerState(options, parameters)
    for (let time = 1; time <= 4; time++) {
      const scale = time === 2 ? 0.25 : 1
      const gradients = plain.map(({ values }) => Float32Array.from(values, () => 3 * rng.normal()))
      plain.forEach(({ values, slots }, i) => {
        const scaled = gradients[i].map((value) => value * scale)
        updateInPlace(options, values, scaled, slots, 0.01, time)
      })
      const tensors = gradients.map((values, i) => tf.tensor(values, shapes[i]))
      state.update(tensors, 0.01, time, scale)
      tf.dispose(tensors)
      // What was read of weights must not be what is read of them after the next update.
      for (const [i, { tensor }] of parameters.entries())
        expectClose(await readValues(tensor), [...plain[i].values], 1e-5)
    }
    const arrays = await state.arrays()
    plain.forEach(({ slots }, i) =>
      slotNames(name).forEach((slot, s) => {
        expectClose(arrays.find((array) => array.name === `${slot}/p${i}`)!.data, [...slots[s]], 1e-5)
      })
    )
    state.dispose()
    tf.dispose(parameters.map(({ tensor }) => tensor))
    expect(tensorMemory().tensors).toBe(before)
  })
})
