/** Shapes of pooling layers as the kernels take them. Channels last; a picture is a volume of depth 1. */
import * as tf from '@tensorflow/tfjs-core'

type Three = [number, number, number]
type Counts = [batch: number, ...input: Three, channels: number, ...output: Three, ...Three, ...Three, ...Three]

/** What the pooling kernels take after the addresses: sizes of input and output, window, strides, padding. */
export function poolGeometry(shape: number[], attrs: Record<string, unknown>): { output: Three; counts: Counts } {
  const rounding = attrs.dimRoundingMode as 'floor' | 'round' | 'ceil' | undefined
  const pad = attrs.pad as 'same' | 'valid' | number
  if (shape.length === 5) {
    const info = tf.backend_util.computePool3DInfo(
      shape as [number, number, number, number, number],
      attrs.filterSize as Three,
      attrs.strides as Three,
      1,
      pad,
      rounding
    )
    const output: Three = [info.outDepth, info.outHeight, info.outWidth]
    const window: Three = [info.filterDepth, info.filterHeight, info.filterWidth]
    const strides: Three = [info.strideDepth, info.strideHeight, info.strideWidth]
    const padding: Three = [info.padInfo.front, info.padInfo.top, info.padInfo.left]
    const input: Three = [info.inDepth, info.inHeight, info.inWidth]
    const counts: Counts = [info.batchSize, ...input, info.inChannels, ...output, ...window, ...strides, ...padding]
    return { output, counts }
  }
  const info = tf.backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    attrs.filterSize as number,
    attrs.strides as number,
    1,
    pad,
    rounding
  )
  const output: Three = [1, info.outHeight, info.outWidth]
  const window: Three = [1, info.effectiveFilterHeight, info.effectiveFilterWidth]
  const strides: Three = [1, info.strideHeight, info.strideWidth]
  const padding: Three = [0, info.padInfo.top, info.padInfo.left]
  const input: Three = [1, info.inHeight, info.inWidth]
  const counts: Counts = [info.batchSize, ...input, info.inChannels, ...output, ...window, ...strides, ...padding]
  return { output, counts }
}
