/** The functions that layers of Keras put their outputs through. */
import { refused, textOf, type Config, type Converted, type KerasLayer } from './keras-config'

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

/** Text, or an object that names a function, as Keras 3 writes it. */
export function activationOf(
  layer: KerasLayer,
  setting = 'activation'
): Pick<Converted, 'activation' | 'activationSettings' | 'notes'> {
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
    return { activation: 'leakyRelu', activationSettings: { slope }, notes: [] }
  }
  // A layer that is given as an activation has settings of its own.
  if (typeof config === 'object' && config !== null) {
    const own = { ...layer, config: config as Config }
    if (key === 'relu') return reluOf(own)
    if (key === 'elu') return eluOf(own)
  }
  // Keras 2 and TensorFlow.js have a steeper line than Keras 3: 0.2 x + 0.5.
  if (key === 'hard_sigmoid' && layer.legacy) return { activation: 'hardSigmoid5', notes: [] }
  if (Object.hasOwn(activations, key)) return { activation: activations[key], notes: [] }
  throw refused(layer, `has the activation "${String(name)}". Known are ${Object.keys(activations).join(', ')}`)
}

type Activated = Pick<Converted, 'activation' | 'activationSettings' | 'notes'>

function numberOf(layer: KerasLayer, key: string, usual: number, least = 0): number {
  // TensorFlow.js and Keras 2 write numbers as arrays of one here and there.
  const value = [layer.config[key] ?? usual].flat()[0] as unknown
  if (typeof value === 'number' && value >= least) return value
  throw refused(layer, `has no usable "${key}": ${textOf(value)}`)
}

/** ReLU with what it may be limited to, and its leak. */
export function reluOf(layer: KerasLayer): Activated {
  const slope = numberOf(layer, 'negative_slope', 0)
  const threshold = numberOf(layer, 'threshold', 0)
  const max = layer.config.max_value == null ? null : numberOf(layer, 'max_value', 0)
  if (max === 0) throw refused(layer, 'has max_value=0, which leaves nothing')
  if (slope === 0 && threshold === 0 && max === null) return { activation: 'relu', notes: [] }
  if (slope === 0 && threshold === 0 && max === 6) return { activation: 'relu6', notes: [] }
  const limits = { ...(threshold === 0 ? {} : { threshold }), ...(max === null ? {} : { max }) }
  return { activation: 'leakyRelu', activationSettings: { slope, ...limits }, notes: [] }
}

export function leakyReluOf(layer: KerasLayer): Activated {
  const slope =
    layer.config.negative_slope == null ? numberOf(layer, 'alpha', 0.3) : numberOf(layer, 'negative_slope', 0)
  return { activation: 'leakyRelu', activationSettings: { slope }, notes: [] }
}

export function eluOf(layer: KerasLayer): Activated {
  const alpha = numberOf(layer, 'alpha', 1)
  return { activation: 'elu', ...(alpha === 1 ? {} : { activationSettings: { alpha } }), notes: [] }
}
