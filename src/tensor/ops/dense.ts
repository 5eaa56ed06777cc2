/** Dense layer and ReLU with their gradients. */
import * as tf from '@tensorflow/tfjs-core'
import { customOp } from '../custom'
import { addressOf, heapKernels } from '../heap-kernels'
import { emptyTensor, inPlace, valuesOf } from '../views'

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

/** Sum over rows: [N, O] -> [O]. */
export function columnSums(x: tf.Tensor2D): tf.Tensor1D {
  if (!inPlace()) return tf.sum(x, 0)
  const [rows, columns] = x.shape
  const out = emptyTensor<tf.Rank.R1>([columns])
  const simd = heapKernels()
  if (simd) {
    simd.columnSums(addressOf(x), addressOf(out), rows, columns)
    return out
  }
  const values = valuesOf(x)
  const sums = new Float64Array(columns)
  for (let r = 0, at = 0; r < rows; r++) for (let c = 0; c < columns; c++, at++) sums[c] += values[at]
  valuesOf(out).set(sums)
  return out
}

/** max(x, 0), any shape; NaN stays NaN where values are in place. The gradient at 0 is 0. */
export function relu<T extends tf.Tensor>(x: T): T {
  if (!inPlace()) return tf.relu(x)
  return customOp([x], (_, save) => {
    const value = emptyTensor(x.shape)
    const simd = heapKernels()
    if (simd) simd.relu(addressOf(x), addressOf(value), x.size)
    else reluLoop(valuesOf(x), valuesOf(value))
    save([value])
    return {
      value,
      gradient: (dy, saved) => {
        const out = emptyTensor(dy.shape)
        if (simd) simd.reluGradient(addressOf(saved[0]), addressOf(dy), addressOf(out), dy.size)
        else reluGradientLoop(valuesOf(saved[0]), valuesOf(dy), valuesOf(out))
        return [out]
      }
    }
  })
}

function reluLoop(x: Float32Array, y: Float32Array): void {
  // The comparison is this way round so that a diverged run stays visibly diverged: NaN <= 0 is false.
  for (let i = 0; i < x.length; i++) y[i] = x[i] <= 0 ? 0 : x[i]
}

function reluGradientLoop(y: Float32Array, dy: Float32Array, dx: Float32Array): void {
  for (let i = 0; i < dy.length; i++) dx[i] = y[i] > 0 ? dy[i] : 0
}
