/** What a model says to a fixed set of examples, example by example. */
import * as tf from '@tensorflow/tfjs-core'
import type { HeldActivations } from '../hooks/taps'
import type { Model } from '../models/model'
import { readValues } from '../tensor/views'
import { consecutive } from './batches'
import { answersOf, labelsOf, type Answers, type LossName } from './losses'
import type { Split } from '../domain/dataset'

const evaluationBatch = 512

/** Looks at the outputs of one head for a batch; values are valid during the call only. */
export type OutputTap = (head: number, outputs: Float32Array, labels: Int32Array) => void

export interface EvaluationOptions {
  /** Looks at hook points: called with what each batch has left there, which is disposed of afterwards. */
  held?: () => HeldActivations
  look?: (held: HeldActivations) => Promise<void>
  outputs?: OutputTap
}

/** Per head, the answers to all examples [count]. Labels of which several may hold are a head each. */
export interface Evaluation {
  count: number
  /** The heads are labels of one output, of which several may hold: their losses are averaged, not summed. */
  ofLabels?: true
  heads: (Answers & { labels: Int32Array })[]
}

/** Answers of the model as it is, with running statistics and without dropout. No state of it changes. */
export async function evaluate(
  model: Model,
  loss: LossName,
  split: Split,
  options: EvaluationOptions = {},
  delta = 1
): Promise<Evaluation> {
  const [width] = model.architecture.heads
  const ofLabels = loss === 'binary-cross-entropy' && split.targets !== undefined
  const heads = Array.from({ length: ofLabels ? width : model.architecture.heads.length }, () => {
    return {
      losses: new Float64Array(split.count),
      predictions: new Int32Array(split.count),
      trueClass: new Float64Array(split.count),
      labels: new Int32Array(split.count)
    }
  })
  let at = 0
  const put = (
    head: number,
    values: Float32Array,
    labels: Int32Array,
    count: number,
    targets: Float32Array | undefined
  ): void => {
    const answers = answersOf(loss, values, count, labels, targets, delta)
    heads[head].losses.set(answers.losses, at)
    heads[head].predictions.set(answers.predictions, at)
    heads[head].trueClass.set(answers.trueClass, at)
    heads[head].labels.set(labels, at)
  }
  for (const batch of consecutive(split, evaluationBatch)) {
    const held = options.held?.()
    const outputs = tf.tidy(() => model.forward(batch.inputs, batch.count, { tap: held?.tap }))
    try {
      for (const [head, tensor] of outputs.entries()) {
        const values = await readValues(tensor)
        if (ofLabels) {
          for (let label = 0; label < width; label++) {
            const every = (all: Float32Array): Float32Array =>
              all.slice(0, batch.count).map((_, i) => all[i * width + label])
            put(label, every(values), Int32Array.from(every(batch.targets!)), batch.count, undefined)
          }
          continue
        }
        const labels = labelsOf(batch, head, outputs.length)
        options.outputs?.(head, values, labels)
        put(head, values, labels, batch.count, batch.targets)
      }
      if (held) await options.look?.(held)
    } finally {
      tf.dispose(outputs)
      held?.dispose()
    }
    at += batch.count
  }
  return { count: split.count, heads, ...(ofLabels ? { ofLabels } : {}) }
}

/** Sum over heads, or mean over labels, of the mean loss; in nats for cross-entropy. */
export function meanLoss({ count, heads, ofLabels }: Evaluation): number {
  const total = heads.reduce((sum, { losses }) => sum + losses.reduce((all, loss) => all + loss, 0) / count, 0)
  return ofLabels ? total / heads.length : total
}

/** Share of examples that every head answers right; of labels, the share of all of them that are (Keras's binary accuracy). */
export function accuracy({ count, heads, ofLabels }: Evaluation): number {
  let correct = 0
  for (let i = 0; i < count; i++) {
    const right = heads.filter(({ predictions, labels }) => predictions[i] === labels[i]).length
    if (ofLabels) correct += right / heads.length
    else if (right === heads.length) correct++
  }
  return correct / count
}
