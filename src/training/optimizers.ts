/**
 * Optimizers: one pass over weights, gradient and slots, in place. The arithmetic is in double precision with one
 * rounding to float32 when a value is stored, on every backend alike.
 */

export type OptimizerName = 'adamw' | 'adam' | 'sgd'

export interface OptimizerOptions {
  name: OptimizerName
  /** adamw: decoupled, weights shrink by learningRate * weightDecay; adam and sgd: added to the gradient (L2). */
  weightDecay: number
  /** Adam's decay rates of the first and second moment. */
  beta1: number
  beta2: number
  epsilon: number
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
  const { beta1, beta2, epsilon } = options
  const decoupled = options.name === 'adamw'
  const keep = decoupled ? 1 - learningRate * decay : 1
  const l2 = decoupled ? 0 : decay
  const keep1 = 1 - beta1
  const keep2 = 1 - beta2
  const stepSize = learningRate / (1 - beta1 ** time)
  const correction = 1 / (1 - beta2 ** time)
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
