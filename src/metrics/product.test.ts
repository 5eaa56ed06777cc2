import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { type Factor, product, singularValuesOfProduct } from './product'
import { singularValues } from './singular-values'

describe('the product of two matrices', () => {
  const rng = new Rng(5)
  const random = (rows: number, columns: number): Factor => ({
    rows,
    columns,
    data: Float64Array.from({ length: rows * columns }, () => rng.normal())
  })

  it('is what the sums say, in double precision where a factor is', () => {
    const left: Factor = { rows: 2, columns: 3, data: Float32Array.of(1, 2, 3, 4, 5, 6) }
    const right: Factor = { rows: 3, columns: 2, data: Float32Array.of(1, 0, 0, 1, 2, -1) }
    expect(product(left, right)).toEqual(Float32Array.of(7, -1, 16, -1))
    const tenths = { ...right, data: Float64Array.of(0.1, 0, 0, 0.1, 0, 0) }
    expect(product(left, tenths)).toEqual(Float64Array.of(0.1, 0.2, 0.4, 0.5))
  })

  it.each([
    ['of low rank', random(30, 3), random(3, 40)],
    ['of full rank', random(6, 6), random(6, 6)],
    ['of factors that are longer inside', random(3, 8), random(8, 4)],
    ['of a column alone', random(7, 1), random(1, 5)],
    ['with a zero', { rows: 5, columns: 2, data: new Float64Array(10) }, random(2, 6)],
    [
      'of columns that depend on each other',
      { rows: 3, columns: 2, data: Float64Array.of(1, 2, 2, 4, 3, 6) },
      random(2, 6)
    ]
  ])('%s has the singular values of the whole matrix', (_, left, right) => {
    const whole = singularValues(product(left, right), left.rows, right.columns)
    const ours = singularValuesOfProduct(left, right)
    expect(ours).toHaveLength(whole.length)
    // Through squares of the whole matrix, what is 0 comes out below 1e-8 of the largest.
    const slack = 1e-7 * Math.max(whole[0], 1e-9)
    for (let i = 0; i < whole.length; i++) expect(Math.abs(ours[i] - whole[i])).toBeLessThan(slack)
  })
})
