/** Dense layer and ReLU with their gradients. */
import * as tf from '@tensorflow/tfjs-core'
import { customOp } from '../custom'
import { emptyTensor, valuesOf } from '../views'

/**
 * x [N, I] x weight [I, O] + bias [O] -> [N, O].
 * `inputGradient: false` is for the first layer: dL/dx would be computed and thrown away.
 */
export function dense(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D | null,
  inputGradient = true
): tf.Tensor2D {
  const inputs: tf.Tensor[] = [weight]
  if (bias) inputs.push(bias)
  if (inputGradient) inputs.push(x)
  return customOp(inputs, (_, save) => {
    save([x, weight])
    const value = tf
      .engine()
      .runKernel(
        '_FusedMatMul',
        { a: x, b: weight, ...(bias ? { bias } : {}) },
        { transposeA: false, transposeB: false, activation: 'linear' }
      ) as tf.Tensor
    return {
      value,
      gradient: (dy, saved) => {
        const [sx, sw] = saved as tf.Tensor2D[]
        const gradients: tf.Tensor[] = [tf.matMul(sx, dy as tf.Tensor2D, true, false)]
        if (bias) gradients.push(columnSums(dy as tf.Tensor2D))
        if (inputGradient) gradients.push(tf.matMul(dy as tf.Tensor2D, sw, false, true))
        return gradients
      }
    }
  })
}

/** Sum over rows: [N, O] -> [O], accumulated in double precision. */
function columnSums(x: tf.Tensor2D): tf.Tensor1D {
  const [rows, columns] = x.shape
  const out = emptyTensor<tf.Rank.R1>([columns])
  const values = valuesOf(x)
  const sums = new Float64Array(columns)
  for (let r = 0, at = 0; r < rows; r++) for (let c = 0; c < columns; c++, at++) sums[c] += values[at]
  valuesOf(out).set(sums)
  return out
}

/** max(x, 0), any shape; NaN stays NaN. The gradient at 0 is 0. */
export function relu<T extends tf.Tensor>(x: T): T {
  return customOp([x], (_, save) => {
    const value = emptyTensor(x.shape)
    const from = valuesOf(x)
    const to = valuesOf(value)
    // The comparison is this way round so that a diverged run stays visibly diverged: NaN <= 0 is false.
    for (let i = 0; i < from.length; i++) to[i] = from[i] <= 0 ? 0 : from[i]
    save([value])
    return {
      value,
      gradient: (dy, saved) => {
        const out = emptyTensor(dy.shape)
        const y = valuesOf(saved[0])
        const g = valuesOf(dy)
        const dx = valuesOf(out)
        for (let i = 0; i < g.length; i++) dx[i] = y[i] > 0 ? g[i] : 0
        return [out]
      }
    }
  })
}
