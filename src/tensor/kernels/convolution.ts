/**
 * Convolution gradients as matrix products over unrolled patches (im2col). NHWC, filters [kh, kw, in, out]. The backend has
 * no gradient for filters, and that for inputs is a plain loop, several times slower.
 */
import * as tf from '@tensorflow/tfjs-core'
import { addressOf, heapKernels } from '../heap-kernels'
import { emptyInfo, valuesOf } from '../views'
import { release, type Kernel } from './kernel'
import { productTN, transpose } from './matmul'

/** dL/dFilter [kh, kw, in, out] = patches^T [kh * kw * in, rows] x dy [rows, out], rows = N * oh * ow. */
export const conv2dBackpropFilter: Kernel = ({ inputs, attrs }) => {
  const { x, dy } = inputs
  const filterShape = attrs.filterShape as number[]
  const info = convInfo(x.shape, filterShape, attrs)
  const { rows, width } = sizes(info)
  const patches = emptyInfo([rows, width])
  im2col(x, patches, info, false)
  const out = productTN(patches, { ...dy, shape: [rows, info.outChannels] })
  release(patches)
  out.shape = filterShape
  return out
}

/** dL/dx [N, H, W, in]: dy [rows, out] x filter^T gives the gradient of every patch, and these are added up in place. */
export const conv2dBackpropInput =
  (matMul: Kernel): Kernel =>
  ({ inputs, attrs, backend }) => {
    const { dy, filter } = inputs
    const inputShape = attrs.inputShape as number[]
    const info = convInfo(inputShape, filter.shape, attrs)
    const { rows, width } = sizes(info)
    const filterT = transpose(filter, width, info.outChannels)
    const patches = matMul({
      inputs: { a: { ...dy, shape: [rows, info.outChannels] }, b: filterT },
      attrs: { transposeA: false, transposeB: false },
      backend
    })
    const out = emptyInfo(inputShape)
    valuesOf(out).fill(0)
    im2col(out, patches, info, true)
    release(filterT, patches)
    return out
  }

function im2col(x: tf.TensorInfo, patches: tf.TensorInfo, info: tf.backend_util.Conv2DInfo, back: boolean): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth } = info
  heapKernels()!.im2col(
    addressOf(x),
    addressOf(patches),
    batchSize,
    inHeight,
    inWidth,
    inChannels,
    outHeight,
    outWidth,
    filterHeight,
    filterWidth,
    info.strideHeight,
    info.strideWidth,
    info.padInfo.top,
    info.padInfo.left,
    back ? 1 : 0
  )
}

function sizes(info: tf.backend_util.Conv2DInfo): { rows: number; width: number } {
  return {
    rows: info.batchSize * info.outHeight * info.outWidth,
    width: info.filterHeight * info.filterWidth * info.inChannels
  }
}

function convInfo(
  inputShape: number[],
  filterShape: number[],
  attrs: Record<string, unknown>
): tf.backend_util.Conv2DInfo {
  if (attrs.dataFormat === 'NCHW') throw new Error('Convolution gradients: only the NHWC layout is supported.')
  return tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    attrs.strides as number,
    1,
    attrs.pad as 'same' | 'valid' | number,
    attrs.dimRoundingMode as 'floor' | 'round' | 'ceil' | undefined
  )
}
