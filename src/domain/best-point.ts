/** Where the metric that a run watches was best. */
import { z } from './words'

const better = z.enum(['lower', 'higher'])
export type Better = z.infer<typeof better>

/** The best value so far and where it was seen. */
export const bestPoint = z.object({ metric: z.string(), better, value: z.number(), step: z.number() })
export type BestPoint = z.infer<typeof bestPoint>
