/** Layers of Keras that scale: by fixed numbers, and by the size of the values. */
import {
  checkLastAxis,
  checkOff,
  given,
  only,
  refused,
  type Config,
  type KerasLayer,
  type Part,
  type Reader
} from './keras-config'

/** One number, or a list of numbers in however many brackets. */
function numbers(layer: KerasLayer, key: string): number[] {
  const flat = (value: unknown): unknown[] => {
    if (Array.isArray(value)) return value.flatMap((one) => flat(one))
    // An array of NumPy, as Keras 3 writes it.
    const { class_name: className, config } = (typeof value === 'object' && value !== null ? value : {}) as Config
    return className === '__numpy__' || className === '__tensor__' ? flat((config as Config).value) : [value]
  }
  const values = flat(layer.config[key])
  if (values.length > 0 && values.every((value) => typeof value === 'number')) return values as number[]
  throw refused(layer, `has no usable "${key}"`)
}

function normalised(layer: KerasLayer, rank: number): Part {
  const { mean, variance, axis } = layer.config
  if (mean == null || variance == null) {
    throw refused(layer, 'has its mean and variance with the weights. Give it mean= and variance= and save it again')
  }
  if (axis != null && !(Array.isArray(axis) && axis.length === 0)) checkLastAxis(layer, rank)
  const means = numbers(layer, 'mean')
  const deviations = numbers(layer, 'variance').map((v) => Math.max(Math.sqrt(v), 1e-7))
  if (layer.config.invert === true) return { type: 'rescale', scale: deviations, offset: means }
  const each = <T>(values: readonly T[], i: number): T => values[values.length === 1 ? 0 : i]
  return {
    type: 'rescale',
    scale: deviations.map((deviation) => 1 / deviation),
    offset: Array.from({ length: Math.max(means.length, deviations.length) }, (_, i) => {
      return 0 - each(means, i) / each(deviations, i)
    })
  }
}

/** Gain and shift, where one of them is left out. */
export const affineOf = (layer: KerasLayer): { scale?: boolean; center?: boolean } => ({
  ...(layer.config.scale === false ? { scale: false } : {}),
  ...(layer.config.center === false ? { center: false } : {})
})

export const scales: Record<string, Reader> = {
  Rescaling: (layer) => {
    const offset = layer.config.offset == null ? [0] : numbers(layer, 'offset')
    return only({ type: 'rescale', scale: numbers(layer, 'scale'), offset })
  },
  Normalization: (layer, rank) => only(normalised(layer, rank)),
  GroupNormalization: (layer, rank) => {
    checkLastAxis(layer, rank)
    const { groups = 32, epsilon } = layer.config
    if (!Number.isInteger(groups) || (groups as number) === 0 || (groups as number) < -1) {
      throw refused(layer, 'has no usable "groups"')
    }
    return only({
      type: 'groupNorm',
      ...given({ epsilon: epsilon ?? 1e-3 }),
      ...affineOf(layer),
      ...(groups === -1 ? {} : { groups: groups as number })
    })
  },
  RMSNormalization: (layer, rank) => {
    checkLastAxis(layer, rank)
    return only({ type: 'rmsNorm', ...given({ epsilon: layer.config.epsilon ?? 1e-6 }) })
  },
  /** It adds to the loss only. */
  ActivityRegularization: (layer) => {
    checkOff(layer, 'l1', 'Leave the layer out.')
    checkOff(layer, 'l2', 'Leave the layer out.')
    return only(null)
  }
}
