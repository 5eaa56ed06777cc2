/** The functions that layers of Keras put their outputs through. */
import { refused, type Config, type Converted, type KerasLayer } from './keras-config'

const activations: Record<string, Converted['activation']> = {
  linear: null,
  relu: 'relu',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  elu: 'elu',
  selu: 'selu',
  leaky_relu: 'leakyRelu',
  gelu: 'gelu',
  softplus: 'softplus',
  swish: 'swish',
  silu: 'swish',
  softmax: 'softmax',
  relu6: 'relu6',
  hard_sigmoid: 'hardSigmoid',
  hard_silu: 'hardSwish',
  hard_swish: 'hardSwish',
  mish: 'mish',
  softsign: 'softsign',
  exponential: 'exponential',
  log_sigmoid: 'logSigmoid'
}

/** Slope of the network's leaky ReLU below zero. */
const LEAKY_SLOPE = 0.01

/** Text, or an object that names a function, as Keras 3 writes it. */
export function activationOf(layer: KerasLayer, setting = 'activation'): Pick<Converted, 'activation' | 'notes'> {
  const value = layer.config[setting]
  if (value == null) return { activation: null, notes: [] }
  const { class_name: className, config } = typeof value === 'object' ? (value as Config) : {}
  const name = typeof value === 'string' ? value : className === 'function' ? config : className
  const key = String(name)
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace('re_lu', 'relu')
  if (key === 'leaky_relu') {
    // A function has the slope 0.2 in Keras, a layer that is given as an activation its own.
    const own = typeof config === 'object' ? (config as Config) : null
    const slope = own ? Number(own.negative_slope ?? own.alpha ?? 0.3) : 0.2
    return { activation: 'leakyRelu', notes: slopeNotes(layer, slope) }
  }
  // Keras 2 and TensorFlow.js have a steeper line than Keras 3: 0.2 x + 0.5.
  if (key === 'hard_sigmoid' && layer.legacy) return { activation: 'hardSigmoid5', notes: [] }
  if (Object.hasOwn(activations, key)) return { activation: activations[key], notes: [] }
  throw refused(layer, `has the activation "${String(name)}". Known are ${Object.keys(activations).join(', ')}`)
}

export function slopeNotes(layer: KerasLayer, slope: number): string[] {
  if (Math.abs(slope - LEAKY_SLOPE) < 1e-6) return []
  return [`Layer ${layer.name}: the slope below zero is ${LEAKY_SLOPE} here, not ${slope}.`]
}
