/** Validators of what can be set of a layer's parameters. */
import type { Constraint, InitialValues } from '../models/types'
import { z } from '../domain/words'

const initial = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('constant'), value: z.number() }).strict(),
  z.object({ kind: z.literal('normal'), mean: z.number(), std: z.number().min(0) }).strict(),
  z.object({ kind: z.literal('truncated'), mean: z.number(), std: z.number().min(0) }).strict(),
  z.object({ kind: z.literal('uniform'), min: z.number(), max: z.number() }).strict(),
  z
    .object({
      ...{ kind: z.literal('scaled'), scale: z.number().positive(), fan: z.enum(['in', 'out', 'average']) },
      spread: z.enum(['uniform', 'normal', 'truncated'])
    })
    .strict(),
  z.object({ kind: z.literal('orthogonal'), gain: z.number() }).strict(),
  z.object({ kind: z.literal('identity'), gain: z.number() }).strict(),
  z.object({ kind: z.literal('forgetOne'), value: z.number() }).strict()
]) satisfies z.ZodType<InitialValues>

const axis = z.array(z.number().int().min(0).max(5)).min(1).max(5)
const constraint = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('nonNegative') }).strict(),
  z.object({ kind: z.literal('unitNorm'), axis }).strict(),
  z
    .object({
      ...{ kind: z.literal('norm'), min: z.number().min(0), max: z.number().min(0) },
      ...{ rate: z.number().min(0).max(1), axis }
    })
    .strict()
]) satisfies z.ZodType<Constraint>

const share = z.number().min(0).optional()

export const layerSettings = {
  frozen: z.literal(true).optional(),
  initial: z.record(z.string(), initial).optional(),
  penalties: z.record(z.string(), z.object({ l1: share, l2: share }).strict()).optional(),
  constraints: z.record(z.string(), constraint).optional()
}
