/**
 * Tables with one point a row: a column of words names the series, one of numbers holds the values, and a further one may name the
 * run. MLflow, Neptune, Comet, TensorBoard's frames and our own exports are written so.
 */
import { plural } from '../../formats/format-error'
import type { RawColumn, RawTable } from '../../formats/types'
import { type LongPoint, tableOfPoints } from '../table-builder'
import { columnOf, type Dialect, type DialectRun, wordsOf } from './dialect'
import { runNames, seedOfPart } from './runs-in-rows'

const seriesNames = [
  'tag',
  'metric',
  'metric_name',
  'metricname',
  'key',
  'attribute_path',
  'variable',
  'series',
  'name'
]
const valueNames = ['value', 'float_value', 'metricvalue', 'metric_value', 'int_value']
const stepNames = ['step', 'steps', 'global_step', 'iteration', 'epoch']
const timeNames = ['wall_time', 'timestamp', 'time', 'created_at']
/** Milliseconds since 1970 have 13 digits until the year 2286. */
const leastMilliseconds = 1e11

export const longTable: Dialect = (table) => {
  const series = wordsOf(table, seriesNames)
  const values = columnOf(table, valueNames)
  const steps = columnOf(table, stepNames)
  if (!series || !values || !steps) return null
  const named = table.words.find(
    (column) => column !== series && runNames.test(column.name) && column.codes.length === table.rows
  )
  const numbered = named ? undefined : table.columns.find(({ name }) => runNames.test(name))
  const runs = new Map<string, number[]>()
  const dropped = { point: 0, run: 0 }
  for (let row = 0; row < table.rows; row++) {
    if (series.codes[row] < 0 || values.present[row] === 0 || steps.present[row] === 0) {
      dropped.point += 1
      continue
    }
    const run = named
      ? named.names[named.codes[row]]
      : !numbered
        ? ''
        : numbered.present[row] === 1
          ? String(numbered.values[row])
          : undefined
    // Whose it is nobody knows.
    if (run === undefined) {
      dropped.run += 1
      continue
    }
    const rows = runs.get(run)
    if (rows) rows.push(row)
    else runs.set(run, [row])
  }
  if (runs.size === 0) return null
  const used = new Set([values, steps, numbered, columnOf(table, timeNames)])
  const others = table.columns.filter((column) => !used.has(column)).map(({ name }) => name)
  const left = table.words.filter((column) => column !== series && column !== named).map(({ name }) => name)
  const notes = [...table.notes, `Its rows are points of ${series.names.length} series, named by "${series.name}".`]
  if (dropped.point > 0) notes.push(`${plural(dropped.point, 'row')} without a series, a step or a value left out.`)
  if (dropped.run > 0) notes.push(`${plural(dropped.run, 'row')} without a run left out.`)
  const beside = [...others, ...left]
  if (beside.length > 0) notes.push(`Left out, beside the points: ${beside.map((name) => `"${name}"`).join(', ')}.`)
  return [...runs].map(([run, rows]): DialectRun => {
    const points = pointsOf(table, rows, series, values, steps)
    return {
      part: runs.size > 1 ? run : null,
      seed: seedOfPart(named?.name ?? numbered?.name ?? '', run),
      table: tableOfPoints(points, steps.name, notes),
      step: null
    }
  })
}

function* pointsOf(
  table: RawTable,
  rows: readonly number[],
  series: RawTable['words'][number],
  values: RawColumn,
  steps: RawColumn
): Iterable<LongPoint> {
  const times = columnOf(table, timeNames)
  for (const row of rows) {
    const time = times?.present[row] === 1 ? times.values[row] : NaN
    yield {
      series: series.names[series.codes[row]],
      step: steps.values[row],
      value: values.values[row],
      wallTime: time > leastMilliseconds ? time / 1000 : time
    }
  }
}
