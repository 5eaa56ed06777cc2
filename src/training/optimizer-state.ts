/** An optimizer with its slots, which lie where the weights lie, so that an update is one pass in place where that can be. */
import * as tf from '@tensorflow/tfjs-core'
import type { Parameter } from '../models/model'
import { addressOf, heapKernels } from '../tensor/heap-kernels'
import { inPlace, readValues, touched, valuesOf } from '../tensor/views'
import { adamOnDevice, sgdOnDevice } from '../tensor/webgpu-updates'
import { adamNumbers, slotNames, updatedTensors, updateInPlace, type OptimizerOptions } from './optimizers'
import type { NamedArray } from '../domain/arrays'

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

  /**
   * One update of all parameters; `gradients` in their order, each multiplied by `scale` first (clipping), `time` counts
   * updates from 1.
   */
  update(gradients: readonly tf.Tensor[], learningRate: number, time: number, scale = 1): void {
    if (this.updateOnDevice(gradients, learningRate, time, scale)) return
    const simd = this.options.name === 'sgd' ? null : heapKernels()
    this.parameters.forEach((parameter, i) => {
      if (!inPlace()) this.replace(parameter, i, gradients[i], learningRate, time, scale)
      else {
        const gradient = valuesOf(gradients[i])
        if (scale !== 1) for (let j = 0; j < gradient.length; j++) gradient[j] *= scale
        if (simd) this.updateOnHeap(simd, parameter, i, gradients[i], learningRate, time)
        else {
          const slots = this.slots[i].map((slot) => valuesOf(slot))
          updateInPlace(this.options, valuesOf(parameter.tensor), gradient, slots, learningRate, time)
        }
        touched(parameter.tensor)
      }
    })
  }

  /** @returns false where the weights are on no GPU. */
  private updateOnDevice(gradients: readonly tf.Tensor[], learningRate: number, time: number, scale: number): boolean {
    const { name, momentum, weightDecay: decay } = this.options
    const parameters = this.parameters.map(({ tensor }, i) => ({
      weights: tensor,
      gradient: gradients[i],
      slots: this.slots[i]
    }))
    if (name === 'sgd') return sgdOnDevice(parameters, { momentum, decay, learningRate, scale })
    return adamOnDevice(parameters, { ...adamNumbers(this.options, learningRate, time), scale })
  }

  private updateOnHeap(
    simd: NonNullable<ReturnType<typeof heapKernels>>,
    { tensor }: Parameter,
    i: number,
    gradient: tf.Tensor,
    learningRate: number,
    time: number
  ): void {
    const { beta1, beta2, epsilon, keep, l2, stepSize, correction } = adamNumbers(this.options, learningRate, time)
    const [m, v] = this.slots[i]
    simd.adam(
      addressOf(tensor),
      addressOf(gradient),
      addressOf(m),
      addressOf(v),
      tensor.size,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      epsilon,
      keep,
      l2,
      stepSize,
      correction
    )
  }

  private replace(
    parameter: Parameter,
    i: number,
    gradient: tf.Tensor,
    learningRate: number,
    time: number,
    scale: number
  ): void {
    const old = [parameter.tensor, ...this.slots[i]]
    const fresh = tf.tidy(() => {
      const scaled = scale === 1 ? gradient : tf.mul(gradient, scale)
      return updatedTensors(this.options, parameter.tensor, scaled, this.slots[i], learningRate, time)
    })
    parameter.tensor = tf.keep(fresh.weights)
    this.slots[i] = fresh.slots.map((slot) => tf.keep(slot))
    tf.dispose(old)
  }

  /** Copies of all slots, named `<slot>/<parameter>`. */
  async arrays(): Promise<NamedArray[]> {
    const arrays: NamedArray[] = []
    for (const [i, { name, shape }] of this.parameters.entries()) {
      for (const [j, slot] of this.names.entries()) {
        const data = (await readValues(this.slots[i][j])).slice()
        arrays.push({ name: `${slot}/${name}`, shape: [...shape], data })
      }
    }
    return arrays
  }

  /** Takes over the values that `find` gives for each slot's name and shape. */
  restore(find: (name: string) => Float32Array): void {
    this.parameters.forEach(({ name, shape }, i) => {
      this.names.forEach((slot, j) => {
        const values = find(`${slot}/${name}`)
        this.slots[i][j].dispose()
        this.slots[i][j] = tf.keep(tf.tensor(values.slice(), shape))
      })
    })
  }

  dispose(): void {
    for (const slots of this.slots) tf.dispose(slots)
  }
}
