import { describe, expect, it } from 'vitest'
import { adjustedRandIndex } from './rand-index'
import { Rng } from './rng'

/** By looking at every pair: together in both, in one, in neither (Hubert & Arabie 1985, in the form of Steinley 2004). */
function byPairs(a: readonly number[], b: readonly number[]): number {
  let [both, onlyA, onlyB, neither] = [0, 0, 0, 0]
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < i; j++) {
      if (a[i] === a[j] && b[i] === b[j]) both++
      else if (a[i] === a[j]) onlyA++
      else if (b[i] === b[j]) onlyB++
      else neither++
    }
  const all = both + onlyA + onlyB + neither
  const chance = (both + onlyA) * (both + onlyB) + (onlyB + neither) * (onlyA + neither)
  return (all * (both + neither) - chance) / (all ** 2 - chance)
}

describe('the adjusted Rand index', () => {
  // The examples of scikit-learn's adjusted_rand_score.
  it.each([
    [[0, 0, 1, 1], [0, 0, 1, 1], 1],
    [[0, 0, 1, 1], [1, 1, 0, 0], 1],
    [[0, 0, 1, 2], [0, 0, 1, 1], 4 / 7],
    [[0, 0, 0, 0], [0, 1, 2, 3], 0],
    [[0, 0, 1, 1], [0, 1, 0, 1], -0.5],
    [[0, 0, 0], [5, 5, 5], 1]
  ])('of %o and %o is %f', (a, b, index) => {
    expect(adjustedRandIndex(a, b)).toBeCloseTo(index, 12)
  })

  it.each(Array.from({ length: 30 }, (_, seed) => seed))('is that of all pairs, seed %i', (seed) => {
    const rng = new Rng(seed)
    const points = 5 + rng.integer(40)
    const draw = (): number[] => Array.from({ length: points }, () => rng.integer(4))
    const [a, b] = [draw(), draw()]
    expect(adjustedRandIndex(a, b)).toBeCloseTo(byPairs(a, b), 10)
    expect(adjustedRandIndex(b, a)).toBeCloseTo(adjustedRandIndex(a, b), 12)
    expect(
      adjustedRandIndex(
        a,
        a.map((label) => 7 - label)
      )
    ).toBe(1)
  })

  it('has no answer for a single point, and refuses labels of other points', () => {
    expect(adjustedRandIndex([1], [2])).toBeNaN()
    expect(() => adjustedRandIndex([1, 2], [1])).toThrow('labels of 1')
  })
})
