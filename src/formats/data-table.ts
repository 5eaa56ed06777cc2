/** Tables of examples: one row per example, numbers, words or lists of numbers in each column, with a header or without. */
import { textOfCell } from '../text/csv'
import { readCell } from './cells'
import { checkOneWay, decimalComma, decimalPoint, readRows, type RowSink } from './delimited'
import { excerpt, FormatError, plural } from './format-error'

export interface DataColumn {
  name: string
  /** [rows]; null for a column of words or lists. Cells without a number are NaN. */
  numbers: Float64Array | null
  /** [rows], trimmed, empty where there is none; null for a column of numbers or lists. */
  words: string[] | null
  /** Where each cell is a list of as many numbers, such as the pixels of a picture: [rows x width]. */
  lists: { width: number; values: Float32Array } | null
  /** Cells without a value, and the line of the first; null: there is none. */
  gaps: number
  firstGap: number | null
  /** Among numbers: cells that are none, and the first of them. */
  oddWords: number
  oddWord: { line: number; text: string } | null
}

export interface DataTable {
  columns: DataColumn[]
  rows: number
  /** [rows]: the line of each, counted from 1. */
  lines: number[]
  /** What was understood or left out, in sentences. */
  notes: string[]
}

const mostColumns = 100_000
/** Rows whose texts are kept in a column of numbers: in a column of words these are words, too. */
const mostTexts = 1000
/** Words for "no value" that may as well be a class. Others, such as a question mark, are never one. */
const gapWords = /^(none|na|n\/a|null)$/i
const list = /^\[?\s*[-+]?[\d.][\d.e+-]*(?:[\s,;]+[-+]?[\d.][\d.e+-]*){3,}\s*\]?$/i

/**
 * A text table. A first row that is like the others is a row and no header: numbers stand over numbers, and are not counted through
 * as the names of columns are.
 * @throws FormatError
 */
export function readDataTable(text: string, file: string): DataTable {
  let sink: TableSink | null = null
  const { notes } = readRows(text, file, (delimiter) => (sink = new TableSink(file, delimiter !== ',')))
  return sink!.finish(notes)
}

/** Rows that come with the names of their columns. @throws FormatError */
export function tableOfCells(
  names: readonly string[],
  rows: Iterable<{ cells: string[]; line: number }>,
  file: string
): DataTable {
  const sink = new TableSink(file, false)
  sink.header([...names], 0)
  for (const { cells, line } of rows) sink.row(cells, line)
  return sink.finish([], true)
}

class TableSink implements RowSink {
  private first: { cells: string[]; line: number } = { cells: [], line: 0 }
  private columns: CellColumn[] = []
  private readonly lines: number[] = []

  constructor(
    private readonly file: string,
    private readonly commas: boolean
  ) {}

  header(cells: string[], line: number): void {
    if (cells.length > mostColumns) {
      throw new FormatError(this.file, `line ${line}`, `${cells.length} columns; at most ${mostColumns} can be read.`)
    }
    this.first = { cells, line }
    this.columns = cells.map(() => new CellColumn(this.file, this.commas))
  }

  row(cells: string[], line: number): void {
    const row = this.lines.length
    this.lines.push(line)
    for (let c = 0; c < cells.length; c++) this.columns[c].add(row, line, cells[c])
  }

  /** @param isNamed whether the first row is a header for certain */
  finish(told: readonly string[], isNamed = false): DataTable {
    const { columns, first, file } = this
    const notes = [...told]
    const hasHeader = isNamed || this.isHeader()
    if (!hasHeader) {
      this.row(first.cells, first.line)
      notes.unshift('There is no header: columns are called by their number.')
    }
    const names = hasHeader ? namesOf(first.cells, first.line, file) : first.cells.map((_, c) => `column ${c + 1}`)
    const rows = this.lines.length
    const least = (of: (column: CellColumn) => number): number =>
      columns.reduce((line, column) => (column.isNumeric && of(column) > 0 ? Math.min(line || Infinity, of(column)) : line), 0) // prettier-ignore
    checkOneWay(file, least(({ commaLine }) => commaLine), least(({ pointLine }) => pointLine)) // prettier-ignore
    return { columns: columns.map((column, c) => column.finish(names[c], rows)), rows, lines: this.lines, notes }
  }

