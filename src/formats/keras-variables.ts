/** Where the variables of a layer of Keras go: which parameter of a network each of them is. */

export interface Placed {
  /** Of the variables given. */
  index: number
  /** End of the parameter's name, after that of the layer: `W`, `query.b`. */
  suffix: string
  /** Values that it takes, from and to; default: all. */
  values?: [number, number]
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
