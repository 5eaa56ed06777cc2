import type { Range } from '../../../charts/scales'

/** From the first to the last step (or epoch) of any of the runs. */
export function domainOf(series: readonly Float64Array[]): Range {
  let [min, max] = [Infinity, -Infinity]
  for (const values of series) {
    for (const value of values) {
      if (!Number.isFinite(value)) continue
      if (value < min) min = value
      if (value > max) max = value
    }
  }
  return min <= max ? { min, max } : { min: 0, max: 1 }
}
