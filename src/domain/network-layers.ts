/** The layers of each family as data: no code of theirs, so that whoever has a network needs no tensors. Validators at the end. */
import { layerSettings } from './layer-settings'
import { z } from './words'

export type Padding = 'same' | 'valid'

export const activationNames = [
  'relu',
  'sigmoid',
  'tanh',
  'elu',
  'selu',
  'leakyRelu',
  'gelu',
  'softplus',
  'swish',
  'linear',
  'hardSigmoid',
  'hardSigmoid5',
  'hardSwish',
  'relu6',
  'mish',
  'softsign',
  'exponential',
  'geluTanh',
  'logSigmoid',
  'softmax'
] as const
export type ActivationName = (typeof activationNames)[number]

export type ArrangementLayer =
  /** `order[i]` is the dimension of one example that becomes dimension i, from 0. */
  | { type: 'permute'; order: number[] }
  /** [width] -> [times, width]. */
  | { type: 'repeat'; times: number }
  /** [T, ..], from the last to the first. */
  | { type: 'reverse' }
  /** One place along a dimension, which goes; negative ones count from the end: [T, width] at 0, -1 -> the last [width]. */
  | { type: 'pick'; axis: number; at: number }
  /** [.., channels] with zeros around it: pairs of numbers, one for each spatial dimension. */
  | { type: 'zeroPad'; edges: Edges }
  | { type: 'crop'; edges: Edges }
  /** Pictures: what is left when as much goes on each side; of an odd number, one more at the end. */
  | { type: 'centerCrop'; size: [number, number] }
  /** `scale`: how often each value is repeated along each spatial dimension; or as many interpolated ones. */
  | { type: 'upsample'; scale: number[]; bilinear?: boolean }
  /** Bilinear, with the centres of the pixels in their places: [height, width, channels]. */
  | { type: 'resize'; size: [number, number] }

/**
 * Inputs: one for everything, or query and value, or query, value and key: sequences [T, width]. `width` is that of a head's
 * queries and keys, `valueWidth` (the same) of its values; `units` (the query's width) comes out. Vaswani et al. 2017, 3.2.2.
 */
export type AttentionLayer = {
  type: 'attention'
  heads: number
  width: number
  valueWidth?: number
  units?: number
  /** Position t sees positions up to t. */
  causal?: boolean
  bias?: boolean
  /** In training, of the pattern. */
  dropout?: number
}

/** Pictures [height, width, channels]. */
export type AugmentationLayer =
  /** Half of the pictures; both at once where it is both. */
  | { type: 'randomFlip'; horizontal: boolean; vertical: boolean }
  /** Down and to the right by a share of the height and of the width. */
  | { type: 'randomShift'; height: Range; width: Range; fill: Fill; value?: number; nearest?: boolean }
  /** By 1 + what is drawn: above 1 the picture gets smaller. Without a width it is zoomed as the height is. */
  | { type: 'randomZoom'; height: Range; width?: Range; fill: Fill; value?: number; nearest?: boolean }
  /** (x - mean) * factor + mean, with the mean of each channel; then cut to the range. */
  | { type: 'randomContrast'; factor: Range; range: Range }
  /** Plus a number drawn in `delta`; then cut to the range. */
  | { type: 'randomBrightness'; delta: Range; range: Range }

/** Sizes of 1 stretch to those of the others, and missing leading ones count as 1, as in NumPy. */
export type MergeLayer = { type: 'multiply' | 'subtract' | 'divide' | 'average' | 'maximum' | 'minimum' }

export type NoiseLayer =
  /** Whole channels are dropped, the same at all places. Tompson et al. 2015. */
  | { type: 'spatialDropout'; rate: number }
  /** Adds normal numbers of this standard deviation. */
  | { type: 'gaussianNoise'; std: number }
  /** Multiplies with normal numbers around 1 of standard deviation sqrt(rate / (1 - rate)). Srivastava et al. 2014, 10. */
  | { type: 'gaussianDropout'; rate: number }
  /** Keeps mean and variance of what a SELU gives. Klambauer et al. 2017, appendix. */
  | { type: 'alphaDropout'; rate: number }

export type ScaleLayer =
  /** x * scale + offset with fixed numbers: one for all, or one for each channel (the last dimension). */
  | { type: 'rescale'; scale: number[]; offset: number[] }
  /** Of each example, over `groups` equal parts of the channels (every one by itself) and all other dimensions. Wu & He 2018. */
  | { type: 'groupNorm'; groups?: number; epsilon?: number; scale?: boolean; center?: boolean }
  /** x / sqrt(mean(x^2) + epsilon) * gain over the last dimension. Zhang & Sennrich 2019. */
  | { type: 'rmsNorm'; epsilon?: number }

/** Sequences [T, width]; `gate`: sigmoid by default. */
export type SequenceLayer =
  | ({ type: 'lstm'; gate?: ActivationName } & Recurrent)
  /** `resetAfter` (true): the reset gate works on the product with the state, which has a bias of its own. */
  | ({ type: 'gru'; gate?: ActivationName; resetAfter?: boolean } & Recurrent)
  | ({ type: 'simpleRnn' } & Recurrent)

