import { describe, expect, it } from 'vitest'
import { arrange, examplePictures, featureMapPictures, filterPictures, isPicture } from './pictures'

const row = (bytes: Uint8Array): number[] => Array.from(bytes)

describe('pictures', () => {
  it('are tiles in reading order with white lines between', () => {
    const tiles = [1, 2, 3, 4, 5].map((value) => Uint8Array.of(value, value))
    const { width, height, channels, data } = arrange({ width: 2, height: 1, channels: 1, tiles })
    expect([width, height, channels]).toEqual([8, 3, 1])
    const blank = 255
    expect(row(data)).toEqual([
      ...[1, 1, blank, 2, 2, blank, 3, 3],
      ...new Array<number>(8).fill(blank),
      ...[4, 4, blank, 5, 5, blank, blank, blank]
    ])
    const colour = arrange({
      width: 1,
      height: 1,
      channels: 3,
      tiles: [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)]
    })
    expect([colour.width, colour.height, row(colour.data)]).toEqual([3, 1, [1, 2, 3, 255, 255, 255, 4, 5, 6]])
  })

  it('of examples are their bytes again, clipped where they are none', () => {
    const inputs = Float32Array.from([0, 7 / 255, 254 / 255, 1, -3, 2, NaN, 0.5])
    const batch = { inputs, labels: Int32Array.of(0, 1), count: 2 }
    const { tiles, ...size } = examplePictures(batch, [2, 2, 1])
    expect(size).toEqual({ width: 2, height: 2, channels: 1 })
    expect(tiles.map(row)).toEqual([
      [0, 7, 254, 255],
      [0, 255, 0, 128]
    ])
    const many = { inputs: new Float32Array(100), labels: new Int32Array(100), count: 100 }
    expect(examplePictures(many, [1, 1, 1]).tiles).toHaveLength(64)
    expect([isPicture([28, 28, 1]), isPicture([4, 4, 3]), isPicture([4, 4, 2]), isPicture([3])]).toEqual([
      ...[true, true, false, false]
    ])
  })

  it('of filters have zero in the middle and one scale', () => {
    // [1, 2, 1, 2]: kernels (1, -2) and (0, 0.5) of one input.
    const gray = filterPictures(Float32Array.of(1, 0, -2, 0.5), [1, 2, 1, 2])
    expect([gray.width, gray.height, gray.channels]).toEqual([2, 1, 1])
    expect(gray.tiles.map(row)).toEqual([
      [191, 0],
      [128, 159]
    ])
    // [1, 1, 3, 1]: three inputs are a colour.
    const colour = filterPictures(Float32Array.of(1, -1, 0), [1, 1, 3, 1])
    expect([colour.channels, ...colour.tiles.map(row)]).toEqual([3, [255, 0, 128]])
    // [1, 1, 2, 2]: one tile for each pair, inputs of the first output first.
    const pairs = filterPictures(Float32Array.of(1, -1, 0, NaN), [1, 1, 2, 2])
    expect(pairs.tiles.map(row)).toEqual([[255], [128], [0], [0]])
    expect(filterPictures(new Float32Array(2), [1, 2, 1, 1]).tiles.map(row)).toEqual([[128, 128]])
  })

  it('of feature maps reach from the smallest to the largest value', () => {
    const { tiles } = featureMapPictures(Float32Array.of(-1, 0, 3, 1, Infinity, NaN), [1, 3, 2])
    expect(tiles.map(row)).toEqual([
      [0, 255, 255],
      [64, 128, 0]
    ])
    expect(featureMapPictures(Float32Array.of(5, 5), [1, 2, 1]).tiles.map(row)).toEqual([[0, 0]])
  })
})
