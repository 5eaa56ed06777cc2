/** Arrays of inputs as the inputs of a network: bytes, tokens or numbers, with the channels last. */
import { type NumericArray, type NumericValues, shapeText, sizeOf } from '../../formats/arrays'
import { FormatError, plural } from '../../formats/format-error'
import type { Split } from '../../domain/dataset'
import { type DataChoices, DataQuestion } from './choices'

interface Inputs {
  /** Of one example. */
  shape: number[]
  parts: Split['inputs'][]
  notes: string[]
}

/** Bytes of pictures stay bytes, token rows whole numbers, all else becomes singles; channels come last. */
export function inputsOf(arrays: readonly NumericArray[], choices: DataChoices): Inputs {
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
