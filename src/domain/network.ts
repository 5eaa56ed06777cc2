/**
 * A network as data: layers with names and what each takes as input. Module tree, parameters and forward pass follow from
 * it, so whatever can be written down as such a list can be trained and observed. What shapes it makes is for the core to check.
 */
import type { LayerSettings } from './layer-settings'
import { activationName, count, describedLayers, named, pad, window } from './network-layers'
import type { ActivationName, DescribedLayer, Padding } from './network-layers'
import { z } from './words'

/** Names are paths: `layer1.0.conv1` lies in the scope `layer1.0`. */
interface Named extends LayerSettings {
  name: string
  /** Names of layers, or the network's `input`; default: the layer before it in the list, for the first one the input. */
  inputs?: string[]
  /** Takes the parameters of that layer, which comes before it and is of the same type, instead of its own. */
  weightsOf?: string
}

/**
 * How a layer's weight is drawn. `default` is PyTorch's: uniform in +-1 / sqrt(fan in). Xavier: Glorot & Bengio 2010; He:
 * He et al. 2015. Biases are zero but for `default`, where they are drawn like the weights.
 */
export const initialiserNames = ['default', 'xavier-uniform', 'xavier-normal', 'he-uniform', 'he-normal'] as const
/** `network`: as the network says, by default as `default`. */
export type InitialiserName = (typeof initialiserNames)[number] | 'network'

/** Shapes are those of one example, channels last: [features], [height, width, channels], [depth, height, width, channels]. */
export type Layer = Named &
  (
    | { type: 'dense'; units: number; bias?: boolean }
    /** As many numbers in `size`, `strides` and `dilations` as there are spatial dimensions: one, two or three. */
    | {
        type: 'conv'
        filters: number
        size: number[]
        strides?: number[]
        dilations?: number[]
        pad: Padding
        bias?: boolean
      }
    | { type: 'maxPool' | 'avgPool'; size: number[]; strides?: number[]; pad?: Padding }
    /** Over all spatial dimensions: [.., channels] -> [channels]. */
    | { type: 'globalAvgPool' }
    /** Over all dimensions but the last. `momentum` is the share of the old running value, 0.9 by default; epsilon 1e-5. */
    | { type: 'batchNorm'; momentum?: number; epsilon?: number; scale?: boolean; center?: boolean }
    /** Over the last dimension. */
    | { type: 'layerNorm'; epsilon?: number; scale?: boolean; center?: boolean }
    /** `slope`: of leakyRelu below its threshold (0.01). `alpha`: of elu (1). `max`, `threshold`: of leakyRelu, without and 0. */
    | { type: 'activation'; fn: ActivationName; slope?: number; alpha?: number; max?: number; threshold?: number }
    | { type: 'flatten' }
    /** One size may be -1: what is left for it. */
    | { type: 'reshape'; shape: number[] }
    /** In training only; `rate` is the share that is dropped, and what stays is scaled by 1 / (1 - rate). */
    | { type: 'dropout'; rate: number }
    /** Whole numbers [T] -> [T, width]. */
    | { type: 'embedding'; vocabulary: number; width: number }
    /** Sizes of 1 stretch to those of the others. */
    | { type: 'add' }
    /** Along a dimension of one example, from 0; by default the last. */
    | { type: 'concat'; axis?: number }
    | DescribedLayer
  )

export type LayerType = Layer['type']

/** A loss as a file names it. `delta`: of the Huber loss. `fromLogits`: an activation at the end stays where it is. */
export interface CompiledLoss {
  name: 'cross-entropy' | 'binary-cross-entropy' | 'hinge' | 'mean-squared-error' | 'mean-absolute-error' | 'huber'
  delta?: number
  fromLogits?: true
}

export interface NetworkSpec {
  title: string
  /** Shape of one example. */
  input: number[]
  /** In an order in which every layer comes after its inputs. */
  layers: Layer[]
  /**
   * What the byte 255 of a data set counts as: 1 without this, 255 where the network scales its inputs itself, as Keras's
   * Rescaling(1 / 255) does.
   */
  byteMaximum?: 255
  /** SHA-256 of the weights that the network begins with, in hexadecimal; without, they are drawn by the seed. */
  saved?: string
  /**
   * Keras's conventions for what layers leave open: initial values as its layers have them, and running variances of batches
   * without the correction n / (n - 1); and Adam's epsilon is added before the correction of its moments. Default: PyTorch's.
   */
  conventions?: 'keras'
  /** The loss that the network was compiled with, which `loss: auto` takes. */
  loss?: CompiledLoss
  /** Names of the layers whose outputs are the logits, one per head; default: the last layer. */
  outputs?: string[]
}

const yes = z.boolean().optional()

const layer = z.discriminatedUnion('type', [
  z.object({ ...named, type: z.literal('dense'), units: count, bias: z.boolean().optional() }).strict(),
  z
    .object({
      ...named,
      type: z.literal('conv'),
      filters: count,
      size: window,
      strides: window.optional(),
      pad,
      dilations: window.optional(),
      bias: z.boolean().optional()
    })
    .strict(),
  z
    .object({
      ...named,
      type: z.enum(['maxPool', 'avgPool']),
      size: window,
      strides: window.optional(),
      pad: pad.optional()
    })
    .strict(),
  z.object({ ...named, type: z.literal('globalAvgPool') }).strict(),
  z
    .object({
      ...named,
      type: z.literal('batchNorm'),
      momentum: z.number().min(0).max(1).optional(),
      epsilon: z.number().positive().optional(),
      scale: yes,
      center: yes
    })
    .strict(),
  z
    .object({
      ...named,
      type: z.literal('layerNorm'),
      epsilon: z.number().positive().optional(),
      scale: yes,
      center: yes
    })
    .strict(),
  z
    .object({
      ...named,
      type: z.literal('activation'),
      fn: activationName,
      slope: z.number().min(0).optional(),
      alpha: z.number().min(0).optional(),
      max: z.number().positive().optional(),
      threshold: z.number().optional()
    })
    .strict(),
  z.object({ ...named, type: z.literal('flatten') }).strict(),
  z
    .object({
      ...named,
      type: z.literal('reshape'),
      shape: z
        .array(count.or(z.literal(-1)))
        .min(1)
        .max(4)
    })
    .strict(),
  z.object({ ...named, type: z.literal('dropout'), rate: z.number().min(0).max(1) }).strict(),
  z.object({ ...named, type: z.literal('embedding'), vocabulary: count, width: count }).strict(),
  z.object({ ...named, type: z.literal('add') }).strict(),
  z.object({ ...named, type: z.literal('concat'), axis: z.number().int().min(0).max(3).optional() }).strict(),
  ...describedLayers
])

export const networkSpec = z
  .object({
    title: z.string().min(1).max(200),
    input: z.array(count).min(1).max(4),
    layers: z.array(layer).max(1000),
    saved: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    byteMaximum: z.literal(255).optional(),
    conventions: z.literal('keras').optional(),
    loss: z
      .object({
        name: z.enum([
          ...(['cross-entropy', 'binary-cross-entropy', 'hinge', 'mean-squared-error'] as const),
          ...(['mean-absolute-error', 'huber'] as const)
        ]),
        delta: z.number().positive().optional(),
        fromLogits: z.literal(true).optional()
      })
      .strict()
      .optional(),
    outputs: z.array(z.string()).min(1).max(100).optional()
  })
  .strict() satisfies z.ZodType<NetworkSpec>
