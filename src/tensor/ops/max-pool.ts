/** Gradient of max pooling in one pass over the windows. NHWC. */
import type * as tf from '@tensorflow/tfjs-core'
import { emptyInfo, valuesOf } from '../views'

/**
 * dL/dx [N, H, W, C] from x and dy [N, oh, ow, C]: each dy goes to the largest element of its window, on a tie to the
 * first in row-major order, as the reference backend does.
 */
export function maxPoolGradient(
  input: tf.TensorInfo,
  dy: tf.TensorInfo,
  info: tf.backend_util.Conv2DInfo
): tf.TensorInfo {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, strideHeight, strideWidth, padInfo } = info
  const { effectiveFilterHeight: height, effectiveFilterWidth: width } = info
  const out = emptyInfo(input.shape)
  const x = valuesOf(input)
  const g = valuesOf(dy)
  const dx = valuesOf(out).fill(0)
  const rowStride = inWidth * inChannels
  let at = 0
  for (let n = 0; n < batchSize; n++) {
    const image = n * inHeight * rowStride
    for (let oh = 0; oh < outHeight; oh++) {
      const top = Math.max(0, oh * strideHeight - padInfo.top)
      const bottom = Math.min(inHeight, oh * strideHeight - padInfo.top + height)
      for (let ow = 0; ow < outWidth; ow++) {
        const left = Math.max(0, ow * strideWidth - padInfo.left)
        const right = Math.min(inWidth, ow * strideWidth - padInfo.left + width)
        for (let c = 0; c < inChannels; c++, at++) {
          let best = image + top * rowStride + left * inChannels + c
          let value = x[best]
          for (let h = top; h < bottom; h++) {
            const row = image + h * rowStride + c
            for (let w = left; w < right; w++) {
              const v = x[row + w * inChannels]
              if (v > value) {
                value = v
                best = row + w * inChannels
              }
            }
          }
          dx[best] += g[at]
        }
      }
    }
  }
  return out
}
