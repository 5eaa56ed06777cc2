/** What a model says to a fixed set of examples, example by example. */
import * as tf from '@tensorflow/tfjs-core'
import type { HeldActivations } from '../hooks/taps'
import type { Model } from '../models/model'
import { readValues } from '../tensor/views'
import { consecutive } from './batches'
import { answersOf, labelsOf, type Answers, type LossName } from './losses'
import type { Split } from './types'

const evaluationBatch = 512

/** Looks at the outputs of one head for a batch; values are valid during the call only. */
export type OutputTap = (head: number, outputs: Float32Array, labels: Int32Array) => void

export interface EvaluationOptions {
  /** Looks at hook points: called with what each batch has left there, which is disposed of afterwards. */
  held?: () => HeldActivations
  look?: (held: HeldActivations) => Promise<void>
  outputs?: OutputTap
}

/** Per head, the answers to all examples [count]. */
export interface Evaluation {
  count: number
  heads: (Answers & { labels: Int32Array })[]
}

/** Answers of the model as it is, with running statistics and without dropout. No state of it changes. */
export async function evaluate(
  model: Model,
  loss: LossName,
  split: Split,
  options: EvaluationOptions = {}
): Promise<Evaluation> {
  const heads = model.architecture.heads.map(() => {
    return {
      losses: new Float64Array(split.count),
      predictions: new Int32Array(split.count),
      trueClass: new Float64Array(split.count),
      labels: new Int32Array(split.count)
    }
  })
  let at = 0
  for (const batch of consecutive(split, evaluationBatch)) {
    const held = options.held?.()
    const outputs = tf.tidy(() => model.forward(batch.inputs, batch.count, { tap: held?.tap }))
    try {
      for (const [head, tensor] of outputs.entries()) {
        const values = await readValues(tensor)
        const labels = labelsOf(batch, head, outputs.length)
        const answers = answersOf(loss, values, batch.count, labels, batch.targets)
        options.outputs?.(head, values, labels)
        heads[head].losses.set(answers.losses, at)
        heads[head].predictions.set(answers.predictions, at)
        heads[head].trueClass.set(answers.trueClass, at)
        heads[head].labels.set(labels, at)
      }
      if (held) await options.look?.(held)
    } finally {
      tf.dispose(outputs)
      held?.dispose()
    }
    at += batch.count
  }
  return { count: split.count, heads }
}

/** Sum over heads of the mean loss; in nats for cross-entropy. */
export function meanLoss({ count, heads }: Evaluation): number {
  return heads.reduce((total, { losses }) => total + losses.reduce((sum, loss) => sum + loss, 0) / count, 0)
}

/** Share of examples that every head answers right. */
export function accuracy({ count, heads }: Evaluation): number {
  let correct = 0
  for (let i = 0; i < count; i++) {
    if (heads.every(({ predictions, labels }) => predictions[i] === labels[i])) correct++
  }
  return correct / count
}