  /** Whether something in the first row cannot be a value of its column. */
  private isHeader(): boolean {
    const { columns, first } = this
    const kinds = first.cells.map((cell) => kindOfCell(cell, this.commas))
    if (kinds.every((kind) => kind === 'gap')) return true
    if (kinds.some((kind, c) => kind === 'word' && columns[c].isNumeric && columns[c].numbers > 0)) return true
    const numbers = first.cells.filter((_, c) => kinds[c] === 'number').map(Number)
    if (numbers.length > 0) {
      // 0, 1, 2 or 2019, 2020: names that count on.
      return numbers.length > 1 && numbers.every((value, i) => i === 0 || value === numbers[i - 1] + 1)
    }
    if (columns.some((column) => column.isList)) return true
    // Nothing but words: values occur again, names do not.
    return !first.cells.every((cell, c) => kinds[c] === 'gap' || columns[c].holds(textOfCell(cell.trim())))
  }
}

function kindOfCell(text: string, commas: boolean): 'number' | 'gap' | 'word' {
  const value = readCell(text)
  if (typeof value === 'number') return 'number'
  return value === 'word' && commas && decimalComma.test(text) ? 'number' : value
}

function namesOf(cells: readonly string[], line: number, file: string): string[] {
  const names = cells.map((cell, c) => textOfCell(cell.trim()) || `column ${c + 1}`)
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name))
      throw new FormatError(file, `line ${line}`, `the column "${name}" appears twice. Rename one of them.`)
    seen.add(name)
  }
  return names
}

/** A column as its cells come. */
class CellColumn {
  private values = new Float64Array(256)
  private texts: string[] | null = []
  private listed: number[] | null = null
  private width = 0
  numbers = 0
  private words = 0
  private gaps = 0
  private firstGap: number | null = null
  private oddWord: DataColumn['oddWord'] = null
  commaLine = 0
  pointLine = 0
  private rows = 0

  constructor(
    private readonly file: string,
    private readonly commas: boolean
  ) {}

  get isList(): boolean {
    return this.listed !== null
  }

  /** More numbers than words: the column is one of numbers, whatever else stands in it. */
  get isNumeric(): boolean {
    return this.words === 0 || this.words < this.rows / 2
  }

  holds(text: string): boolean {
    return this.texts?.includes(text) ?? false
  }

  add(row: number, line: number, text: string): void {
    this.rows = row + 1
    if (row === 0 && list.test(text.trim())) this.listed = []
    if (this.listed) return this.addList(this.listed, line, text)
    let value = readCell(text)
    if (this.commas && value === 'word' && decimalComma.test(text)) {
      value = Number(text.trim().replace(',', '.'))
      this.commaLine ||= line
    } else if (this.commas && this.pointLine === 0 && typeof value === 'number' && decimalPoint.test(text))
      this.pointLine = line
    const isNumber = typeof value === 'number' && !Number.isNaN(value)
    if (row >= this.values.length) {
      const values = new Float64Array(this.values.length * 2)
      values.set(this.values)
      this.values = values
    }
    this.values[row] = isNumber ? (value as number) : NaN
    if (isNumber) this.numbers += 1
    else if (value === 'word') {
      this.words += 1
      this.oddWord ??= { line, text: excerpt(text) }
      this.texts ??= Array.from({ length: row }, (_, i) => (Number.isNaN(this.values[i]) ? '' : String(this.values[i])))
    } else {
      this.gaps += 1
      this.firstGap ??= line
    }
    if (!this.texts) return
    if (this.words === 0 && row >= mostTexts) this.texts = null
    else this.texts[row] = isNumber || value === 'word' || gapWords.test(text.trim()) ? textOfCell(text.trim()) : ''
  }

  private addList(listed: number[], line: number, text: string): void {
    const parts = text.replace(/^\s*\[|\]\s*$/g, '').trim().split(/[\s,;]+/) // prettier-ignore
    this.width ||= parts.length
    if (parts.length !== this.width) {
      throw new FormatError(this.file, `line ${line}`, `a cell holds ${plural(parts.length, 'number')}, and those before it ${this.width}. Complete it or remove the line.`) // prettier-ignore
    }
    for (const part of parts) {
      const value = Number(part)
      if (!Number.isFinite(value)) {
        throw new FormatError(this.file, `line ${line}`, `"${excerpt(part)}" in a list of numbers is none. Correct it or remove the line.`) // prettier-ignore
      }
      listed.push(value)
    }
  }

  finish(name: string, rows: number): DataColumn {
    const { gaps, words } = this
    const column = { name, numbers: null, words: null, lists: null, gaps, firstGap: this.firstGap, oddWords: 0, oddWord: null } // prettier-ignore
    if (this.listed) return { ...column, lists: { width: this.width, values: Float32Array.from(this.listed) } }
    if (words === 0) return { ...column, numbers: this.values.slice(0, rows) }
    const texts = this.texts!
    const own = { ...column, words: texts, gaps: texts.filter((text) => text === '').length }
    return this.isNumeric ? { ...own, oddWords: words, oddWord: this.oddWord } : own
  }
}
