/** Mean softmax cross-entropy against class indices, with its gradient, and the matching accuracy count. */
import * as tf from '@tensorflow/tfjs-core'
import { customOp } from '../custom'
import { emptyTensor, valuesOf } from '../views'

/**
 * Mean over the batch of -log softmax(logits)[label], natural log. logits [N, C], labels [N] in 0..C-1. The sums run in
 * double precision: late in grokking the loss is far below what float32 can tell from zero.
 */
export function crossEntropy(logits: tf.Tensor2D, labels: Int32Array): tf.Scalar {
  const [rows, classes] = logits.shape
  return customOp([logits], ([x], save) => {
    const gradient = emptyTensor<tf.Rank.R2>([rows, classes])
    const value = emptyTensor<tf.Rank.R0>([])
    const z = valuesOf(x)
    const g = valuesOf(gradient)
    let loss = 0
    for (let r = 0; r < rows; r++) {
      const at = r * classes
      let highest = -Infinity
      for (let c = 0; c < classes; c++) if (z[at + c] > highest) highest = z[at + c]
      let sum = 0
      for (let c = 0; c < classes; c++) {
        const e = Math.exp(z[at + c] - highest)
        sum += e
        g[at + c] = e
      }
      const scale = 1 / (sum * rows)
      for (let c = 0; c < classes; c++) g[at + c] *= scale
      const target = at + labels[r]
      // p - 1 from the other classes' share, which keeps its digits where p is nearly 1.
      let others = 0
      for (let c = at; c < at + classes; c++) if (c !== target) others += g[c]
      g[target] = -others
      loss += Math.log(sum) - (z[target] - highest)
    }
    valuesOf(value)[0] = loss / rows
    save([gradient])
    return { value, gradient: (dy, saved) => [tf.mul(saved[0], dy)] }
  })
}

/** Sums over rows, so that batches can be added up: cross-entropy in nats and the number of correct argmax answers. */
export function scoreLogits(logits: tf.Tensor2D, labels: Int32Array): { lossSum: number; correct: number } {
  const [rows, classes] = logits.shape
  const z = valuesOf(logits)
  let lossSum = 0
  let correct = 0
  for (let r = 0; r < rows; r++) {
    const at = r * classes
    let best = 0
    for (let c = 1; c < classes; c++) if (z[at + c] > z[at + best]) best = c
    const highest = z[at + best]
    let sum = 0
    for (let c = 0; c < classes; c++) sum += Math.exp(z[at + c] - highest)
    lossSum += Math.log(sum) - (z[at + labels[r]] - highest)
    if (best === labels[r] && Number.isFinite(highest)) correct++
  }
  return { lossSum, correct }
}
