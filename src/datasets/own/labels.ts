/** What is to be predicted, as classes or as numbers, from the labels that somebody brought. */
import { type NumericValues, shapeText, sizeOf } from '../../formats/arrays'
import { FormatError, plural, someNames } from '../../formats/format-error'

/** `labels`: each of several columns says yes or no. */
export type Predict = 'classes' | 'numbers' | 'labels'

/** Labels of one split: [N], [N, width] or, as words, [N]. */
export interface LabelPart {
  /** How the file and the array or column are called in messages. */
  name: string
  shape: number[]
  values: NumericValues | readonly string[]
}

export interface Outputs {
  /** 0 where numbers are predicted. */
  classes: number
  classNames: string[]
  targetWidth: number
  /** Names of several yes/no labels, whose targets are 1 and 0; absent where there are none. */
  labelNames?: string[]
  /** One for each part: class indices [N], empty for numbers; numbers [N, targetWidth]. */
  parts: { labels: Int32Array; targets?: Float32Array }[]
  notes: string[]
}

/** More classes than this are no classes but numbers or names. */
export const mostClasses = 1000

/**
 * Classes where the labels are words, one-hot rows, or few whole numbers; else numbers. `predict` decides instead. Classes
 * are sorted: words by name, numbers by size; all parts share them.
 * @throws FormatError
 */
export function outputsOf(parts: readonly LabelPart[], predict: Predict | null): Outputs {
  const [first] = parts
  const width = sizeOf(first.shape.slice(1))
  for (const { name, shape } of parts) {
    if (sizeOf(shape.slice(1)) !== width) {
      const text = `has labels of shape ${shapeText(shape)}, and ${first.name} of ${shapeText(first.shape)}. Give both the same width.`
      throw new FormatError(name, null, text)
    }
  }
  if (parts.some(({ values }) => isWords(values))) {
    if (width === 1) return ofWords(parts, predict)
    throw new FormatError(first.name, null, `has ${width} words for each example. Classes are one label per example.`)
  }
  const numeric = parts.map(({ name, shape, values }) => ({ name, shape, values: values as NumericValues }))
  if (predict === 'labels' || (predict === null && areSeveral(numeric, width))) return ofLabels(numeric, width)
  if (predict !== 'numbers') {
    if (width > 1 && numeric.every(({ values }) => isOneHot(values, width))) return ofOneHot(numeric, width)
    if (width === 1 && (predict === 'classes' || looksLikeClasses(numeric))) return ofNumbers(numeric)
    if (predict === 'classes') {
      const text = `has labels of shape ${shapeText(first.shape)} that are no one-hot rows. Classes are one label per example.`
      throw new FormatError(first.name, null, text)
    }
  }
  for (const { name, values } of numeric) {
    const at = values.findIndex((value) => !Number.isFinite(value))
    if (at >= 0) {
      const text = `the number to predict is ${values[at]}. Remove this example or correct it.`
      throw new FormatError(name, `example ${Math.floor(at / width)}`, text)
    }
  }
  return {
    classes: 0,
    classNames: [],
    targetWidth: width,
    parts: numeric.map(({ values }) => ({ labels: new Int32Array(0), targets: Float32Array.from(values) })),
    notes: [`Predicted: ${plural(width, 'number')}.`]
  }
}

function ofWords(parts: readonly LabelPart[], predict: Predict | null): Outputs {
  const [{ name }] = parts
  if (predict === 'numbers') {
    throw new FormatError(name, null, 'holds words, which cannot be predicted as numbers. Predict classes.')
  }
  const words = parts.map(({ values }) => Array.from(values, String))
  const distinct = [...new Set(words.flat())].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const empty = words.findIndex((list) => list.includes(''))
  if (empty >= 0) {
    const at = words[empty].indexOf('')
    throw new FormatError(parts[empty].name, `example ${at}`, 'it has no label. Fill it in or remove the example.')
  }
  checkCount(name, distinct)
  const index = new Map(distinct.map((word, i) => [word, i]))
  return classified(
    distinct,
    words.map((list) => Int32Array.from(list, (word) => index.get(word)!))
  )
}

