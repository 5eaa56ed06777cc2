/** What an alignment would leave to fit, before anything is fitted. */
import { median } from '../numeric/statistics'
import { alignRun } from './align'
import { Remnants } from './remnant'
import type { Alignment } from '../domain/analysis-options'
import type { Finding } from '../domain/finding'
import type { RunSeries } from '../domain/run-series'

export interface RowCount {
  align: Alignment
  /** Rows of a run: the fewest, the median and all together. */
  least: number
  median: number
  rows: number
  /** Share of the cells that were recorded, 0 to 1. */
  recorded: number
  /** Runs that would be left out. */
  left: number
  /** Why a fit would be refused unless it is forced, in sentences without a remedy; null: it would not. */
  problem: string | null
}

/**
 * @param runs each is looked at once and not kept.
 * @param aligns those to count for.
 */
export function countRows(
  runs: Iterable<RunSeries>,
  features: readonly string[],
  aligns: readonly Alignment[]
): RowCount[] {
  const counts = aligns.map((align) => ({
    align,
    own: [] as number[],
    cells: 0,
    left: 0,
    remnants: new Remnants(features),
    absent: null as string | null
  }))
  for (const run of runs)
    for (const count of counts) {
      const findings: Finding[] = []
      const aligned = alignRun(run, features, count.align, findings)
      if (aligned) count.remnants.add(aligned)
      if (!aligned || aligned.short) {
        count.left += 1
        count.absent ??= findings.at(-1)?.text ?? null
        continue
      }
      count.own.push(aligned.steps.length)
      for (const value of aligned.data) if (!Number.isNaN(value)) count.cells += 1
    }
  return counts.map(({ align, own, cells, left, remnants, absent }) => {
    const rows = own.reduce((sum, n) => sum + n, 0)
    const problem = remnants.problem ?? (own.length === 0 ? absent : null)
    return {
      align,
      rows,
      left,
      problem,
      least: own.length > 0 ? Math.min(...own) : 0,
      median: own.length > 0 ? median(own) : 0,
      recorded: rows > 0 ? cells / (rows * features.length) : 0
    }
  })
}
