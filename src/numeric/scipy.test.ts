/** Against what scipy and numpy say at scales from 1e-12 to 1e12 (testdata/statistics/make.py). */
import { describe, expect, it } from 'vitest'
import { goldenJson } from '../testing/golden'
import { aggregate, type BandKind } from './aggregate'
import { incompleteBeta, logGamma, studentQuantileTwoSided, studentTwoSided } from './distributions'
import { leastSquares } from './least-squares'
import { logSumExp } from './log-space'
import { largest, mean, meanAndStd, median, quantile, smallest } from './statistics'

interface Golden {
  regressions: {
    x: number[] | number[][]
    y: number[]
    coefficients: number[]
    standardErrors: number[]
    /** Of the slope, or of all coefficients. */
    p: number | number[]
    r2: number
  }[]
  summaries: {
    values: number[]
    mean: number
    std: number
    median: number
    shares: number[]
    quantiles: number[]
    smallest: number
    largest: number
    sampleStd?: number
    sem?: number
    ci95?: [number, number]
  }[]
  students: { df: number; t: number; p: number }[]
  studentQuantiles: { df: number; share: number; t: number }[]
  betas: { x: number; a: number; b: number; value: number }[]
  gammas: { x: number; value: number }[]
  exponentials: { values: (number | string)[]; value: number }[]
}

const golden = goldenJson<Golden>('statistics/statistics.json')

/** Relative to the answer, or to `size` where the answer comes of numbers of that size that cancel. */
function expectNear(found: number, right: number, tolerance: number, what: string, size = Math.abs(right)): void {
  const near = Math.abs(found - right) <= tolerance * size
  expect(near, `${what}: ${found} is not ${right}`).toBe(true)
}

describe('as scipy has it', () => {
  it('regressions of columns and values of any scale', () => {
    expect(golden.regressions.length).toBeGreaterThan(50)
    for (const [i, { x, y, ...right }] of golden.regressions.entries()) {
      const found = leastSquares(
        x.map((row) => [row].flat()),
        y
      )!
      const what = `regression ${i}`
      expect(found.columns, what).toHaveLength(right.coefficients.length)
      right.coefficients.forEach((value, j) => {
        const error = right.standardErrors[j]
        expectNear(found.coefficients[j], value, 1e-10, `${what}, coefficient ${j}`, Math.abs(value) + error)
        expectNear(found.standardErrors[j], error, 1e-10, `${what}, standard error ${j}`)
      })
      const p = typeof right.p === 'number' ? [found.p[1]] : found.p
      ;[right.p].flat().forEach((value, j) => expectNear(p[j], value, 1e-9, `${what}, p ${j}`))
      expectNear(found.r2, right.r2, 1e-10, `${what}, R²`, 1)
    }
  })

  it('means, deviations, medians, quantiles and extremes', () => {
    expect(golden.summaries.length).toBeGreaterThan(30)
    for (const [i, { values, ...right }] of golden.summaries.entries()) {
      const what = `summary ${i}`
      const size = Math.max(...values.map(Math.abs))
      expectNear(mean(values), right.mean, 1e-14, `${what}, mean`, size)
      expectNear(meanAndStd(values).std, right.std, 1e-13, `${what}, std`, size)
      expectNear(median(values), right.median, 1e-15, `${what}, median`, size)
      expect([smallest(values), largest(values)], what).toEqual([right.smallest, right.largest])
      const sorted = [...values].sort((a, b) => a - b)
      right.shares.forEach((share, k) =>
        expectNear(quantile(sorted, share), right.quantiles[k], 1e-14, `${what}, quantile ${share}`, size)
      )
    }
  })

  it('bands over several curves', () => {
    for (const [i, { values, ...right }] of golden.summaries.entries()) {
      if (right.sem === undefined) continue
      const curves = values.map((value) => ({ x: Float64Array.of(3), values: Float64Array.of(value) }))
      const size = Math.max(...values.map(Math.abs))
      const bands: [BandKind, number, number][] = [
        ['std', right.mean - right.sampleStd!, right.mean + right.sampleStd!],
        ['sem', right.mean - right.sem, right.mean + right.sem],
        ['ci95', ...right.ci95!],
        ['minmax', right.smallest, right.largest]
      ]
      for (const [band, low, high] of bands) {
        const found = aggregate(curves, 'mean', band)
        const what = `summary ${i}, ${band}`
        expectNear(found.low[0], low, 1e-12, `${what}, low`, size + Math.abs(low))
        expectNear(found.high[0], high, 1e-12, `${what}, high`, size + Math.abs(high))
      }
    }
  })

  it("Student's t: tails and quantiles", () => {
    for (const { df, t, p } of golden.students) {
      expectNear(studentTwoSided(t, df), p, 1e-10, `t ${t}, ${df} degrees of freedom`)
      expectNear(studentTwoSided(-t, df), p, 1e-10, `t ${-t}, ${df} degrees of freedom`)
    }
    for (const { df, share, t } of golden.studentQuantiles)
      expectNear(studentQuantileTwoSided(share, df), t, 1e-11, `share ${share}, ${df} degrees of freedom`)
  })

  it('incomplete beta and log gamma functions', () => {
    for (const { x, a, b, value } of golden.betas)
      // What is left of 1 has the digits of 1; nothing smaller than a double is asked for.
      expectNear(incompleteBeta(x, a, b), value, 1e-10, `I_${x}(${a}, ${b})`, Math.max(value, 1e-300))
    for (const { x, value } of golden.gammas)
      expectNear(logGamma(x), value, 1e-13, `ln gamma ${x}`, Math.max(1, Math.abs(value)))
  })

  it('sums of exponentials', () => {
    for (const { values, value } of golden.exponentials) {
      const found = logSumExp(Float64Array.from(values, Number))
      expectNear(found, value, 1e-14, `of ${values.join(', ')}`, Math.max(1, Math.abs(value)))
    }
  })
})
