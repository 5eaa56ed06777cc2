/** What time is counted in. */
import { z } from './words'

export const timeAxis = z.enum(['epoch', 'step'])
export type TimeAxis = z.infer<typeof timeAxis>
