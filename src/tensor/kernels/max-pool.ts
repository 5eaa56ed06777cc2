/** Gradient of max pooling. NHWC. */
import * as tf from '@tensorflow/tfjs-core'
import { addressOf, heapKernels } from '../heap-kernels'
import { emptyInfo, valuesOf } from '../views'
import type { Kernel } from './kernel'

/**
 * dL/dx [N, H, W, C]: each dy goes to the largest element of its window, on a tie to the first in row-major order. The stock
 * kernel looks for every x at all windows that it might be the largest of.
 */
export const maxPoolGrad: Kernel = ({ inputs, attrs }) => {
  const { dy, input } = inputs
  const info = tf.backend_util.computePool2DInfo(
    input.shape as [number, number, number, number],
    attrs.filterSize as number,
    attrs.strides as number,
    1,
    attrs.pad as 'same' | 'valid' | number,
    attrs.dimRoundingMode as 'floor' | 'round' | 'ceil' | undefined
  )
  const out = emptyInfo(input.shape)
  valuesOf(out).fill(0)
  heapKernels()!.maxPoolGradient(
    addressOf(input),
    addressOf(dy),
    addressOf(out),
    info.batchSize,
    info.inHeight,
    info.inWidth,
    info.inChannels,
    info.outHeight,
    info.outWidth,
    info.effectiveFilterHeight,
    info.effectiveFilterWidth,
    info.strideHeight,
    info.strideWidth,
    info.padInfo.top,
    info.padInfo.left
  )
  return out
}
