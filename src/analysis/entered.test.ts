import { expect, it } from 'vitest'
import { enteredStates } from './entered'

/** Likely states by point: a number is sure, null is open between all. */
function told(points: (number | null)[], states = 3): string[] {
  const filtered = points.flatMap((likely) =>
    Array.from({ length: states }, (_, k) => (likely === null ? 1 / states : k === likely ? 0.95 : 0.05 / (states - 1)))
  )
  const steps = points.map((_, i) => 100 * i)
  return enteredStates(steps, { states, filtered: Float64Array.from(filtered) }).map(
    ({ state, step }) => `${state} at ${step}`
  )
}

it('a state is entered when it has held for three points, from the first of them', () => {
  expect(told([0, 0, 0, 1, 1])).toEqual([])
  expect(told([0, 0, 0, 1, 1, 1, 2, 2, 2])).toEqual(['1 at 300', '2 at 600'])
})

it('what flaps, what is open, and the state that a run begins in are none', () => {
  expect(told([0, 0, 0, 1, 0, 1, 0, 1, 1, 0])).toEqual([])
  expect(told([0, 0, 0, 1, 1, null, 1, 1])).toEqual([])
  expect(told([null, null, 2, 2, 2, 2])).toEqual([])
  expect(told([])).toEqual([])
})

it('each is told once, also where a run comes back to it', () => {
  expect(told([0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1])).toEqual(['1 at 300'])
})
