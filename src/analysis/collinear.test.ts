/** Which features follow from those before them: planted sums, against least squares. */
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { collinearFeatures } from './collinear'
import { buildSequences } from './sequences'
import type { RunSeries } from '../domain/run-series'

const rng = Rng.forPurpose(4, 'collinear')
const own = Array.from({ length: 60 }, () => [rng.uniform(), rng.uniform() * 1e-6, 1e6 + rng.uniform()])

function found(row: (own: readonly number[], t: number) => number[], count = 60): [number, number[]][] {
  const rows = own.slice(0, count).map((values, t) => Float64Array.from(row(values, t)))
  return collinearFeatures(rows[0].length, () => rows).map(({ feature, from }) => [feature, from])
}

describe('features that follow from others', () => {
  it('are found whatever their scale: a copy, a mirror image, a sum', () => {
    expect(found(([a, b, c]) => [a, 2 * a - 1, b, c, -c, a + 1e6 * b])).toEqual([
      [1, [0]],
      [4, [3]],
      [5, [2, 0]]
    ])
  })

  it('are none where anything of their own is left', () => {
    expect(found(([a, b, c]) => [a, b, c, a * a])).toEqual([])
    expect(found(([a, , c]) => [a, a + 0.01 * (c - 1e6)])).toEqual([])
  })

  it('are judged by whole rows, and by none where these are few', () => {
    expect(found(([a, b], t) => [a, 3 * a, t % 2 ? NaN : b])).toEqual([[1, [0]]])
    expect(found(([a]) => [a, 3 * a], 5)).toEqual([])
    expect(found(([a]) => [a, 3 * a, NaN])).toEqual([])
  })

  it('are left out of a full or tied covariance with a warning, and kept in one that takes them for independent', () => {
    const series = (values: number[]) => ({
      steps: Float64Array.from(own.keys()),
      epochs: null,
      values: Float64Array.from(values)
    })
    const run = {
      runId: 'r',
      label: 'r',
      seed: 0,
      series: { a: series(own.map(([a]) => a)), twice: series(own.map(([a]) => 2 * a - 1)) }
    } as unknown as RunSeries
    const options = { runIds: [], features: ['a', 'twice'], zscore: 'shared', statesMax: 2 } as const
    for (const covariance of ['full', 'tied'] as const) {
      const { inputs, sequences, findings } = buildSequences([run], { ...options, runIds: [], features: [...options.features], covariance }) // prettier-ignore
      expect(inputs.features).toEqual(['a'])
      expect(sequences[0].columns).toBe(1)
      expect(findings.map(({ text }) => text)).toContainEqual(
        `"twice" was left out: it follows from "a", and a ${covariance} covariance of features that follow from each other has no inverse. The diag covariance takes it.`
      )
    }
    const { inputs } = buildSequences([run], { ...options, runIds: [], features: [...options.features], covariance: 'diag' }) // prettier-ignore
    expect(inputs.features).toEqual(['a', 'twice'])
  })
})
