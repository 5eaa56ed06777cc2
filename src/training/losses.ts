/** Losses of a batch, and what each example's outputs say: loss, answer and confidence. */
import * as tf from '@tensorflow/tfjs-core'
import { crossEntropy, hinge, meanSquaredError } from '../tensor/ops/losses'
import type { Batch } from './batches'

export type LossName = 'cross-entropy' | 'hinge' | 'mean-squared-error'

/** Loss of a batch: the sum over heads of their means over the examples. */
export function batchLoss(loss: LossName, outputs: readonly tf.Tensor2D[], batch: Batch, smoothing: number): tf.Scalar {
  switch (loss) {
    case 'cross-entropy':
      return outputs
        .map((logits, head) => crossEntropy(logits, labelsOf(batch, head, outputs.length), smoothing))
        .reduce((sum, value) => tf.add(sum, value) as tf.Scalar)
    case 'hinge':
      return hinge(outputs[0], batch.labels)
    case 'mean-squared-error':
      return meanSquaredError(outputs[0], batch.targets!)
  }
}

/** Labels of one head, [count]. */
export function labelsOf({ labels, count }: Pick<Batch, 'labels' | 'count'>, head: number, heads: number): Int32Array {
  if (heads === 1) return labels
  return Int32Array.from({ length: count }, (_, i) => labels[i * heads + head])
}

/** What the outputs of one head say to every example; all [count]. */
export interface Answers {
  losses: Float64Array
  /** Class with the highest score; -1 where scores are not finite or there are no classes. */
  predictions: Int32Array
  /** Probability given to the true class (hinge: 1 where it is right, else 0). */
  trueClass: Float64Array
}

/**
 * Natural logarithm, in double precision: late in grokking the loss is far below what float32 can tell from zero.
 * @param outputs [count, width] row-major
 */
export function answersOf(
  loss: LossName,
  outputs: Float32Array,
  count: number,
  labels: Int32Array,
  targets?: Float32Array
): Answers {
  const width = outputs.length / count
  const answers: Answers = {
    losses: new Float64Array(count),
    predictions: new Int32Array(count).fill(-1),
    trueClass: new Float64Array(count)
  }
  for (let i = 0; i < count; i++) {
    const at = i * width
    if (loss === 'cross-entropy') classify(outputs, at, width, labels[i], i, answers)
    else if (loss === 'hinge') {
      const score = outputs[at]
      answers.losses[i] = Number.isNaN(score) ? NaN : Math.max(0, 1 - (2 * labels[i] - 1) * score)
      answers.predictions[i] = Number.isFinite(score) ? Number(score > 0) : -1
      answers.trueClass[i] = Number(answers.predictions[i] === labels[i])
    } else {
      let sum = 0
      for (let j = 0; j < width; j++) sum += (outputs[at + j] - targets![at + j]) ** 2
      answers.losses[i] = sum / width
    }
  }
  return answers
}

function classify(z: Float32Array, at: number, width: number, label: number, i: number, answers: Answers): void {
  let best = 0
  for (let c = 1; c < width; c++) if (z[at + c] > z[at + best]) best = c
  const highest = z[at + best]
  let sum = 0
  for (let c = 0; c < width; c++) sum += Math.exp(z[at + c] - highest)
  answers.losses[i] = Math.log(sum) - (z[at + label] - highest)
  answers.trueClass[i] = Math.exp(z[at + label] - highest) / sum
  if (Number.isFinite(highest)) answers.predictions[i] = best
}
