import { describe, expect, it } from 'vitest'
import { columnsOf } from './heatmap-columns'
import { gutter, margin } from './time-axis'

/** A plot of 100 pixels for epochs 0 to 100. */
const width = gutter + 100 + margin
const domain = { min: 0, max: 100 }
const of = (...epochs: number[]): ReturnType<typeof columnsOf> => {
  const found = columnsOf(epochs, domain, width)
  const own = (pixels: number[]): number[] => pixels.map((pixel) => pixel - gutter)
  const pair = (span: [number, number] | null): [number, number] | null => span && (own(span) as [number, number])
  return {
    left: own(found.left),
    right: own(found.right),
    holes: found.holes.map((hole) => pair(hole)!),
    before: pair(found.before),
    after: pair(found.after)
  }
}

describe('columns of a heatmap', () => {
  it('touch each other, and what has not been recorded yet belongs to none', () => {
    const { left, right, holes, before, after } = of(0, 10, 20, 30)
    expect(left).toEqual([0, 5, 15, 25])
    expect(right).toEqual([5, 15, 25, 35])
    expect([holes, before, after]).toEqual([[], null, [35, 100]])
  })

  it('touch also where some are somewhat further apart: no pixel between recorded histograms is of none', () => {
    const { left, right, holes } = of(0, 10, 20, 44, 54)
    expect(left.slice(1)).toEqual(right.slice(0, -1))
    expect(holes).toEqual([])
  })

  it('leave a hole where several are missing, and begin where the first was recorded', () => {
    const { left, right, holes, before, after } = of(40, 50, 90, 100)
    expect(holes).toEqual([[55, 85]])
    expect([right[1], left[2]]).toEqual([55, 85])
    expect([before, after]).toEqual([[0, 35], null])
  })

  it('are none before the first is recorded', () => {
    expect(of()).toEqual({ left: [], right: [], holes: [], before: null, after: [0, 100] })
  })
})
