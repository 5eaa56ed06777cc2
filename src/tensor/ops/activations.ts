/** Activation functions by name, with their gradients. Any shape; but for softmax, every function works on each value by itself. */
import * as tf from '@tensorflow/tfjs-core'
import { customOp } from '../custom'
import { emptyTensor, inPlace, valuesOf } from '../views'
import { relu } from './dense'

export type Activation =
  | 'relu'
  | 'sigmoid'
  | 'tanh'
  | 'elu'
  | 'selu'
  | 'leakyRelu'
  | 'gelu'
  | 'softplus'
  | 'swish'
  | 'linear'
  | 'hardSigmoid'
  | 'hardSigmoid5'
  | 'hardSwish'
  | 'relu6'
  | 'mish'
  | 'softsign'
  | 'exponential'
  | 'geluTanh'
  | 'logSigmoid'
  | 'softmax'

/** Slope of the leaky ReLU below zero; Maas et al. 2013. */
const leak = 0.01

export interface ActivationOptions {
  /** Of leakyRelu, below `threshold`: 0.01 by default. */
  slope?: number
  /** Of elu, what it goes to: 1 by default. */
  alpha?: number
  /** Of leakyRelu: the largest value that comes out. */
  max?: number
  /** Of leakyRelu: from here on values stay what they are; 0 by default. */
  threshold?: number
}

export function activation<T extends tf.Tensor>(name: Activation, x: T, options: ActivationOptions = {}): T {
  switch (name) {
    case 'relu':
      return relu(x)
    case 'sigmoid':
      return tf.sigmoid(x)
    case 'tanh':
      return tf.tanh(x)
    case 'elu':
      return elu(x, options.alpha ?? 1)
    case 'selu':
      return tf.selu(x)
    case 'leakyRelu':
      return leakyRelu(x, options)
    case 'gelu':
      return gelu(x)
    case 'softplus':
      return softplus(x)
    case 'swish':
      return swish(x)
    case 'linear':
      return x
    case 'hardSigmoid':
      return clipped(x, 1 / 6, 0.5, 1)
    case 'hardSigmoid5':
      return clipped(x, 0.2, 0.5, 1)
    case 'hardSwish':
      return tf.mul(x, clipped(x, 1 / 6, 0.5, 1))
    case 'relu6':
      return clipped(x, 1, 0, 6)
    case 'mish':
      return tf.mul(x, tf.tanh(softplus(x)))
    case 'softsign':
      return tf.div(x, tf.add(tf.abs(x), 1))
    case 'exponential':
      return tf.exp(x)
    case 'geluTanh':
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(tf.mul(tf.add(x, tf.mul(tf.pow(x, 3), 0.044715)), rootTwoByPi)), 1))
    case 'logSigmoid':
      return tf.neg(softplus(tf.neg(x))) as T
    case 'softmax':
      return softmax(x)
  }
}

const rootTwoByPi = Math.sqrt(2 / Math.PI)

/** alpha (e^x - 1) below 0. Clevert et al. 2016. */
function elu<T extends tf.Tensor>(x: T, alpha: number): T {
  if (alpha === 1) return tf.elu(x)
  // elu(x) has the values and slopes of x above 0, and there the second part is constant.
  return tf.add(tf.elu(x), tf.mul(tf.elu(tf.neg(tf.relu(tf.neg(x)))), alpha - 1))
}

/** Keras's ReLU: x from the threshold on and at most `max`, slope * (x - threshold) below it. */
function leakyRelu<T extends tf.Tensor>(x: T, { slope = leak, max, threshold = 0 }: ActivationOptions): T {
  if (threshold === 0 && max === undefined) return tf.leakyRelu(x, slope)
  const above = tf.step(tf.sub(x, threshold))
  const kept = max === undefined ? x : tf.minimum(x, max)
  const line = tf.mul(tf.sub(x, threshold), slope)
  return tf.add(tf.mul(kept, above), tf.mul(line, tf.sub(1, above))) as T
}

