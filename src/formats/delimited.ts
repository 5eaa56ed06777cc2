/**
 * Text tables with a header: commas, semicolons, tabs or spaces, quoted cells, decimal points or commas. A line that does not
 * belong into the table costs that line: it is left out, counted and told.
 */
import { textOfCell } from '../text/csv'
import Papa from 'papaparse'
import { GrowingColumn, mostColumns, numericTable, readCell } from './cells'
import { FormatError, plural } from './format-error'
import type { RawTable } from './types'

/** Where the delimiter is no comma. */
export const decimalComma = /^\s*[+-]?\d*,\d+(?:[eE][+-]?\d+)?\s*$/
export const decimalPoint = /^\s*[+-]?\d*\.\d+(?:[eE][+-]?\d+)?\s*$/
const delimiters = [',', ';', '\t']

/** What a first column without a name is called where it counts the rows; no series of its own. */
export const unnamedColumn = '(first column)'

/** Takes the rows of a text table, in their order. */
export interface RowSink {
  /** The first row. @throws FormatError where it is no header and must be one */
  header(cells: string[], line: number): void
  /** A row with as many cells as the first. */
  row(cells: string[], line: number): void
}

/** What of a text is not among its rows, for notes. */
export interface RowsRead {
  /** Rows that were given to the sink, without the first. */
  rows: number
  /** What parts the cells: `,`, `;`, a tab or a space. */
  delimiter: string
  headerLine: number
  notes: string[]
}

/**
 * The rows of a text table. Remarks, repeated headers, rows without values and rows with more or fewer cells are left out and told.
 * @throws FormatError where most rows do not match the first
 */
export function readRows(text: string, file: string, sinkFor: (delimiter: string) => RowSink): RowsRead {
  // One kind of line ending, so that the parser's positions count lines.
  const plain = (text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text).replace(/^\ufeff/, '')
  if (plain.trim() === '') throw new FormatError(file, null, 'is empty. Choose a file with a header and rows.')
  const { body, firstLine, delimiter: named, remarks } = beginningOf(plain)
  const delimiter = named ?? delimiterOf(body)
  const filter = new RowFilter(file, sinkFor(delimiter), remarks)
  // Parted by spaces: as many as please the eye, so they become one tab before anything is parsed.
  const spaced = delimiter === ' ' ? body.replace(/^[ \t]+|[ \t]+$/gm, '').replace(/[ \t]+/g, '\t') : body
  let line = firstLine
  let cursor = 0
  Papa.parse<string[]>(spaced, {
    delimiter: delimiter === ' ' ? '\t' : delimiter,
    newline: '\n',
    step: ({ data, errors, meta }) => {
      if (errors.length > 0) {
        throw new FormatError(
          file,
          `line ${line}`,
          'a quoted cell does not end where its line does. Close the quote, or double quotes inside a cell.'
        )
      }
      filter.row(data, line)
      for (let at = spaced.indexOf('\n', cursor); at >= 0 && at < meta.cursor; at = spaced.indexOf('\n', at + 1)) line++
      cursor = meta.cursor
    }
  })
  return { delimiter, ...filter.finish() }
}

/** The series of a log. @throws FormatError */
export function readDelimited(text: string, file: string): RawTable {
  let table: SeriesSink | null = null
  const { notes } = readRows(text, file, (delimiter) => (table = new SeriesSink(file, delimiter)))
  return table!.finish(notes)
}

/**
 * Where the table begins: after the line with which spreadsheets name their delimiter (`sep=;`), and after remarks. A remark with
 * as many words as the first row has numbers is the header, as numpy writes it.
 */
function beginningOf(text: string): { body: string; firstLine: number; delimiter: string | null; remarks: string[] } {
  let at = 0
  let firstLine = 1
  let delimiter: string | null = null
  const remarks: string[] = []
  let last = { at: 0, line: 1 }
  for (;;) {
    const end = text.indexOf('\n', at)
    if (end < 0) break
    const content = text.slice(at, end).trim()
    const named = /^"?sep=(.)"?$/i.exec(content)?.[1]
    if (named) delimiter = named
    else if (content.startsWith('#')) {
      remarks.push(content.slice(1).trim())
      last = { at, line: firstLine }
    } else if (content !== '') break
    at = end + 1
    firstLine += 1
  }
  const body = text.slice(at)
  if (remarks.length > 0 && !remarks.at(-1)!.startsWith('{')) {
    const firstRow = body.slice(0, body.indexOf('\n') < 0 ? body.length : body.indexOf('\n'))
    const parted = (row: string): string[] =>
      row.split(delimiter ?? delimiterOf(`${row}\n${row}`)).map((cell) => cell.trim())
    const cells = parted(firstRow.trim())
    const header = remarks.at(-1)!
    if (cells.length > 1 && cells.every((cell) => readCell(cell) !== 'word')) {
      const names =
        header.split(/[\s,;]+/).length === cells.length && !/[,;\t]/.test(header) && /[,;\t]/.test(firstRow)
          ? header.split(/\s+/).join(delimiter ?? delimiterOf(`${firstRow}\n${firstRow}`))
          : header
      const own = text.slice(last.at, at).replace(/^[^\n]*/, names)
      return { body: own + body, firstLine: last.line, delimiter, remarks: remarks.slice(0, -1) }
    }
  }
  return { body, firstLine, delimiter, remarks }
}

/** Lets through what belongs into a table, and counts what does not. */
class RowFilter {
  private names: string[] | null = null
  private headerLine = 1
  private rows = 0
  private repeated = 0
  private remarkLines = 0
  private blank = 0
  /** Lines whose cells are too few or too many. */
  private readonly odd: { line: number; cells: number }[] = []

