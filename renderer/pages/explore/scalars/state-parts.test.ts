import { describe, expect, it } from 'vitest'
import { colorAt, coloredParts } from '../../../charts/scalar/model'
import { segmentsOf } from '../../../charts/time-axis'
import { partsOf } from './state-parts'

const name = (color: number): string => `c${color}`

describe('curves coloured by state', () => {
  // States 0 0 1 1 0 at steps 0, 10, 20, 30, 40: visits end half-way, at 15 and 35.
  const visits = segmentsOf([0, 0, 1, 1, 0], [0, 10, 20, 30, 40], [3, 5])

  it('change where the visits do, also between and beyond the points that the fit has seen', () => {
    const steps = [-5, 0, 14, 15, 34, 36, 40, 99]
    const parts = partsOf(visits, steps, name)
    expect(parts).toEqual([
      { from: 0, color: 'c3' },
      { from: 3, color: 'c5' },
      { from: 5, color: 'c3' }
    ])
    const every = steps.map((_, i) => colorAt({ parts, color: 'none' }, i))
    expect(every).toEqual(['c3', 'c3', 'c3', 'c5', 'c5', 'c3', 'c3', 'c3'])
  })

  it('begin again with another attempt', () => {
    expect(partsOf(visits, [0, 20, 10, 20], name).map(({ from }) => from)).toEqual([0, 1, 2, 3])
  })

  it('have no part for a run without states', () => {
    expect(partsOf([], [0, 1], name)).toEqual([])
    expect(coloredParts({ parts: null, color: 'own' }, 2, 5)).toEqual([[2, 5, 'own']])
  })

  it('leave no gap: each part reaches the first point of the next', () => {
    const parts = [
      { from: 0, color: 'a' },
      { from: 4, color: 'b' },
      { from: 9, color: 'c' }
    ]
    for (let from = 0; from < 11; from++) {
      for (let to = from + 1; to <= 12; to++) {
        const cut = coloredParts({ parts, color: 'own' }, from, to)
        expect(cut[0][0]).toBe(from)
        expect(cut.at(-1)![1]).toBe(to)
        for (let i = 1; i < cut.length; i++) expect(cut[i][0]).toBe(cut[i - 1][1] - 1)
        for (const [start, , color] of cut) expect(color).toBe(start >= 9 ? 'c' : start >= 4 ? 'b' : 'a')
      }
    }
  })
})
