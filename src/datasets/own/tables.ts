/** Examples from tables: one row each, one column to be predicted, the others as inputs. */
import { type DataTable, readDataTable } from '../../formats/data-table'
import { FormatError, plural, someNames } from '../../formats/format-error'
import { readJsonTable } from '../../formats/json-table'
import type { Split } from '../../domain/dataset'
import { type DataChoices, type DataFile, DataQuestion, type LeftOut, plainAnswers, type UserData } from './choices'
import { columnOf, type InputColumn, inputColumns, isRowNumber, type NamedTable } from './input-columns'
import { type LabelPart, outputsOf } from './labels'
import { complete, type Part } from './missing-cells'
import { type SplitName, splitOf, trainAndValidation, wordsOf } from './splits'
import { tableText } from './table-text'

const labelNames = ['label', 'labels', 'target', 'class', 'y', 'species', 'category', 'outcome', 'emotion', 'diagnosis', 'survived'] // prettier-ignore
const splitNames = ['split', 'usage', 'set', 'subset', 'partition', 'fold_type', 'data_split']

export function tableKind({ name }: Pick<DataFile, 'name'>): boolean {
  return /\.(csv|tsv|tab|data|jsonl|ndjson)(\.gz)?$/i.test(name)
}

/** A table as well, where there is nothing else: its ending says little. */
export function perhapsTable({ name }: Pick<DataFile, 'name'>): boolean {
  return /\.(txt|dat|json)(\.gz)?$/i.test(name)
}

/** @throws FormatError, DataQuestion */
export async function readTables(files: readonly DataFile[], source: string, choices: DataChoices): Promise<UserData> {
  const tables: NamedTable[] = []
  for (const file of files) tables.push({ file: file.name, table: await readTable(file, choices) })
  const left: LeftOut[] = []
  const { splits, label, splitColumn } = partsOf(tables, source, choices, left)
  const { train, validation, notes } = trainAndValidation(splits)
  if (!train) throw new FormatError(source, null, 'holds no table to train on. Call it train.csv.')
  const all = validation ? [train, validation] : [train]
  const { inputs, notes: told } = inputColumns(all, label, choices, splitColumn === null ? [] : [splitColumn])
  const { parts, notes: filled, fill } = complete(all, label, inputs, choices)
  const outputs = outputsOf(
    parts.map((part) => labelPart(part, label)),
    choices.predict ?? null
  )
  const { shape, isPicture } = shapeOf(parts, inputs)
  const split = (at: number): Split => {
    const values = valuesOf(parts[at], inputs, fill)
    return { inputs: isPicture ? Uint8Array.from(values) : values, ...outputs.parts[at], count: parts[at].rows.length }
  }
  const [first] = parts
  return {
    kind: tables.length === 1 ? 'table' : 'tables',
    inputShape: shape,
    classes: outputs.classes,
    classNames: outputs.classNames,
    targetWidth: outputs.targetWidth,
    train: split(0),
    validation: validation ? split(1) : null,
    counts: { train: first.rows.length, validation: parts[1]?.rows.length ?? 0 },
    labels: train.table.columns.map(({ name }) => name),
    label,
    inputs: inputs.map(({ name }) => name),
    notes: [
      ...outputs.notes,
      ...gapClasses(parts[0], label),
      ...new Set(tables.flatMap(({ table }) => table.notes)),
      ...told,
      ...filled,
      ...(isPicture
        ? [`The numbers of each cell are taken for a picture of ${shape[1]} x ${shape[0]}: 255 counts as 1.`]
        : []),
      ...(splitColumn === null ? [] : [`The column "${splitColumn}" says which examples train.`]),
      ...notes
    ],
    left
  }
}

/** One table, however it is written. @throws FormatError, DataQuestion */
export async function readTable(file: DataFile, choices: DataChoices): Promise<DataTable> {
  const text = await tableText(file, choices)
  const isJson = /\.(jsonl?|ndjson)(\.gz)?$/i.test(file.name)
  return isJson ? readJsonTable(text, file.name) : readDataTable(text, file.name)
}

/** Which rows train, and which validate: by the names of the tables, or by a column of the only one. */
function partsOf(
  tables: readonly NamedTable[],
  source: string,
  choices: DataChoices,
  left: LeftOut[]
): { splits: Partial<Record<SplitName, Part>>; label: string; splitColumn: string | null } {
  const [only] = tables
  const whole = (table: NamedTable): Part => ({ ...table, rows: Array.from({ length: table.table.rows }, (_, i) => i) })
  if (tables.length === 1) {
    const column = splitColumnOf(only)
    const label = labelOf(only, choices, column === null ? [] : [column.name])
    if (column === null || column.name === label) return { splits: { train: whole(only) }, label, splitColumn: null }
    const splits: Partial<Record<SplitName, Part>> = {}
    column.splits.forEach((split, row) => (splits[split] ??= { ...only, rows: [] }).rows.push(row))
    return { splits, label, splitColumn: column.name }
  }
  const named: Partial<Record<SplitName, NamedTable>> = {}
  for (const table of tables) {
    const split = splitOf(wordsOf(table.file))
    if (split === null || named[split]) {
      const names = someNames(tables.map(({ file }) => file))
      throw new FormatError(
        source,
        null,
        `holds several tables: ${names}. Choose one, or call them train.csv and test.csv.`
      )
    }
    named[split] = table
  }
  const label = labelOf(named.train ?? only, choices, [])
  const splits: Partial<Record<SplitName, Part>> = {}
  for (const [split, table] of Object.entries(named) as [SplitName, NamedTable][]) {
    // Sets of competitions come without what is to be predicted.
    if (split !== 'train' && !table.table.columns.some(({ name }) => name === label))
      left.push({ file: table.file, reason: `it has no column "${label}"` })
    else splits[split] = whole(table)
  }
  return { splits, label, splitColumn: null }
}

