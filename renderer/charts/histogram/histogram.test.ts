import { describe, expect, it } from 'vitest'
import type { PackedHistograms } from '../../../src/contract/recordings'
import { drawnIndices, nearestPoint } from '../pr/pr-curves'
import {
  baselines,
  bucketAt,
  bucketsAt,
  commonWidth,
  densityAt,
  heightOf,
  openCounts,
  peakOf,
  ridgeAt,
  segmentsOf,
  valueRange
} from './geometry'

const f64 = (...values: number[]): Float64Array => Float64Array.from(values)

/** Histograms given as rows of [left, right, count]. */
function packed(...histograms: [number, number, number][][]): PackedHistograms {
  const all = histograms.flat()
  const ends = histograms.map((_, i) => histograms.slice(0, i + 1).flat().length)
  const steps = f64(...histograms.keys())
  return {
    runId: 'a',
    steps,
    epochs: steps,
    wallTimes: steps,
    total: histograms.length,
    offsets: Int32Array.from([0, ...ends]),
    left: f64(...all.map(([left]) => left)),
    right: f64(...all.map(([, right]) => right)),
    counts: f64(...all.map(([, , count]) => count))
  }
}
const end = Number.MAX_VALUE

describe('ridges', () => {
  it('have areas that are counts, with the edges as recorded', () => {
    const one = packed([
      [0, 1, 4],
      [1, 5, 4],
      [6, 7, 2]
    ])
    const segments = segmentsOf(bucketsAt(one, 0), { min: 0, max: 7 })
    expect(segments).toEqual([
      { left: 0, right: 1, density: 4 },
      { left: 1, right: 5, density: 1 },
      { left: 6, right: 7, density: 2 }
    ])
    expect(peakOf(segments)).toBe(4)
    expect([0.5, 4.9, 5.5, 6].map((value) => densityAt(segments, value))).toEqual([4, 1, 0, 2])
    expect(commonWidth([one])).toBeNull()
    expect(commonWidth([packed([[0, 1, 3]], [[2, 3, 0]])])).toBe(1)
  })

  it('join what is too narrow to be seen, and lose nothing by it', () => {
    const narrow = Array.from({ length: 100 }, (_, i): [number, number, number] => [i * 1e-6, (i + 1) * 1e-6, 2])
    const one = packed([[-1, 0, 10], ...narrow, [1e-4, 1, 10]])
    const segments = segmentsOf(bucketsAt(one, 0), { min: -1, max: 1 })
    expect(segments.length).toBe(3)
    const area = segments.reduce((sum, { left, right, density }) => sum + (right - left) * density, 0)
    expect(area).toBeCloseTo(220, 9)
    expect(segments[1].right - segments[1].left).toBeCloseTo(2 / 512, 9)
  })

  it('put all that is equal into one column', () => {
    const one = packed([[3, 3, 7]])
    expect(valueRange([one])).toEqual({ min: 2.7, max: 3.3 })
    const [segment] = segmentsOf(bucketsAt(one, 0), { min: 2.7, max: 3.3 })
    expect(segment.density * (segment.right - segment.left)).toBeCloseTo(7, 9)
  })

  it('have no place for buckets without an end, and count them', () => {
    const one = packed([
      [-end, -1, 3],
      [-1, 1, 5],
      [1, end, 2]
    ])
    expect(valueRange([one])).toEqual({ min: -1, max: 1 })
    expect(segmentsOf(bucketsAt(one, 0), { min: -1, max: 1 })).toEqual([{ left: -1, right: 1, density: 2.5 }])
    expect(openCounts(bucketsAt(one, 0))).toEqual({ below: 3, above: 2 })
    expect(commonWidth([one])).toBe(2)
  })

  it('span what holds values, and nothing when nothing does', () => {
    const some = packed([
      [-9, -8, 0],
      [0, 2, 1]
    ])
    expect(valueRange([some])).toEqual({ min: 0, max: 2 })
    expect(valueRange([packed([])])).toBeNull()
    expect(valueRange([])).toBeNull()
  })

  it('stand where their step is', () => {
    expect([...baselines(f64(0, 10, 40), { min: 0, max: 40 })]).toEqual([0, 0.25, 1])
    expect([...baselines(f64(7), { min: 7, max: 7 })]).toEqual([1])
    expect(heightOf(1, 4, false)).toBe(0.25)
    expect(heightOf(1, 4, true)).toBe(0.5)
    expect(heightOf(1, 0, false)).toBe(0)
  })

  it('are found by the pointer: the foremost that covers it, else the nearest', () => {
    expect(ridgeAt([50, 100], [40, 60], 60)).toBe(1)
    expect(ridgeAt([50, 100], [40, 60], 20)).toBe(0)
    expect(ridgeAt([50, 100], [0, 0], 60)).toBe(0)
    expect(ridgeAt([], [], 5)).toBe(-1)
  })

  it('tell the bucket of a value', () => {
    const buckets = bucketsAt(
      packed(
        [[9, 10, 1]],
        [
          [0, 1, 1],
          [2, 3, 5]
        ]
      ),
      1
    )
    expect([-1, 0, 0.9, 1.5, 2, 3, 4].map((value) => bucketAt(buckets, value))).toEqual([-1, 0, 0, -1, 1, 1, -1])
  })
})

describe('precision-recall curves', () => {
  const line = {
    id: 'a',
    name: 'a',
    color: '#fff',
    recall: f64(1, 0.5, 0.2, 0),
    precision: f64(0.3, 0.8, Number.NaN, 0),
    truePositives: f64(3, 2, 1, 0),
    falsePositives: f64(7, 1, 0, 0)
  }

  it('leave out points without a positive call, and what is no number', () => {
    expect([...drawnIndices(line)]).toEqual([0, 1])
  })

  it('tell the nearest point within reach', () => {
    const scale = { x: 100, y: 100 }
    expect(nearestPoint([line], { recall: 0.55, precision: 0.75 }, scale, 20)).toEqual({ id: 'a', index: 1 })
    expect(nearestPoint([line], { recall: 0, precision: 0 }, scale, 20)).toBeNull()
  })
})
