/**
 * How one tool lays out a table that any spreadsheet could have written: which column names the run, which the series, what counts
 * steps. A dialect is one file here and one row in dialects/index.ts.
 */
import type { RawColumn, RawTable, StepColumn, WordColumn } from '../../formats/types'
import { normalName } from '../series-names'

export interface DialectRun {
  part: string | null
  seed: number | null
  table: RawTable
  step: StepColumn | null
}

/** @returns the runs of a table in this dialect, or null for every other table */
export type Dialect = (table: RawTable) => DialectRun[] | null

export function columnOf(table: RawTable, names: readonly string[]): RawColumn | undefined {
  for (const name of names) {
    const found = table.columns.find((column) => normalName(column.name) === name)
    if (found) return found
  }
  return undefined
}

export function wordsOf(table: RawTable, names: readonly string[]): WordColumn | undefined {
  for (const name of names) {
    const found = table.words.find((column) => normalName(column.name) === name && column.names.length > 0)
    if (found) return found
  }
  return undefined
}
