/** Examples from text tables: one row each, one column to be predicted, the columns of numbers as inputs. */
import { type DataColumn, type DataTable, readDataTable } from '../../formats/data-table'
import { FormatError, someNames } from '../../formats/format-error'
import type { Split } from '../../training/types'
import { type LabelPart, outputsOf } from './labels'
import { type DataChoices, type DataFile, DataQuestion, plainAnswers, type UserData } from './choices'
import { type SplitName, splitOf, trainAndValidation, wordsOf } from './splits'

const labelNames = ['label', 'labels', 'target', 'class', 'y', 'species', 'category', 'outcome']

export function tableKind({ name }: Pick<DataFile, 'name'>): boolean {
  return /\.(csv|tsv)$/i.test(name)
}

interface Named {
  file: string
  table: DataTable
}

/** @throws FormatError, DataQuestion */
export async function readTables(files: readonly DataFile[], source: string, choices: DataChoices): Promise<UserData> {
  const splits: Partial<Record<SplitName, Named>> = {}
  for (const { name, read } of files) {
    const split = files.length === 1 ? 'train' : splitOf(wordsOf(name))
    if (split === null || splits[split]) {
      const names = someNames(files.map((file) => file.name))
      throw new FormatError(
        source,
        null,
        `holds several tables: ${names}. Choose one, or call them train.csv and test.csv.`
      )
    }
    splits[split] = { file: name, table: readDataTable(new TextDecoder().decode(await read()), name) }
  }
  const { train, validation, notes } = trainAndValidation(splits)
  if (!train) throw new FormatError(source, null, 'holds no table to train on. Call it train.csv.')
  const parts = validation ? [train, validation] : [train]
  const label = labelOf(train, choices)
  const { used, leftOut } = inputColumns(parts, label)
  const outputs = outputsOf(
    parts.map((part) => labelPart(part, label)),
    choices.predict ?? null
  )
  const split = (at: number): Split => {
    const { table } = parts[at]
    const columns = used.map((name) => columnOf(parts[at], name).numbers!)
    const inputs = new Float32Array(table.rows * columns.length)
    columns.forEach((values, c) => values.forEach((value, i) => (inputs[i * columns.length + c] = value)))
    return { inputs, ...outputs.parts[at], count: table.rows }
  }
  return {
    kind: parts.length === 1 ? 'table' : 'tables',
    inputShape: [used.length],
    ...{ classes: outputs.classes, classNames: outputs.classNames, targetWidth: outputs.targetWidth },
    train: split(0),
    validation: validation ? split(1) : null,
    counts: { train: train.table.rows, validation: validation?.table.rows ?? 0 },
    labels: train.table.columns.map(({ name }) => name),
    label,
    notes: [
      ...outputs.notes,
      ...(leftOut.length > 0 ? [`Left out, because not numbers: ${someNames(leftOut)}.`] : []),
      ...notes
    ],
    left: []
  }
}

function labelOf({ file, table }: Named, choices: DataChoices): string {
  const names = table.columns.map(({ name }) => name)
  if (choices.label !== undefined) {
    if (names.includes(choices.label)) return choices.label
    throw new FormatError(file, null, `has no column "${choices.label}"; there are ${someNames(names)}.`)
  }
  const telling = names.filter((name) => labelNames.includes(name.toLowerCase()))
  if (telling.length === 1) return telling[0]
  const words = table.columns.filter((column) => column.words)
  // The only column of words, where it is the first or the last, as in most tables of examples.
  const [only] = words
  if (words.length === 1 && (only === table.columns[0] || only === table.columns.at(-1))) return only.name
  throw new DataQuestion(
    'label',
    plainAnswers(names),
    `Which column of ${file} is to be predicted? There are ${someNames(names)}.`
  )
}

function inputColumns(parts: readonly Named[], label: string): { used: string[]; leftOut: string[] } {
  const [{ file, table }] = parts
  const others = table.columns.filter(({ name }) => name !== label)
  for (const part of parts) {
    for (const { name } of others) {
      const { oddWord, firstGap, numbers } = columnOf(part, name)
      const place = (line: number): string => `line ${line}, column "${name}"`
      if (oddWord) {
        const text = `"${oddWord.text}" is not a number. Write a number there, or remove the column.`
        throw new FormatError(part.file, place(oddWord.line), text)
      }
      if (numbers && firstGap !== null) {
        throw new FormatError(
          part.file,
          place(firstGap),
          'the cell is empty. Fill it in, or remove the line or the column.'
        )
      }
      const odd = numbers?.findIndex((value) => !Number.isFinite(value)) ?? -1
      if (odd >= 0) {
        throw new FormatError(
          part.file,
          `row ${odd + 1}, column "${name}"`,
          `the value is ${numbers![odd]}. Remove the line.`
        )
      }
    }
  }
  const used = others.filter(({ name }) => parts.every((part) => columnOf(part, name).numbers)).map(({ name }) => name)
  if (used.length === 0) throw new FormatError(file, null, `has no columns of numbers beside "${label}" to learn from.`)
  return { used, leftOut: others.map(({ name }) => name).filter((name) => !used.includes(name)) }
}

function labelPart(part: Named, label: string): LabelPart {
  const { numbers, words, firstGap } = columnOf(part, label)
  if (firstGap !== null) {
    const place = `line ${firstGap}, column "${label}"`
    throw new FormatError(part.file, place, 'the example has no label. Fill it in or remove the line.')
  }
  return { name: `${part.file}, column "${label}"`, shape: [part.table.rows], values: numbers ?? words! }
}

function columnOf({ file, table }: Named, name: string): DataColumn {
  const found = table.columns.find((column) => column.name === name)
  if (!found) throw new FormatError(file, null, `has no column "${name}". Both tables need the same columns.`)
  return found
}
