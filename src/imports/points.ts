/**
 * A file's columns become the points of a run: ordered by step, one row a step, named by our tags. Where a training was started
 * again, the rows stay in the order of the file, attempt after attempt.
 */
import { unnamedColumn } from '../formats/delimited'
import { stemOf } from '../formats/file-names'
import { FormatError, plural, someNames } from '../formats/format-error'
import { attemptStarts, goesBack, latestPoints, runsBelowEachOther } from './attempts'
import { namesPart, normalName, tagsOf } from './series-names'
import { rowNumber } from './step-column'
import type { ImportedPoints, ImportedSeries, RawColumn, RawTable } from '../formats/types'
import { smallest } from '../numeric/statistics'

/**
 * @param stepColumn name of the column that counts steps, or `rowNumber`
 * @param prefix what tells these columns from those of another table of the same run: `val`
 * @throws FormatError
 */
export function pointsOf(
  given: RawTable,
  stepColumn: string,
  file: string,
  prefix: string | null = null
): ImportedPoints {
  const notes = [...given.notes]
  if (given.words.length > 0)
    notes.push(`Left out, because not numbers: ${someNames(given.words.map(({ name }) => name))}.`)
  const table = stepColumn === rowNumber ? given : withSteps(given, stepColumn, file, notes)
  const stepsOfRows = stepColumn === rowNumber ? rowNumbers(table.rows) : stepsIn(table, stepColumn, file)
  const recorded = table.columns.filter(
    (column) => column.name !== stepColumn && !isEpoch(column.name) && !isWallTime(column.name)
  )
  const several = runsBelowEachOther(table, recorded, stepsOfRows)
  if (several)
    throw new FormatError(
      file,
      `line ${several.line}`,
      `the steps begin again where "${several.column}" changes, so it holds several runs. Write one file for each of them.`
    )
  const isAgain = recorded.some(({ present }) => goesBack(stepsOfRows, present))
  const attempts = isAgain ? attemptStarts(stepsOfRows) : []
  const { order, target, steps } =
    attempts.length > 0 ? inAttempts(stepsOfRows, attempts, table.lines, notes) : ordered(stepsOfRows, table, notes)
  const wallTime = table.columns.find((column) => isWallTime(column.name))
  // A step column that is an epoch is a series as well: time axes show epochs.
  const columns = table.columns.filter(
    (column) =>
      column !== wallTime && column.name !== unnamedColumn && (column.name !== stepColumn || isEpoch(column.name))
  )
  const named = (name: string): string =>
    prefix === null || isEpoch(name) || namesPart(name) ? name : `${prefix}_${name}`
  const lone = columns.filter(({ present }) => present.reduce((sum, there) => sum + there, 0) < 2)
  const tags = tagsOf(
    columns.map((column) => named(column.name)),
    new Set(lone.map(({ name }) => named(name)))
  )
  const empty = columns.filter(({ present }) => !present.includes(1))
  const series = columns.flatMap((column) => {
    if (empty.includes(column)) return []
    const tag = nameOfOnly(table, column, file) ?? tags.get(named(column.name))!
    const gathered = gather(column, tag, order, target, steps.length)
    return attempts.length === 0 ? gathered : { ...gathered, points: latestPoints(steps, gathered.present) }
  })
  if (series.every(({ tag }) => tag === 'epoch')) {
    throw new FormatError(file, null, 'has no column of numbers beside its steps. Choose a file with recorded values.')
  }
  countGaps(series, notes)
  if (stepColumn !== unnamedColumn && table.columns.some(({ name }) => name === unnamedColumn))
    notes.push('The first column has no name and was taken for row numbers.')
  return {
    steps,
    wallTimes: wallTime ? wallTimes(wallTime, order, target, steps.length) : null,
    series,
    notes
  }
}

/**
 * The rows that have a step. A few without one - the settings that a log begins with, a summary at its end - are left out and told.
 * @throws FormatError where most have none
 */
function withSteps(table: RawTable, name: string, file: string, notes: string[]): RawTable {
  const steps = table.columns.find((column) => column.name === name)
  if (!steps) return table
  const kept = Array.from({ length: table.rows }, (_, row) => row).filter((row) => steps.present[row] === 1)
  const missing = table.rows - kept.length
  if (missing === 0) return table
  const first = steps.present.indexOf(0)
  if (missing >= kept.length)
    throw new FormatError(
      file,
      `line ${table.lines[first]}, column "${name}"`,
      'the step is missing. Fill it in, or choose another step column.'
    )
  const held = table.columns.filter(({ present }) =>
    table.lines.some((_, row) => steps.present[row] === 0 && present[row] === 1)
  )
  const values =
    held.length > 0
      ? `, with values of ${someNames(
          held.map((column) => column.name),
          6
        )}`
      : ''
  notes.push(`${plural(missing, 'row')} without a step left out (the first in line ${table.lines[first]}${values}).`)
  return {
    ...table,
    rows: kept.length,
    lines: Int32Array.from(kept, (row) => table.lines[row]),
    columns: table.columns.map((column) => ({
      ...column,
      values: Float64Array.from(kept, (row) => column.values[row]),
      present: Uint8Array.from(kept, (row) => column.present[row])
    }))
  }
}

/** The rows as they are, and where the training was started again. */
function inAttempts(
  steps: Float64Array,
  attempts: readonly number[],
  lines: Int32Array,
  notes: string[]
): { order: Int32Array; target: Int32Array; steps: Float64Array } {
  const [first] = attempts
  const more = attempts.length > 1 ? `, and ${plural(attempts.length - 1, 'time')} more` : ''
  notes.push(
    `It was started again at step ${steps[first]} (line ${lines[first]})${more}; the latest attempt is shown, all attempts are kept.`
  )
  const order = Int32Array.from(steps, (_, row) => row)
  return { order, target: order, steps }
}

