/** Pictures of data, filters and feature maps: tiles side by side, each pixel one value. */
import type { Batch } from './batches'
import type { Pixels } from '../domain/arrays'

/** Most tiles of one picture; what is beyond is left out, and the description says so. */
export const mostTiles = 64

export interface Tiles {
  width: number
  height: number
  channels: 1 | 3
  /** One picture each, [height, width, channels]. */
  tiles: Uint8Array[]
}

/** Tiles in reading order, as near to a square as can be, with white lines one pixel wide between them. */
export function arrange({ width, height, channels, tiles }: Tiles): Pixels {
  const columns = Math.ceil(Math.sqrt(tiles.length))
  const rows = Math.ceil(tiles.length / columns)
  const whole = {
    width: columns * (width + 1) - 1,
    height: rows * (height + 1) - 1,
    channels,
    data: new Uint8Array(0)
  }
  whole.data = new Uint8Array(whole.width * whole.height * channels).fill(255)
  tiles.forEach((tile, i) => {
    const left = (i % columns) * (width + 1)
    const top = Math.floor(i / columns) * (height + 1)
    for (let y = 0; y < height; y++) {
      const row = tile.subarray(y * width * channels, (y + 1) * width * channels)
      whole.data.set(row, ((top + y) * whole.width + left) * channels)
    }
  })
  return whole
}

/** Whether examples of this shape are pictures: [height, width, 1 or 3]. */
export function isPicture(shape: readonly number[]): boolean {
  return shape.length === 3 && (shape[2] === 1 || shape[2] === 3)
}

/** The first examples of a batch as they are; inputs of 0..1 become 0..255, what lies beyond is clipped. */
export function examplePictures({ inputs, count, byteMaximum }: Batch, shape: readonly number[]): Tiles {
  const [height, width, channels] = shape
  const size = height * width * channels
  const tiles = Array.from({ length: Math.min(count, mostTiles) }, (_, i) => {
    return Uint8Array.from({ length: size }, (_, at) => toByte((255 / (byteMaximum ?? 1)) * inputs[i * size + at]))
  })
  return { width, height, channels: channels as 1 | 3, tiles }
}

/**
 * The kernels of a convolution, weights [height, width, in, out]. A weight w becomes 127.5 + 127.5 w / m, with m the largest
 * magnitude of the layer at this step: zero is mid-gray, and kernels can be compared. Three inputs are shown as colours,
 * any other number as one gray tile for each pair of output and input, the inputs of an output side by side.
 */
export function filterPictures(weights: Float32Array, shape: readonly number[]): Tiles {
  const [height, width, inputs, outputs] = shape
  let largest = 0
  for (const weight of weights) if (Number.isFinite(weight)) largest = Math.max(largest, Math.abs(weight))
  const scale = largest > 0 ? 127.5 / largest : 0
  const channels = inputs === 3 ? 3 : 1
  const perOutput = inputs / channels
  const tiles = Array.from({ length: Math.min(outputs * perOutput, mostTiles) }, (_, i) => {
    const output = Math.floor(i / perOutput)
    const first = (i % perOutput) * channels
    return Uint8Array.from({ length: height * width * channels }, (_, at) => {
      const input = first + (at % channels)
      const weight = weights[(Math.floor(at / channels) * inputs + input) * outputs + output]
      return toByte(127.5 + scale * weight)
    })
  })
  return { width, height, channels, tiles }
}

/**
 * The channels of one example's feature maps, values [height, width, channels]. The smallest value of all maps at this step
 * becomes 0, the largest 255; maps that are constant become 0.
 */
export function featureMapPictures(values: Float32Array, shape: readonly number[]): Tiles {
  const [height, width, maps] = shape
  let lowest = Infinity
  let highest = -Infinity
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    lowest = Math.min(lowest, value)
    highest = Math.max(highest, value)
  }
  const scale = highest > lowest ? 255 / (highest - lowest) : 0
  const tiles = Array.from({ length: Math.min(maps, mostTiles) }, (_, map) => {
    return Uint8Array.from({ length: height * width }, (_, at) => toByte(scale * (values[at * maps + map] - lowest)))
  })
  return { width, height, channels: 1, tiles }
}

/** Rounded and clipped; NaN is 0. */
function toByte(value: number): number {
  return Math.round(Math.max(0, Math.min(255, value))) || 0
}
