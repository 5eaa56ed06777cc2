import { csvText } from '../../src/text/csv'

/** The numbers behind a drawing, in full. */
export interface DataTable {
  header: string[]
  rows: (string | number)[][]
}

/** Rows as CSV (RFC 4180): text that needs it is quoted, numbers keep every digit, NaN and infinities in words. */
export function toCsv(header: string[], rows: (string | number)[][]): string {
  return csvText([header, ...rows])
}
