import { expect, it } from 'vitest'
import { columnOf } from '../charts/hparams/columns'
import { largest, smallest } from './extremes'

it('extremes are those of Math.min and Math.max', () => {
  for (const values of [[], [3], [3, -7, 2], [0, -0], [1, Number.NaN, 2], [Infinity, -Infinity]]) {
    expect(smallest(values)).toBe(Math.min(...values))
    expect(largest(values)).toBe(Math.max(...values))
  }
})

it('a column of the hparams page may have more rows than a call takes arguments', () => {
  const rows = Array.from({ length: 300_000 }, (_, i) => ({ cells: { x: i - 5 } }))
  const { range } = columnOf('x', 'x', 'param', rows as never)
  expect(range).toEqual({ min: -5, max: 299_994 })
})
