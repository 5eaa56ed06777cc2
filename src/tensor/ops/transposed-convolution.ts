/** The transposed convolution, which spreads each value over a window, and filters with holes. */
import * as tf from '@tensorflow/tfjs-core'
import { customOp } from '../custom'
import type { Padding } from './padding'

/** Length of the output along one axis, as TensorFlow counts it. */
export function transposedLength(length: number, window: number, stride: number, pad: Padding): number {
  return pad === 'same' ? length * stride : length * stride + Math.max(0, window - stride)
}

/**
 * images [N, H, W, in] and filter [kh, kw, out, in] -> [N, oh, ow, out]: the gradient of a convolution with regard to its
 * input, taken as an operation of its own. Dumoulin & Visin 2016, chapter 4.
 */
export function transposedConvolution(
  images: tf.Tensor4D,
  filter: tf.Tensor4D,
  strides: [number, number],
  pad: Padding
): tf.Tensor4D {
  const [examples, height, width] = images.shape
  const [kh, kw, outputs] = filter.shape
  // Windows that leave values out, between or behind them, are made as wide as the stride by zeros.
  const full = widened(filter, [Math.max(kh, strides[0]), Math.max(kw, strides[1])])
  const inputShape = [
    examples,
    transposedLength(height, kh, strides[0], pad),
    transposedLength(width, kw, strides[1], pad),
    outputs
  ]
  const attrs = { strides, pad, dataFormat: 'NHWC', dilations: [1, 1], dimRoundingMode: undefined }
  return customOp([images, full], ([x, f], save) => {
    save([x, f])
    return {
      value: runKernel('Conv2DBackpropInput', { dy: x, filter: f }, { ...attrs, inputShape }),
      gradient: (dy, [sx, sf]) => [
        runKernel('Conv2D', { x: dy, filter: sf }, attrs),
        runKernel('Conv2DBackpropFilter', { x: dy, dy: sx }, { ...attrs, filterShape: full.shape })
      ]
    }
  })
}

function widened(filter: tf.Tensor4D, [height, width]: [number, number]): tf.Tensor4D {
  const [kh, kw] = filter.shape
  if (height === kh && width === kw) return filter
  return tf.pad(filter, [
    [0, height - kh],
    [0, width - kw],
    [0, 0],
    [0, 0]
  ])
}

/**
 * A filter [.., in, out] with `dilations[i] - 1` zeros between its values along spatial axis i: a convolution with it is the
 * dilated one, of which backends have no gradient. Yu & Koltun 2016.
 */
export function dilated<T extends tf.Tensor>(filter: T, dilations: readonly number[]): T {
  return dilations.reduce<tf.Tensor>((value, dilation, axis) => {
    if (dilation === 1) return value
    const length = value.shape[axis]
    const outer = value.shape.slice(0, axis).reduce((product, n) => product * n, 1)
    const inner = value.size / (outer * length)
    const spread = tf.pad(tf.reshape(value, [outer * length, 1, inner]), [
      [0, 0],
      [0, dilation - 1],
      [0, 0]
    ])
    const wide = tf.reshape(spread, [outer, length * dilation, inner])
    const reach = (length - 1) * dilation + 1
    return tf.reshape(
      tf.slice(wide, [0, 0, 0], [outer, reach, inner]),
      value.shape.map((n, d) => (d === axis ? reach : n))
    )
  }, filter) as T
}

function runKernel(name: string, inputs: Record<string, tf.Tensor>, attrs: Record<string, unknown>): tf.Tensor {
  return tf.engine().runKernel(name, inputs, attrs as unknown as tf.NamedAttrMap) as tf.Tensor
}