export type WindowLayer =
  /** Each channel by itself gives `multiplier` (1) outputs: [height, width, channels], or [T, channels] with one size. */
  | {
      type: 'depthwiseConv'
      size: number[]
      strides?: number[]
      dilations?: number[]
      pad: Padding
      multiplier?: number
      bias?: boolean
    }
  /** Spreads each value over a window: `same` gives input * stride, `valid` what the windows cover. One or two sizes. */
  | { type: 'convTranspose'; filters: number; size: number[]; strides?: number[]; pad: Padding; bias?: boolean }
  /** Over all spatial dimensions: [.., channels] -> [channels]. */
  | { type: 'globalMaxPool' }

export type DescribedLayer =
  | ArrangementLayer
  | AttentionLayer
  | AugmentationLayer
  | MergeLayer
  | NoiseLayer
  | ScaleLayer
  | SequenceLayer
  | WindowLayer

/** Numbers before and after each spatial dimension. */
export type Edges = [number, number][]

/** Least and most of a number that is drawn evenly. */
export type Range = [number, number]

/** What lies beyond the edges: the picture again, mirrored or not, its edge, or `value`. */
export type Fill = 'reflect' | 'wrap' | 'nearest' | 'constant'

export interface Recurrent {
  units: number
  /** All states [T, units] instead of the last one [units]. */
  sequences?: boolean
  /** From the last step to the first; the states lie in the order in which they were made. */
  backwards?: boolean
  bias?: boolean
  /** tanh by default. */
  activation?: ActivationName
  /** In training, of the inputs: the same values are dropped at all steps. Gal & Ghahramani 2016. */
  dropout?: number
}

export const count = z.number().int().min(1).max(1_000_000)
/** Layers that share weights name the one that has them. */
export const named = {
  name: z.string().min(1).max(200),
  inputs: z.array(z.string()).min(1).max(100).optional(),
  weightsOf: z.string().min(1).max(200).optional(),
  ...layerSettings
}
export const window = z.array(count).min(1).max(3)
export const pad = z.enum(['same', 'valid'])
export const activationName = z.enum(activationNames)

const yes = z.boolean().optional()
const rate = z.number().min(0).max(1)
const epsilon = z.number().positive().optional()
const place = z.number().int().min(0).max(1_000_000)
const edges = z
  .array(z.tuple([place, place]))
  .min(1)
  .max(3)
const range = z.tuple([z.number(), z.number()])
const numbers = z.array(z.number()).min(1).max(1_000_000)

const layer = <T extends string, S extends z.ZodRawShape>(type: T, fields: S) =>
  z.object({ ...named, type: z.literal(type), ...fields }).strict()

const recurrent = {
  units: count,
  sequences: yes,
  backwards: yes,
  bias: yes,
  activation: activationName.optional(),
  dropout: rate.optional()
}
const gate = activationName.optional()
const moved = {
  height: range,
  fill: z.enum(['reflect', 'wrap', 'nearest', 'constant']),
  value: z.number().optional(),
  nearest: yes
}

export const describedLayers = [
  layer('permute', { order: z.array(place).min(1).max(4) }),
  layer('repeat', { times: count }),
  layer('reverse', {}),
  layer('pick', { axis: place, at: z.number().int().min(-1_000_000).max(1_000_000) }),
  layer('zeroPad', { edges }),
  layer('crop', { edges }),
  layer('centerCrop', { size: z.tuple([count, count]) }),
  layer('upsample', { scale: window, bilinear: yes }),
  layer('resize', { size: z.tuple([count, count]) }),
  layer('attention', {
    heads: count,
    width: count,
    valueWidth: count.optional(),
    units: count.optional(),
    causal: yes,
    bias: yes,
    dropout: rate.optional()
  }),
  layer('randomFlip', { horizontal: z.boolean(), vertical: z.boolean() }),
  layer('randomShift', { ...moved, width: range }),
  layer('randomZoom', { ...moved, width: range.optional() }),
  layer('randomContrast', { factor: range, range }),
  layer('randomBrightness', { delta: range, range }),
  layer('multiply', {}),
  layer('subtract', {}),
  layer('divide', {}),
  layer('average', {}),
  layer('maximum', {}),
  layer('minimum', {}),
  layer('spatialDropout', { rate }),
  layer('gaussianNoise', { std: z.number().min(0) }),
  layer('gaussianDropout', { rate }),
  layer('alphaDropout', { rate }),
  layer('rescale', { scale: numbers, offset: numbers }),
  layer('groupNorm', { groups: count.optional(), epsilon, scale: yes, center: yes }),
  layer('rmsNorm', { epsilon }),
  layer('lstm', { ...recurrent, gate }),
  layer('gru', { ...recurrent, gate, resetAfter: yes }),
  layer('simpleRnn', recurrent),
  layer('depthwiseConv', {
    size: window,
    strides: window.optional(),
    dilations: window.optional(),
    pad,
    multiplier: count.optional(),
    bias: yes
  }),
  layer('convTranspose', { filters: count, size: window, strides: window.optional(), pad, bias: yes }),
  layer('globalMaxPool', {})
] as const
