/** One run's recorded series as they come from disk, by tag. Steps ascend strictly. */
export interface RunSeries {
  runId: string
  label: string
  seed: number | null
  series: Record<string, { steps: Float64Array; values: Float64Array }>
}
