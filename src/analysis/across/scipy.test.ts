/** Against what scipy says at scales from 1e-12 to 1e12 (testdata/statistics/make.py). */
import { describe, expect, it } from 'vitest'
import { goldenJson } from '../../testing/golden'
import { benjaminiHochberg, testDetours } from './detours'
import { wasserstein } from './distances'

interface Golden {
  correlations: {
    y: number[]
    visits: boolean[]
    r: number
    t: number
    p: number
    permutationP: number
    permutations: number
    difference: number
    interval: [number, number]
  }[]
  discoveries: { p: number[]; adjusted: number[] }[]
  transports: { cost: number[][]; a: number[]; b: number[]; distance: number }[]
}

const golden = goldenJson<Golden>('statistics/statistics.json')

/** Relative to the answer, or to `size` where the answer comes of numbers of that size that cancel. */
function expectNear(
  found: number | null,
  right: number,
  tolerance: number,
  what: string,
  size = Math.abs(right)
): void {
  const near = found !== null && Math.abs(found - right) <= tolerance * size
  expect(near, `${what}: ${found} is not ${right}`).toBe(true)
}

describe('as scipy has it', () => {
  it('correlation of presence, its t and p, permutations and Welch intervals', () => {
    expect(golden.correlations.length).toBeGreaterThan(40)
    for (const [i, { y, visits, ...right }] of golden.correlations.entries()) {
      const [found] = testDetours([visits], y, 0)
      const what = `correlation ${i}`
      const size = Math.max(...y.map(Math.abs))
      expectNear(found.correlation, right.r, 1e-11, `${what}, r`, 1)
      expectNear(found.t, right.t, 1e-9, `${what}, t`, 1 + right.t ** 2)
      expectNear(found.p, right.p, 1e-9, `${what}, p`)
      expect([found.permutationP, found.permutations, found.exact], what).toEqual([
        ...[right.permutationP, right.permutations, true]
      ])
      expectNear(found.difference, right.difference, 1e-13, `${what}, difference`, size)
      found.interval!.forEach((end, k) => expectNear(end, right.interval[k], 1e-9, `${what}, interval`, size))
    }
  })

  it('Benjamini-Hochberg', () => {
    for (const { p, adjusted } of golden.discoveries)
      benjaminiHochberg(p).forEach((value, k) => expectNear(value, adjusted[k], 1e-14, `of ${p.join(', ')}`))
  })

  it('earth mover distances, on a line and as linear programs', () => {
    expect(golden.transports.length).toBeGreaterThan(40)
    for (const [i, { cost, a, b, distance }] of golden.transports.entries())
      expectNear(wasserstein(a, b, cost), distance, 1e-9, `transport ${i}`)
  })
})
