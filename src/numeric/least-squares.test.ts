import { describe, expect, it } from 'vitest'
import { leastSquares } from './least-squares'
import { Rng } from './rng'

describe('least squares', () => {
  it.each([1, 1e3, 1e5, 1e6, 1e7])(
    'keeps its standard errors for columns %s times as large as their spread',
    (ratio) => {
      const rng = new Rng(3)
      const far = Array.from({ length: 15 }, () => [0, 1, 2].map(() => rng.normal() + ratio))
      // Exact: what is taken off is near what it is taken off from.
      const near = far.map((row) => row.map((value) => value - ratio))
      const y = near.map((row) => 2 * row[0] - row[1] + rng.normal())
      // A constant that is added to a column changes the intercept and nothing else.
      const [own, expected] = [leastSquares(far, y)!, leastSquares(near, y)!]
      for (let j = 1; j < 4; j++) {
        expect(own.coefficients[j] / expected.coefficients[j]).toBeCloseTo(1, 7)
        expect(own.standardErrors[j] / expected.standardErrors[j]).toBeCloseTo(1, 7)
        expect(own.p[j] / expected.p[j]).toBeCloseTo(1, 6)
      }
    }
  )

  it('takes more rows than a call takes arguments', () => {
    const x = Array.from({ length: 200_000 }, (_, i) => [Math.sin(i)])
    const fit = leastSquares(
      x,
      x.map(([value], i) => 3 - 2 * value + (i % 2 === 0 ? 0.1 : -0.1))
    )!
    expect(fit.coefficients[0]).toBeCloseTo(3, 6)
    expect(fit.coefficients[1]).toBeCloseTo(-2, 5)
  })
})
