/** A table made value by value, where no file has one ready. */
import { GrowingColumn } from '../formats/cells'
import type { RawTable } from '../formats/types'

export class TableBuilder {
  private readonly columns = new Map<string, GrowingColumn>()
  private rows = 0

  set(row: number, name: string, value: number): void {
    let column = this.columns.get(name)
    if (!column) this.columns.set(name, (column = new GrowingColumn(name)))
    column.number(row, value)
    this.rows = Math.max(this.rows, row + 1)
  }

  build(notes: readonly string[] = []): RawTable {
    return {
      columns: [...this.columns.values()].map((column) => column.finish(this.rows)),
      rows: this.rows,
      lines: Int32Array.from({ length: this.rows }, (_, row) => row + 1),
      notes: [...notes],
      words: []
    }
  }
}

/** One point of a series, where a file has them one by one. */
export interface LongPoint {
  series: string
  step: number
  value: number
  /** Seconds since 1970; NaN where the file does not tell. */
  wallTime: number
}

/**
 * Points of several series as a table with a column for each, and a row for each step. A series that goes back in step was started
 * again: its further points are rows of a later attempt.
 */
export function tableOfPoints(points: Iterable<LongPoint>, stepName: string, notes: readonly string[] = []): RawTable {
  const places = new Map<string, { attempt: number; step: number }>()
  const rows = new Map<string, { attempt: number; step: number; values: Map<string, number>; wallTime: number }>()
  for (const { series, step, value, wallTime } of points) {
    const before = places.get(series)
    const attempt = before === undefined ? 0 : step < before.step ? before.attempt + 1 : before.attempt
    places.set(series, { attempt, step })
    const key = `${attempt}:${step}`
    let row = rows.get(key)
    if (!row) rows.set(key, (row = { attempt, step, values: new Map(), wallTime: NaN }))
    row.values.set(series, value)
    if (Number.isFinite(wallTime)) row.wallTime = wallTime
  }
  const builder = new TableBuilder()
  const ordered = [...rows.values()].sort((a, b) => a.attempt - b.attempt || a.step - b.step)
  ordered.forEach(({ step, values, wallTime }, at) => {
    builder.set(at, stepName, step)
    if (!Number.isNaN(wallTime)) builder.set(at, 'wall_time', wallTime)
    for (const [series, value] of values) builder.set(at, series, value)
  })
  return builder.build(notes)
}

/** Some rows of a table, in their order. */
export function rowsOf(table: RawTable, rows: readonly number[]): RawTable {
  return {
    columns: table.columns
      .map(({ name, values, present }) => ({
        name,
        values: Float64Array.from(rows, (row) => values[row]),
        present: Uint8Array.from(rows, (row) => present[row])
      }))
      .filter(({ present }) => present.includes(1)),
    rows: rows.length,
    lines: Int32Array.from(rows, (row) => table.lines[row]),
    notes: table.notes,
    words: table.words.map(({ name, codes, names }) => ({
      name,
      codes: codes.length === 0 ? codes : Int32Array.from(rows, (row) => codes[row]),
      names
    }))
  }
}
