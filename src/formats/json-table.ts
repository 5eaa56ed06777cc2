/** Examples as JSON: one object per line, or a list of objects. */
import { type DataTable, tableOfCells } from './data-table'
import { excerpt, FormatError } from './format-error'

/** Nested names are joined with `/`, lists of numbers are one cell. @throws FormatError */
export function readJsonTable(text: string, file: string): DataTable {
  const records = recordsIn(text.replace(/^\ufeff/, ''), file)
  if (records.length === 0)
    throw new FormatError(file, null, 'holds no objects. Choose a file with one JSON object per example.')
  const names = new Map<string, number>()
  const flat = records.map(({ value, line }) => {
    const cells = new Map<string, string>()
    flatten(value, '', cells)
    for (const name of cells.keys()) if (!names.has(name)) names.set(name, names.size)
    return { cells, line }
  })
  const header = [...names.keys()]
  const rows = flat.map(({ cells, line }) => ({ cells: header.map((name) => cells.get(name) ?? ''), line }))
  return tableOfCells(header, rows, file)
}

interface JsonObject {
  value: object
  line: number
}

function recordsIn(text: string, file: string): JsonObject[] {
  if (text.trimStart().startsWith('[')) {
    const all = parsed(text, file, null)
    if (Array.isArray(all)) return all.map((value: unknown, i) => ({ value: objectOf(value, file, `entry ${i + 1}`), line: i + 1 })) // prettier-ignore
  }
  return text.split('\n').flatMap((content, i) => {
    if (content.trim() === '') return []
    const place = `line ${i + 1}`
    return { value: objectOf(parsed(content, file, place), file, place), line: i + 1 }
  })
}

function parsed(text: string, file: string, place: string | null): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new FormatError(file, place, `it is not valid JSON (${(error as Error).message}). Correct it or remove it.`)
  }
}

function objectOf(value: unknown, file: string, place: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new FormatError(file, place, `"${excerpt(JSON.stringify(value))}" is no object. Write one object per example.`)
}

function flatten(value: object, prefix: string, cells: Map<string, string>): void {
  for (const [name, field] of Object.entries(value) as [string, unknown][]) {
    const path = prefix + name
    if (field === null || field === undefined) cells.set(path, '')
    else if (Array.isArray(field)) cells.set(path, field.flat(4).join(' '))
    else if (typeof field === 'object') flatten(field, `${path}/`, cells)
    else cells.set(path, String(field as string | number | boolean))
  }
}
