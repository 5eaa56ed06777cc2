/** Something that was done to the input of an analysis or went wrong, in words, for the report. */
import { z } from './words'

export const finding = z.object({
  severity: z.enum(['info', 'warning']),
  /** A run id, a feature, or both. */
  runId: z.string().optional(),
  feature: z.string().optional(),
  text: z.string()
})
export type Finding = z.infer<typeof finding>