/** The column whose words are those of splits, such as `Usage` with `Training` and `PublicTest`. */
export function splitColumnOf({ table }: NamedTable): { name: string; splits: SplitName[] } | null {
  for (const { name, words } of table.columns) {
    if (!words || !splitNames.includes(name.toLowerCase())) continue
    const kinds = new Map([...new Set(words)].map((word) => [word, splitOf(wordsOf(word))]))
    const privateTest = [...kinds.keys()].find((word) => /private/i.test(word))
    // Of two tests the public one validates.
    const publicTest = [...kinds.keys()].find((word) => /public/i.test(word))
    if (privateTest !== undefined && publicTest !== undefined) kinds.set(publicTest, 'validation')
    if (kinds.size < 2 || [...kinds.values()].some((kind) => kind === null)) continue
    return { name, splits: words.map((word) => kinds.get(word)!) }
  }
  return null
}

/** @param not columns that are never predicted. @throws DataQuestion */
export function labelOf({ file, table }: NamedTable, choices: DataChoices, not: readonly string[]): string {
  const columns = table.columns.filter(({ name }) => !not.includes(name))
  const names = columns.map(({ name }) => name)
  if (choices.label !== undefined) {
    if (names.includes(choices.label)) return choices.label
    throw new FormatError(file, null, `has no column "${choices.label}"; there are ${someNames(names)}.`)
  }
  const telling = names.filter((name) => labelNames.includes(name.toLowerCase()))
  if (telling.length === 1) return telling[0]
  const words = columns.filter((column) => column.words && !isRowNumber(column))
  // The only column of words, where it is the first or the last, as in most tables of examples.
  const [only] = words
  const others = columns.filter((column) => !isRowNumber(column))
  if (words.length === 1 && (only === others[0] || only === others.at(-1))) return only.name
  throw new DataQuestion(
    'label',
    plainAnswers(names),
    `Which column of ${file} is to be predicted? There are ${someNames(names)}.`
  )
}

function labelPart(part: Part, label: string): LabelPart {
  const { numbers, words, lists } = columnOf(part, label)
  if (lists) throw new FormatError(part.file, `column "${label}"`, 'it holds lists of numbers. Choose another label.')
  const values = numbers ? Float64Array.from(part.rows, (row) => numbers[row]) : part.rows.map((row) => words![row])
  return { name: `${part.file}, column "${label}"`, shape: [part.rows.length], values }
}

/** Words that stand for "no value" elsewhere, and may do so here. */
function gapClasses(part: Part, label: string): string[] {
  const { words } = columnOf(part, label)
  const found = [...new Set(words ?? [])].filter((word) => /^(none|na|n\/a|null)$/i.test(word))
  return found.map((word) => `"${word}" is a class: ${plural(words!.filter((one) => one === word).length, 'example')}.`)
}

function widthOf(input: InputColumn): number {
  return input.kind === 'number' ? 1 : input.kind === 'words' ? input.words.length : input.width
}

/** A single list of bytes whose number is a square, once or for three colours, is a picture. */
function shapeOf(parts: readonly Part[], inputs: readonly InputColumn[]): { shape: number[]; isPicture: boolean } {
  const width = inputs.reduce((sum, input) => sum + widthOf(input), 0)
  const [first] = inputs
  if (inputs.length !== 1 || first.kind !== 'list' || width < 16) return { shape: [width], isPicture: false }
  const isByte = parts.every((part) => columnOf(part, first.name).lists!.values.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)) // prettier-ignore
  for (const channels of [1, 3]) {
    const side = Math.sqrt(width / channels)
    if (isByte && Number.isInteger(side)) return { shape: [side, side, channels], isPicture: true }
  }
  return { shape: [width], isPicture: false }
}

/** [rows x width], row by row. */
function valuesOf(part: Part, inputs: readonly InputColumn[], fill: ReadonlyMap<string, number>): Float32Array {
  const width = inputs.reduce((sum, input) => sum + widthOf(input), 0)
  const values = new Float32Array(part.rows.length * width)
  let start = 0
  for (const input of inputs) {
    const { numbers, words, lists } = columnOf(part, input.name)
    part.rows.forEach((row, i) => {
      const at = i * width + start
      if (input.kind === 'number') {
        const value = numbers![row]
        values[at] = Number.isNaN(value) ? fill.get(input.name)! : value
      } else if (input.kind === 'list') {
        values.set(lists!.values.subarray(row * input.width, (row + 1) * input.width), at)
      } else {
        const index = input.words.indexOf(words ? words[row] : String(numbers![row]))
        if (index >= 0) values[at + index] = 1
      }
    })
    start += widthOf(input)
  }
  return values
}
