/** Cells of a text table become numbers, gaps or words; columns grow as rows come. */
import { excerpt, FormatError, plural, someNames } from './format-error'
import type { RawColumn, RawTable, WordColumn } from './types'

/** More columns than this are no metrics of a run but something else that was chosen by mistake. */
export const mostColumns = 4096

const gaps = new Set(['', 'none', 'null', 'na', 'n/a', '#n/a', '#na', '#na#', '-', '--', '?'])
const special = new Map([
  ['nan', NaN],
  ['+nan', NaN],
  ['-nan', NaN],
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
  ['infinity', Infinity],
  ['+infinity', Infinity],
  ['-infinity', -Infinity]
])

/** A number (NaN and infinities too), `gap` for a cell without a value, `word` for everything else. */
export function readCell(text: string): number | 'gap' | 'word' {
  const trimmed = text.trim()
  if (trimmed === '') return 'gap'
  const value = Number(trimmed)
  // `0x10` is a number for JavaScript and a word for everybody else.
  if (!Number.isNaN(value)) return /^[+-]?0[xob]/i.test(trimmed) ? 'word' : value
  const lower = trimmed.toLowerCase()
  return special.get(lower) ?? (gaps.has(lower) ? 'gap' : 'word')
}

/** A column with more different words than this names no runs and no series: it holds texts. */
const mostNames = 20_000

export class GrowingColumn {
  private values = new Float64Array(256)
  private present = new Uint8Array(256)
  numbers = 0
  words = 0
  /** The first cell that is neither a number nor empty. */
  firstWord: { line: number; text: string } | null = null
  private codes: Int32Array | null = null
  private readonly names = new Map<string, number>()

  constructor(public name: string) {}

  named(name: string): this {
    this.name = name
    return this
  }

  number(row: number, value: number): void {
    if (row >= this.values.length) this.grow(row + 1)
    this.values[row] = value
    this.present[row] = 1
    this.numbers += 1
  }

  word(row: number, line: number, text: string): void {
    this.words += 1
    this.firstWord ??= { line, text: excerpt(text) }
    if (this.names.size > mostNames) return
    const trimmed = text.trim()
    let code = this.names.get(trimmed)
    if (code === undefined) this.names.set(trimmed, (code = this.names.size))
    this.codes ??= new Int32Array(256).fill(-1)
    if (row >= this.codes.length) {
      const codes = new Int32Array(Math.max(row + 1, this.codes.length * 2)).fill(-1)
      codes.set(this.codes)
      this.codes = codes
    }
    this.codes[row] = code
  }

  finishWords(rows: number): WordColumn {
    if (!this.codes || this.names.size > mostNames) return { name: this.name, codes: new Int32Array(), names: [] }
    const codes = new Int32Array(rows).fill(-1)
    codes.set(this.codes.subarray(0, rows))
    return { name: this.name, codes, names: [...this.names.keys()] }
  }

  finish(rows: number): RawColumn {
    if (rows > this.values.length) this.grow(rows)
    return { name: this.name, values: this.values.slice(0, rows), present: this.present.slice(0, rows) }
  }

  private grow(needed: number): void {
    const size = Math.max(needed, this.values.length * 2)
    const values = new Float64Array(size)
    const present = new Uint8Array(size)
    values.set(this.values)
    present.set(this.present)
    this.values = values
    this.present = present
  }
}

/** A column with more words than this share of its cells is one of words, or a mistake in the file. */
const mostWords = 0.1

/**
 * The numeric columns. A column of words is left out and named; a few words among numbers are gaps, and told.
 * @throws FormatError where words are too many to be slips and too few to be what the column holds
 */
export function numericTable(file: string, columns: GrowingColumn[], lines: number[], notes: string[]): RawTable {
  const mixed = columns
    .filter((column) => column.firstWord && column.numbers >= column.words)
    .sort((a, b) => a.firstWord!.line - b.firstWord!.line)
  const mistaken = mixed.find(({ words, numbers }) => words > Math.max(1, mostWords * (words + numbers)))
  if (mistaken) {
    const { name, firstWord } = mistaken
    throw new FormatError(
      file,
      `line ${firstWord!.line}, column "${name}"`,
      `"${firstWord!.text}" is not a number. Write a number there, or leave the cell empty for a gap.`
    )
  }
  const worded = columns.filter((column) => column.words > column.numbers)
  const empty = columns.filter((column) => column.words === 0 && column.numbers === 0).map((column) => column.name)
  const told = [...notes]
  if (mixed.length > 0) {
    const [{ name, firstWord }] = mixed
    const count = mixed.reduce((sum, column) => sum + column.words, 0)
    told.push(
      `${plural(count, 'cell')} that ${count === 1 ? 'holds' : 'hold'} no number ${count === 1 ? 'is a gap' : 'are gaps'} ` +
        `(the first in line ${firstWord!.line}, column "${name}": "${firstWord!.text}").`
    )
  }
  if (empty.length > 0) told.push(`Left out, because empty: ${someNames(empty)}.`)
  return {
    columns: columns
      .filter((column) => column.numbers > 0 && column.numbers >= column.words)
      .map((column) => column.finish(lines.length)),
    rows: lines.length,
    lines: Int32Array.from(lines),
    notes: told,
    words: worded.map((column) => column.finishWords(lines.length))
  }
}
