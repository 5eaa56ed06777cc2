/**
 * Several runs in one table, one below the other or row by row: a column that is named for it says which run a row is of, and the
 * steps of each run only rise.
 */
import { findStepColumn, rowNumber } from '../step-column'
import { rowsOf } from '../table-builder'
import type { Dialect } from './dialect'

/** Columns that name a run. */
export const runNames =
  /^(_?(run|runs|run_?id|run_?uuid|run_?name|sys\/id|experiment|experiment_?(id|name|key)|exp|exp_?name|trial|trial_?id|trial_?name|seed|random_?seed|replicate|fold))$/i
const seedNames = /^(seed|random_?seed)$/i

export function seedOfPart(column: string, part: string): number | null {
  return seedNames.test(column) && /^\d+$/.test(part) && Number.isSafeInteger(Number(part)) ? Number(part) : null
}

export const runsInRows: Dialect = (table) => {
  const words = table.words.filter(
    ({ name, codes, names }) => runNames.test(name) && names.length > 1 && !codes.includes(-1)
  )
  const numbers = table.columns.filter(({ name, values, present }) => {
    return runNames.test(name) && !present.includes(0) && values.every(Number.isSafeInteger)
  })
  const found = [
    ...words.map(({ name, codes, names }) => ({ name, key: (row: number) => names[codes[row]] })),
    ...numbers.map(({ name, values }) => ({ name, key: (row: number) => String(values[row]) }))
  ]
  for (const { name, key } of found) {
    const groups = new Map<string, number[]>()
    for (let row = 0; row < table.rows; row++) {
      const rows = groups.get(key(row))
      if (rows) rows.push(row)
      else groups.set(key(row), [row])
    }
    if (groups.size < 2 || groups.size > table.rows / 2) continue
    const others = {
      ...table,
      columns: table.columns.filter((column) => column.name !== name),
      words: table.words.filter((column) => column.name !== name)
    }
    const parts = [...groups].map(([part, rows]) => ({ part, table: rowsOf(others, rows) }))
    const { column } = findStepColumn(parts[0].table)
    if (column === null || column === rowNumber) continue
    const rises = parts.every(({ table: own }) => {
      const steps = own.columns.find((one) => one.name === column)
      return steps?.values.every((step, row) => row === 0 || step >= steps.values[row - 1]) ?? false
    })
    // Words that only change now and then say something of one run; runs have steps in common or begin again.
    if (!rises || (!overlaps(parts, column) && !numbers.some((one) => one.name === name))) continue
    return parts.map(({ part, table: own }) => ({ part, seed: seedOfPart(name, part), table: own, step: null }))
  }
  return null
}

function overlaps(parts: readonly { table: ReturnType<typeof rowsOf> }[], column: string): boolean {
  const seen = new Set<number>()
  for (const { table } of parts) {
    const steps = new Set(table.columns.find(({ name }) => name === column)!.values)
    for (const step of steps) if (seen.has(step)) return true
    for (const step of steps) seen.add(step)
  }
  return false
}
