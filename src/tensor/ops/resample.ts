/** More or fewer values along one axis: repeated, or interpolated. */
import * as tf from '@tensorflow/tfjs-core'

/** Each value `times` times in a row along `axis`. */
export function repeatedAxis(x: tf.Tensor, axis: number, times: number): tf.Tensor {
  if (times === 1) return x
  const outer = x.shape.slice(0, axis + 1).reduce((product, n) => product * n, 1)
  const blocks = tf.reshape(x, [outer, 1, x.size / outer])
  // Joined rather than tiled: the gradient is then a sum of slices, the same on every backend.
  const joined = tf.concat(new Array<tf.Tensor>(times).fill(blocks), 1)
  return tf.reshape(
    joined,
    x.shape.map((n, d) => (d === axis ? n * times : n))
  )
}

/**
 * Linear interpolation along `axis` to `length` values, the centres of the values in their places: value i of the output lies at
 * (i + 0.5) * n / length - 0.5 of the input, and beyond its ends is the nearest (tf.image.resize, half_pixel_centers, no
 * antialiasing).
 */
export function interpolated(x: tf.Tensor, axis: number, length: number): tf.Tensor {
  const from = x.shape[axis]
  if (from === length) return x
  const shares = new Float32Array(length * from)
  for (let i = 0; i < length; i++) {
    const place = Math.max(0, ((i + 0.5) * from) / length - 0.5)
    const low = Math.min(Math.floor(place), from - 1)
    const high = Math.min(low + 1, from - 1)
    shares[i * from + low] += 1 - (place - low)
    shares[i * from + high] += place - low
  }
  return mixedAlong(x, axis, tf.tensor(shares, [length, from]) as tf.Tensor2D)
}

/** Along `axis`, each output is a mix of the inputs: `shares` [outputs, inputs]. */
function mixedAlong(x: tf.Tensor, axis: number, shares: tf.Tensor2D): tf.Tensor {
  const [outputs, inputs] = shares.shape
  const outer = x.shape.slice(0, axis).reduce((product, n) => product * n, 1)
  const inner = x.size / (outer * inputs)
  const rows = tf.reshape(tf.transpose(tf.reshape(x, [outer, inputs, inner]), [0, 2, 1]), [outer * inner, inputs])
  const mixed = tf.matMul(rows as tf.Tensor2D, shares, false, true)
  const back = tf.transpose(tf.reshape(mixed, [outer, inner, outputs]), [0, 2, 1])
  return tf.reshape(
    back,
    x.shape.map((n, d) => (d === axis ? outputs : n))
  )
}
