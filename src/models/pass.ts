/** What a forward pass gets and what it hands out, whichever model it is of. */
import type * as tf from '@tensorflow/tfjs-core'
import type { Rng } from '../numeric/rng'

/** A batch of inputs as cut from the dataset: [count, ...inputShape] row-major. */
export type InputBatch = Float32Array | Int32Array

/**
 * Called in forward order with the output of every hookable module. The tensor is valid during the call only. What is
 * returned takes its place; it must have the same values.
 */
export type Tap = (path: string, activation: tf.Tensor) => tf.Tensor | void

/** Mean and variance (population) of a batch, [channels] each, over `count` values per channel. */
export interface BatchStatistics {
  path: string
  /** Share of the old running statistics that stays. */
  momentum: number
  mean: tf.Tensor
  variance: tf.Tensor
  count: number
  /** The running variance moves towards that of the batch as it is, as in Keras. */
  uncorrected?: boolean
}

export interface Pass {
  readonly inputs: InputBatch
  readonly count: number
  /** Batch statistics and dropout instead of running statistics and none. */
  readonly training: boolean
  /** Random numbers of this update. */
  readonly rng: Rng
  /** A parameter or a buffer by its name. */
  value(name: string): tf.Tensor
  /** Shows a module's output to the tap and passes it on. */
  seen<T extends tf.Tensor>(path: string, value: T): T
  /** Takes over batch statistics, which the running ones will move towards. */
  normalised(statistics: BatchStatistics): void
}

/** Outputs of the heads, [count, width] each. */
export type Forward = (pass: Pass) => tf.Tensor2D[]

/** What can be built and run. */
export interface Blueprint<A> {
  architecture: A
  forward: Forward
}
