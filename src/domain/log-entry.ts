/** A line of the application's own log. */
import { z } from './words'

export const logEntry = z.object({
  time: z.string(),
  level: z.enum(['info', 'warning', 'error']),
  source: z.string(),
  text: z.string()
})
export type LogEntry = z.infer<typeof logEntry>
