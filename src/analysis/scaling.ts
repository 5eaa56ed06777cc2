/** Puts sequences that were made from others, such as surrogates or rates of change, on the scale that an analysis asks for. */
import type { Sequence } from '../hmm/types'
import { meanAndStd } from '../numeric/statistics'
import type { AnalysisOptions } from './types'

/** Spread below this share of the largest value is rounding: a straight line has one rate. */
const CONSTANT = 1e-9

/**
 * `run` z-scores each run by itself, `all` all runs together, with population standard deviations; a feature that never changes
 * becomes 0. Missing cells stay.
 * @returns what was taken off and divided by, per run and feature; a standard deviation of 0 where nothing changes.
 */
export function scaleInPlace(
  runs: readonly Sequence[],
  zscore: AnalysisOptions['zscore']
): { mean: number; std: number }[][] {
  const { columns } = runs[0]
  if (zscore === 'none') return runs.map(() => Array.from({ length: columns }, () => ({ mean: 0, std: 1 })))
  const scaling = runs.map((): { mean: number; std: number }[] => [])
  const groups = zscore === 'run' ? runs.map((_, r) => [r]) : [runs.map((_, r) => r)]
  for (const group of groups)
    for (let d = 0; d < columns; d++) {
      const values = group.flatMap((r) => recorded(runs[r], d))
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      const { mean, std } = values.length > 0 ? meanAndStd(values) : { mean: 0, std: 0 }
      const own = { mean, std: std > CONSTANT * largest ? std : 0 }
      for (const r of group) {
        scaling[r].push(own)
        const { data } = runs[r]
        for (let p = d; p < data.length; p += columns)
          data[p] = Number.isNaN(data[p]) ? NaN : own.std === 0 ? 0 : (data[p] - own.mean) / own.std
      }
    }
  return scaling
}

function recorded({ data, rows, columns }: Sequence, d: number): number[] {
  return Array.from({ length: rows }, (_, t) => data[t * columns + d]).filter((value) => !Number.isNaN(value))
}
