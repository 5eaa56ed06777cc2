/** Examples from arrays: npz, npy and IDX files. What is what is told by the names, as in x_train, y_train. */
import { type NumericArray, shapeText, type WordArray } from '../../formats/arrays'
import { FormatError, someNames } from '../../formats/format-error'
import { gunzip, isGzip } from '../../formats/inflate'
import { idxBytes, readIdxNumbers } from '../../formats/idx'
import { NpyTypeError, readNpy, readNpyWords } from '../../formats/npy'
import { readNpz, readNpzWith } from '../../formats/npz'
import type { Split } from '../../domain/dataset'
import { inputsOf } from './array-inputs'
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
    classes: outputs.classes,
    classNames: outputs.classNames,
    targetWidth: outputs.targetWidth,
    ...(outputs.labelNames && { labelNames: outputs.labelNames }),
    train: split(0),
    validation: validation ? split(1) : null,
    counts: { train: train.inputs.shape[0], validation: validation?.inputs.shape[0] ?? 0 },
    labels: arrays.map(({ name }) => name),
    label: train.labels.name,
    notes: [...outputs.notes, ...inputs.notes, ...notes],
    inputs: [],
    left
  }
}

async function arraysOf({ name, read }: DataFile): Promise<(DataArray | Odd)[]> {
  const bytes = await read()
  if (/\.npz$/i.test(name)) {
    const arrays = await readNpzWith<DataArray | Odd>(bytes, name, arrayOf)
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
