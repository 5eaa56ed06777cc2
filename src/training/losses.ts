/** Losses of a batch, and what each example's outputs say: loss, answer and confidence. */
import * as tf from '@tensorflow/tfjs-core'
import {
  binaryCrossEntropy,
  crossEntropy,
  hinge,
  huber,
  meanAbsoluteError,
  meanSquaredError
} from '../tensor/ops/losses'
import type { Batch } from './batches'

export type LossName =
  'cross-entropy' | 'binary-cross-entropy' | 'hinge' | 'mean-squared-error' | 'mean-absolute-error' | 'huber'

/** Losses that need numbers, or labels of which several hold. */
export function isOfNumbers(loss: LossName): boolean {
  return loss === 'mean-squared-error' || loss === 'mean-absolute-error' || loss === 'huber'
}

export interface LossOptions {
  /** Of the Huber loss. */
  delta: number
  /** What the loss of an example of each class is multiplied by, [classes]; in training only. */
  classWeights?: ArrayLike<number>
}

/**
 * `classWeights: balanced`: examples / (classes * examples of the class), so that every class counts the same (scikit-learn's
 * `compute_class_weight`). A class without examples has the weight 0, which nothing is multiplied by.
 */
export function balancedWeights(labels: Int32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes)
  for (const label of labels) counts[label]++
  return counts.map((count) => (count === 0 ? 0 : labels.length / (classes * count)))
}

/** Loss of a batch: the sum over heads of their means over the examples. */
export function batchLoss(
  loss: LossName,
  outputs: readonly tf.Tensor2D[],
  batch: Batch,
  { delta, classWeights, smoothing }: LossOptions & { smoothing: number }
): tf.Scalar {
  switch (loss) {
    case 'cross-entropy':
      return outputs
        .map((logits, head) => {
          const labels = labelsOf(batch, head, outputs.length)
          return crossEntropy(logits, labels, smoothing, weightsOf(labels, classWeights))
        })
        .reduce((sum, value) => tf.add(sum, value) as tf.Scalar)
    case 'binary-cross-entropy': {
      const { labels, targets } = batch
      const weights = targets ? undefined : weightsOf(labels, classWeights)
      return binaryCrossEntropy(outputs[0], targets ?? Float32Array.from(labels), smoothing, weights)
    }
    case 'hinge':
      return hinge(outputs[0], batch.labels)
    case 'mean-squared-error':
      return meanSquaredError(outputs[0], batch.targets!)
    case 'mean-absolute-error':
      return meanAbsoluteError(outputs[0], batch.targets!)
    case 'huber':
      return huber(outputs[0], batch.targets!, delta)
  }
}

function weightsOf(labels: Int32Array, ofClass: ArrayLike<number> | undefined): Float32Array | undefined {
  return ofClass && Float32Array.from(labels, (label) => ofClass[label])
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
 * @param outputs [count, width] row-major; of `binary-cross-entropy` [count, 1], one label at a time
 */
export function answersOf(
  loss: LossName,
  outputs: Float32Array,
  count: number,
  labels: Int32Array,
  targets?: Float32Array,
  delta = 1
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
    } else if (loss === 'binary-cross-entropy') {
      const [score, label] = [outputs[at], labels[i]]
      // The probability of the label is sigmoid(towards).
      const towards = label === 1 ? score : -score
      answers.losses[i] = Math.max(-towards, 0) + Math.log1p(Math.exp(-Math.abs(towards)))
      // Keras's threshold of 0.5: a score of 0 is no.
      answers.predictions[i] = Number.isFinite(score) ? Number(score > 0) : -1
      answers.trueClass[i] = 1 / (1 + Math.exp(-towards))
    } else {
      let sum = 0
      for (let j = 0; j < width; j++) sum += errorOf(loss, outputs[at + j] - targets![at + j], delta)
      answers.losses[i] = sum / width
    }
  }
  return answers
}

function errorOf(loss: LossName, difference: number, delta: number): number {
  if (loss === 'mean-squared-error') return difference ** 2
  const size = Math.abs(difference)
  if (loss === 'mean-absolute-error') return size
  return size <= delta ? difference ** 2 / 2 : delta * (size - delta / 2)
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
