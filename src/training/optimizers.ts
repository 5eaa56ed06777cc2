/**
 * Optimizers: one pass over weights, gradient and slots, in place where the backend allows it. There the arithmetic is in
 * double precision with one rounding to float32 when a value is stored.
 */
import * as tf from '@tensorflow/tfjs-core'

export type OptimizerName = 'adamw' | 'adam' | 'sgd'

export interface OptimizerOptions {
  name: OptimizerName
  /** adamw: decoupled, weights shrink by learningRate * weightDecay; adam and sgd: added to the gradient (L2). */
  weightDecay: number
  /** Adam's decay rates of the first and second moment. */
  beta1: number
  beta2: number
  epsilon: number
  /** Epsilon is added before the correction of the second moment, as in Keras, where it counts for more in early updates. */
  earlyEpsilon?: boolean
  /** Momentum of sgd. */
  momentum: number
}

/** Names of the slots that the optimizer keeps per parameter; each has the parameter's shape and starts at zero. */
export function slotNames(name: OptimizerName): string[] {
  return name === 'sgd' ? ['momentum'] : ['m', 'v']
}

/**
 * One update of one parameter. `slots` as in `slotNames`; `time` counts updates from 1.
 * Adam: Kingma & Ba 2015, algorithm 1; AdamW: Loshchilov & Hutter 2019, algorithm 2; sgd: PyTorch's convention,
 * velocity = momentum * velocity + gradient.
 */
export function updateInPlace(
  options: OptimizerOptions,
  weights: Float32Array,
  gradient: Float32Array,
  slots: Float32Array[],
  learningRate: number,
  time: number
): void {
  const decay = options.weightDecay
  if (options.name === 'sgd') {
    const [velocity] = slots
    const momentum = options.momentum
    for (let i = 0; i < weights.length; i++) {
      const u = momentum * velocity[i] + (gradient[i] + decay * weights[i])
      velocity[i] = u
      weights[i] -= learningRate * u
    }
    return
  }
  const [m, v] = slots
  const { beta1, beta2, epsilon, keep, l2, stepSize, correction } = adamNumbers(options, learningRate, time)
  const keep1 = 1 - beta1
  const keep2 = 1 - beta2
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i]
    const g = gradient[i] + l2 * w
    const mean = beta1 * m[i] + keep1 * g
    const square = beta2 * v[i] + keep2 * g * g
    m[i] = mean
    v[i] = square
    weights[i] = keep * w - (stepSize * mean) / (Math.sqrt(square * correction) + epsilon)
  }
}

/** What an update of Adam or AdamW is made with: w <- keep w - stepSize m / (sqrt(correction v) + epsilon), l2 w being in g. */
export function adamNumbers(
  { name, weightDecay, beta1, beta2, epsilon, earlyEpsilon }: OptimizerOptions,
  learningRate: number,
  time: number
): { beta1: number; beta2: number; epsilon: number; keep: number; l2: number; stepSize: number; correction: number } {
  const decoupled = name === 'adamw'
  const correction = 1 / (1 - beta2 ** time)
  return {
    beta1,
    beta2,
    epsilon: earlyEpsilon ? epsilon * Math.sqrt(correction) : epsilon,
    correction,
    keep: decoupled ? 1 - learningRate * weightDecay : 1,
    l2: decoupled ? 0 : weightDecay,
    stepSize: learningRate / (1 - beta1 ** time)
  }
}

/** The same update as new tensors, in the backend's own arithmetic, for backends whose values are out of reach. */
export function updatedTensors(
  options: OptimizerOptions,
  weights: tf.Tensor,
  gradient: tf.Tensor,
  slots: readonly tf.Tensor[],
  learningRate: number,
  time: number
): { weights: tf.Tensor; slots: tf.Tensor[] } {
  const { beta1, beta2, momentum, weightDecay: decay } = options
  const decayed = (): tf.Tensor => (decay === 0 ? gradient : tf.add(gradient, tf.mul(weights, decay)))
  if (options.name === 'sgd') {
    const velocity = tf.add(tf.mul(slots[0], momentum), decayed())
    return { weights: tf.sub(weights, tf.mul(velocity, learningRate)), slots: [velocity] }
  }
  const decoupled = options.name === 'adamw'
  const g = decoupled ? gradient : decayed()
  const mean = tf.add(tf.mul(slots[0], beta1), tf.mul(g, 1 - beta1))
  const square = tf.add(tf.mul(slots[1], beta2), tf.mul(tf.square(g), 1 - beta2))
  const { stepSize, correction, epsilon } = adamNumbers(options, learningRate, time)
  const change = tf.div(tf.mul(mean, stepSize), tf.add(tf.sqrt(tf.mul(square, correction)), epsilon))
  const kept = decoupled ? tf.mul(weights, 1 - learningRate * decay) : weights
  return { weights: tf.sub(kept, change), slots: [mean, square] }
}
