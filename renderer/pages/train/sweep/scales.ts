/** One scale for all rates, so that their curves can be compared by eye. */

export interface Series {
  steps: Float64Array
  values: Float64Array
}

/** What has diverged leaves the picture through its top: this many times the largest start is the most that is drawn. */
const headroom = 10
/** The most that lies between bottom and top. */
const span = 1e8

/** Range of a logarithmic axis over all series; null where there is nothing above 0. */
export function sharedRange(all: readonly Series[]): { min: number; max: number } | null {
  let [low, high, start] = [Infinity, 0, 0]
  for (const { values } of all) {
    const first = values.find((value) => value > 0 && value < Infinity)
    if (first !== undefined) start = Math.max(start, first)
    for (const value of values) {
      if (!(value > 0 && value < Infinity)) continue
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  }
  if (!(high > 0)) return null
  const max = Math.min(high, start * headroom) * 1.15
  const min = Math.max(Math.min(low, max / 2), max / span) / 1.15
  return { min, max }
}
