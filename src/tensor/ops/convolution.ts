/** Convolution layers with their gradients, in two and in three dimensions. */
import * as tf from '@tensorflow/tfjs-core'
import { customOp } from '../custom'
import { addressOf, heapKernels } from '../heap-kernels'
import { emptyTensor } from '../views'
import { columnSums } from './dense'
import { unambiguous, type Padding } from './padding'

export interface ConvolutionOptions {
  /** One number per spatial dimension. */
  strides: number[]
  pad: Padding
  /** False for the first layer: dL/dx would be computed and thrown away. */
  inputGradient?: boolean
}

/**
 * images [N, H, W, in] * filter [kh, kw, in, out] + bias [out] -> [N, oh, ow, out], or with a depth in front of H and kh. This is
 * the cross-correlation that everybody calls convolution. `same` pads with zeros as TensorFlow does.
 */
export function convolution<T extends tf.Tensor4D | tf.Tensor5D>(
  images: T,
  filter: T,
  bias: tf.Tensor1D | null,
  { strides, pad: padding, inputGradient = true }: ConvolutionOptions
): T {
  const spatial = images.shape.length - 2
  if ((spatial !== 2 && spatial !== 3) || filter.shape.length !== images.shape.length || strides.length !== spatial) {
    throw new Error(
      `A convolution needs an input [N, (D,) H, W, C], a filter of as many dimensions and a stride for each of D, H, W; ` +
        `got [${images.shape.join(', ')}], [${filter.shape.join(', ')}] and ${strides.length} strides.`
    )
  }
  const { x, pad } = unambiguous(images, filter.shape.slice(0, spatial), strides, padding)
  const inputs: tf.Tensor[] = [filter]
  if (bias) inputs.push(bias)
  if (inputGradient) inputs.push(x)
  return customOp(inputs, (_, save) => {
    save([x, filter])
    const plain = spatial === 2 ? 'Conv2D' : 'Conv3D'
    const attrs = { strides, pad, dataFormat: spatial === 2 ? 'NHWC' : 'NDHWC', dilations: strides.map(() => 1) }
    const out = runKernel(plain, { x, filter }, attrs)
    return {
      value: bias ? addBias(out, bias) : out,
      gradient: (dy, [sx, sf]) => {
        const [backFilter, backInput] =
          spatial === 2
            ? ['Conv2DBackpropFilter', 'Conv2DBackpropInput']
            : ['Conv3DBackpropFilterV2', 'Conv3DBackpropInputV2']
        const gradients = [runKernel(backFilter, { x: sx, dy }, { ...attrs, filterShape: filter.shape })]
        if (bias) gradients.push(columnSums(tf.reshape(dy, [dy.size / bias.size, bias.size])))
        if (inputGradient) {
          gradients.push(runKernel(backInput, { dy, filter: sf }, { ...attrs, inputShape: x.shape }))
        }
        return gradients
      }
    }
  })
}

function runKernel(name: string, inputs: Record<string, tf.Tensor>, attrs: Record<string, unknown>): tf.Tensor {
  return tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap) as tf.Tensor
}

/** x + bias along the last axis. The stock addition takes a general path for broadcasting. */
function addBias(x: tf.Tensor, bias: tf.Tensor1D): tf.Tensor {
  const simd = heapKernels()
  const channels = bias.size
  // As a matrix: with five dimensions the webgpu backend makes a program that does not compile.
  if (!simd) return tf.reshape(tf.add(tf.reshape(x, [x.size / channels, channels]), bias), x.shape)
  const value = emptyTensor(x.shape)
  simd.addBias(addressOf(x), addressOf(bias), addressOf(value), x.size / channels, channels)
  return value
}
