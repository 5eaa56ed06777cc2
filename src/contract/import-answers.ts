/** What the user says of runs that are to be imported, where the reading was a guess. */
import { z } from 'zod'

const runAnswer = z.object({
  name: z.string().trim().min(1).max(500).optional(),
  /** null: none. */
  seed: z.number().int().min(0).nullable().optional(),
  /** Its parts are runs of their own. */
  apart: z.boolean().optional()
})
export type RunAnswer = z.infer<typeof runAnswer>

/** By `ImportSource.run`. */
export const runAnswers = z.record(z.string(), runAnswer)
