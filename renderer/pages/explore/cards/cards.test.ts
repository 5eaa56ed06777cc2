import { describe, expect, it } from 'vitest'
import { lastUpTo, positionOf, unionOfSteps } from './steps'

describe('steps of cards', () => {
  const series = [{ steps: [0, 10, 20] }, { steps: Float64Array.from([5, 10]) }]

  it('are those of all runs', () => {
    expect(unionOfSteps(series)).toEqual([0, 5, 10, 20])
    expect(unionOfSteps([])).toEqual([])
  })

  it('snap to what was recorded last', () => {
    expect([-1, 0, 9, 10, 99].map((step) => lastUpTo([0, 10], step))).toEqual([-1, 0, 0, 1, 1])
    expect(positionOf([0, 10, 20], null)).toBe(2)
    expect(positionOf([0, 10, 20], 15)).toBe(1)
    expect(positionOf([5, 10], 0)).toBe(0)
  })
})
