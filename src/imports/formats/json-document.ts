/**
 * JSON documents that hold recorded values, by their shape: lists of records (also deep inside, as the log_history of a
 * trainer_state.json), objects of lists (Keras, XGBoost, LightGBM), series with steps of their own (Sacred), triples as TensorBoard's
 * page saves them, objects by step, frames of pandas, and our own export.
 */
import { FormatError, someNames } from '../../formats/format-error'
import { JsonError, jsonValues, parseJson, placeOf } from '../../formats/json'
import { flatten, type JsonRecord, tableOfRecords } from '../../formats/json-lines'
import { stemOf } from '../../formats/file-names'
import type { RawTable } from '../../formats/types'
import type { DialectRun } from '../dialects/dialect'
import { fixedStep, type Recorded } from '../recorded'
import { rowNumber } from '../step-column'
import {
  deepest,
  type Fields,
  hasNumber,
  isFields,
  joinedRecords,
  recordRuns,
  recordsIn,
  stepName
} from './json-records'
import { type LongPoint, TableBuilder, tableOfPoints } from '../table-builder'

/** Fewer values than this in every list are settings: `"betas": [0.9, 0.999]`. */
const fewest = 3
const fewestAlone = 8
const measures = /loss|acc|err|score|reward|return|perplexity|ppl|bleu|f1|auc|iou|map|metric|lr|rate/i

/** @returns the runs of a document; null where it holds no recorded values. @throws FormatError when it is no JSON */
export function readJsonDocument(text: string, file: string): Recorded[] | null {
  const document = documentIn(text, file)
  const found = runsIn(document.value, file)
  if (!found) return null
  return found.map((run) => {
    const notes = [...document.notes, ...run.table.notes]
    return { format: 'json', ...run, table: { ...run.table, notes } }
  })
}

/** One value; or, as some loggers write, several objects that follow each other, or a list whose end is missing. */
function documentIn(text: string, file: string): { value: unknown; notes: string[] } {
  try {
    return { value: parseJson(text.replace(/^\ufeff/, '')), notes: [] }
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    const { values, rest } = jsonValues(text.replace(/^\ufeff/, ''))
    const records = values.filter(({ value }) => isFields(value))
    if (records.length < 2 || records.length < values.length) {
      const { line, column } = placeOf(text, error.position)
      const remedy = 'Write the file again, or remove it.'
      throw new FormatError(file, `line ${line}, column ${column}`, `this is not JSON: ${error.reason}. ${remedy}`)
    }
    const cut = rest ? [`Its end is missing (from line ${placeOf(text, rest.position).line} on: ${rest.reason}).`] : []
    return { value: records.map(({ value }) => value), notes: cut }
  }
}

function runsIn(value: unknown, file: string): DialectRun[] | null {
  const alone = (table: RawTable | null, step: DialectRun['step'] = null): DialectRun[] | null =>
    table && [{ part: null, seed: null, table, step }]
  if (Array.isArray(value)) {
    const list: unknown[] = value
    if (list.length > 0 && list.every(isTriple)) return alone(tableOfTriples(list, stemOf(file)), fixedStep('step'))
    if (list.length > 0 && list.every(isExport)) return runsOfExport(list)
    return recordRuns(list, file, [])
  }
  if (!isFields(value)) return null
  const own = seriesWithSteps(value)
  if (own) return alone(own, fixedStep('step'))
  const frame = frameOf(value)
  if (frame) return alone(frame.table, frame.step)
  const found = recordsIn(value, 0)
  if (found.length > 0) {
    const { list, notes } = joinedRecords(found)
    const runs = recordRuns(list, file, notes)
    if (runs) return runs
  }
  const keyed = keyedBySteps(value, file)
  if (keyed) return alone(keyed)
  const lists = tableOfLists(value)
  return (
    lists &&
    alone(
      lists,
      lists.columns.some(({ name }) => /^(step|steps|iteration|epoch)s?$/i.test(name)) ? null : fixedStep(rowNumber)
    )
  )
}

/** [[wall time, step, value], ...], as TensorBoard's page saves a chart. */
function isTriple(item: unknown): item is [number, number, number] {
  return (
    Array.isArray(item) &&
    item.length === 3 &&
    item.every((part) => typeof part === 'number' || (typeof part === 'string' && !Number.isNaN(Number(part)))) &&
    Number.isSafeInteger(Number(item[1])) &&
    Number(item[0]) > 1e8
  )
}

