/** One layer of Keras as layers of a network: what each class becomes, and what about it is refused. */
import {
  checkLastAxis,
  checkOff,
  dilations,
  given,
  isSizes,
  only,
  padding,
  refused,
  reshaped,
  sizes,
  textOf,
  whole,
  type Config,
  type Converted,
  type KerasLayer,
  type Part,
  type Reader
} from './keras-config'
import { activationOf, eluOf, leakyReluOf, reluOf } from './keras-activations'
import { arrangements } from './keras-arrangements'
import { attention } from './keras-attention'
import { merges } from './keras-merges'
import { noise } from './keras-noise'
import { affineOf, scales } from './keras-scales'
import { sequences } from './keras-sequences'
import { windows } from './keras-windows'

const readers: Record<string, Reader> = {
  Dense: (layer) => ({
    part: { type: 'dense', units: whole(layer, 'units'), bias: layer.config.use_bias !== false },
    ...activationOf(layer)
  }),
  Conv1D: (layer) => conv(layer, 1),
  Conv2D: (layer) => conv(layer, 2),
  Conv3D: (layer) => conv(layer, 3),
  MaxPooling1D: (layer) => pool(layer, 'maxPool', 1),
  MaxPooling2D: (layer) => pool(layer, 'maxPool', 2),
  MaxPooling3D: (layer) => pool(layer, 'maxPool', 3),
  AveragePooling1D: (layer) => pool(layer, 'avgPool', 1),
  AveragePooling2D: (layer) => pool(layer, 'avgPool', 2),
  AveragePooling3D: (layer) => pool(layer, 'avgPool', 3),
  GlobalAveragePooling1D: (layer, rank) => globalPool(layer, rank, 'globalAvgPool'),
  GlobalAveragePooling2D: (layer, rank) => globalPool(layer, rank, 'globalAvgPool'),
  GlobalAveragePooling3D: (layer, rank) => globalPool(layer, rank, 'globalAvgPool'),
  GlobalMaxPooling1D: (layer, rank) => globalPool(layer, rank, 'globalMaxPool'),
  GlobalMaxPooling2D: (layer, rank) => globalPool(layer, rank, 'globalMaxPool'),
  GlobalMaxPooling3D: (layer, rank) => globalPool(layer, rank, 'globalMaxPool'),
  BatchNormalization: (layer, rank) => {
    checkLastAxis(layer, rank)
    checkOff(layer, 'renorm', 'Leave it out.')
    if (layer.call?.settings.training === false) {
      throw refused(layer, 'is called with training=False. Its statistics are those of the batch in training here')
    }
    const { momentum, epsilon } = layer.config
    const numbers = given({ momentum: momentum ?? 0.99, epsilon: epsilon ?? 1e-3 })
    return only({ type: 'batchNorm', ...numbers, ...affineOf(layer) })
  },
  LayerNormalization: (layer, rank) => {
    checkLastAxis(layer, rank)
    return only({ type: 'layerNorm', ...given({ epsilon: layer.config.epsilon ?? 1e-3 }), ...affineOf(layer) })
  },
  Activation: (layer) => ({ part: null, ...activationOf(layer) }),
  ReLU: (layer) => ({ part: null, ...reluOf(layer) }),
  LeakyReLU: (layer) => ({ part: null, ...leakyReluOf(layer) }),
  ELU: (layer) => ({ part: null, ...eluOf(layer) }),
  Softmax: (layer, rank) => {
    checkLastAxis(layer, rank)
    return { part: null, activation: 'softmax', notes: [] }
  },
  Flatten: () => only({ type: 'flatten' }),
  Reshape: (layer) => {
    const shape = layer.config.target_shape
    if (!Array.isArray(shape) || !isSizes(shape.map((size: unknown) => (size === -1 ? 1 : size)))) {
      throw refused(layer, 'has no usable "target_shape"')
    }
    return reshaped({ type: 'reshape', shape: shape as number[] }, shape.length)
  },
  Dropout: (layer) => {
    const rate = Number(layer.config.rate)
    if (!(rate >= 0 && rate < 1)) throw refused(layer, `has the rate ${String(layer.config.rate)}; it is 0 to below 1`)
    return only({ type: 'dropout', rate })
  },
  Embedding: (layer, rank) => {
    const part = {
      type: 'embedding' as const,
      vocabulary: whole(layer, 'input_dim'),
      width: whole(layer, 'output_dim')
    }
    const masks = layer.config.mask_zero === true
    const note = `Layer ${layer.name} masks token 0 in Keras; here it counts like every other, also in what comes after.`
    return { ...reshaped(part, rank + 1), notes: masks ? [note] : [] }
  },
  Add: () => only({ type: 'add' }),
  Concatenate: (layer, rank) => {
    const axis = Number(layer.config.axis ?? -1)
    const place = axis < 0 ? rank + axis : axis - 1
    if (!(place >= 0 && place < rank)) throw refused(layer, `joins along axis ${axis}, which is the batch or not there`)
    return only(place === rank - 1 ? { type: 'concat' } : { type: 'concat', axis: place })
  },
  ...arrangements,
  ...attention,
  ...merges,
  ...noise,
  ...scales,
  ...sequences,
  ...windows
}

const knownLayers = ['InputLayer', ...Object.keys(readers)]

