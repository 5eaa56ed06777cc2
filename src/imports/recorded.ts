/** What the files of a source hold, read: the table of one run, or the tables of several. */
import type { ImportFormat } from '../domain/import-formats'
import type { RawTable, StepColumn } from '../formats/types'

export interface Recorded {
  format: ImportFormat
  /** Which of several runs in the file; null where it holds one. */
  part: string | null
  seed: number | null
  table: RawTable
  /** Where the format itself says what counts steps; null where the columns tell. */
  step: StepColumn | null
}

/** A step column that the format itself fixes. */
export function fixedStep(column: string): StepColumn {
  return { column, candidates: [column], unclear: null }
}
