/** Sums of the loss and of correct answers, for evaluations that add up batches. */
import type * as tf from '@tensorflow/tfjs-core'
import { valuesOf } from '../views'

export { crossEntropy } from './losses'

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
