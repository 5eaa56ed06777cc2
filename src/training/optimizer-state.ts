/** An optimizer with its slots, which lie where the weights lie, so that an update is one pass in place. */
import * as tf from '@tensorflow/tfjs-core'
import type { Parameter } from '../models/model'
import { addressOf, heapKernels } from '../tensor/heap-kernels'
import { touched, valuesOf } from '../tensor/views'
import { slotNames, updateInPlace, type OptimizerOptions } from './optimizers'
import type { NamedArray } from './types'

export class OptimizerState {
  /** Per parameter, one tensor per slot name. */
  private readonly slots: tf.Tensor[][]
  private readonly names: string[]

  constructor(
    private readonly options: OptimizerOptions,
    private readonly parameters: readonly Parameter[]
  ) {
    this.names = slotNames(options.name)
    this.slots = parameters.map(({ shape }) => this.names.map(() => tf.keep(tf.zeros(shape))))
  }

  /** One update of all parameters; `gradients` in their order, `time` counts updates from 1. */
  update(gradients: readonly tf.Tensor[], learningRate: number, time: number): void {
    const simd = this.options.name === 'sgd' ? null : heapKernels()
    this.parameters.forEach(({ tensor }, i) => {
      if (!simd) {
        const slots = this.slots[i].map((slot) => valuesOf(slot))
        updateInPlace(this.options, valuesOf(tensor), valuesOf(gradients[i]), slots, learningRate, time)
      } else {
        const { beta1, beta2, epsilon, weightDecay, name } = this.options
        const decoupled = name === 'adamw'
        const [m, v] = this.slots[i]
        simd.adam(
          addressOf(tensor),
          addressOf(gradients[i]),
          addressOf(m),
          addressOf(v),
          tensor.size,
          beta1,
          1 - beta1,
          beta2,
          1 - beta2,
          epsilon,
          decoupled ? 1 - learningRate * weightDecay : 1,
          decoupled ? 0 : weightDecay,
          learningRate / (1 - beta1 ** time),
          1 / (1 - beta2 ** time)
        )
      }
      touched(tensor)
    })
  }

  /** Copies of all slots, named `<slot>/<parameter>`. */
  arrays(): NamedArray[] {
    return this.parameters.flatMap(({ name, shape }, i) =>
      this.names.map((slot, j) => {
        return { name: `${slot}/${name}`, shape: [...shape], data: valuesOf(this.slots[i][j]).slice() }
      })
    )
  }

  /** Takes over the values that `find` gives for each slot's name and shape. */
  restore(find: (name: string, shape: readonly number[]) => Float32Array): void {
    this.parameters.forEach(({ name, shape }, i) => {
      this.names.forEach((slot, j) => valuesOf(this.slots[i][j]).set(find(`${slot}/${name}`, shape)))
    })
  }

  dispose(): void {
    for (const slots of this.slots) tf.dispose(slots)
  }
}
