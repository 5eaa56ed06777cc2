/** Layers of Keras that work by chance, in training only. */
import { only, refused, share, textOf, type Converted, type KerasLayer, type Part, type Reader } from './keras-config'

/** What works in training only does nothing where the model calls it with training=False. */
const inTraining =
  (part: (layer: KerasLayer) => Part): Reader =>
  (layer): Converted => {
    const read = part(layer)
    const { training } = layer.call?.settings ?? {}
    if (training === true) throw refused(layer, 'is called with training=True, so that it works in evaluation, too')
    return only(training === false ? null : read)
  }

const rated = (type: 'spatialDropout' | 'gaussianDropout' | 'alphaDropout'): Reader =>
  inTraining((layer) => ({ type, rate: share(layer, 'rate') }))

/** One number stands for both directions, two are the least and the most. */
function range(layer: KerasLayer, key: string): [number, number] {
  const value = layer.config[key]
  if (typeof value === 'number') return [-Math.abs(value), Math.abs(value)]
  if (Array.isArray(value) && value.length === 2 && value.every((end) => typeof end === 'number')) {
    const [a, b] = value
    return a < b ? [a, b] : [b, a]
  }
  throw refused(layer, `has no usable "${key}"`)
}

const fills = ['reflect', 'wrap', 'nearest', 'constant'] as const

function filling(layer: KerasLayer): { fill: (typeof fills)[number]; value?: number; nearest?: boolean } {
  const { fill_mode: mode = 'reflect', fill_value: value = 0, interpolation = 'bilinear' } = layer.config
  const fill = fills.find((one) => one === mode)
  if (!fill) throw refused(layer, `has fill_mode=${textOf(mode)}. Read are ${fills.join(', ')}`)
  if (interpolation !== 'bilinear' && interpolation !== 'nearest') {
    throw refused(layer, `has interpolation=${textOf(interpolation)}. "bilinear" and "nearest" are read`)
  }
  return {
    fill,
    ...(typeof value === 'number' && value !== 0 ? { value } : {}),
    ...(interpolation === 'nearest' ? { nearest: true } : {})
  }
}

function valueRange(layer: KerasLayer): [number, number] {
  return layer.config.value_range == null ? [0, 255] : range(layer, 'value_range')
}

export const noise: Record<string, Reader> = {
  Dropout: inTraining((layer) => ({ type: 'dropout', rate: share(layer, 'rate') })),
  SpatialDropout1D: rated('spatialDropout'),
  SpatialDropout2D: rated('spatialDropout'),
  SpatialDropout3D: rated('spatialDropout'),
  GaussianDropout: rated('gaussianDropout'),
  AlphaDropout: rated('alphaDropout'),
  GaussianNoise: inTraining((layer) => ({ type: 'gaussianNoise', std: share(layer, 'stddev', Infinity) })),
  RandomFlip: inTraining((layer) => {
    const mode = layer.config.mode ?? 'horizontal_and_vertical'
    if (mode !== 'horizontal' && mode !== 'vertical' && mode !== 'horizontal_and_vertical') {
      throw refused(layer, `has mode=${textOf(mode)}. Read are horizontal, vertical and horizontal_and_vertical`)
    }
    return { type: 'randomFlip', horizontal: mode !== 'vertical', vertical: mode !== 'horizontal' }
  }),
  RandomTranslation: inTraining((layer) => ({
    type: 'randomShift',
    height: range(layer, 'height_factor'),
    width: range(layer, 'width_factor'),
    ...filling(layer)
  })),
  RandomZoom: inTraining((layer) => ({
    type: 'randomZoom',
    height: range(layer, 'height_factor'),
    ...(layer.config.width_factor == null ? {} : { width: range(layer, 'width_factor') }),
    ...filling(layer)
  })),
  RandomContrast: inTraining((layer) => {
    const value = layer.config.factor
    // Written as how much less and how much more.
    const [less, more] = Array.isArray(value) ? value.map(Number) : [Number(value), Number(value)]
    if (!(less >= 0 && more >= 0)) throw refused(layer, 'has no usable "factor"')
    return { type: 'randomContrast', factor: [1 - less, 1 + more], range: valueRange(layer) }
  }),
  RandomBrightness: inTraining((layer) => {
    const [low, high] = valueRange(layer)
    const [least, most] = range(layer, 'factor')
    const width = high - low
    return { type: 'randomBrightness', delta: [least * width, most * width], range: [low, high] }
  })
}
