/** What a heatmap is given, with or without what explains it. */
import type { PackedHeatmap } from '../../../src/contract/runs'
import type { StateSegment, TimeDomain } from '../time-axis'

export interface HeatmapProps {
  heatmap: PackedHeatmap
  domain: TimeDomain
  logarithmic?: boolean
  segments?: StateSegment[]
  highlighted?: ((state: number) => boolean) | null
  cursor?: number | null
  live?: number | null
  /** What the x axis counts. */
  unit?: string
  /** What else is said of where the cursor stands, such as the run and its state. */
  place?: string
}
