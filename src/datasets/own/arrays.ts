/** Examples from arrays: npz, npy and IDX files. What is what is told by the names, as in x_train, y_train. */
import { type NumericArray, type NumericValues, shapeText, sizeOf, type WordArray } from '../../formats/arrays'
import { FormatError, plural, someNames } from '../../formats/format-error'
import { gunzip, isGzip } from '../../formats/inflate'
import { idxBytes, readIdxNumbers } from '../../formats/idx'
import { NpyTypeError, readNpy, readNpyWords } from '../../formats/npy'
import { readNpz } from '../../formats/npz'
import type { Split } from '../../training/types'
import { outputsOf } from './labels'
import { type DataChoices, type DataFile, DataQuestion, type LeftOut, plainAnswers, type UserData } from './choices'
import { type SplitName, splitOf, trainAndValidation, wordsOf } from './splits'

const inputWords = ['x', 'input', 'inputs', 'image', 'images', 'data', 'feature', 'features', 'sample', 'samples']
const labelWords = ['y', 'label', 'labels', 'target', 'targets', 'class', 'classes', 'output', 'outputs']
const idxName = /(idx\d?[-._]?(ubyte|byte|short|int|float|double)?|-ubyte)(\.gz)?$/i

export function arraysKind({ name }: Pick<DataFile, 'name'>): boolean {
  return /\.(npz|npy)$/i.test(name) || idxName.test(name)
}

type DataArray = NumericArray | WordArray

/** Something in an archive that is no array of numbers or words. */
interface Odd {
  name: string
  why: string
}

interface Pair {
  inputs: NumericArray
  labels: DataArray
}

/** @throws FormatError, DataQuestion */
export async function readArrays(files: readonly DataFile[], source: string, choices: DataChoices): Promise<UserData> {
  const archives = files.filter(({ name }) => /\.npz$/i.test(name))
  if (archives.length > 1) {
    const names = someNames(archives.map(({ name }) => name))
    throw new FormatError(source, null, `holds several archives: ${names}. Choose one of them.`)
  }
  const arrays: DataArray[] = []
  const left: LeftOut[] = []
  for (const file of archives.length === 1 ? archives : files) {
    for (const one of await arraysOf(file)) {
      if ('why' in one) left.push({ file: `${file.name}, ${one.name}`, reason: one.why })
      else arrays.push(one)
    }
  }
  if (archives.length === 1) for (const { name } of files) if (name !== archives[0].name) left.push({ file: name, reason: 'an array beside the archive' }) // prettier-ignore
  // What lacks its other half may be among what is no array.
  const { train, validation, notes } = trainAndValidation(pairsOrOdd(arrays, left, source, choices))
  if (!train) {
    const text = `has no arrays to train on among ${listed(arrays)}. Call them x_train and y_train, or x and y.`
    throw new FormatError(source, null, text)
  }
  const pairs = validation ? [train, validation] : [train]
  for (const { inputs, labels } of pairs) checkCounts(inputs, labels)
  const outputs = outputsOf(
    pairs.map(({ labels }) => ({ ...labels, values: 'words' in labels ? labels.words : labels.values })),
    choices.predict ?? null
  )
  const inputs = inputsOf(pairs.map((pair) => pair.inputs), choices) // prettier-ignore
  const split = (at: number): Split => ({
    inputs: inputs.parts[at],
    ...outputs.parts[at],
    count: pairs[at].inputs.shape[0]
  })
  return {
    kind: archives.length === 1 ? 'NumPy archive' : /\.npy$/i.test(files[0].name) ? 'NumPy arrays' : 'IDX files',
    inputShape: inputs.shape,
    ...{ classes: outputs.classes, classNames: outputs.classNames, targetWidth: outputs.targetWidth },
    ...(outputs.labelNames && { labelNames: outputs.labelNames }),
    train: split(0),
    validation: validation ? split(1) : null,
    counts: { train: train.inputs.shape[0], validation: validation?.inputs.shape[0] ?? 0 },
    labels: arrays.map(({ name }) => name),
    label: train.labels.name,
    notes: [...outputs.notes, ...inputs.notes, ...notes],
    ...{ inputs: [], left }
  }
}

async function arraysOf({ name, read }: DataFile): Promise<(DataArray | Odd)[]> {
  const bytes = await read()
  if (/\.npz$/i.test(name)) {
    const arrays = await readNpz<DataArray | Odd>(bytes, name, arrayOf)
    // Nothing but objects: the sentence about the first of them says what to do.
    if (arrays.every((array) => 'why' in array)) await readNpz(bytes, name)
    return arrays
  }
  if (/\.npy$/i.test(name)) return [readNpyWords(bytes, name) ?? readNpy(bytes, name)]
  try {
    return [{ name, ...readIdxNumbers(isGzip(bytes) ? await gunzip(bytes, name, idxBytes) : bytes, name) }]
  } catch (error) {
    throw error instanceof FormatError
      ? error
      : new FormatError(name, null, `cannot be used: ${(error as Error).message}`)
  }
}

