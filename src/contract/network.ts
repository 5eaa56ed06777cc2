/** Validators of a network that is given as a list of layers; what shapes it makes is for the core to check. */
import { activationName, count, describedLayers, named, pad, window } from './network-layers'
import { z } from '../domain/words'
import type { NetworkSpec } from '../models/types'

const yes = z.boolean().optional()

const layer = z.discriminatedUnion('type', [
  z.object({ ...named, type: z.literal('dense'), units: count, bias: z.boolean().optional() }).strict(),
  z
    .object({
      ...named,
      ...{ type: z.literal('conv'), filters: count, size: window, strides: window.optional(), pad },
      dilations: window.optional(),
      bias: z.boolean().optional()
    })
    .strict(),
  z
    .object({
      ...named,
      ...{ type: z.enum(['maxPool', 'avgPool']), size: window, strides: window.optional(), pad: pad.optional() }
    })
    .strict(),
  z.object({ ...named, type: z.literal('globalAvgPool') }).strict(),
  z
    .object({
      ...named,
      ...{ type: z.literal('batchNorm'), momentum: z.number().min(0).max(1).optional() },
      epsilon: z.number().positive().optional(),
      ...{ scale: yes, center: yes }
    })
    .strict(),
  z
    .object({
      ...{ ...named, type: z.literal('layerNorm'), epsilon: z.number().positive().optional() },
      ...{ scale: yes, center: yes }
    })
    .strict(),
  z
    .object({
      ...named,
      type: z.literal('activation'),
      fn: activationName,
      ...{ slope: z.number().min(0).optional(), alpha: z.number().min(0).optional() },
      ...{ max: z.number().positive().optional(), threshold: z.number().optional() }
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
