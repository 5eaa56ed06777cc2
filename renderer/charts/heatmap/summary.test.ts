import { describe, expect, it } from 'vitest'
import type { PackedHeatmap } from '../../../src/contract/runs'
import {
  countsOutside,
  lastColumns,
  meanHistogram,
  meansByState,
  mostOutside,
  movementOf,
  statesOf,
  totalVariation,
  valuesOf
} from './summary'
import { heatmapWith } from './testing/heatmap-with'

/** Two bins over -1 to 1; a row is [below, left, right, above]. */
const map = (rows: [number, number, number, number][], more: Partial<PackedHeatmap> = {}): PackedHeatmap =>
  heatmapWith([-1, 0, 1], rows, more)

describe('what lies outside', () => {
  it('is counted below and above, of all values of a column', () => {
    const found = map([
      [0, 6, 4, 0],
      [1, 5, 3, 1],
      [0, 0, 0, 0]
    ])
    expect([...valuesOf(found)]).toEqual([10, 10, 0])
    const { below, above } = countsOutside(found)
    expect([...below, ...above]).toEqual([0, 1, 0, 0, 1, 0])
    expect(mostOutside(found)).toEqual({ at: 1, share: 0.2 })
    expect(mostOutside(map([[0, 6, 4, 0]]))).toBeNull()
  })

  it('of a narrower range takes bins by the part of them that lies beyond', () => {
    // A quarter of the left bin lies below -0.75, all of the right one above 0; half of it above 0.5.
    const found = map([[1, 8, 4, 2]])
    const at = (min: number, max: number): number[] => {
      const { below, above } = countsOutside(found, { min, max })
      return [below[0], above[0]]
    }
    expect(at(-0.75, 0.5)).toEqual([1 + 2, 2 + 2])
    expect(at(-0.75, 0)).toEqual([3, 6])
    expect(at(-1, 1)).toEqual([1, 2])
    expect(at(0.25, 0.5)).toEqual([1 + 8 + 1, 4])
  })
})

describe('how far histograms have moved', () => {
  it('is half of what differs, outside included', () => {
    const found = map([
      [0, 10, 0, 0],
      [0, 0, 3, 0],
      [0, 5, 5, 0],
      [5, 5, 0, 0],
      [0, 0, 0, 0]
    ])
    expect([0, 1, 2, 3].map((j) => totalVariation(found, 0, j))).toEqual([0, 1, 0.5, 0.5])
    expect(totalVariation(found, 0, 4)).toBeNaN()
  })

  it('agrees with the largest difference over all sets of bins, which is what the distance means', () => {
    const rows: [number, number, number, number][] = [
      [3, 9, 1, 7],
      [4, 4, 8, 2]
    ]
    const shares = rows.map((row) => row.map((count) => count / row.reduce((sum, one) => sum + one)))
    let most = 0
    for (let set = 0; set < 16; set++) {
      const of = (one: number[]): number => one.reduce((sum, share, i) => sum + ((set >> i) & 1) * share, 0)
      most = Math.max(most, of(shares[0]) - of(shares[1]))
    }
    expect(totalVariation(map(rows), 0, 1)).toBeCloseTo(most, 12)
  })

  it('is told from the first column that has values', () => {
    const found = map([
      [0, 0, 0, 0],
      [0, 10, 0, 0],
      [0, 9, 1, 0],
      [0, 7, 3, 0],
      [0, 4, 6, 0],
      [0, 7, 3, 0]
    ])
    expect(movementOf(found)).toEqual({ at: 3, last: expect.closeTo(0.3, 12), most: expect.closeTo(0.6, 12) })
    const still = map([
      [0, 10, 0, 0],
      [0, 19, 1, 0]
    ])
    expect(movementOf(still)).toEqual({ at: null, last: expect.closeTo(0.05, 12), most: expect.closeTo(0.05, 12) })
    expect(movementOf(map([[0, 10, 0, 0]]))).toBeNull()
  })
})

describe('mean histograms', () => {
  const found = map(
    [
      [0, 10, 0, 0],
      [0, 0, 20, 0],
      [0, 0, 0, 0],
      [2, 0, 2, 4],
      [0, 1, 1, 0]
    ],
    { epochs: Float64Array.of(0, 1, 2, 3, 4) }
  )

  it('count each column alike, and those without values not at all', () => {
    const all = meanHistogram(found)!
    expect(all.columns).toBe(4)
    expect([...all.shares]).toEqual([(1 + 0 + 0 + 0.5) / 4, (0 + 1 + 0.25 + 0.5) / 4])
    expect([all.below, all.above]).toEqual([0.25 / 4, 0.5 / 4])
    expect(all.shares.reduce((sum, share) => sum + share, all.below + all.above)).toBeCloseTo(1, 12)
    expect(meanHistogram(found, (column) => column === 2)).toBeNull()
    expect([1, 4, 5, 100].map(lastColumns)).toEqual([0, 3, 3, 75])
  })

  it('of states are those of the columns that are nearest to their points', () => {
    const path = { states: [1, 0, 1], times: [0.9, 2.8, 3.4] }
    expect(statesOf(found.epochs, path)).toEqual([null, 1, 0, 0, null])
    const means = meansByState(found, path)
    expect([...means.keys()].sort()).toEqual([0, 1])
    expect([...means.get(1)!.shares]).toEqual([0, 1])
    // Column 2 has no values.
    expect(means.get(0)).toMatchObject({ columns: 1, below: 0.25, above: 0.5 })
    expect(meansByState(found, { states: [], times: [] }).size).toBe(0)
  })

  it('of states agree with going through the columns one by one', () => {
    const columns = 40
    const rows = Array.from({ length: columns }, (_, i): [number, number, number, number] => [
      i % 3,
      (i * 7) % 11,
      (i * 5) % 13,
      i % 2
    ])
    const times = Array.from({ length: columns }, (_, i) => i)
    const states = times.map((i) => (i * i) % 3)
    const many = map(rows, { epochs: Float64Array.from(times) })
    for (const [state, mean] of meansByState(many, { states, times })) {
      const own = rows.filter((row, i) => states[i] === state && row.some((count) => count > 0))
      const left = own.reduce((sum, row) => sum + row[1] / row.reduce((all, one) => all + one), 0) / own.length
      expect([mean.columns, mean.shares[0]]).toEqual([own.length, expect.closeTo(left, 12)])
    }
  })
})
