/**
 * An E-step over rows with missing cells under covariances that connect features, in plain loops and log space: what is
 * missing is regressed on what is there, by the covariance of the latter (Little & Rubin 2002, section 11.2). The kernels
 * never make that matrix.
 */
import { choleskyPacked, packedLength, solvePacked } from '../../numeric/linear'
import type { GaussianHmm, Sequence } from '../types'
import { passAll } from './cell-step'
import type { Passed } from './cell-step'

export interface GapStep extends Passed {
  /** Weighted sums of rows, [K, D], and of their outer products, packed, [K, P]; of tied ones [P]. */
  first: Float64Array
  second: Float64Array
}

export function gapStep(model: GaussianHmm, sequences: readonly Sequence[]): GapStep {
  const { states, features, covariance, means, covars } = model
  const size = packedLength(features)
  const first = new Float64Array(states * features)
  const second = new Float64Array(covariance === 'tied' ? size : states * size)
  const passed = passAll(model, sequences, (s, t, k, weight) => {
    const block = covariance === 'tied' ? 0 : k
    const at = (i: number, j: number): number => covars[(block * features + i) * features + j]
    const row = sequences[s].data.slice(t * features, (t + 1) * features)
    const observed = Array.from(row.keys()).filter((d) => !Number.isNaN(row[d]))
    const missing = Array.from(row.keys()).filter((d) => Number.isNaN(row[d]))
    const factor = Float64Array.from(observed.flatMap((i, n) => observed.slice(0, n + 1).map((j) => at(i, j))))
    if (!choleskyPacked(factor, 0, observed.length)) throw new Error('The covariance is not positive definite.')
    const regressions = missing.map((m) => {
      const weights = Float64Array.from(observed, (d) => at(m, d))
      solvePacked(factor, observed.length, weights)
      return weights
    })
    missing.forEach((m, n) => {
      row[m] = means[k * features + m]
      observed.forEach((d, i) => (row[m] += regressions[n][i] * (row[d] - means[k * features + d])))
    })
    for (let i = 0, p = block * size; i < features; i++) {
      first[k * features + i] += weight * row[i]
      for (let j = 0; j <= i; j++, p++) second[p] += weight * row[i] * row[j]
    }
    missing.forEach((m, n) =>
      missing.slice(0, n + 1).forEach((other) => {
        const explained = observed.reduce((sum, d, i) => sum + regressions[n][i] * at(d, other), 0)
        second[block * size + packedLength(m) + other] += weight * (at(m, other) - explained)
      })
    )
  })
  return { ...passed, first, second }
}
