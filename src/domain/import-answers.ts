/** What the user says of runs that are to be imported, where the reading was a guess. */
import { z } from './words'
import type { ImportFormat } from './import-formats'

const runAnswer = z.object({
  name: z.string().trim().min(1).max(500).optional(),
  /** null: none. */
  seed: z.number().int().min(0).nullable().optional(),
  /** Its parts are runs of their own. */
  apart: z.boolean().optional(),
  /** The run that it is of the same training as; null: none, where that was asked. */
  partOf: z.string().nullable().optional()
})
export type RunAnswer = z.infer<typeof runAnswer>

/** By `ImportSource.run`. */
export const runAnswers = z.record(z.string(), runAnswer)

/** Kinds of sources of which a run has one at most: two logs, or two sets of weights, are two trainings. */
const onePerRun = new Set<ImportFormat | null>(['tensorboard', 'checkpoints'])

/** Whether the parts of two runs can be one run. */
export function canJoin(
  parts: readonly { format: ImportFormat | null }[],
  others: readonly { format: ImportFormat | null }[]
): boolean {
  return !parts.some(({ format }) => onePerRun.has(format) && others.some((other) => other.format === format))
}
