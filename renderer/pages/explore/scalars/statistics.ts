/** Rows of the statistics table: what the host counted, and what follows from it. */
import type { StatisticsRow } from '../../../../src/contract/recordings'
import { compareNaturally } from '../../../state/run-groups'

export interface TableRow extends StatisticsRow {
  name: string
  color: string
  change: number
  /** Of the size of the first value; NaN when that is 0. */
  changeShare: number
}

export const statisticColumns = [
  { key: 'first', label: 'start' },
  { key: 'last', label: 'end' },
  { key: 'min', label: 'min' },
  { key: 'max', label: 'max' },
  { key: 'mean', label: 'mean' },
  { key: 'change', label: 'change' },
  { key: 'changeShare', label: 'change %' },
  { key: 'points', label: 'points' },
  { key: 'firstStep', label: 'first step' },
  { key: 'lastStep', label: 'last step' }
] as const
export type SortKey = 'name' | 'tag' | (typeof statisticColumns)[number]['key']

export function tableRows(
  rows: readonly StatisticsRow[],
  describe: (runId: string) => { name: string; color: string }
): TableRow[] {
  return rows.map((row) => {
    const change = row.last - row.first
    return {
      ...row,
      ...describe(row.runId),
      change,
      changeShare: row.first === 0 ? Number.NaN : change / Math.abs(row.first)
    }
  })
}

/** What is no number comes last, whichever way the rest is sorted. */
export function sortRows(rows: readonly TableRow[], key: SortKey, ascending: boolean): TableRow[] {
  const sign = ascending ? 1 : -1
  return [...rows].sort((a, b) => {
    if (key === 'name' || key === 'tag') return compareNaturally(a[key], b[key]) * sign
    const [x, y] = [a[key], b[key]]
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y))
    return (x - y) * sign
  })
}