  constructor(
    private readonly file: string,
    private readonly sink: RowSink,
    private readonly remarks: readonly string[]
  ) {}

  row(cells: string[], line: number): void {
    if (cells.length === 1 && cells[0].trim() === '') return
    if (!this.names) {
      if (cells.every((cell) => cell.trim() === '')) return
      this.headerLine = line
      this.names = cells.map((cell) => textOfCell(cell.trim()))
      this.sink.header(cells, line)
      return
    }
    const { names } = this
    if (cells[0].trimStart().startsWith('#') && readCell(cells[0]) === 'word') {
      this.remarkLines += 1
      return
    }
    if (cells.every((cell) => cell.trim() === '')) {
      this.blank += 1
      return
    }
    // A delimiter at the end of every row, which the header has not.
    while (cells.length > names.length && cells.at(-1)!.trim() === '') cells.pop()
    const isHeader = cells.length === names.length && cells.every((cell, c) => textOfCell(cell.trim()) === names[c])
    // A row of numbers may be there twice; names may not.
    if (
      isHeader &&
      cells.some((cell) => readCell(cell) === 'word') &&
      cells.every((cell) => typeof readCell(cell) !== 'number')
    ) {
      // prettier-ignore
      this.repeated += 1
      return
    }
    if (cells.length !== names.length) {
      this.odd.push({ line, cells: cells.length })
      return
    }
    this.rows += 1
    this.sink.row(cells, line)
  }

  finish(): Omit<RowsRead, 'delimiter'> {
    const { names, file, odd, rows, headerLine } = this
    if (!names) throw new FormatError(file, null, 'is empty. Choose a file with a header and rows.')
    if (rows + odd.length === 0) {
      throw new FormatError(file, null, 'has a header and no rows. Choose a file with some.')
    }
    // Half of the lines are no slips: the header is not that of this table.
    if (odd.length >= rows) {
      throw new FormatError(
        file,
        `line ${odd[0].line}`,
        `${plural(names.length, 'column')} expected, ${odd[0].cells} found. ` +
          `Complete the line so that it matches the header in line ${headerLine}, or remove it.`
      )
    }
    return { rows, headerLine, notes: this.left() }
  }

  /** What of the text is not in the table, in sentences. */
  private left(): string[] {
    const { odd } = this
    const notes: string[] = []
    const remarks = this.remarks.length + this.remarkLines
    if (remarks > 0) notes.push(`${plural(remarks, 'remark line')} left out.`)
    if (this.repeated > 0) notes.push(`${plural(this.repeated, 'repeated header')} left out.`)
    if (this.blank > 0) notes.push(`${plural(this.blank, 'row')} without any value left out.`)
    if (odd.length > 0) {
      const [{ line, cells }] = odd
      notes.push(
        `${plural(odd.length, 'line')} left out, as they do not match the ${plural(this.names!.length, 'column')} of the header ` +
          `(the first is line ${line}, with ${cells}).`
      )
    }
    return notes
  }
}

/** The columns of a log. */
class SeriesSink implements RowSink {
  private columns: GrowingColumn[] = []
  private readonly lines: number[] = []
  private commaLine = 0
  private pointLine = 0

  constructor(
    private readonly file: string,
    private readonly delimiter: string
  ) {}

  header(cells: string[], line: number): void {
    this.columns = headerOf(cells, line, this.file)
  }

  row(cells: string[], line: number): void {
    const { columns } = this
    const row = this.lines.length
    this.lines.push(line)
    for (let c = 0; c < cells.length; c++) {
      const value = this.cell(cells[c], line)
      if (typeof value === 'number') columns[c].number(row, value)
      else if (value === 'word') columns[c].word(row, line, cells[c])
    }
  }

  finish(told: readonly string[]): RawTable {
    const { columns, file } = this
    checkOneWay(file, this.commaLine, this.pointLine)
    const notes = [...told]
    const kept = columns.flatMap((column, c) => {
      if (column.name !== '' && !(c === 0 && /^unnamed: ?0$/i.test(column.name))) return column
      // What pandas writes without index=False, and what a delimiter at the end of every line leaves.
      if (c === 0 && column.numbers === this.lines.length) return column.named(unnamedColumn)
      if (column.numbers + column.words > 0) notes.push(`Column ${c + 1} has no name and was left out.`)
      return []
    })
    return numericTable(file, kept, this.lines, notes)
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

function headerOf(cells: string[], line: number, file: string): GrowingColumn[] {
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
function delimiterOf(text: string): string {
  const lines = text
    .slice(0, 1_000_000)
    .split('\n', 50)
    .filter((line) => line.trim() !== '')
  const count = (line: string | undefined, delimiter: string): number =>
    (line ?? '').replace(/"[^"]*"/g, '').split(delimiter).length - 1
  const scores = delimiters.map((delimiter) => {
    const header = count(lines[0], delimiter)
    return { delimiter, header, agrees: header > 0 && header === count(lines[1] ?? lines[0], delimiter) }
  })
  scores.sort((a, b) => Number(b.agrees) - Number(a.agrees) || b.header - a.header)
  if (scores[0].header > 0) return scores[0].delimiter
  // Nothing parts the header but spaces, and the line below it as often.
  const words = (line: string): number => line.trim().split(/\s+/).length
  return lines.length > 1 && words(lines[0]) > 1 && words(lines[0]) === words(lines[1]) ? ' ' : scores[0].delimiter
}
