/** Which columns of a table are inputs, and what each becomes: numbers as they are, words as one-hot, lists as their numbers. */
import type { DataColumn, DataTable } from '../../formats/data-table'
import { FormatError, someNames } from '../../formats/format-error'
import type { DataChoices } from './choices'

export interface NamedTable {
  file: string
  table: DataTable
}

export type InputColumn =
  | { name: string; kind: 'number' }
  /** A number 0 or 1 for each of its words; all 0 where a cell is empty. */
  | { name: string; kind: 'words'; words: string[] }
  | { name: string; kind: 'list'; width: number }

/** More words than this tell examples apart and not kinds of them. */
const mostWords = 20
/** As many when somebody wants the column. */
const mostWanted = 1000
/** More cells that are no number than this share make a column of both, and no slip. */
const mostSlips = 0.1
const rowNames = /^(id|idx|index|row|rowid|row_?(id|number|names?|nr|no)|unnamed(: ?\d+)?|no|nr|#|number|record|uuid|guid|.*[_ -]id|.*[a-z]Id|.*ID)$/i // prettier-ignore
/** Numbers with thousands parted, a unit or a currency. */
const dressed = /^[-+]?[$€£¥]?\s?\d{1,3}([.,' ]\d{3})*([.,]\d+)?\s?(%|[$€£¥]|[a-z]{1,3})?$/i
/** Rows from which on numbers that count are no coincidence. */
const fewRows = 4

/** @param parts the training table first; all have the columns. @throws FormatError */
export function inputColumns(
  parts: readonly NamedTable[],
  label: string,
  choices: DataChoices,
  notInput: readonly string[]
): { inputs: InputColumn[]; notes: string[] } {
  const [{ file, table }] = parts
  const others = table.columns.filter(({ name }) => name !== label && !notInput.includes(name))
  checkNames(choices, table, file)
  const reasons = new Map<string, string[]>()
  const leave = (name: string, reason: string): void => {
    reasons.set(reason, [...(reasons.get(reason) ?? []), name])
  }
  const found: InputColumn[] = []
  const counting: InputColumn[] = []
  for (const column of others) {
    const { name } = column
    if (choices.leaveOut?.includes(name)) {
      leave(name, 'as you wish')
      continue
    }
    const isWanted = choices.use?.includes(name) ?? false
    const [input, why] = inputOf(column, parts, isWanted, choices)
    if (input === null) leave(name, why)
    else if (!isWanted && isRowNumber(column)) counting.push(input)
    else found.push(input)
  }
  // Where nothing else is left, what counts may be what there is to learn from.
  if (found.length === 0) found.push(...counting)
  else for (const { name } of counting) leave(name, 'as they only tell the rows apart')
  if (found.length === 0)
    throw new FormatError(file, null, `has no columns of numbers beside "${label}" to learn from.`)
  const notes = [...reasons].map(([reason, names]) => `Left out, ${reason}: ${someNames(names)}.`)
  const copies = found.filter(({ name, kind }) => kind !== 'list' && says(columnOf(parts[0], name), columnOf(parts[0], label))) // prettier-ignore
  if (copies.length > 0) notes.push(`Says what is predicted in every row: ${someNames(copies.map(({ name }) => name))}. Leave it out unless it is known beforehand.`) // prettier-ignore
  const words = found.flatMap((input) => (input.kind === 'words' ? [`"${input.name}" (${input.words.length})`] : []))
  if (words.length > 0) notes.push(`Words as one-hot: ${words.slice(0, 12).join(', ')}${words.length > 12 ? ` and ${words.length - 12} more` : ''}.`) // prettier-ignore
  return { inputs: found, notes }
}

export function columnOf({ file, table }: NamedTable, name: string): DataColumn {
  const found = table.columns.find((column) => column.name === name)
  if (!found) throw new FormatError(file, null, `has no column "${name}". Both tables need the same columns.`)
  return found
}

function checkNames({ use = [], leaveOut = [] }: DataChoices, { columns }: DataTable, file: string): void {
  const names = columns.map(({ name }) => name)
  const unknown = [...use, ...leaveOut].find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new FormatError(file, null, `has no column "${unknown}"; there are ${someNames(names)}.`)
}

/** What a column becomes, or why it is none. */
function inputOf(
  { name }: DataColumn,
  parts: readonly NamedTable[],
  isWanted: boolean,
  choices: DataChoices
): [InputColumn | null, string] {
  const columns = parts.map((part) => columnOf(part, name))
  const [first] = columns
  if (first.lists) {
    const other = columns.findIndex(({ lists }) => lists?.width !== first.lists!.width)
    if (other < 0) return [{ name, kind: 'list', width: first.lists.width }, '']
    throw new FormatError(
      parts[other].file,
      `column "${name}"`,
      'the lists are not as long as those of the other table.'
    )
  }
  if (columns.every(({ numbers, gaps }) => numbers !== null && gaps === numbers.length)) return [null, 'because empty']
  if (columns.every(({ numbers }) => numbers !== null)) return [{ name, kind: 'number' }, '']
  for (const [i, { oddWord, oddWords }] of columns.entries()) {
    if (!oddWord) continue
    if (oddWords > mostSlips * parts[i].table.rows && oddWords > 1) return [null, 'because numbers and words are mixed']
    const text = `"${oddWord.text}" is not a number. Write a number there, or leave the column out.`
    throw new FormatError(parts[i].file, `line ${oddWord.line}, column "${name}"`, text)
  }
  if (choices.words === 'leave-out' && !isWanted) return [null, 'because not numbers']
  const words = wordsOf(columns)
  const signed = words.filter((word) => dressed.test(word))
  if (signed.length > words.length / 2 && !isWanted) return [null, `because its cells are no plain numbers (such as ${someNames(signed, 1)})`] // prettier-ignore
  const most = isWanted ? mostWanted : Math.min(mostWords, parts[0].table.rows / 2)
  if (words.length > most) return [null, `because nearly every row has another word`]
  return words.length < 2 ? [null, 'because all rows have the same word'] : [{ name, kind: 'words', words }, '']
}

/** Whether one value stands beside each value of the other and nowhere else; values of which each is there once say nothing. */
function says(column: DataColumn, label: DataColumn): boolean {
  const [values, labels] = [column.numbers ?? column.words ?? [], label.numbers ?? label.words ?? []]
  const [there, back] = [new Map<unknown, unknown>(), new Map<unknown, unknown>()]
  for (let i = 0; i < labels.length; i++) {
    if (there.has(values[i]) ? there.get(values[i]) !== labels[i] : back.has(labels[i])) return false
    there.set(values[i], labels[i])
    back.set(labels[i], values[i])
  }
  return there.size > 1 && there.size < labels.length / 2
}

function wordsOf(columns: readonly DataColumn[]): string[] {
  const all = new Set<string>()
  for (const { words, numbers } of columns)
    for (const word of words ?? Array.from(numbers ?? [], String)) if (word !== '' && word !== 'NaN') all.add(word)
  return [...all].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

/** A number, or a word, of its own for each row: counted through from the first to the last, or called so. */
export function isRowNumber({ name, numbers, words, gaps }: DataColumn): boolean {
  const values: readonly (number | string)[] | Float64Array | null = numbers ?? words
  if (!values || gaps > 0 || values.length < fewRows) return false
  if (numbers?.every((value, i) => value === numbers[0] + i)) return numbers[0] === 0 || numbers[0] === 1 || rowNames.test(name) // prettier-ignore
  if (!rowNames.test(name)) return false
  if (numbers && !numbers.every((value) => Number.isInteger(value))) return false
  return new Set<number | string>(values).size === values.length
}
