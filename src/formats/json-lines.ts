/** JSON lines: one object per line, nested ones flattened with `/`. A line that is none costs that line, and is told. */
import { GrowingColumn, mostColumns, numericTable, readCell } from './cells'
import { excerpt, FormatError, plural, someNames } from './format-error'
import { JsonError, parseJson } from './json'
import type { RawTable } from './types'

/** @throws FormatError */
export function readJsonLines(text: string, file: string): RawTable {
  const records: JsonRecord[] = []
  const odd: FormatError[] = []
  let line = 0
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start)
    const content = text.slice(start, end < 0 ? text.length : end)
    start = end < 0 ? text.length : end + 1
    line += 1
    if (content.trim() === '') continue
    try {
      records.push({ line, fields: objectIn(content, file, line) })
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      odd.push(error)
    }
  }
  // Half of the lines are no slips: this is something else.
  if (odd.length > 0 && odd.length >= records.length) throw odd[0]
  if (records.length === 0) throw new FormatError(file, null, 'is empty. Choose a file with one JSON object per line.')
  const notes =
    odd.length === 0
      ? []
      : [
          `${plural(odd.length, 'line')} left out that ${odd.length === 1 ? 'is' : 'are'} no complete JSON object (the first: ${odd[0].place}).`
        ]
  return tableOfRecords(records, file, notes)
}

/** One object, and where it stands in its file. */
export interface JsonRecord {
  line: number
  fields: Record<string, unknown>
}

/**
 * Records as a table: nested names joined with `/`, lists of up to `mostListed` numbers as their numbers.
 * @throws FormatError
 */
export function tableOfRecords(records: readonly JsonRecord[], file: string, notes: readonly string[]): RawTable {
  const columns = new Map<string, GrowingColumn>()
  const lists = new Set<string>()
  const columnOf = (name: string, line: number): GrowingColumn => {
    let column = columns.get(name)
    if (column) return column
    if (columns.size === mostColumns)
      throw new FormatError(
        file,
        `line ${line}`,
        `more than ${mostColumns} different names. Leave out those that are not needed.`
      )
    column = new GrowingColumn(name)
    columns.set(name, column)
    return column
  }
  records.forEach(({ line, fields }, row) => {
    for (const [name, value] of flatten(fields)) {
      if (!Array.isArray(value)) add(columnOf(name, line), row, line, value)
      else if (value.length > 0 && value.length <= mostListed && value.every((item) => typeof item === 'number'))
        value.forEach((item: number, i) => add(columnOf(`${name}/${i}`, line), row, line, item))
      else if (value.length > 0) lists.add(name)
    }
  })
  const left = lists.size > 0 ? [`Left out, because lists: ${someNames([...lists])}.`] : []
  return numericTable(
    file,
    [...columns.values()],
    records.map(({ line }) => line),
    [...notes, ...left]
  )
}

/** As long as COCO's twelve figures, and a little longer; what is longer is a curve or a histogram. */
const mostListed = 16

function objectIn(content: string, file: string, line: number): Record<string, unknown> {
  let value: unknown
  try {
    value = parseJson(content)
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    throw new FormatError(
      file,
      `line ${line}, column ${error.position + 1}`,
      `this is not JSON: ${error.reason}. Each line must be one complete object such as {"step": 1, "loss": 0.5}; ` +
        'correct the line or remove it.'
    )
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new FormatError(
    file,
    `line ${line}`,
    `an object was expected, found ${excerpt(content)}. Each line must be one object such as {"step": 1, "loss": 0.5}.`
  )
}

function add(column: GrowingColumn, row: number, line: number, value: unknown): void {
  if (value === null) return
  if (typeof value === 'number') column.number(row, value)
  else if (typeof value === 'string') {
    // Strict writers have no other way to say NaN; other numbers in quotes are taken for what they say, too.
    const read = readCell(value)
    if (typeof read === 'number') column.number(row, read)
    else if (read === 'word') column.word(row, line, value)
  } else column.word(row, line, String(value))
}

/** Objects in objects beyond this are no names of metrics, and hundreds of thousands of them would end the stack. */
const deepest = 100

/** Leaves of nested objects, each with its path. */
export function flatten(value: Record<string, unknown>, prefix = '', depth = 0): [string, unknown][] {
  return Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    const name = prefix + key.trim()
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return [[name, item]]
    if (depth === deepest) return []
    return flatten(item as Record<string, unknown>, `${name}/`, depth + 1)
  })
}