/** What is in an archive beside its arrays costs only itself. */
function arrayOf(bytes: Uint8Array, name: string): DataArray | Odd {
  try {
    return readNpyWords(bytes, name) ?? readNpy(bytes, name)
  } catch (error) {
    if (error instanceof NpyTypeError) return { name, why: `an array of ${error.what}` }
    throw error
  }
}

/** @throws FormatError that names what is no array, where without it nothing is found */
function pairsOrOdd(
  arrays: DataArray[],
  left: readonly LeftOut[],
  source: string,
  choices: DataChoices
): Partial<Record<SplitName, Pair>> {
  const odd = left.find(({ reason }) => reason?.startsWith('an array of '))
  try {
    const pairs = pairsOf(arrays, source, choices)
    if (pairs.train || !odd) return pairs
  } catch (error) {
    if (!odd) throw error
  }
  const text = `is ${odd.reason}, and without it there are no inputs with labels. Save labels as numbers, or as words with array.astype(str).`
  throw new FormatError(odd.file, null, text)
}

/** Inputs and labels of each split. Without names that tell, the chosen label array decides, or that there are just two. */
function pairsOf(arrays: DataArray[], source: string, choices: DataChoices): Partial<Record<SplitName, Pair>> {
  if (choices.label !== undefined) {
    const labels = arrays.find(({ name }) => name === choices.label)
    if (!labels) {
      throw new FormatError(source, null, `has no array "${choices.label}"; there are ${listed(arrays)}.`)
    }
    const others = arrays.filter(isNumeric).filter((array) => array !== labels && array.shape[0] === labels.shape[0])
    const named = others.filter(({ name }) => wordsOf(name).some((word) => inputWords.includes(word)))
    const inputs = named.length === 1 ? named[0] : others.length === 1 ? others[0] : null
    if (!inputs) throw unclear(arrays, source)
    const split = splitOf(wordsOf(labels.name)) ?? 'train'
    const unused = arrays.filter((array) => array !== labels && array !== inputs)
    const rest = namedPairs(unused, source)
    return { ...rest, [split]: { inputs, labels } }
  }
  const named = namedPairs(arrays, source)
  if (Object.keys(named).length > 0) return named
  // Two arrays whose names tell nothing: the one with more dimensions holds the inputs.
  const [a, b] = [...arrays].sort((first, second) => second.shape.length - first.shape.length)
  if (arrays.length === 2 && isNumeric(a) && a.shape.length > b.shape.length && a.shape[0] === b.shape[0]) {
    return { train: { inputs: a, labels: b } }
  }
  if (arrays.length === 0) return {}
  if (arrays.length === 1) throw new FormatError(source, null, `holds one array only, ${listed(arrays)}. Save the labels with it, as in numpy.savez(file, x_train=..., y_train=...).`) // prettier-ignore
  throw unclear(arrays, source)
}

/** The pairs that names tell, as x_train and y_train do. */
function namedPairs(arrays: DataArray[], source: string): Partial<Record<SplitName, Pair>> {
  const found: Partial<Record<SplitName, Partial<Pair>>> = {}
  for (const array of arrays) {
    const parts = wordsOf(array.name)
    const role = parts.some((word) => labelWords.includes(word))
      ? 'labels'
      : parts.some((word) => inputWords.includes(word))
        ? 'inputs'
        : null
    if (role === null) continue
    const split = splitOf(parts) ?? 'train'
    const pair = (found[split] ??= {})
    if (pair[role]) throw unclear(arrays, source)
    if (role === 'labels') pair.labels = array
    else if (isNumeric(array)) pair.inputs = array
    else throw new FormatError(source, null, `has words for inputs ("${array.name}"). Inputs are numbers.`)
  }
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [SplitName, Pair] => !!entry[1].inputs && !!entry[1].labels)
  )
}

function isNumeric(array: DataArray): array is NumericArray {
  return 'values' in array
}

function unclear(arrays: DataArray[], source: string): DataQuestion {
  return new DataQuestion(
    'label',
    plainAnswers(arrays.map(({ name }) => name)),
    `Which array of ${source} holds the labels? There are ${listed(arrays)}. Choose one, or call them x_train and y_train.`
  )
}

function listed(arrays: DataArray[]): string {
  const shown = arrays.slice(0, 8).map(({ name, shape }) => `"${name}" ${shapeText(shape)}`)
  return `${shown.join(', ')}${arrays.length > 8 ? ` and ${arrays.length - 8} more` : ''}`
}

function checkCounts(inputs: NumericArray, labels: DataArray): void {
  const [a, b] = [inputs.shape[0] ?? 0, labels.shape[0] ?? 0]
  if (a !== b) {
    throw new FormatError(
      labels.name,
      null,
      `has ${b} labels for the ${a} examples of ${inputs.name}. Give each example a label.`
    )
  }
  if (a === 0) throw new FormatError(inputs.name, null, 'holds no examples. Save it again.')
  if (inputs.shape.length < 2) {
    const text = `is of shape ${shapeText(inputs.shape)}. Inputs are [examples, features] or [examples, height, width, channels].`
    throw new FormatError(inputs.name, null, text)
  }
}

