/** Loss and accuracy on a fixed set of examples, and the scalars of one recorded point. */
import * as tf from '@tensorflow/tfjs-core'
import { ActivationStatistics } from '../hooks/activations'
import { weightScalars } from '../hooks/weights'
import type { Model, Tap } from '../models/model'
import { scoreLogits } from '../tensor/ops/cross-entropy'
import { valuesOf } from '../tensor/views'
import { consecutive } from './batches'
import type { Split } from './types'

const evaluationBatch = 512

/** Looks at the answers to a batch; logits [labels, classes] are valid during the call only. */
export type LogitsTap = (logits: Float32Array, labels: Int32Array) => void

/** Mean cross-entropy in nats and share of correct answers over all examples of `split`. */
export function evaluate(
  model: Model,
  split: Split,
  tap?: Tap,
  answers?: LogitsTap
): { loss: number; accuracy: number } {
  let lossSum = 0
  let correct = 0
  for (const batch of consecutive(split, evaluationBatch)) {
    const score = tf.tidy(() => {
      const logits = model.forward(batch.inputs, batch.count, tap)
      answers?.(valuesOf(logits), batch.labels)
      return scoreLogits(logits, batch.labels)
    })
    lossSum += score.lossSum
    correct += score.correct
  }
  return { loss: lossSum / split.count, accuracy: correct / split.count }
}

export interface PointScalars {
  values: Record<string, number>
  nonFinite: string[]
}

/**
 * What is recorded at a point: `loss/*` and `accuracy/*` of both splits, the weight metrics of the hook points, and mean,
 * spread and share of zeros of their activations over the validation examples.
 * @param answers sees what the model says to the validation examples
 */
export function pointScalars(
  model: Model,
  train: Split,
  validation: Split,
  hooks: readonly string[],
  answers?: LogitsTap
): PointScalars {
  const onTrain = evaluate(model, train)
  const activations = new ActivationStatistics(new Set(hooks))
  const onValidation = evaluate(model, validation, activations.tap, answers)
  const weights = weightScalars(
    model.parameters.map((parameter) => ({ spec: parameter, values: valuesOf(parameter.tensor) })),
    hooks
  )
  return {
    values: {
      'loss/train': onTrain.loss,
      'loss/val': onValidation.loss,
      'accuracy/train': onTrain.accuracy,
      'accuracy/val': onValidation.accuracy,
      ...weights.values,
      ...activations.scalars()
    },
    nonFinite: weights.nonFinite
  }
}
