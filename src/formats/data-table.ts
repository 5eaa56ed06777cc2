/** Text tables of examples: a header, one row per example, numbers or words in each column. */
import { textOfCell } from '../text/csv'
import Papa from 'papaparse'
import { readCell } from './cells'
import { checkOneWay, decimalComma, decimalPoint, delimiterOf } from './delimited'
import { excerpt, FormatError, plural } from './format-error'

export interface DataColumn {
  name: string
  /** [rows]; null where a cell is neither a number nor empty. Empty cells are NaN. */
  numbers: Float64Array | null
  /** [rows], trimmed; null for a column of numbers. */
  words: string[] | null
  /** Line of the first empty cell, or null. */
  firstGap: number | null
  /** The first cell that is no number, where most are numbers. */
  oddWord: { line: number; text: string } | null
}

export interface DataTable {
  columns: DataColumn[]
  rows: number
}

const mostColumns = 100_000

/** @throws FormatError */
export function readDataTable(text: string, file: string): DataTable {
  const plain = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
  // Not guessed by the parser: it takes decimal commas for delimiters.
  const delimiter = delimiterOf(plain)
  const { data, errors } = Papa.parse<string[]>(plain, { newline: '\n', delimiter })
  const bad = errors.find(({ type }) => type === 'Quotes')
  if (bad) {
    const text = 'a quoted cell does not end where its line does. Close the quote, or double quotes inside a cell.'
    throw new FormatError(file, `line ${(bad.row ?? 0) + 1}`, text)
  }
  const lines = data
    .map((cells, i) => ({ cells, line: i + 1 }))
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
  const [header, ...rows] = lines
  if (!header) throw new FormatError(file, null, 'is empty. Choose a file with a header and rows.')
  const names = header.cells.map((cell) => textOfCell(cell.trim()))
  if (names.every((name) => typeof readCell(name) === 'number')) {
    const text = `there is no header: the line holds numbers only. Add a first line that names the ${plural(names.length, 'column')}.`
    throw new FormatError(file, `line ${header.line}`, text)
  }
  if (names.length > mostColumns) {
    throw new FormatError(file, `line ${header.line}`, `${names.length} columns; at most ${mostColumns} can be read.`)
  }
  const seen = new Set<string>()
  const twice = names.findIndex((name) => {
    if (name === '') return false
    if (seen.has(name)) return true
    seen.add(name)
    return false
  })
  if (twice >= 0) {
    throw new FormatError(
      file,
      `line ${header.line}`,
      `the column "${names[twice]}" appears twice. Rename one of them.`
    )
  }
  if (rows.length === 0) throw new FormatError(file, null, 'has a header and no rows. Choose a file with examples.')
  for (const { cells, line } of rows) {
    if (cells.length !== names.length) {
      const text = `${plural(names.length, 'column')} expected, ${cells.length} found. Complete the line so that it matches the header, or remove it.`
      throw new FormatError(file, `line ${line}`, text)
    }
  }
  const read = names.map((name, c) => column(name === '' ? `column ${c + 1}` : name, rows, c, delimiter !== ','))
  const first = (lines: number[]): number =>
    lines.reduce((least, line) => (line > 0 ? Math.min(least, line) : least), Infinity)
  const [comma, point] = [first(read.map(({ commaLine }) => commaLine)), first(read.map(({ pointLine }) => pointLine))]
  checkOneWay(file, Number.isFinite(comma) ? comma : 0, Number.isFinite(point) ? point : 0)
  const columns = read.map(({ column }) => column)
  // What pandas writes without index=False: row numbers under no name.
  const isIndex = names[0] === '' && (columns[0].numbers?.every((value, i) => value === i) ?? false)
  return { columns: isIndex ? columns.slice(1) : columns, rows: rows.length }
}

/** With the first lines of a decimal comma and of a decimal point; 0 where there is none, or the column is one of words. */
function column(
  name: string,
  rows: { cells: string[]; line: number }[],
  c: number,
  commas: boolean
): { column: DataColumn; commaLine: number; pointLine: number } {
  const numbers = new Float64Array(rows.length)
  let [commaLine, pointLine] = [0, 0]
  let words = 0
  let firstGap: number | null = null
  let oddWord: DataColumn['oddWord'] = null
  rows.forEach(({ cells, line }, i) => {
    let value = readCell(cells[c])
    if (commas && value === 'word' && decimalComma.test(cells[c])) {
      value = Number(cells[c].trim().replace(',', '.'))
      commaLine ||= line
    } else if (commas && pointLine === 0 && typeof value === 'number' && decimalPoint.test(cells[c])) pointLine = line
    numbers[i] = typeof value === 'number' ? value : NaN
    if (value === 'gap') firstGap ??= line
    if (value !== 'word') return
    words += 1
    oddWord ??= { line, text: excerpt(cells[c]) }
  })
  if (words === 0) return { column: { name, numbers, words: null, firstGap, oddWord: null }, commaLine, pointLine }
  const mostlyNumbers = words < rows.length / 2
  return {
    column: {
      name,
      numbers: null,
      words: rows.map(({ cells }) => textOfCell(cells[c].trim())),
      firstGap,
      oddWord: mostlyNumbers ? oddWord : null
    },
    commaLine: 0,
    pointLine: 0
  }
}