/** @param rank dimensions of the layer's input, without the batch. @throws FormatError */
export function convertLayer(layer: KerasLayer, rank: number): Converted {
  if (layer.className === 'TimeDistributed') return perStep(layer, rank)
  if (!Object.hasOwn(readers, layer.className)) throw unknown(layer)
  if (layer.config.data_format === 'channels_first') {
    throw refused(layer, 'has its channels first. Save the model with data_format="channels_last"')
  }
  const named = layer.call?.named ?? []
  if (named.length > 0 && layer.className !== 'MultiHeadAttention' && !layer.className.startsWith('ops.')) {
    throw refused(layer, `takes a tensor as its "${named[0]}", which is not read. Leave it out`)
  }
  const seen = new Set<string>()
  const config = new Proxy(layer.config, {
    get(target, key: string) {
      seen.add(key)
      return target[key]
    }
  })
  const converted = readers[layer.className]({ ...layer, config }, rank)
  checkSettings(layer, seen)
  return { ...converted, rank: converted.rank ?? rankAfter(converted.part, rank) }
}

function unknown(layer: KerasLayer): Error {
  const { className } = layer
  if (className === 'Lambda') return refused(layer, 'is a Lambda, which is a program. Write it as layers')
  if (className.startsWith('ops.')) {
    return refused(layer, `is the operation ${className.slice(4)}, which is not known. Use a layer of Keras instead`)
  }
  return refused(layer, `is a ${className}, which is not known. Known are ${knownLayers.join(', ')}`)
}

/** Layers that do the same to each step by itself need no wrapper here. */
const stepwise = new Set([
  'Dense',
  'Activation',
  'ReLU',
  'LeakyReLU',
  'ELU',
  'Softmax',
  'Dropout',
  'LayerNormalization'
])

function perStep(layer: KerasLayer, rank: number): Converted {
  const { class_name: className, config } = (layer.config.layer ?? {}) as Config
  if (typeof className !== 'string' || !stepwise.has(className)) {
    throw refused(layer, `is a TimeDistributed ${String(className)}. Read are ${[...stepwise].join(', ')}`)
  }
  return convertLayer({ ...layer, className, config: config as Config }, rank)
}

/**
 * Settings that change nothing of what a trained network computes, each with the reason. Initialisers, regularizers and
 * constraints and whether a layer is trained are read where its parameters are made.
 */
const harmless: Record<string, string> = {
  name: 'a name',
  trainable: 'read with the parameters',
  dtype: 'told of where it is not float32',
  data_format: 'checked for every layer',
  seed: 'numbers are drawn by the seed of the run',
  batch_input_shape: 'the shape of the input is read from the model',
  batch_shape: 'the shape of the input is read from the model',
  input_shape: 'the shape of the input is read from the model',
  input_length: 'the shape of the input is read from the model',
  implementation: 'ways to compute the same',
  unroll: 'ways to compute the same',
  unit_forget_bias: 'an initial value',
  zero_output_for_mask: 'there are no masks here',
  synchronized: 'there is one device',
  fused: 'ways to compute the same',
  renorm_momentum: 'renorm is off',
  renorm_clipping: 'renorm is off'
}
const endsHarmless = /_(initializer|regularizer|constraint)$/

/** Whether a setting changes nothing that a trained network computes, or is read elsewhere. */
export function isHarmless(key: string): boolean {
  return Object.hasOwn(harmless, key) || endsHarmless.test(key)
}

/** What a reader has not asked for must not change anything. */
function checkSettings(layer: KerasLayer, seen: ReadonlySet<string>): void {
  for (const [key, value] of Object.entries(layer.config)) {
    if (seen.has(key) || isHarmless(key)) continue
    if (value == null || value === false) continue
    throw refused(layer, `has ${key}=${textOf(value)}, which is not known for a ${layer.className}. Leave it out`)
  }
}

/** Dimensions of the layer's output, without the batch. */
function rankAfter(part: Part | null, rank: number): number {
  return part?.type === 'flatten' ? 1 : rank
}

function conv(layer: KerasLayer, dimensions: number): Converted {
  const { groups, strides } = layer.config
  if (Number(groups ?? 1) !== 1) throw refused(layer, 'has groups. Only convolutions over all channels are read')
  const size = sizes(layer, 'kernel_size', layer.config.kernel_size, dimensions)
  const bias = layer.config.use_bias !== false
  const causal = dimensions === 1 && layer.config.padding === 'causal'
  const spread = dilations(layer, dimensions)
  const part: Part = {
    type: 'conv',
    filters: whole(layer, 'filters'),
    size,
    pad: causal ? 'valid' : padding(layer),
    bias,
    strides: sizes(layer, 'strides', strides ?? 1, dimensions),
    ...spread
  }
  if (!causal) return { part, ...activationOf(layer) }
  // Every step sees those before it.
  const before = (size[0] - 1) * (spread.dilations?.[0] ?? 1)
  const steps = [
    { suffix: 'pad', part: { type: 'zeroPad' as const, edges: [[before, 0] as [number, number]] } },
    { suffix: 'conv', part }
  ]
  return { part: null, steps, ...activationOf(layer) }
}

function pool(layer: KerasLayer, type: 'maxPool' | 'avgPool', dimensions: number): Converted {
  const size = sizes(layer, 'pool_size', layer.config.pool_size, dimensions)
  const strides = sizes(layer, 'strides', layer.config.strides ?? size, dimensions)
  return only({ type, size, strides, pad: padding(layer) })
}

function globalPool(layer: KerasLayer, rank: number, type: 'globalAvgPool' | 'globalMaxPool'): Converted {
  if (layer.config.keepdims !== true) return reshaped({ type }, 1)
  const shape = [...new Array<number>(rank - 1).fill(1), -1]
  const steps = [
    { suffix: 'pool', part: { type } },
    { suffix: 'keep', part: { type: 'reshape' as const, shape } }
  ]
  return { part: null, activation: null, notes: [], steps, rank }
}
