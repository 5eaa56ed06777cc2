import { describe, expect, it } from 'vitest'
import { assignment } from './assignment'
import { Rng } from './rng'

function total(values: readonly ArrayLike<number>[], found: ArrayLike<number>): number {
  return Array.from(found).reduce((sum, c, r) => sum + (c < 0 ? 0 : values[r][c]), 0)
}

/** The best total over all assignments, by trying them. */
function best(values: readonly ArrayLike<number>[], least: number, row = 0, used = 0): number {
  if (row === values.length) return 0
  let most = best(values, least, row + 1, used)
  for (let c = 0; c < values[row].length; c++)
    if (!(used & (1 << c)) && values[row][c] >= least)
      most = Math.max(most, values[row][c] + best(values, least, row + 1, used | (1 << c)))
  return most
}

describe('assignment', () => {
  it.each([0, 0.2, 0.6])('has the largest total of pairs of at least %d, in tables of any shape', (least) => {
    const rng = Rng.forPurpose(1, `assignment ${least}`)
    for (let n = 0; n < 300; n++) {
      const [rows, columns] = [1 + rng.integer(6), 1 + rng.integer(6)]
      // Coarse numbers, so that there are ties; some below what may be paired.
      const values = Array.from({ length: rows }, () => Array.from({ length: columns }, () => rng.integer(8) / 7))
      const found = assignment(values, least)
      const taken = Array.from(found).filter((c) => c >= 0)
      expect(new Set(taken).size).toBe(taken.length)
      found.forEach((c, r) => expect(c < 0 || values[r][c] >= least).toBe(true))
      expect(total(values, found)).toBeCloseTo(best(values, least), 12)
    }
  })

  it('is found for many rows, too', () => {
    const rng = Rng.forPurpose(2, 'assignment')
    const size = 60
    const planted = rng.shuffle(Array.from({ length: size }, (_, i) => i))
    const values = planted.map((own) =>
      Float64Array.from({ length: size }, (_, c) => (c === own ? 1 : 0.4 * rng.uniform()))
    )
    expect([...assignment(values)]).toEqual(planted)
  })

  it('leaves alone what has no counterpart', () => {
    expect([...assignment([])]).toEqual([])
    expect([...assignment([[], []])]).toEqual([-1, -1])
    expect([
      ...assignment(
        [
          [0.1, 0.9],
          [0.1, 0.8]
        ],
        0.5
      )
    ]).toEqual([1, -1])
  })
})
