/** What can be set of a layer's parameters, beside what its type computes. */
import { z } from './words'

/** Which sizes a spread follows: inputs of a unit, outputs of one, or their mean. */
export type FanMode = 'in' | 'out' | 'average'
export type Spread = 'uniform' | 'normal' | 'truncated'

/** How a parameter's first values are made. */
export type InitialValues =
  | { kind: 'constant'; value: number }
  | { kind: 'normal'; mean: number; std: number }
  /** Drawn again where farther than two standard deviations from the mean. */
  | { kind: 'truncated'; mean: number; std: number }
  | { kind: 'uniform'; min: number; max: number }
  /** Variance `scale` / fan. Glorot & Bengio 2010, He et al. 2015, LeCun et al. 1998. */
  | { kind: 'scaled'; scale: number; fan: FanMode; spread: Spread }
  /** As a matrix of all dimensions but the last by the last, its longer side orthonormal, times `gain`. Saxe et al. 2014. */
  | { kind: 'orthogonal'; gain: number }
  | { kind: 'identity'; gain: number }
  /** Of an LSTM's bias: 1 for the forget gate, `value` for the others. Jozefowicz et al. 2015. */
  | { kind: 'forgetOne'; value: number }

/** l1 * sum |w| + l2 * sum w^2 is added to the loss. */
export interface Penalty {
  l1?: number
  l2?: number
}

/** What a parameter is brought to after each update. `axis`: dimensions that a norm is taken over. */
export type Constraint =
  | { kind: 'nonNegative' }
  | { kind: 'unitNorm'; axis: number[] }
  /** Norms go the share `rate` of the way into `min` to `max`. */
  | { kind: 'norm'; min: number; max: number; rate: number; axis: number[] }

/** By the end of a parameter's name, after that of the layer: `W`, `query.b`. */
export interface LayerSettings {
  /** Its parameters are not trained, and batch normalisation uses its running statistics in training, too. */
  frozen?: true
  initial?: Record<string, InitialValues>
  penalties?: Record<string, Penalty>
  constraints?: Record<string, Constraint>
}

const initialValues = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('constant'), value: z.number() }).strict(),
  z.object({ kind: z.literal('normal'), mean: z.number(), std: z.number().min(0) }).strict(),
  z.object({ kind: z.literal('truncated'), mean: z.number(), std: z.number().min(0) }).strict(),
  z.object({ kind: z.literal('uniform'), min: z.number(), max: z.number() }).strict(),
  z
    .object({
      kind: z.literal('scaled'),
      scale: z.number().positive(),
      fan: z.enum(['in', 'out', 'average']),
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
      kind: z.literal('norm'),
      min: z.number().min(0),
      max: z.number().min(0),
      rate: z.number().min(0).max(1),
      axis
    })
    .strict()
]) satisfies z.ZodType<Constraint>

const share = z.number().min(0).optional()

/** Fields of every layer. */
export const layerSettings = {
  frozen: z.literal(true).optional(),
  initial: z.record(z.string(), initialValues).optional(),
  penalties: z.record(z.string(), z.object({ l1: share, l2: share }).strict()).optional(),
  constraints: z.record(z.string(), constraint).optional()
}
