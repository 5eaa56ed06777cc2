/** One door to `tf.customGrad`, whose types do not say what it does. */
import * as tf from '@tensorflow/tfjs-core'

export interface CustomResult {
  value: tf.Tensor
  /** One gradient per input, in order. `saved` are the tensors given to `save`. */
  gradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[]
}

/**
 * Runs `forward` as one operation with its own gradient. Only tensors given to `save` live until the gradient is taken;
 * all others made inside are disposed of when `forward` returns.
 */
export function customOp<T extends tf.Tensor>(
  inputs: tf.Tensor[],
  forward: (inputs: tf.Tensor[], save: (tensors: tf.Tensor[]) => void) => CustomResult
): T {
  const op = tf.customGrad((...args) => {
    const save = args.pop() as (tensors: tf.Tensor[]) => void
    const { value, gradient } = forward(args as tf.Tensor[], save)
    return { value, gradFunc: gradient }
  })
  return op(...inputs) as T
}
