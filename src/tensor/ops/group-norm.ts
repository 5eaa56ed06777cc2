/** Normalisation of groups of channels, and by the root of the mean square. */
import * as tf from '@tensorflow/tfjs-core'

/**
 * (x - mean) / sqrt(variance + epsilon) * gain + bias, per example and group of channels, over all other dimensions;
 * population variance. x [N, .., C], gain and bias [C]. Wu & He 2018, eq. 1 and 7.
 */
export function groupNorm<T extends tf.Tensor>(
  x: T,
  gain: tf.Tensor1D | null,
  bias: tf.Tensor1D | null,
  groups: number,
  epsilon: number
): T {
  const examples = x.shape[0]
  const channels = x.shape.at(-1)!
  const places = x.size / (examples * channels)
  // Groups beside examples, so that every mean is over the last axis.
  const split = tf.reshape(x, [examples, places, groups, channels / groups])
  const rows = tf.reshape(tf.transpose(split, [0, 2, 1, 3]), [examples * groups, x.size / (examples * groups)])
  const centred = tf.sub(rows, tf.mean(rows, 1, true))
  const normal = tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon)))
  const back = tf.transpose(tf.reshape(normal, [examples, groups, places, channels / groups]), [0, 2, 1, 3])
  const flat = tf.reshape(back, [examples * places, channels])
  const scaled = gain ? tf.mul(flat, gain) : flat
  return tf.reshape(bias ? tf.add(scaled, bias) : scaled, x.shape) as T
}

/** x / sqrt(mean(x^2) + epsilon) * gain over the last axis. x [.., C], gain [C]. Zhang & Sennrich 2019, eq. 4. */
export function rmsNorm<T extends tf.Tensor>(x: T, gain: tf.Tensor1D, epsilon: number): T {
  const rows = tf.reshape(x, [x.size / gain.size, gain.size])
  const normal = tf.mul(rows, tf.rsqrt(tf.add(tf.mean(tf.square(rows), 1, true), epsilon)))
  return tf.reshape(tf.mul(normal, gain), x.shape) as T
}
