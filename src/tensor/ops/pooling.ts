/** Pooling layers with their gradients, in two and in three dimensions. */
import * as tf from '@tensorflow/tfjs-core'
import { customOp } from '../custom'
import { emptyTensor, inPlace, valuesOf } from '../views'
import { unambiguous, type Padding } from './padding'

type Images = tf.Tensor4D | tf.Tensor5D
type Two = [number, number]
type Three = [number, number, number]

/** Largest value of each window: [N, (D,) H, W, C] -> [N, (od,) oh, ow, C]. `size` and `strides` per spatial dimension. */
export function maxPool<T extends Images>(images: T, size: number[], strides: number[], padding: Padding): T {
  const spatial = checkedDimensions(images, size, strides)
  const { x, pad } = unambiguous(images, size, strides, padding)
  if (spatial === 2) {
    return tf.maxPool(x as tf.Tensor4D, size as Two, strides as Two, pad) as T
  }
  return maxPoolOfVolumes(x as tf.Tensor5D, size as Three, strides as Three, pad) as T
}

/**
 * Where our own kernel is not there, planes are pooled first and then what came out, along the depth: the same maximum, and
 * of equal ones the same. The stock operation gives dy to the wrong element where a window is not as high as it is wide.
 */
function maxPoolOfVolumes(x: tf.Tensor5D, size: Three, strides: Three, pad: Padding): tf.Tensor5D {
  if (tf.getBackend() === 'wasm') return tf.maxPool3d(x, size, strides, pad)
  const [examples, depth, height, width, channels] = x.shape
  const planes = tf.reshape(x, [examples * depth, height, width, channels]) as tf.Tensor4D
  const flat = tf.maxPool(planes, [size[1], size[2]], [strides[1], strides[2]], pad)
  const [, outHeight, outWidth] = flat.shape
  const columns = tf.reshape(flat, [examples, depth, outHeight * outWidth, channels]) as tf.Tensor4D
  const out = tf.maxPool(columns, [size[0], 1], [strides[0], 1], pad)
  return tf.reshape(out, [examples, out.shape[1], outHeight, outWidth, channels])
}

/** Mean of each window, over its values inside the input: padding does not count, as in TensorFlow. Shapes as `maxPool`. */
export function avgPool<T extends Images>(images: T, size: number[], strides: number[], padding: Padding): T {
  const spatial = checkedDimensions(images, size, strides)
  const { x, pad } = unambiguous(images, size, strides, padding)
  return customOp([x], ([tx]) => ({
    value:
      spatial === 2
        ? tf.avgPool(tx as tf.Tensor4D, size as Two, strides as Two, pad)
        : tf.avgPool3d(tx as tf.Tensor5D, size as Three, strides as Three, pad),
    gradient: (dy) => {
      // The stock gradient divides by the whole window everywhere; at the border the forward pass divided by less.
      const even = pad === 'valid' ? dy : tf.mul(dy, windowShares(x.shape, dy.shape, size, strides))
      const attrs = { filterSize: size, strides, pad }
      // It reads nothing but the shape of the input.
      const name = spatial === 2 ? 'AvgPoolGrad' : 'AvgPool3DGrad'
      return [tf.engine().runKernel(name, { dy: even, input: x }, attrs as unknown as tf.NamedAttrMap) as tf.Tensor]
    }
  }))
}

/** Mean over all spatial dimensions: [N, .., C] -> [N, C]. */
export function globalAvgPool(x: tf.Tensor): tf.Tensor2D {
  const examples = x.shape[0]
  const channels = x.shape[x.shape.length - 1]
  const places = x.size / (examples * channels)
  return customOp([x], ([tx]) => {
    if (!inPlace()) {
      return {
        value: tf.mean(tf.reshape(tx, [examples, places, channels]), 1),
        gradient: (dy) => {
          const spread = tf.tile(tf.reshape(tf.div(dy, places), [examples, 1, channels]), [1, places, 1])
          return [tf.reshape(spread, x.shape)]
        }
      }
    }
    const value = emptyTensor<tf.Rank.R2>([examples, channels])
    means(valuesOf(tx), valuesOf(value), places, channels)
    return {
      value,
      gradient: (dy) => {
        const out = emptyTensor(x.shape)
        spread(valuesOf(dy), valuesOf(out), places, channels)
        return [out]
      }
    }
  })
}

function means(x: Float32Array, out: Float32Array, places: number, channels: number): void {
  const sums = new Float64Array(channels)
  for (let from = 0, to = 0; from < x.length; to += channels) {
    sums.fill(0)
    for (let p = 0; p < places; p++) for (let c = 0; c < channels; c++) sums[c] += x[from++]
    for (let c = 0; c < channels; c++) out[to + c] = sums[c] / places
  }
}

function spread(dy: Float32Array, out: Float32Array, places: number, channels: number): void {
  for (let from = 0, to = 0; to < out.length; from += channels) {
    for (let p = 0; p < places; p++) for (let c = 0; c < channels; c++) out[to++] = dy[from + c] / places
  }
}

/** Size of a whole window over how much of it lies inside the input: [1, (od,) oh, ow, 1]. */
function windowShares(input: number[], output: number[], size: number[], strides: number[]): tf.Tensor {
  let shares = [1]
  for (let d = 0; d < size.length; d++) {
    const [length, count] = [input[d + 1], output[d + 1]]
    const padding = Math.max(0, (count - 1) * strides[d] + size[d] - length)
    const before = Math.floor(padding / 2)
    const along = Array.from({ length: count }, (_, i) => {
      const start = i * strides[d] - before
      return size[d] / (Math.min(start + size[d], length) - Math.max(start, 0))
    })
    shares = shares.flatMap((share) => along.map((other) => share * other))
  }
  return tf.tensor(shares, [1, ...output.slice(1, -1), 1])
}

function checkedDimensions(x: Images, size: number[], strides: number[]): 2 | 3 {
  const spatial = x.shape.length - 2
  if ((spatial === 2 || spatial === 3) && size.length === spatial && strides.length === spatial) return spatial
  throw new Error(
    `Pooling needs an input [N, (D,) H, W, C] with a window and a stride for each of D, H, W; ` +
      `got [${x.shape.join(', ')}], a window [${size.join(', ')}] and strides [${strides.join(', ')}].`
  )
}
