/** Scaled dot-product attention of stock operations, for sequences of any length; `attention.ts` is for very short ones. */
import * as tf from '@tensorflow/tfjs-core'

/**
 * q [N, T, H * W], k [N, S, H * W], v [N, S, H * V] -> [N, T, H * V]; head h lies in columns h * W .. (h + 1) * W. Causal: query t sees
 * keys up to t. `onPattern` is given the weights [N, H, T, S] (softmax over S, zero where hidden), and what it returns
 * mixes the values. Vaswani et al. 2017, eq. 1.
 */
export function headedAttention(
  q: tf.Tensor3D,
  k: tf.Tensor3D,
  v: tf.Tensor3D,
  heads: number,
  causal: boolean,
  onPattern: (pattern: tf.Tensor4D) => tf.Tensor
): tf.Tensor3D {
  const [examples, queries, width] = q.shape
  const keys = k.shape[1]
  const split = (x: tf.Tensor3D): tf.Tensor3D => {
    const [, steps, columns] = x.shape
    const apart = tf.transpose(tf.reshape(x, [examples, steps, heads, columns / heads]), [0, 2, 1, 3])
    return tf.reshape(apart, [examples * heads, steps, columns / heads])
  }
  const products = tf.mul(tf.matMul(split(q), split(k), false, true), 1 / Math.sqrt(width / heads))
  const hidden = Float32Array.from({ length: queries * keys }, (_, at) => {
    return at % keys > Math.floor(at / keys) ? -1e9 : 0
  })
  const scores = causal ? tf.add(products, tf.tensor(hidden, [queries, keys])) : products
  const pattern = onPattern(tf.reshape(tf.softmax(scores), [examples, heads, queries, keys]))
  const mixed = tf.matMul(tf.reshape(pattern, [examples * heads, queries, keys]) as tf.Tensor3D, split(v))
  const columns = v.shape[2]
  const together = tf.transpose(tf.reshape(mixed, [examples, heads, queries, columns / heads]), [0, 2, 1, 3])
  return tf.reshape(together, [examples, queries, columns])
}
