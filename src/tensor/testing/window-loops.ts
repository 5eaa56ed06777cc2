/** For tests: convolution and pooling written out as loops in double precision, with their gradients. Channels last. */
import type { Input } from './compare'

export interface Slide {
  /** Per spatial dimension. */
  window: number[]
  strides: number[]
  pad: 'same' | 'valid'
}

/** One place of the output: its index among the places, and which places of the input lie under which of the window. */
interface Place {
  at: number
  under: { input: number; window: number }[]
}

/** Values, and the gradients of sum(values * dy) with `dy` as given for each index of the values. */
export interface Answer {
  values: Float64Array
  gradients: Float64Array[]
}

/**
 * Places of the output as TensorFlow defines them: `same` gives ceil(length / stride) of them and pads with what they need
 * beyond the input, never less than nothing, one more behind than in front where that is odd; `valid` pads nothing.
 */
export function placesOf(input: number[], { window, strides, pad }: Slide): { output: number[]; places: Place[] } {
  const output = input.map((length, d) =>
    pad === 'same' ? Math.ceil(length / strides[d]) : Math.floor((length - window[d]) / strides[d]) + 1
  )
  const before = input.map((length, d) => {
    if (pad === 'valid') return 0
    return Math.floor(Math.max(0, (output[d] - 1) * strides[d] + window[d] - length) / 2)
  })
  const places = indices(output).map((place, at) => {
    const under: Place['under'] = []
    indices(window).forEach((offset, index) => {
      const where = offset.map((k, d) => place[d] * strides[d] - before[d] + k)
      const inside = where.every((i, d) => i >= 0 && i < input[d])
      if (inside) under.push({ input: flat(where, input), window: index })
    })
    return { at, under }
  })
  return { output, places }
}

/** x [N, .., in], filter [.., in, out], bias [out]; gradients in this order. */
export function convolutionLoops(
  [x, filter, bias]: [Input, Input, Input],
  slide: Slide,
  dy: (i: number) => number
): Answer {
  const [examples, channels] = [x.shape[0], x.shape[x.shape.length - 1]]
  const spatial = x.shape.slice(1, -1)
  const filters = bias.shape[0]
  const { places } = placesOf(spatial, slide)
  const inputs = product(spatial)
  const values = new Float64Array(examples * places.length * filters)
  const gradients = [x, filter, bias].map((input) => new Float64Array(input.values.length))
  const [dx, dw, db] = gradients
  for (let n = 0; n < examples; n++)
    for (const { at, under } of places)
      for (let f = 0; f < filters; f++) {
        const i = (n * places.length + at) * filters + f
        let sum = bias.values[f]
        db[f] += dy(i)
        for (const { input, window } of under)
          for (let c = 0; c < channels; c++) {
            const from = (n * inputs + input) * channels + c
            const weight = (window * channels + c) * filters + f
            sum += x.values[from] * filter.values[weight]
            dx[from] += dy(i) * filter.values[weight]
            dw[weight] += dy(i) * x.values[from]
          }
        values[i] = sum
      }
  return { values, gradients }
}

/** Largest or mean value of the part of each window that lies inside x [N, .., C]; of equal ones the first is largest. */
export function poolLoops(kind: 'max' | 'average', x: Input, slide: Slide, dy: (i: number) => number): Answer {
  const [examples, channels] = [x.shape[0], x.shape[x.shape.length - 1]]
  const spatial = x.shape.slice(1, -1)
  const { places } = placesOf(spatial, slide)
  const inputs = product(spatial)
  const values = new Float64Array(examples * places.length * channels)
  const dx = new Float64Array(x.values.length)
  for (let n = 0; n < examples; n++)
    for (const { at, under } of places)
      for (let c = 0; c < channels; c++) {
        const i = (n * places.length + at) * channels + c
        const from = under.map(({ input }) => (n * inputs + input) * channels + c)
        if (kind === 'max') {
          const largest = from.reduce((best, j) => (x.values[j] > x.values[best] ? j : best))
          values[i] = x.values[largest]
          dx[largest] += dy(i)
        } else {
          for (const j of from) {
            values[i] += x.values[j] / from.length
            dx[j] += dy(i) / from.length
          }
        }
      }
  return { values, gradients: [dx] }
}

/** All indices of an array of this shape, in row-major order. */
function indices(shape: number[]): number[][] {
  return shape.reduce<number[][]>(
    (found, length) => found.flatMap((index) => Array.from({ length }, (_, i) => [...index, i])),
    [[]]
  )
}

function flat(index: number[], shape: number[]): number {
  return index.reduce((at, i, d) => at * shape[d] + i, 0)
}

function product(shape: number[]): number {
  return shape.reduce((size, length) => size * length, 1)
}
