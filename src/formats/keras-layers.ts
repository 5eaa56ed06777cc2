/** One layer of Keras as layers of a network: what each class becomes, and what about it is refused. */
import {
  checkLastAxis,
  given,
  isSizes,
  only,
  padding,
  refused,
  sizes,
  whole,
  type Config,
  type Converted,
  type KerasLayer,
  type Part,
  type Reader
} from './keras-config'

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
  softmax: 'softmax'
}

/** Slope of the network's leaky ReLU below zero. */
const LEAKY_SLOPE = 0.01

const readers: Record<string, Reader> = {
  Dense: (layer) => ({
    part: { type: 'dense', units: whole(layer, 'units'), bias: layer.config.use_bias !== false },
    ...activationOf(layer)
  }),
  Conv2D: (layer) => conv(layer, 2),
  Conv3D: (layer) => conv(layer, 3),
  MaxPooling2D: (layer) => pool(layer, 'maxPool', 2),
  MaxPooling3D: (layer) => pool(layer, 'maxPool', 3),
  AveragePooling2D: (layer) => pool(layer, 'avgPool', 2),
  AveragePooling3D: (layer) => pool(layer, 'avgPool', 3),
  GlobalAveragePooling2D: (layer) => globalPool(layer),
  GlobalAveragePooling3D: (layer) => globalPool(layer),
  BatchNormalization: (layer, rank) => {
    checkLastAxis(layer, rank)
    const { momentum, epsilon } = layer.config
    return only({ type: 'batchNorm', ...given({ momentum, epsilon: epsilon ?? 1e-3 }) }, scaleNotes(layer))
  },
  LayerNormalization: (layer, rank) => {
    checkLastAxis(layer, rank)
    return only({ type: 'layerNorm', ...given({ epsilon: layer.config.epsilon ?? 1e-3 }) }, scaleNotes(layer))
  },
  Activation: (layer) => ({ part: null, ...activationOf(layer) }),
  ReLU: (layer) => {
    const { max_value: most, threshold, negative_slope: slope } = layer.config
    if (most != null || Number(threshold ?? 0) !== 0 || Number(slope ?? 0) !== 0) {
      throw refused(layer, 'has a limit, a threshold or a slope. Only the plain ReLU is read')
    }
    return { part: null, activation: 'relu', notes: [] }
  },
  LeakyReLU: (layer) => {
    const slope = Number(layer.config.negative_slope ?? layer.config.alpha ?? 0.3)
    return { part: null, activation: 'leakyRelu', notes: slopeNotes(layer, slope) }
  },
  ELU: (layer) => {
    if (Number(layer.config.alpha ?? 1) !== 1) throw refused(layer, 'has an alpha other than 1')
    return { part: null, activation: 'elu', notes: [] }
  },
  Softmax: () => ({ part: null, activation: 'softmax', notes: [] }),
  Flatten: () => only({ type: 'flatten' }),
  Reshape: (layer) => {
    const shape = layer.config.target_shape
    if (!isSizes(shape)) throw refused(layer, 'leaves a size open (-1). Write the size itself')
    return only({ type: 'reshape', shape })
  },
  Dropout: (layer) => {
    const rate = Number(layer.config.rate)
    if (!(rate >= 0 && rate < 1)) throw refused(layer, `has the rate ${String(layer.config.rate)}; it is 0 to below 1`)
    return only({ type: 'dropout', rate })
  },
  Embedding: (layer) =>
    only({ type: 'embedding', vocabulary: whole(layer, 'input_dim'), width: whole(layer, 'output_dim') }),
  Add: () => only({ type: 'add' }),
  Concatenate: (layer, rank) => {
    checkLastAxis(layer, rank)
    return only({ type: 'concat' })
  }
}

const knownLayers = ['InputLayer', ...Object.keys(readers)]

/** @param rank dimensions of the layer's input, without the batch. @throws FormatError */
export function convertLayer(layer: KerasLayer, rank: number): Converted {
  if (!Object.hasOwn(readers, layer.className)) {
    throw refused(layer, `is a ${layer.className}, which is not known. Known are ${knownLayers.join(', ')}`)
  }
  if (layer.config.data_format === 'channels_first') {
    throw refused(layer, 'has its channels first. Save the model with data_format="channels_last"')
  }
  return readers[layer.className](layer, rank)
}

/** Dimensions of the layer's output, without the batch. */
export function rankAfter(part: Part | null, rank: number): number {
  switch (part?.type) {
    case 'flatten':
    case 'globalAvgPool':
      return 1
    case 'reshape':
      return part.shape.length
    case 'embedding':
      return rank + 1
    default:
      return rank
  }
}

function conv(layer: KerasLayer, dimensions: number): Converted {
  const { dilation_rate: dilation, groups, strides } = layer.config
  if (sizes(layer, 'dilation_rate', dilation ?? 1, dimensions).some((size) => size !== 1)) {
    throw refused(layer, 'is dilated. Only convolutions without dilation are read')
  }
  if (Number(groups ?? 1) !== 1) throw refused(layer, 'has groups. Only convolutions over all channels are read')
  const size = sizes(layer, 'kernel_size', layer.config.kernel_size, dimensions)
  const bias = layer.config.use_bias !== false
  return {
    part: {
      ...{ type: 'conv', filters: whole(layer, 'filters'), size, pad: padding(layer), bias },
      strides: sizes(layer, 'strides', strides ?? 1, dimensions)
    },
    ...activationOf(layer)
  }
}

function pool(layer: KerasLayer, type: 'maxPool' | 'avgPool', dimensions: number): Converted {
  const size = sizes(layer, 'pool_size', layer.config.pool_size, dimensions)
  const strides = sizes(layer, 'strides', layer.config.strides ?? size, dimensions)
  return only({ type, size, strides, pad: padding(layer) })
}

function globalPool(layer: KerasLayer): Converted {
  if (layer.config.keepdims === true) throw refused(layer, 'keeps its dimensions. Only keepdims=False is read')
  return only({ type: 'globalAvgPool' })
}

/** Text, or an object that names a function, as Keras 3 writes it. */
function activationOf(layer: KerasLayer): Pick<Converted, 'activation' | 'notes'> {
  const { activation: value } = layer.config
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
  if (Object.hasOwn(activations, key)) return { activation: activations[key], notes: [] }
  throw refused(layer, `has the activation "${String(name)}". Known are ${Object.keys(activations).join(', ')}`)
}

function slopeNotes(layer: KerasLayer, slope: number): string[] {
  if (Math.abs(slope - LEAKY_SLOPE) < 1e-6) return []
  return [`Layer ${layer.name}: the slope below zero is ${LEAKY_SLOPE} here, not ${slope}.`]
}

function scaleNotes({ name, config }: KerasLayer): string[] {
  return config.center === false || config.scale === false
    ? [`Layer ${name}: scale and shift are both learned here; the model has only one of them or none.`]
    : []
}
