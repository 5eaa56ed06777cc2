/** Looking at gradients on their way back. */
import * as tf from '@tensorflow/tfjs-core'
import { customOp } from '../custom'

/**
 * x itself, whose gradient is shown to `seen` when it comes by and passed on as it is, to the last bit. What `seen` gets is
 * valid during the call only, unless it is kept; new tensors that `seen` makes are disposed of with the gradient's own.
 */
export function watchGradient<T extends tf.Tensor>(x: T, seen: (dy: tf.Tensor) => void): T {
  return customOp([x], ([value]) => ({
    value: tf.clone(value),
    gradient: (dy) => {
      seen(dy)
      return [tf.clone(dy)]
    }
  }))
}
