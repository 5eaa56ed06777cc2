/** Zeros around values, and values without their edges, along one axis of a tensor of any rank. */
import * as tf from '@tensorflow/tfjs-core'

/** x as [outer, length, inner] around an axis: three dimensions are what the slices and pads of all backends know. */
function around(x: tf.Tensor, axis: number): tf.Tensor3D {
  const outer = x.shape.slice(0, axis).reduce((product, n) => product * n, 1)
  return tf.reshape(x, [outer, x.shape[axis], x.size / (outer * x.shape[axis])])
}

function withLength(x: tf.Tensor, shape: readonly number[], axis: number, length: number): tf.Tensor {
  return tf.reshape(
    x,
    shape.map((n, d) => (d === axis ? length : n))
  )
}

export function paddedAxis(x: tf.Tensor, axis: number, before: number, after: number): tf.Tensor {
  if (before === 0 && after === 0) return x
  const padded = tf.pad(around(x, axis), [
    [0, 0],
    [before, after],
    [0, 0]
  ])
  return withLength(padded, x.shape, axis, x.shape[axis] + before + after)
}

export function croppedAxis(x: tf.Tensor, axis: number, before: number, after: number): tf.Tensor {
  if (before === 0 && after === 0) return x
  const blocks = around(x, axis)
  const length = x.shape[axis] - before - after
  const cut = tf.slice(blocks, [0, before, 0], [blocks.shape[0], length, blocks.shape[2]])
  return withLength(cut, x.shape, axis, length)
}
