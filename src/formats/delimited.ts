/** Text tables with a header: commas, semicolons or tabs, quoted cells, decimal points or commas. */
import { textOfCell } from '../text/csv'
import Papa from 'papaparse'
import { GrowingColumn, mostColumns, numericTable, readCell } from './cells'
import { FormatError, plural } from './format-error'
import type { RawTable } from './types'

/** Where the delimiter is no comma. */
export const decimalComma = /^\s*[+-]?\d*,\d+(?:[eE][+-]?\d+)?\s*$/
export const decimalPoint = /^\s*[+-]?\d*\.\d+(?:[eE][+-]?\d+)?\s*$/
const delimiterNames: Record<string, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' }

/** @throws FormatError */
export function readDelimited(text: string, file: string): RawTable {
  // One kind of line ending, so that the parser's positions count lines.
  const plain = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
  if (plain.trim() === '') throw new FormatError(file, null, 'is empty. Choose a file with a header and rows.')
  const table = new TableReader(file, delimiterOf(plain))
  let line = 1
  let cursor = 0
  Papa.parse<string[]>(plain, {
    delimiter: table.delimiter,
    newline: '\n',
    step: ({ data, errors, meta }) => {
      if (errors.length > 0) {
        throw new FormatError(
          file,
          `line ${line}`,
          'a quoted cell does not end where its line does. Close the quote, or double quotes inside a cell.'
        )
      }
      table.row(data, line)
      for (let at = plain.indexOf('\n', cursor); at >= 0 && at < meta.cursor; at = plain.indexOf('\n', at + 1)) line++
      cursor = meta.cursor
    }
  })
  return table.finish()
}

class TableReader {
  private columns: GrowingColumn[] | null = null
  private readonly lines: number[] = []
  private commaLine = 0
  private pointLine = 0
  private headerLine = 1

  constructor(
    private readonly file: string,
    readonly delimiter: string
  ) {}

  row(cells: string[], line: number): void {
    if (cells.length === 1 && cells[0].trim() === '') return
    if (!this.columns) {
      this.columns = this.header(cells, line)
      return
    }
    if (cells.length !== this.columns.length) {
      throw new FormatError(
        this.file,
        `line ${line}`,
        `${plural(this.columns.length, 'column')} expected, ${cells.length} found. ` +
          `Complete the line so that it matches the header in line ${this.headerLine}, or remove it.`
      )
    }
    const row = this.lines.length
    this.lines.push(line)
    for (let c = 0; c < cells.length; c++) {
      const value = this.cell(cells[c], line)
      if (typeof value === 'number') this.columns[c].number(row, value)
      else if (value === 'word') this.columns[c].word(line, cells[c])
    }
  }

  finish(): RawTable {
    const { columns, file } = this
    if (!columns || this.lines.length === 0) {
      throw new FormatError(file, null, 'has a header and no rows. Choose a file with recorded values.')
    }
    checkOneWay(file, this.commaLine, this.pointLine)
    const notes: string[] = []
    const kept = columns.filter((column, c) => {
      if (column.name !== '') return true
      // What pandas writes without index=False, and what a delimiter at the end of every line leaves.
      if (c === 0) notes.push('The first column has no name and was taken for row numbers.')
      else if (column.numbers + column.words > 0) notes.push(`Column ${c + 1} has no name and was left out.`)
      return false
    })
    return numericTable(file, kept, this.lines, notes)
  }

  private header(cells: string[], line: number): GrowingColumn[] {
    const { file } = this
    this.headerLine = line
    const names = cells.map((cell) => textOfCell(cell.trim()))
    if (names.every((name) => name === '' || readCell(name) !== 'word')) {
      throw new FormatError(
        file,
        `line ${line}`,
        `there is no header: the line holds numbers only. Add a first line that names the ` +
          `${plural(cells.length, 'column')}, such as step,train_loss.`
      )
    }
    if (names.length > mostColumns) {
      throw new FormatError(
        file,
        `line ${line}`,
        `${names.length} columns; at most ${mostColumns} can be imported. Leave out those that are not needed.`
      )
    }
    const first = new Map<string, number>()
    names.forEach((name, c) => {
      const before = first.get(name)
      if (name !== '' && before !== undefined) {
        throw new FormatError(
          file,
          `line ${line}`,
          `the column "${name}" appears twice (columns ${before + 1} and ${c + 1}). Rename one of them.`
        )
      }
      first.set(name, c)
    })
    return names.map((name) => new GrowingColumn(name))
  }

  private cell(text: string, line: number): ReturnType<typeof readCell> {
    const value = readCell(text)
    if (this.delimiter === ',') return value
    if (value === 'word' && decimalComma.test(text)) {
      this.commaLine ||= line
      return Number(text.trim().replace(',', '.'))
    }
    if (typeof value === 'number' && this.pointLine === 0 && decimalPoint.test(text)) this.pointLine = line
    return value
  }
}

/**
 * @param commaLine the first line with a decimal comma, `pointLine` with a decimal point; 0: none
 * @throws FormatError where there are both: one of them may part thousands.
 */
export function checkOneWay(file: string, commaLine: number, pointLine: number): void {
  if (commaLine === 0 || pointLine === 0) return
  throw new FormatError(
    file,
    `line ${Math.max(commaLine, pointLine)}`,
    `numbers are written with a decimal comma in line ${commaLine} and with a decimal point in line ${pointLine}. ` +
      'Write all of them one way.'
  )
}

/** The delimiter of the header, checked against the line after it. */
export function delimiterOf(text: string): string {
  const lines = text
    .slice(0, 1_000_000)
    .split('\n', 50)
    .filter((line) => line.trim() !== '')
  const count = (line: string | undefined, delimiter: string): number =>
    (line ?? '').replace(/"[^"]*"/g, '').split(delimiter).length - 1
  const scores = Object.keys(delimiterNames).map((delimiter) => {
    const header = count(lines[0], delimiter)
    return { delimiter, header, agrees: header > 0 && header === count(lines[1] ?? lines[0], delimiter) }
  })
  scores.sort((a, b) => Number(b.agrees) - Number(a.agrees) || b.header - a.header)
  return scores[0].delimiter
}
