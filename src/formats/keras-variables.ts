/** Where the variables of a layer of Keras go: which parameter of a network each of them is. */
import type { Config } from './keras-config'

export interface Placed {
  /** Of the variables given. */
  index: number
  /** End of the parameter's name, after that of the layer: `W`, `query.b`. */
  suffix: string
  /** Values that it takes, from and to; default: all. */
  values?: [number, number]
}

/** A variable as model.weights.h5 of Keras 3 has it: where in the layer's group, and what it is. */
interface Variable {
  path: string
  name: string
}

const cell = (folder: string, config: Config): Variable[] =>
  ['kernel', 'recurrent_kernel', ...biasOf(config)].map((name, i) => ({ path: `${folder}cell/vars/${i}`, name }))

const biasOf = ({ use_bias: bias }: Config): string[] => (bias === false ? [] : ['bias'])

const normal = ({ scale, center }: Config, ...more: string[]): string[] => [
  ...(scale === false ? [] : ['gamma']),
  ...(center === false ? [] : ['beta']),
  ...more
]

/** The variables of a layer that a network has weights of, in their order. */
export function variablesOf(className: string, config: Config): Variable[] {
  const listed = (names: string[], folder = ''): Variable[] =>
    names.map((name, i) => ({ path: `${folder}vars/${i}`, name }))
  switch (className) {
    case 'Dense':
    case 'Conv1D':
    case 'Conv2D':
    case 'Conv3D':
    case 'DepthwiseConv1D':
    case 'DepthwiseConv2D':
    case 'Conv1DTranspose':
    case 'Conv2DTranspose':
      return listed(['kernel', ...biasOf(config)])
    case 'SeparableConv1D':
    case 'SeparableConv2D':
      return listed(['depthwise_kernel', 'pointwise_kernel', ...biasOf(config)])
    case 'Embedding':
      return listed(['embeddings'])
    case 'BatchNormalization':
      return listed(normal(config, 'moving_mean', 'moving_variance'))
    case 'LayerNormalization':
    case 'GroupNormalization':
      return listed(normal(config))
    case 'RMSNormalization':
      return listed(['scale'])
    case 'LSTM':
    case 'GRU':
    case 'SimpleRNN':
      return cell('', config)
    case 'Bidirectional': {
      const inner = ((config.layer as Config | undefined)?.config ?? {}) as Config
      return [...cell('forward_layer/', inner), ...cell('backward_layer/', inner)]
    }
    case 'TimeDistributed': {
      const { class_name: inner, config: settings } = (config.layer ?? {}) as Config
      return variablesOf(String(inner), (settings ?? {}) as Config).map(({ path, name }) => ({
        path: `layer/${path}`,
        name
      }))
    }
    case 'MultiHeadAttention':
      return Object.keys(heads).flatMap((head) => {
        const folder = `${head === 'attention_output' ? 'output' : head}_dense/`
        return listed(['kernel', ...biasOf(config)], folder).map(({ path, name }) => ({
          path,
          name: `${head}/${name}`
        }))
      })
    default:
      return []
  }
}

const plain: Record<string, string> = {
  kernel: 'W',
  embeddings: 'W',
  gamma: 'W',
  scale: 'W',
  bias: 'b',
  beta: 'b',
  moving_mean: 'mean',
  moving_variance: 'variance'
}

const separable: Record<string, string> = {
  depthwise_kernel: 'depthwise.W',
  pointwise_kernel: 'pointwise.W',
  bias: 'pointwise.b'
}

const recurrent: Record<string, string> = { kernel: 'kernel.W', recurrent_kernel: 'recurrent.W', bias: 'kernel.b' }

const heads: Record<string, string> = { query: 'query', key: 'key', value: 'value', attention_output: 'output' }

/**
 * @param names of the layer's variables in their order, with their shapes: `kernel`, `lstm_cell/bias`, `query/kernel`
 * Those that are not known are in nothing.
 */
export function placesOf(className: string, names: readonly { name: string; shape: readonly number[] }[]): Placed[] {
  const half = names.length / 2
  return names.flatMap(({ name, shape }, index) => {
    const parts = name.split('/')
    const last = parts[parts.length - 1]
    const at = (suffix: string | undefined, values?: [number, number]): Placed[] =>
      suffix === undefined ? [] : [{ index, suffix, ...(values ? { values } : {}) }]
    switch (className) {
      case 'SeparableConv1D':
      case 'SeparableConv2D':
        return at(separable[last])
      case 'MultiHeadAttention':
        return at(`${heads[parts[parts.length - 2]]}.${plain[last]}`)
      case 'LSTM':
      case 'GRU':
      case 'SimpleRNN':
      case 'Bidirectional': {
        const side = className !== 'Bidirectional' ? '' : index < half ? 'forward.' : 'backward.'
        const suffix = `${side}${recurrent[last]}`
        // A GRU with two biases has that of the inputs first.
        if (last !== 'bias' || shape.length === 1) return at(suffix)
        const width = shape[1]
        return [...at(suffix, [0, width]), ...at(`${side}recurrent.b`, [width, 2 * width])]
      }
      default:
        return at(plain[last])
    }
  })
}