interface Inputs {
  /** Of one example. */
  shape: number[]
  parts: Split['inputs'][]
  notes: string[]
}

/** Bytes of pictures stay bytes, token rows whole numbers, all else becomes singles; channels come last. */
function inputsOf(arrays: readonly NumericArray[], choices: DataChoices): Inputs {
  const [first] = arrays
  const shape = first.shape.slice(1)
  for (const array of arrays) {
    if (shapeText(array.shape.slice(1)) !== shapeText(shape)) {
      const text = `has examples of shape ${shapeText(array.shape.slice(1))}, and ${first.name} of ${shapeText(shape)}. Give both one shape.`
      throw new FormatError(array.name, null, text)
    }
    const at = array.values.findIndex((value) => !Number.isFinite(value))
    if (at >= 0) {
      const place = `example ${Math.floor(at / sizeOf(shape))}`
      throw new FormatError(
        array.name,
        place,
        `it holds ${array.values[at]}. Remove this example or replace the value.`
      )
    }
  }
  const notes: string[] = []
  const isWhole = arrays.every(({ dtype }) => /int|bool/.test(dtype))
  const within = (most: number): boolean =>
    arrays.every(({ values }) => values.every((value) => value >= 0 && value <= most))
  let parts: Split['inputs'][]
  if (isWhole && (shape.length >= 2 || first.dtype === 'uint8') && within(255) && !within(1)) {
    parts = arrays.map(({ values }) => (values instanceof Uint8Array ? values : Uint8Array.from(values)))
    notes.push('Whole numbers 0 to 255 are taken for brightness: 255 counts as 1.')
  } else if (
    isWhole &&
    shape.length === 1 &&
    first.dtype !== 'bool' &&
    first.dtype !== 'uint8' &&
    within(2 ** 31 - 1)
  ) {
    parts = arrays.map(({ values }) => Int32Array.from(values))
    notes.push('The inputs are whole numbers, and may be tokens of an embedding.')
  } else {
    parts = arrays.map(({ values }) => (values instanceof Float32Array ? values : Float32Array.from(values)))
  }
  const isPicture = parts[0] instanceof Uint8Array
  if (shape.length === 2 && isPicture) return { shape: [...shape, 1], parts, notes }
  const largest = isPicture ? 0 : parts.reduce((most, part) => Math.max(most, largestOf(part)), 0)
  if (shape.length >= 2 && parts[0] instanceof Float32Array && largest > 20)
    notes.push(`The inputs reach ${Number(largest.toPrecision(3))}, and are taken as they are: they are not scaled.`)
  if (!areFirst(shape, first.name, isPicture, choices)) return { shape, parts, notes }
  notes.push(`Channels came first, ${shapeText(shape)}; they were moved to the end.`)
  return { shape: [...shape.slice(1), shape[0]], parts: parts.map((part) => channelsLast(part, shape)), notes }
}

function largestOf(values: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]))
  return most
}

/** As many channels as pictures have; more are measured in many places at once, as an electrocardiogram is. */
const fewChannels = 4
const mostChannels = 32

/**
 * Whether the first dimension of an example is that of its channels: it is small, and the last one is not.
 * @throws DataQuestion where both may be
 */
function areFirst(shape: readonly number[], name: string, isPicture: boolean, choices: DataChoices): boolean {
  if (shape.length < 2 || (shape.length === 2 && isPicture)) return false
  if (choices.channels !== undefined) return choices.channels === 'first'
  const [first, last] = [shape[0], shape[shape.length - 1]]
  if (shape.length >= 3 && first <= fewChannels && last > fewChannels) return true
  const isLong = shape.length === 2 && first <= mostChannels && last >= 4 * first
  const isSquare =
    shape.length === 3 && first > fewChannels && first <= mostChannels && shape[1] === last && last > first
  const isEven = shape.length >= 3 && first <= fewChannels && last <= fewChannels && first !== last
  if (!isLong && !isSquare && !isEven) return false
  const moved = [...shape.slice(1), first]
  const answers = [
    { value: 'first', label: `First: ${plural(first, 'channel')}, examples become ${shapeText(moved)}` },
    { value: 'last', label: `Last: ${plural(last, 'channel')}, examples stay ${shapeText(shape)}` }
  ]
  throw new DataQuestion('channels', answers, `The examples of ${name} have shape ${shapeText(shape)}. Where do their channels stand?`) // prettier-ignore
}

function channelsLast<A extends NumericValues>(values: A, [channels, ...places]: number[]): A {
  const result = new (values.constructor as new (length: number) => A)(values.length)
  const plane = sizeOf(places)
  for (let example = 0; example < values.length; example += channels * plane) {
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < plane; p++) result[example + p * channels + c] = values[example + c * plane + p]
    }
  }
  return result
}
