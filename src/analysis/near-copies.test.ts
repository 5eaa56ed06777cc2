import { expect, it } from 'vitest'
import type { Sequence } from '../hmm/types'
import { nearCopies, reportNearCopies } from './near-copies'
import type { Finding } from '../domain/finding'

/** A run of columns given by their values at t. */
function runOf(rows: number, ...columns: ((t: number) => number)[]): Sequence {
  const data = Float64Array.from({ length: rows * columns.length }, (_, p) =>
    columns[p % columns.length](Math.floor(p / columns.length))
  )
  return { data, rows, columns: columns.length, missing: data.some(Number.isNaN) }
}

const wave = (t: number): number => Math.sin(t / 3)
const drift = (t: number): number => t * t

it('names what goes together in every run, in any scale and direction, and nothing else', () => {
  const one = runOf(
    40,
    wave,
    (t) => 5 - 200 * wave(t),
    drift,
    (t) => (t % 2 ? NaN : drift(t) * 1e-9),
    (t) => wave(t) + 0.2 * Math.cos(t)
  )
  const two = runOf(
    30,
    drift,
    (t) => -drift(t),
    wave,
    (t) => 3 * wave(t),
    drift
  )
  expect(nearCopies([one, two])).toEqual([
    [0, 1],
    [2, 3]
  ])
  const findings: Finding[] = []
  reportNearCopies([one, two], ['a', 'b', 'c', 'd', 'e'], findings)
  expect(findings).toEqual([
    {
      severity: 'info',
      text:
        'Near copies (correlation above 0.999 in every run): "b" of "a"; "d" of "c". Each counts as a feature of its own, ' +
        'unless it is left out or the covariance is full or tied.'
    }
  ])
})

it('finds none in one run where they part, in a feature that stands still, and in too few points', () => {
  const together = runOf(40, wave, wave)
  expect(nearCopies([together, runOf(40, wave, drift)])).toEqual([])
  expect(nearCopies([together, runOf(40, wave, () => 1)])).toEqual([])
  expect(
    nearCopies([
      together,
      runOf(
        40,
        () => 1,
        () => 2
      )
    ])
  ).toEqual([[0, 1]])
  expect(nearCopies([runOf(4, wave, wave)])).toEqual([])
})