function rowNumbers(rows: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => row)
}

function stepsIn(table: RawTable, name: string, file: string): Float64Array {
  const column = table.columns.find((candidate) => candidate.name === name)
  if (!column) {
    const others = someNames(table.columns.map((candidate) => candidate.name))
    throw new FormatError(
      file,
      null,
      `has no column "${name}" of numbers. Its columns are ${others}; choose one of them.`
    )
  }
  for (let row = 0; row < table.rows; row++) {
    const value = column.values[row]
    if (Number.isSafeInteger(value)) continue
    const place = `line ${table.lines[row]}, column "${name}"`
    throw new FormatError(
      file,
      place,
      `the step is ${value}; steps are whole numbers. Choose another step column, or row numbers as steps.`
    )
  }
  return column.values
}

/** Rows in order of their steps, and to which point each of them goes. */
function ordered(
  stepsOfRows: Float64Array,
  { lines, columns }: RawTable,
  notes: string[]
): { order: Int32Array; target: Int32Array; steps: Float64Array } {
  const rows = stepsOfRows.length
  const order = Int32Array.from({ length: rows }, (_, row) => row)
  let late = 0
  let firstLate = -1
  let highest = -Infinity
  for (let row = 0; row < rows; row++) {
    if (stepsOfRows[row] < highest) {
      late += 1
      if (firstLate < 0) firstLate = row
    } else highest = stepsOfRows[row]
  }
  if (late > 0) {
    order.sort((a, b) => stepsOfRows[a] - stepsOfRows[b] || a - b)
    notes.push(`${plural(late, 'row')} out of order (the first in line ${lines[firstLate]}), sorted by step.`)
  }
  const target = new Int32Array(rows)
  const steps: number[] = []
  const repeated: number[] = []
  for (let i = 0; i < rows; i++) {
    const step = stepsOfRows[order[i]]
    if (steps.length > 0 && steps[steps.length - 1] === step) {
      // Rows that complete each other contradict nothing.
      for (let j = i - 1; j >= 0 && target[j] === steps.length - 1; j--) {
        if (!contradicts(columns, order[j], order[i])) continue
        repeated.push(order[i])
        break
      }
    } else steps.push(step)
    target[i] = steps.length - 1
  }
  if (repeated.length > 0) {
    const first = smallest(repeated)
    notes.push(
      `${plural(repeated.length, 'row')} with a step that an earlier row has (the first in line ${lines[first]}): ` +
        'the last value of each cell was taken.'
    )
  }
  return { order, target, steps: Float64Array.from(steps) }
}

function contradicts(columns: readonly RawColumn[], before: number, row: number): boolean {
  return columns.some(
    ({ values, present }) => present[before] === 1 && present[row] === 1 && !Object.is(values[before], values[row])
  )
}

function gather(
  { name, values, present }: RawColumn,
  tag: string,
  order: Int32Array,
  target: Int32Array,
  length: number
): ImportedSeries {
  const series = { column: name, tag, values: new Float64Array(length), present: new Uint8Array(length), points: 0 }
  for (let i = 0; i < order.length; i++) {
    if (present[order[i]] === 0) continue
    if (series.present[target[i]] === 0) series.points += 1
    series.values[target[i]] = values[order[i]]
    series.present[target[i]] = 1
  }
  return series
}

/** Times of points; where the file has none, the time of the point before. */
function wallTimes(column: RawColumn, order: Int32Array, target: Int32Array, length: number): Float64Array | null {
  const { values, present, points } = gather(column, '', order, target, length)
  if (points === 0) return null
  let last = values[present.indexOf(1)]
  return values.map((value, i) => (last = present[i] === 1 && Number.isFinite(value) ? value : last))
}

function countGaps(series: ImportedSeries[], notes: string[]): void {
  let empty = 0
  let notFinite = 0
  const where = new Set<string>()
  for (const { column, values, present } of series) {
    for (let i = 0; i < values.length; i++) {
      if (present[i] === 0) empty += 1
      else if (!Number.isFinite(values[i])) {
        notFinite += 1
        where.add(column)
      }
    }
  }
  if (empty > 0) notes.push(`${plural(empty, 'empty cell')}: gaps in the curves.`)
  if (notFinite > 0)
    notes.push(`${plural(notFinite, 'value')} NaN or infinite, kept as such: ${someNames([...where], 6)}.`)
}

/** TensorBoard's name for seconds since 1970, and that of Weights & Biases. */
function isWallTime(name: string): boolean {
  return ['wall_time', '_timestamp'].includes(normalName(name))
}

function isEpoch(name: string): boolean {
  return tagsOf([name]).get(name) === 'epoch'
}

/**
 * A table of steps and values holds one series, which only the file's name tells: run-a-tag-loss.csv as TensorBoard's page saves it, or
 * val_loss.csv. Another name is that of a run.
 */
function nameOfOnly(table: RawTable, column: RawColumn, file: string): string | null {
  const names = table.columns.map(({ name }) => normalName(name)).sort()
  if (!/^step,(timestamp,)?value(,wall_time)?$/.test(names.join()) || normalName(column.name) !== 'value') return null
  const stem = stemOf(file)
  const tag = /(?:^|-)tag-(.+)$/.exec(stem)?.[1]
  if (tag) return tagsOf([tag]).get(tag)!
  const known = tagsOf([stem]).get(stem)!
  return known === stem ? null : known
}
