import { expect, test } from 'vitest'
import { shareToldByTime } from './time-share'

test('one state, or states that change at the same moment, are told by time alone', () => {
  expect(shareToldByTime([[0, 0, 0]], 1)).toBe(1)
  const path = Array.from({ length: 100 }, (_, t) => (t < 50 ? 0 : 1))
  expect(shareToldByTime([path, path], 2)).toBe(1)
  expect(shareToldByTime([], 1)).toBe(1)
})

test('runs that change at different moments are told in part', () => {
  // Between 30% and 70% the two runs differ: half of those points are told.
  const change = (at: number): number[] => Array.from({ length: 100 }, (_, t) => (t < at ? 0 : 1))
  expect(shareToldByTime([change(30), change(70)], 2)).toBeCloseTo(0.8, 12)
})
