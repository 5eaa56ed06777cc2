/** Validators of the layers that are described in `src/models/layers`, in the order of its files. */
import { layerSettings } from './layer-settings'
import { z } from '../domain/words'

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
export const activationName = z.enum([
  ...(['relu', 'sigmoid', 'tanh', 'elu', 'selu', 'leakyRelu', 'gelu', 'softplus', 'swish', 'linear'] as const),
  ...(['hardSigmoid', 'hardSigmoid5', 'hardSwish', 'relu6', 'mish', 'softsign', 'exponential'] as const),
  ...(['geluTanh', 'logSigmoid', 'softmax'] as const)
])

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
  ...{ units: count, sequences: yes, backwards: yes, bias: yes },
  ...{ activation: activationName.optional(), dropout: rate.optional() }
}
const gate = activationName.optional()
const moved = {
  ...{ height: range, fill: z.enum(['reflect', 'wrap', 'nearest', 'constant']) },
  ...{ value: z.number().optional(), nearest: yes }
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
    ...{ heads: count, width: count, valueWidth: count.optional(), units: count.optional() },
    ...{ causal: yes, bias: yes, dropout: rate.optional() }
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
    ...{ size: window, strides: window.optional(), dilations: window.optional(), pad },
    ...{ multiplier: count.optional(), bias: yes }
  }),
  layer('convTranspose', { filters: count, size: window, strides: window.optional(), pad, bias: yes }),
  layer('globalMaxPool', {})
] as const