function ofNumbers(parts: readonly { name: string; values: NumericValues }[]): Outputs {
  for (const { name, values } of parts) {
    const at = values.findIndex((value) => !Number.isInteger(value))
    if (at < 0) continue
    const text = `the label is ${values[at]}, which names no class. Use whole numbers, or predict numbers.`
    throw new FormatError(name, `example ${at}`, text)
  }
  const distinct = distinctOf(parts)
  checkCount(parts[0].name, distinct.map(String))
  const index = new Map(distinct.map((value, i) => [value, i]))
  return classified(
    distinct.map(String),
    parts.map(({ values }) => Int32Array.from(values, (value) => index.get(value)!))
  )
}

function ofOneHot(parts: readonly { values: NumericValues }[], width: number): Outputs {
  const names = Array.from({ length: width }, (_, i) => String(i))
  const labels = parts.map(({ values }) =>
    Int32Array.from({ length: values.length / width }, (_, i) =>
      values.subarray(i * width, (i + 1) * width).findIndex((value) => value === 1)
    )
  )
  const outputs = classified(names, labels)
  return { ...outputs, notes: [...outputs.notes, 'The labels are one-hot rows.'] }
}

/** Columns of yes and no of which an example may have several or none. */
function areSeveral(parts: readonly { values: NumericValues }[], width: number): boolean {
  const areFlags = parts.every(({ values }) => values.every((value) => value === 0 || value === 1))
  return width > 1 && areFlags && parts.some(({ values }) => !isOneHot(values, width))
}

function ofLabels(parts: readonly { name: string; values: NumericValues }[], width: number): Outputs {
  for (const { name, values } of parts) {
    const at = values.findIndex((value) => value !== 0 && value !== 1)
    if (at < 0) continue
    const text = `the label is ${values[at]}; labels are 1 for yes and 0 for no. Predict classes or numbers.`
    throw new FormatError(name, `example ${Math.floor(at / width)}`, text)
  }
  return {
    classes: 0,
    classNames: [],
    targetWidth: width,
    labelNames: Array.from({ length: width }, (_, i) => String(i)),
    parts: parts.map(({ values }) => ({ labels: new Int32Array(0), targets: Float32Array.from(values) })),
    notes: [`Predicted: ${plural(width, 'label')}, each yes or no; an example may have several.`]
  }
}

function classified(classNames: string[], labels: Int32Array[]): Outputs {
  return {
    classes: classNames.length,
    classNames,
    targetWidth: 0,
    parts: labels.map((part) => ({ labels: part })),
    notes: [`Predicted: ${classNames.length} classes, ${someNames(classNames, 10)}.`, ...untrained(classNames, labels)]
  }
}

/** Classes of which there are examples to validate and none to train on. */
function untrained(classNames: readonly string[], [train, ...others]: readonly Int32Array[]): string[] {
  const [trains, validates] = [new Set(train), new Set(others.flatMap((part) => [...part]))]
  const missing = [...validates].filter((label) => !trains.has(label)).map((label) => classNames[label])
  return missing.length === 0 ? [] : [`There is nothing to train on of ${someNames(missing, 10)}: these examples validate and cannot be learnt.`] // prettier-ignore
}

function checkCount(name: string, distinct: readonly string[]): void {
  if (distinct.length > mostClasses) {
    const text = `has ${distinct.length} different labels; there can be at most ${mostClasses} classes. Choose another label, or predict numbers.`
    throw new FormatError(name, null, text)
  }
  if (distinct.length < 2) {
    const text = `has the same label for every example (${someNames(distinct)}). There must be at least two classes.`
    throw new FormatError(name, null, text)
  }
}

/** Whole numbers, not many, and each of them several times. */
function looksLikeClasses(parts: readonly { values: NumericValues }[]): boolean {
  if (!parts.every(({ values }) => values.every((value) => Number.isInteger(value)))) return false
  const count = parts.reduce((sum, { values }) => sum + values.length, 0)
  const distinct = distinctOf(parts).length
  return distinct >= 2 && distinct <= mostClasses && distinct <= Math.max(10, count / 2)
}

function distinctOf(parts: readonly { values: NumericValues }[]): number[] {
  const distinct = new Set<number>()
  for (const { values } of parts) for (const value of values) distinct.add(value)
  return [...distinct].sort((a, b) => a - b)
}

function isOneHot(values: NumericValues, width: number): boolean {
  for (let start = 0; start < values.length; start += width) {
    let ones = 0
    for (let i = start; i < start + width; i++) {
      if (values[i] === 1) ones += 1
      else if (values[i] !== 0) return false
    }
    if (ones !== 1) return false
  }
  return values.length > 0
}

function isWords(values: LabelPart['values']): boolean {
  return Array.isArray(values)
}
