/** Layers of Keras that take several inputs, and the operations that Keras makes layers of (`a + b`, `2 * x`, `x[:, 0]`). */
import {
  only,
  refused,
  reshaped,
  textOf,
  type ActivationName,
  type Converted,
  type KerasLayer,
  type Part,
  type Reader
} from './keras-config'

const merge =
  (type: 'multiply' | 'subtract' | 'average' | 'maximum' | 'minimum'): Reader =>
  (layer, rank) => ({ ...only({ type }), rank: Math.max(rank, ...(layer.call?.ranks ?? [])) })

type Arithmetic = 'add' | 'subtract' | 'multiply' | 'divide' | 'maximum' | 'minimum'

/** `x op c`, and `c op x`, as x * scale + offset. */
const withConstant: Partial<Record<Arithmetic, (c: number, first: boolean) => [number, number] | null>> = {
  add: (c) => [1, c],
  subtract: (c, first) => (first ? [-1, c] : [1, -c]),
  multiply: (c) => [c, 0],
  divide: (c, first) => (first ? null : [1 / c, 0])
}

const arithmetic =
  (type: Arithmetic): Reader =>
  (layer): Converted => {
    const { operands, ranks } = layer.call ?? { operands: [], ranks: [] }
    const at = operands.findIndex((operand) => 'constant' in operand)
    if (at < 0) {
      if (new Set(ranks).size > 1) throw refused(layer, 'combines tensors of different dimensions. Reshape one of them')
      return only({ type } as Part)
    }
    const { constant } = operands[at] as { constant: unknown }
    const line = typeof constant === 'number' ? (withConstant[type]?.(constant, at === 0) ?? null) : null
    if (!line || operands.length !== 2) {
      throw refused(layer, `is the operation ${type} with ${textOf(constant)}, which is not read. Use a layer of Keras`)
    }
    return only({ type: 'rescale', scale: [line[0]], offset: [line[1]] })
  }

const activation =
  (fn: ActivationName): Reader =>
  () => ({ part: null, activation: fn, notes: [] })

/** `x[:, 0]`: one number among slices of everything; the first is the batch's. */
function picked(layer: KerasLayer, rank: number): Converted {
  const { operands } = layer.call ?? { operands: [] }
  const key = operands[1] && 'constant' in operands[1] ? operands[1].constant : null
  const places = Array.isArray(key) ? key : [key]
  const isAll = (place: unknown): boolean => {
    const { class_name: name, config } = (typeof place === 'object' ? (place ?? {}) : {}) as Record<string, unknown>
    return name === '__slice__' && Object.values(config as object).every((end) => end === null)
  }
  const numbers = places.flatMap((place, axis) => (isAll(place) ? [] : [[axis, place] as const]))
  const [[axis, at] = [0, null]] = numbers
  // From the end, places are known by the length only, which a file does not say.
  if (numbers.length === 1 && axis > 0 && Number.isInteger(at) && rank > 1) {
    return reshaped({ type: 'pick', axis: axis - 1, at: at as number }, rank - 1)
  }
  throw refused(layer, `takes the part ${textOf(key)}, which is not read. One place of one dimension is`)
}

/** A mean over all dimensions between the batch and the channels. */
function mean(layer: KerasLayer, rank: number): Converted {
  const { axis, keepdims } = layer.config
  const axes = (axis == null ? [] : [axis].flat()).map((one) => Number(one)).sort((a, b) => a - b)
  if (axes.join() !== Array.from({ length: rank - 1 }, (_, i) => i + 1).join() || rank < 2) {
    throw refused(layer, `is a mean over axis ${textOf(axis)}. Read is one over all between batch and channels`)
  }
  if (keepdims === true) throw refused(layer, 'keeps its dimensions. Use GlobalAveragePooling with keepdims=True')
  return reshaped({ type: 'globalAvgPool' }, 1)
}

export const merges: Record<string, Reader> = {
  Multiply: merge('multiply'),
  Subtract: merge('subtract'),
  Average: merge('average'),
  Maximum: merge('maximum'),
  Minimum: merge('minimum'),
  'ops.Add': arithmetic('add'),
  'ops.Subtract': arithmetic('subtract'),
  'ops.Multiply': arithmetic('multiply'),
  'ops.TrueDivide': arithmetic('divide'),
  'ops.Divide': arithmetic('divide'),
  'ops.Maximum': arithmetic('maximum'),
  'ops.Minimum': arithmetic('minimum'),
  'ops.Negative': () => only({ type: 'rescale', scale: [-1], offset: [0] }),
  'ops.GetItem': picked,
  'ops.Mean': mean,
  'ops.Relu': activation('relu'),
  'ops.Relu6': activation('relu6'),
  'ops.Sigmoid': activation('sigmoid'),
  'ops.Tanh': activation('tanh'),
  'ops.Silu': activation('swish'),
  'ops.Softplus': activation('softplus'),
  'ops.Softsign': activation('softsign'),
  'ops.Exp': activation('exponential')
}
