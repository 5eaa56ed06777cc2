/** When and how metrics, activations and checkpoints are recorded. */
import { hookKinds } from './hook-kinds'
import { z } from './words'

/** The defaults are what runs did before there was a choice. */
export const recordOptions = z.object({
  /**
   * Weight metrics and train/validation evaluation every N steps or epochs, or N times per decade of steps (`log`); the
   * first and the last step are always recorded.
   */
  metricsEvery: z.number().int().min(1),
  metricsUnit: z.enum(['step', 'epoch', 'log']),
  observe: z.array(z.enum(hookKinds)).default(['weights', 'activations']),
  /** Activation histograms of each class by itself as well, for up to 10 classes. */
  perClass: z.boolean().default(false),
  /** Pause the run when NaN or an infinite value is first seen at a hook point. */
  pauseOnNonFinite: z.boolean().default(false),
  /** One activation histogram per hook point every N batches (1 = every batch). */
  activationsEvery: z.number().int().min(1),
  /** Where activations are counted: over a range that is found for each hook point, or over `histogramMin` to `histogramMax`. */
  histogramRange: z.enum(['found', 'fixed']).default('fixed'),
  histogramMin: z.number(),
  histogramMax: z.number(),
  histogramBins: z.number().int().min(2).max(1024),
  /** A checkpoint every N epochs, and always at the end. */
  checkpointEvery: z.number().int().min(1),
  /** How many checkpoints stay on disk, the newest first; two at least, one in case the newest cannot be read. */
  keepCheckpoints: z.number().int().min(2).default(2),
  /** Keeps the checkpoint of the point at which the watched metric was best, beside the newest. */
  keepBest: z.boolean().default(false)
})
export type RecordOptions = z.infer<typeof recordOptions>
