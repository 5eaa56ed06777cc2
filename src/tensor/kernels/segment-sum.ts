/** Sums over segments: the gradient of gather, so of embeddings. The backend has none. */
import * as tf from '@tensorflow/tfjs-core'
import { emptyInfo, intValuesOf, valuesOf } from '../views'
import type { Kernel } from './kernel'

/** out[segmentIds[i]] += x[i] over the first axis; ids outside [0, numSegments) are dropped, as the cpu backend does. */
export const unsortedSegmentSum: Kernel = ({ inputs, attrs }) => {
  const { x, segmentIds } = inputs
  const segments = attrs.numSegments as number
  const width = tf.util.sizeFromShape(x.shape.slice(segmentIds.shape.length))
  const out = emptyInfo([segments, ...x.shape.slice(segmentIds.shape.length)])
  const from = valuesOf(x)
  const ids = intValuesOf(segmentIds)
  const to = valuesOf(out).fill(0)
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]
    if (id < 0 || id >= segments) continue
    const source = i * width
    const target = id * width
    for (let j = 0; j < width; j++) to[target + j] += from[source + j]
  }
  return out
}