function tableOfTriples(list: readonly [number, number, number][], name: string): RawTable {
  const points = list.map(([wallTime, step, value]) => ({ ...asNumbers(wallTime, step, value), series: name }))
  return tableOfPoints(points, 'step')
}

function asNumbers(wallTime: unknown, step: unknown, value: unknown): Omit<LongPoint, 'series'> {
  return { wallTime: Number(wallTime), step: Number(step), value: Number(value) }
}

interface ExportedSeries extends Fields {
  run: string
  tag: string
  points: unknown[][]
}

/** Our own export: a list of { run, tag, points: [[wall_time, step, value], ...] }. */
function isExport(item: unknown): item is ExportedSeries {
  return isFields(item) && typeof item.run === 'string' && typeof item.tag === 'string' && Array.isArray(item.points)
}

function runsOfExport(list: readonly ExportedSeries[]): DialectRun[] {
  const runs = new Map<string, LongPoint[]>()
  for (const { run, tag, points } of list) {
    const all = runs.get(run) ?? []
    runs.set(run, all)
    for (const [wallTime, step, value] of points) all.push({ series: tag, ...asNumbers(wallTime, step, value) })
  }
  return [...runs].map(([run, points]) => ({
    part: runs.size > 1 ? run : null,
    seed: null,
    table: tableOfPoints(points, 'step'),
    step: fixedStep('step')
  }))
}

/** Sacred's metrics.json: { name: { steps, values, timestamps } }; ClearML's scalars: { title: { series: { name, x, y } } }. */
function seriesWithSteps(value: Fields): RawTable | null {
  const points: LongPoint[] = []
  const left: string[] = []
  let found = 0
  const look = (fields: Fields, prefix: string, depth: number): void => {
    for (const [key, item] of Object.entries(fields)) {
      const own = isFields(item) ? item : {}
      const [steps, values] = [own.steps ?? own.step ?? own.x, own.values ?? own.value ?? own.y]
      if (isNumbers(steps) && isNumbers(values) && steps.length === values.length) {
        const times = Array.isArray(own.timestamps) ? own.timestamps : []
        found += 1
        steps.forEach((step, i) => {
          points.push({ series: prefix + key, step, value: values[i], wallTime: secondsOf(times[i]) })
        })
      } else if (isFields(item) && depth + 1 < deepest) look(item, `${prefix}${key}/`, depth + 1)
      else left.push(prefix + key)
    }
  }
  look(value, '', 0)
  if (points.length === 0 || left.length >= found) return null
  return tableOfPoints(points, 'step', left.length > 0 ? [`Left out, because no series: ${someNames(left)}.`] : [])
}

/** Sacred's times are in UTC and do not say so. */
function secondsOf(time: unknown): number {
  if (typeof time === 'number') return time
  if (typeof time !== 'string') return NaN
  return Date.parse(/(z|[+-]\d\d:?\d\d)$/i.test(time) ? time : `${time}Z`) / 1000
}

/** What pandas writes of a frame: { column: { row: value } }, or { columns, index, data }. */
function frameOf(value: Fields): { table: RawTable; step: DialectRun['step'] } | null {
  const { columns, data, index } = value
  if (Array.isArray(columns) && Array.isArray(data) && data.length > 0 && data.every(Array.isArray)) {
    if (!columns.every((name) => typeof name === 'string')) return null
    const cells = (data as unknown[][]).flatMap((row, at) => row.map((cell, c): Cell => [at, columns[c], cell]))
    return frameTable(cells, isNumbers(index) ? index : null)
  }
  const entries = Object.entries(value)
  const columnsOf = entries.filter(([, item]) => isFields(item) && Object.keys(item).length >= fewest)
  if (entries.length === 0 || columnsOf.length < entries.length) return null
  const keys = [...new Set(columnsOf.flatMap(([, item]) => Object.keys(item as Fields)))]
  if (!keys.every((key) => /^\d+$/.test(key))) return null
  const isFlat = columnsOf.every(([, item]) => Object.values(item as Fields).every((cell) => !isFields(cell)))
  // Where the names are numbers, too, it is an object by steps.
  if (!isFlat || columnsOf.every(([name]) => /^\d+$/.test(name))) return null
  const labels = keys.map(Number).sort((a, b) => a - b)
  const places = new Map(labels.map((label, at) => [label, at]))
  const cells = columnsOf.flatMap(([name, item]) =>
    Object.entries(item as Fields).map(([key, cell]): Cell => [places.get(Number(key))!, name, cell])
  )
  return frameTable(cells, labels)
}

