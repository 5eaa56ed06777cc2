/** What a network says of its parameters in training: penalties in the loss, and what updates keep to. */
import * as tf from '@tensorflow/tfjs-core'
import type { Constraint } from '../domain/layer-settings'
import type { Parameter } from '../models/model'
import { readValues } from '../tensor/views'

/** Keras adds it where it divides by norms. */
const epsilon = 1e-7

/** Those that are trained; a penalty of one that is not would never change. */
export function trainedOf<P extends Pick<Parameter, 'frozen'>>(parameters: readonly P[]): P[] {
  return parameters.filter(({ frozen }) => !frozen)
}

/** Sum of l1 * sum |w| + l2 * sum w^2 over the parameters that are trained; null where there are no penalties. */
export function penaltyOf(parameters: readonly Parameter[]): tf.Scalar | null {
  const terms = trainedOf(parameters).flatMap(({ penalty, tensor }) => {
    const { l1 = 0, l2 = 0 } = penalty ?? {}
    return [
      ...(l1 === 0 ? [] : [tf.mul(tf.sum(tf.abs(tensor)), l1)]),
      ...(l2 === 0 ? [] : [tf.mul(tf.sum(tf.square(tensor)), l2)])
    ]
  })
  return terms.length === 0 ? null : terms.reduce<tf.Scalar>((sum, term) => tf.add(sum, term), tf.scalar(0))
}

/** The same as a number. */
export async function penaltyValue(parameters: readonly Parameter[]): Promise<number> {
  if (trainedOf(parameters).every((parameter) => !parameter.penalty)) return 0
  const penalty = tf.tidy(() => penaltyOf(parameters)!)
  const [value] = await readValues(penalty)
  penalty.dispose()
  return value
}

/** Brings every parameter to what its constraint asks, after an update. */
export function constrain(parameters: readonly Parameter[]): void {
  for (const parameter of trainedOf(parameters)) {
    const { constraint, tensor } = parameter
    if (!constraint) continue
    parameter.tensor = tf.keep(tf.tidy(() => constrained(constraint, tensor)))
    tensor.dispose()
  }
}

/** The formulas of Keras's `MaxNorm`, `MinMaxNorm`, `UnitNorm` and `NonNeg`. */
function constrained(constraint: Constraint, w: tf.Tensor): tf.Tensor {
  if (constraint.kind === 'nonNegative') return tf.relu(w)
  const norms = tf.sqrt(tf.sum(tf.square(w), constraint.axis, true))
  if (constraint.kind === 'unitNorm') return tf.div(w, tf.add(norms, epsilon))
  const { min, max, rate } = constraint
  const inside = tf.clipByValue(norms, min, max)
  const wanted = rate === 1 ? inside : tf.add(tf.mul(inside, rate), tf.mul(norms, 1 - rate))
  return tf.mul(w, tf.div(wanted, tf.add(norms, epsilon)))
}
