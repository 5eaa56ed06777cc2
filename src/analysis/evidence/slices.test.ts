/** States that are two halves of a slope, and such that are levels. */
import { describe, expect, it } from 'vitest'
import type { Sequence } from '../../hmm/types'
import { Rng } from '../../numeric/rng'
import type { EvidenceResult } from './gains'
import { slicesOf } from './slices'
import { weighEvidence } from './verdict'

function runsOf(valueAt: (t: number, d: number) => number, noise: number, open = 0): Sequence[] {
  const rng = new Rng(3)
  return Array.from({ length: 8 }, () => {
    const data = Float64Array.from({ length: 60 * 3 }, (_, p) =>
      rng.uniform() < open ? NaN : valueAt(Math.floor(p / 3), p % 3) + noise * rng.normal()
    )
    return { data, rows: 60, columns: 3, ...(open > 0 ? { missing: true } : {}) }
  })
}
const thirds = (runs: Sequence[], changes = 8): Int32Array[] =>
  runs.map((_, r) => Int32Array.from({ length: 60 }, (__, t) => (r < changes ? Math.floor(t / 20) : 0)))

describe('slices', () => {
  it('are the states that a straight line joins, through noise and open cells', () => {
    for (const open of [0, 0.3]) {
      const slope = runsOf((t) => t / 20, 0.2, open)
      expect(slicesOf(slope, thirds(slope), 3)).toBe(2)
      const levels = runsOf((t) => Math.floor(t / 20), 0.2, open)
      expect(slicesOf(levels, thirds(levels), 3)).toBe(0)
      // A step, and then a slope that was cut.
      const both = runsOf((t) => (t < 20 ? -2 : t / 20), 0.2, open)
      expect(slicesOf(both, thirds(both), 3)).toBe(1)
      // Levels that drift a little are levels.
      const drifting = runsOf((t) => Math.floor(t / 20) + t / 120, 0.2, open)
      expect(slicesOf(drifting, thirds(drifting), 3)).toBe(0)
    }
  })

  it('are counted once for a way there and back, and not where hardly a run changes so', () => {
    const slope = runsOf((t) => Math.abs(t - 30) / 20, 0.1)
    const path = slope.map(() => Int32Array.from({ length: 60 }, (_, t) => Number(t >= 15 && t < 45)))
    expect(slicesOf(slope, path, 2)).toBeLessThanOrEqual(1)
    const ramp = runsOf((t) => t / 20, 0.2)
    expect(slicesOf(ramp, thirds(ramp, 1), 3)).toBe(0)
    expect(slicesOf(ramp, thirds(ramp, 2), 3)).toBe(2)
  })

  it('do not show where visits are of a point or two', () => {
    const ramp = runsOf((t) => t / 20, 0.2)
    const path = ramp.map(() => Int32Array.from({ length: 60 }, (_, t) => Math.floor(t / 2) % 2))
    expect(slicesOf(ramp, path, 2)).toBe(0)
  })

  it('are taken off the number of phases, where most splits say so', () => {
    const of = (slices: number[][]): EvidenceResult[] => [
      ...slices.map((own, index) => ({
        of: 'runs' as const,
        index,
        runs: 4,
        heldOut: 1,
        problem: null,
        scores: [0, 5, 9, 9.1],
        slices: own
      })),
      ...[0, 1, 2].map((index) => ({
        of: 'surrogates' as const,
        index,
        runs: 4,
        heldOut: 1,
        problem: null,
        scores: [0, 1, 1.1, 1.2]
      }))
    ]
    const said = (...slices: number[][]) => weighEvidence(of(slices))!
    expect(said([0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 1, 1]).states).toBe(3)
    expect(said([0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 1, 1])).toMatchObject({
      states: 2,
      verdict:
        'Two phases. What further states explain is a slope within a phase, or also explained by runs that drift without phases.'
    })
    // At the edge of what was tried that is said, too.
    const edge = of([[0, 0, 1, 1]]).map((result) => ({ ...result, scores: result.scores.slice(0, 3) }))
    expect(weighEvidence(edge)!.verdict).toBe(
      'Two phases, and perhaps more: what further states explain is a slope within a phase, and no larger number was tried.'
    )
    expect(said([0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3])).toMatchObject({
      states: 1,
      verdict: 'No phases. What three states explain, straight lines explain better.'
    })
  })
})
