/** Are there phases, and how many? Measured once for the data, whatever the user then chooses. */
import { z } from './words'

/** Median, and the tenth and ninetieth percentile. */
const evidenceSpread = z.object({ median: z.number(), low: z.number(), high: z.number() })
export type EvidenceSpread = z.infer<typeof evidenceSpread>

/** One K: its gain in log-likelihood (natural log) per held-out point over one state. */
const evidenceRow = z.object({
  states: z.number().int().min(1),
  /** On the runs, over the splits. */
  gain: evidenceSpread,
  /** On runs that drift as these do, but have no phases; of all numbers of states up to this one the best. */
  surrogates: evidenceSpread,
  /** What is gained beyond a drift: the difference of the medians. */
  excess: z.number(),
  /** Standard error of the excess. */
  error: z.number()
})
export type EvidenceRow = z.infer<typeof evidenceRow>

export const evidence = z.object({
  rows: z.array(evidenceRow),
  /** How many phases the data support; 1: none. */
  states: z.number().int().min(1),
  /** Best excess over what that many states gain: 0, all of it is drift; 1, none of it. */
  effect: z.number(),
  folds: z.number(),
  surrogates: z.number(),
  /** What the states are that were weighed; absent: levels. */
  emission: z.enum(['levels', 'rates', 'autoregressive']).optional(),
  /** In a sentence or two. */
  verdict: z.string(),
  /** Where rates were weighed because of it: what was said of levels. */
  levels: z.string().optional(),
  /** Where rules of change were weighed because of it: what was said of rates. */
  rates: z.string().optional()
})
export type Evidence = z.infer<typeof evidence>
