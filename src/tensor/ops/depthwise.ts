/** Convolution of each channel by itself, with its gradient. */
import * as tf from '@tensorflow/tfjs-core'
import { customOp } from '../custom'
import { emptyTensor, inPlace, valuesOf } from '../views'
import { unambiguous, type Padding } from './padding'

interface Geometry {
  examples: number
  /** Height and width of the input, the window and the output, strides, and zeros above and on the left. */
  input: [number, number]
  window: [number, number]
  output: [number, number]
  strides: [number, number]
  before: [number, number]
  channels: number
  multiplier: number
}

/**
 * images [N, H, W, C] * filter [kh, kw, C, M] -> [N, oh, ow, C * M]: channel c gives the outputs c * M .. (c + 1) * M. As loops where
 * values are in place, since the stock gradients are missing there.
 */
export function depthwise(
  images: tf.Tensor4D,
  filter: tf.Tensor4D,
  strides: [number, number],
  padding: Padding
): tf.Tensor4D {
  if (!inPlace()) {
    const { x, pad } = unambiguous(images, filter.shape.slice(0, 2), strides, padding)
    return tf.depthwiseConv2d(x, filter, strides, pad)
  }
  const geometry = geometryOf(images.shape, filter.shape, strides, padding)
  const { examples, output, channels, multiplier } = geometry
  return customOp([images, filter], ([x, f], save) => {
    const value = emptyTensor<tf.Rank.R4>([examples, ...output, channels * multiplier])
    const [from, weights, to] = [x, f, value].map((tensor) => valuesOf(tensor))
    to.fill(0)
    everyWindow(geometry, (inputAt, weightAt, outputAt) => {
      for (let c = 0, w = weightAt, o = outputAt; c < channels; c++) {
        const v = from[inputAt + c]
        for (let m = 0; m < multiplier; m++) to[o++] += v * weights[w++]
      }
    })
    save([x, f])
    return {
      value,
      gradient: (dy, saved) => {
        const out = [emptyTensor(images.shape), emptyTensor(filter.shape)]
        const [sx, sf, d] = [...saved, dy].map((tensor) => valuesOf(tensor))
        const [dx, df] = out.map((tensor) => valuesOf(tensor).fill(0))
        everyWindow(geometry, (inputAt, weightAt, outputAt) => {
          for (let c = 0, w = weightAt, o = outputAt; c < channels; c++) {
            const v = sx[inputAt + c]
            let sum = 0
            for (let m = 0; m < multiplier; m++, w++, o++) {
              df[w] += v * d[o]
              sum += sf[w] * d[o]
            }
            dx[inputAt + c] += sum
          }
        })
        return out
      }
    }
  })
}

function geometryOf(
  [examples, height, width, channels]: number[],
  [kh, kw, , multiplier]: number[],
  strides: [number, number],
  pad: Padding
): Geometry {
  const input: [number, number] = [height, width]
  const window: [number, number] = [kh, kw]
  const along = (axis: 0 | 1): { length: number; before: number } => {
    if (pad === 'valid') return { length: Math.ceil((input[axis] - window[axis] + 1) / strides[axis]), before: 0 }
    const length = Math.ceil(input[axis] / strides[axis])
    const total = Math.max(0, (length - 1) * strides[axis] + window[axis] - input[axis])
    return { length, before: Math.floor(total / 2) }
  }
  const [rows, columns] = [along(0), along(1)]
  return {
    examples,
    input,
    window,
    strides,
    channels,
    multiplier,
    output: [rows.length, columns.length],
    before: [rows.before, columns.before]
  }
}

/** Calls `visit` with where the channels of an input, of a weight and of an output begin, for all that belong together. */
function everyWindow(
  { examples, input, window, output, strides, before, channels, multiplier }: Geometry,
  visit: (inputAt: number, weightAt: number, outputAt: number) => void
): void {
  const outputs = channels * multiplier
  for (let n = 0; n < examples; n++) {
    for (let oy = 0; oy < output[0]; oy++) {
      for (let ox = 0; ox < output[1]; ox++) {
        const outputAt = ((n * output[0] + oy) * output[1] + ox) * outputs
        for (let ky = 0; ky < window[0]; ky++) {
          const y = oy * strides[0] + ky - before[0]
          if (y < 0 || y >= input[0]) continue
          for (let kx = 0; kx < window[1]; kx++) {
            const x = ox * strides[1] + kx - before[1]
            if (x < 0 || x >= input[1]) continue
            visit(((n * input[0] + y) * input[1] + x) * channels, (ky * window[1] + kx) * outputs, outputAt)
          }
        }
      }
    }
  }
}