/** slope * x + offset, between 0 and `most`. */
function clipped<T extends tf.Tensor>(x: T, slope: number, offset: number, most: number): T {
  const line = offset === 0 && slope === 1 ? x : tf.add(tf.mul(x, slope), offset)
  return tf.clipByValue(line, 0, most) as T
}

/** Over the last dimension. */
function softmax<T extends tf.Tensor>(x: T): T {
  const width = x.shape.at(-1)!
  return tf.reshape(tf.softmax(tf.reshape(x, [x.size / width, width])), x.shape) as T
}

/** x Phi(x), Phi the normal distribution function by erf, not by its tanh approximation. Hendrycks & Gimpel 2016. */
function gelu<T extends tf.Tensor>(x: T): T {
  const perRoot = 1 / Math.sqrt(2 * Math.PI)
  if (inPlace()) {
    return elementwise(
      x,
      (v) => v * below(v),
      (v) => below(v) + v * perRoot * Math.exp(-0.5 * v * v)
    )
  }
  const belowOf = (v: tf.Tensor): tf.Tensor => tf.mul(tf.add(tf.erf(tf.mul(v, Math.SQRT1_2)), 1), 0.5)
  return customOp([x], ([v], save) => {
    save([v])
    return {
      value: tf.mul(v, belowOf(v)),
      gradient: (dy, [saved]) => {
        const density = tf.mul(tf.exp(tf.mul(tf.square(saved), -0.5)), perRoot)
        return [tf.mul(dy, tf.add(belowOf(saved), tf.mul(saved, density)))]
      }
    }
  })
}

/** log(1 + e^x); its gradient is the sigmoid. Written so that large |x| does not overflow. */
function softplus<T extends tf.Tensor>(x: T): T {
  if (inPlace()) return elementwise(x, (v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))), sigmoid)
  return customOp([x], ([v], save) => {
    save([v])
    return {
      value: tf.add(tf.relu(v), tf.log1p(tf.exp(tf.neg(tf.abs(v))))),
      gradient: (dy, [saved]) => [tf.mul(dy, tf.sigmoid(saved))]
    }
  })
}

/** x sigmoid(x). Ramachandran et al. 2017, beta = 1. */
function swish<T extends tf.Tensor>(x: T): T {
  if (inPlace()) {
    return elementwise(
      x,
      (v) => v * sigmoid(v),
      (v) => sigmoid(v) * (1 + v * (1 - sigmoid(v)))
    )
  }
  return customOp([x], ([v], save) => {
    const gate = tf.sigmoid(v)
    save([v, gate])
    return {
      value: tf.mul(v, gate),
      gradient: (dy, [saved, s]) => [tf.mul(dy, tf.mul(s, tf.add(1, tf.mul(saved, tf.sub(1, s)))))]
    }
  })
}

/** One pass forward and one back in double precision, instead of a handful of tensors in between. */
function elementwise<T extends tf.Tensor>(x: T, value: (v: number) => number, slope: (v: number) => number): T {
  return customOp([x], ([tx], save) => {
    const out = emptyTensor(x.shape)
    const [from, to] = [valuesOf(tx), valuesOf(out)]
    for (let i = 0; i < from.length; i++) to[i] = value(from[i])
    save([tx])
    return {
      value: out,
      gradient: (dy, [saved]) => {
        const dx = emptyTensor(x.shape)
        const [d, at, gradient] = [dy, saved, dx].map((tensor) => valuesOf(tensor))
        for (let i = 0; i < d.length; i++) gradient[i] = d[i] * slope(at[i])
        return [dx]
      }
    }
  })
}

function sigmoid(v: number): number {
  return 1 / (1 + Math.exp(-v))
}

/** The normal distribution function, by erfc with a relative error below 1.2e-7. Press et al. 1992, section 6.2, erfcc. */
function below(v: number): number {
  const z = Math.abs(v) * Math.SQRT1_2
  const t = 1 / (1 + 0.5 * z)
  let sum = 0
  for (const coefficient of erfcCoefficients) sum = sum * t + coefficient
  const half = 0.5 * t * Math.exp(-z * z + sum)
  return v > 0 ? 1 - half : half
}

/** From the highest power of t down. */
const erfcCoefficients = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368,
  -1.26551223
]
