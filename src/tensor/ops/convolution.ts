/** Convolution layer: stock convolution plus a bias with a cheap gradient. */
import * as tf from '@tensorflow/tfjs-core'
import { customOp } from '../custom'
import { addressOf, heapKernels } from '../heap-kernels'
import { emptyTensor } from '../views'
import { columnSums } from './dense'

/** x [N, H, W, in] * filter [kh, kw, in, out] + bias [out], stride 1. */
export function convolution(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  bias: tf.Tensor1D,
  pad: 'same' | 'valid'
): tf.Tensor4D {
  return addBias(tf.conv2d(x, filter, 1, pad), bias)
}

/** x + bias along the last axis. The stock addition and its gradient take a general path for broadcasting. */
function addBias(x: tf.Tensor4D, bias: tf.Tensor1D): tf.Tensor4D {
  const channels = bias.size
  return customOp([x, bias], () => {
    const simd = heapKernels()
    let value: tf.Tensor
    if (simd) {
      value = emptyTensor(x.shape)
      simd.addBias(addressOf(x), addressOf(bias), addressOf(value), x.size / channels, channels)
    } else value = tf.add(x, bias)
    return {
      value,
      gradient: (dy) => [tf.clone(dy), columnSums(tf.reshape(dy, [dy.size / channels, channels]))]
    }
  })
}
