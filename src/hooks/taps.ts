/** Keeping what passes hook points during a forward and a backward pass, to be looked at afterwards. */
import * as tf from '@tensorflow/tfjs-core'
import type { Tap } from '../models/pass'
import { watchGradient } from '../tensor/ops/watch'
import { readValues } from '../tensor/views'

/** A module's output or its gradient. Values are valid until the next tensor is made: copy what is kept. */
export interface Seen {
  shape: number[]
  values: Float32Array
}

/**
 * Holds the outputs of chosen modules, and on request the gradients with respect to them, until disposed of. Holding costs
 * no copy; values are read when the passes are over, because some backends cannot be read while they compute.
 */
export class HeldActivations {
  private readonly outputs = new Map<string, tf.Tensor>()
  private readonly gradients = new Map<string, tf.Tensor>()

  constructor(
    private readonly hooks: ReadonlySet<string>,
    private readonly what: { activations: boolean; gradients: boolean }
  ) {}

  readonly tap: Tap = (path, activation) => {
    if (!this.hooks.has(path)) return
    if (this.what.activations) this.outputs.set(path, tf.keep(tf.clone(activation)))
    if (!this.what.gradients) return
    return watchGradient(activation, (dy) => {
      this.gradients.set(path, tf.keep(tf.clone(dy)))
    })
  };

  /** By hook point, in forward order. */
  *activations(): Generator<[string, () => Promise<Seen>]> {
    for (const [path, tensor] of this.outputs) yield [path, () => seen(tensor)]
  }

  *activationGradients(): Generator<[string, () => Promise<Seen>]> {
    // A gradient pass comes by in the opposite order.
    for (const [path, tensor] of [...this.gradients].reverse()) yield [path, () => seen(tensor)]
  }

  dispose(): void {
    tf.dispose([...this.outputs.values(), ...this.gradients.values()])
    this.outputs.clear()
    this.gradients.clear()
  }
}

async function seen(tensor: tf.Tensor): Promise<Seen> {
  return { shape: tensor.shape, values: await readValues(tensor) }
}