type Cell = [row: number, column: string, value: unknown]

/** Rows are in the order of the frame; what it calls them counts steps where no column does, and it is no mere numbering. */
function frameTable(
  cells: readonly Cell[],
  labels: readonly number[] | null
): { table: RawTable; step: DialectRun['step'] } {
  const builder = new TableBuilder()
  const odd = new Set<string>()
  for (const [row, name, cell] of cells) {
    if (typeof cell === 'number') builder.set(row, name, cell)
    else if (cell !== null) odd.add(name)
  }
  const isCounted = cells.some(([, name]) => stepName.test(name))
  const isLabelled = labels !== null && !isCounted && labels.some((label, row) => label !== row)
  if (isLabelled) labels.forEach((label, row) => builder.set(row, 'index', label))
  const notes = odd.size > 0 ? [`Cells that are no numbers left out, in ${someNames([...odd], 6)}.`] : []
  return { table: builder.build(notes), step: isCounted ? null : fixedStep(isLabelled ? 'index' : rowNumber) }
}

/** { "0": { "loss": 1 }, "100": { ... } } or { "epoch_1": { ... } }: the name says the step. */
function keyedBySteps(value: Fields, file: string): RawTable | null {
  const entries = Object.entries(value)
  const parsed = entries.map(([key]) => /^(?:(step|epoch|iter(?:ation)?)[ _-]?)?(\d+)$/i.exec(key))
  if (entries.length < 2 || !parsed.every((match) => match !== null)) return null
  const word = parsed[0][1]?.toLowerCase() ?? 'step'
  // Epochs and steps in one object have no order.
  if (parsed.some((match) => (match[1]?.toLowerCase() ?? 'step') !== word)) return null
  if (entries.every(([, item]) => typeof item === 'number')) {
    const points = entries.map(([, item], i) => ({ series: stemOf(file), step: Number(parsed[i][2]), value: item as number, wallTime: NaN })) // prettier-ignore
    return tableOfPoints(points, word)
  }
  if (!entries.every(([, item]) => hasNumber(item))) return null
  const records = entries.map(([, item], i): JsonRecord => {
    const fields = item as Fields
    return { line: i + 1, fields: 'step' in fields || 'epoch' in fields ? fields : { [word]: Number(parsed[i][2]), ...fields } } // prettier-ignore
  })
  return tableOfRecords(records, file, [])
}

/** { "loss": [...], "val_loss": [...] }, also nested: each list is a series, counted from its first value. */
function tableOfLists(value: Fields): RawTable | null {
  const leaves = flatten(value)
  const lists = leaves.filter((leaf): leaf is [string, (number | string | null)[]] => isSeries(leaf[1]))
  const longest = lists.reduce((most, [, list]) => Math.max(most, list.length), 0)
  if (longest < fewest || lists.length < leaves.filter(([, leaf]) => leaf !== null).length / 2) return null
  // One short list is as likely the sizes of layers.
  if (lists.length === 1 && longest < fewestAlone && !measures.test(lists[0][0])) return null
  const builder = new TableBuilder()
  for (const [name, list] of lists) {
    list.forEach((item, row) => {
      const number = typeof item === 'string' ? Number(item.toLowerCase().replace(/^([+-]?)inf(inity)?$/, '$1Infinity')) : item // prettier-ignore
      if (number !== null) builder.set(row, name, number)
    })
  }
  const notes: string[] = []
  const short = lists.filter(([, list]) => list.length < longest).map(([name]) => name)
  if (short.length > 0)
    notes.push(`Shorter than the others, and counted from their first value: ${someNames(short, 6)}.`)
  const left = leaves.filter(([, leaf]) => !isSeries(leaf)).map(([name]) => name)
  if (left.length > 0) notes.push(`Left out, because no lists of numbers: ${someNames(left, 6)}.`)
  return builder.build(notes)
}

/** Numbers, gaps, and the words for numbers that JSON has not. */
function isSeries(value: unknown): value is (number | string | null)[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.some((item) => typeof item === 'number') &&
    value.every((item) => item === null || typeof item === 'number' || /^(nan|[+-]?inf(inity)?)$/i.test(String(item)))
  )
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number')
}
