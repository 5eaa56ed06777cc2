import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { StreamedDistribution } from './streamed-distribution'
import { distribution } from './weight-metrics'

function streamed(parts: (Float32Array | Float64Array)[]): ReturnType<StreamedDistribution['result']> {
  const result = new StreamedDistribution(parts.some((part) => part instanceof Float64Array))
  for (let pass = 0; pass < result.passes; pass++) {
    for (const part of parts) result.add(part)
    result.endPass()
  }
  return result.result()
}

describe('a distribution in several passes', () => {
  it('is that of all values at once, whatever they are', () => {
    for (let seed = 0; seed < 60; seed++) {
      const rng = new Rng(seed)
      const any = (): number => {
        const kind = rng.integer(4)
        if (kind === 0) return 0
        if (kind === 1) return rng.integer(5) - 2
        return rng.normal() * 10 ** (rng.integer(20) - 10)
      }
      const parts = Array.from({ length: 1 + rng.integer(4) }, () => {
        const length = 1 + rng.integer(60)
        return seed % 2 === 0 ? Float32Array.from({ length }, any) : Float64Array.from({ length }, any)
      })
      const [ours, theirs] = [streamed(parts), distribution(parts)]
      expect(ours.mean, `seed ${seed}`).toBe(theirs.mean)
      expect(ours.var, `seed ${seed}`).toBe(theirs.var)
      expect(ours.median + 0, `seed ${seed}`).toBe(theirs.median + 0)
    }
  })

  it('of single and double precision together is one of doubles', () => {
    const parts = [Float32Array.of(0.1, 5), Float64Array.of(0.1, -3, 7)]
    expect(streamed(parts)).toEqual(distribution(parts))
  })

  it('is NaN throughout where a value is not finite, or there is none', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      expect(streamed([Float32Array.of(1, bad, 2), Float32Array.of(3)])).toEqual({ mean: NaN, median: NaN, var: NaN })
    }
    expect(streamed([new Float32Array(0)])).toEqual({ mean: NaN, median: NaN, var: NaN })
  })

  it('has no result before all passes', () => {
    const one = new StreamedDistribution(false)
    one.add(Float32Array.of(1))
    one.endPass()
    expect(() => one.result()).toThrow('2 passes are needed; 1 have been made.')
  })
})
