/** `same` padding where windows do not reach to the end of what they slide over. */
import * as tf from '@tensorflow/tfjs-core'

export type Padding = 'same' | 'valid'

/**
 * Strides beyond the window may leave the end of the input unread. TensorFlow pads nothing there, but the stock kernels
 * take it for negative padding: wasm in two dimensions, which then computes nothing at all, and every backend in three,
 * which shift the windows. So they are given an input and a padding that have one meaning only.
 * @param x [N, .., C]; `window` and `strides` per spatial dimension
 * @returns `x` and `pad` as they are where all is well; where nothing is padded at all, `valid`; else `x` without what no
 *   window reads.
 */
export function unambiguous<T extends tf.Tensor>(
  x: T,
  window: readonly number[],
  strides: readonly number[],
  pad: Padding
): { x: T; pad: Padding } {
  if (pad === 'valid') return { x, pad }
  const lengths = x.shape.slice(1, -1)
  const reached = lengths.map((length, d) => (Math.ceil(length / strides[d]) - 1) * strides[d] + window[d])
  if (reached.every((end, d) => end <= lengths[d])) return { x, pad: 'valid' }
  if (reached.every((end, d) => end >= lengths[d])) return { x, pad }
  const cut = lengths.reduce<tf.Tensor>((rest, length, d) => {
    return reached[d] < length ? shortened(rest, d + 1, reached[d]) : rest
  }, x)
  return { x: cut as T, pad }
}

/** x without what comes after the first `length` along one axis. As blocks: five dimensions are too many for webgpu's slices. */
function shortened(x: tf.Tensor, axis: number, length: number): tf.Tensor {
  const outer = x.shape.slice(0, axis).reduce((product, n) => product * n, 1)
  const inner = x.shape.slice(axis + 1).reduce((product, n) => product * n, 1)
  const blocks = tf.slice(tf.reshape(x, [outer, x.shape[axis], inner]), [0, 0, 0], [outer, length, inner])
  return tf.reshape(
    blocks,
    x.shape.map((n, d) => (d === axis ? length : n))
  )
}
