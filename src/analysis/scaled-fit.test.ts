import { describe, expect, it } from 'vitest'
import { decodeViterbi, fitGaussianHmm, sampleSequence, scoreSequences } from '../hmm'
import { randomModel } from '../hmm/testing/models'
import type { CovarianceType } from '../domain/analysis-options'
import type { FitResult, Sequence } from '../hmm/types'
import { Rng } from '../numeric/rng'
import { fitScaled } from './scaled-fit'

const types: CovarianceType[] = ['diag', 'full', 'tied', 'spherical']

function levels(unit: number, offset = 0): Sequence[] {
  const rng = new Rng(4)
  return Array.from({ length: 6 }, () => {
    const cuts = [25 + rng.integer(10), 65 + rng.integer(10)]
    const data = Float64Array.from({ length: 300 }, (_, p) => {
      const level = cuts.filter((cut) => Math.floor(p / 3) >= cut).length
      return offset + unit * (level * ((p % 3) + 1) + 0.2 * rng.normal())
    })
    return { data, rows: 100, columns: 3 }
  })
}

describe('a fit of values that are not z-scored', () => {
  it.each([1e-9, 1e-4, 1, 1e6])('finds the same states in units of %s', (unit) => {
    const options = { states: 3, covariance: 'diag', start: 'segments', maxIterations: 60, seed: 1 } as const
    const wanted = decodeViterbi(fitScaled(levels(1), options, 'none'), levels(1))
    const runs = levels(unit)
    const fit = fitScaled(runs, options, 'none')
    expect(decodeViterbi(fit, runs)).toEqual(wanted)
    // With the priors as they are, small values have no other variance than that of the prior.
    if (unit < 1e-3) expect(fitGaussianHmm(runs, options).covars[0]).toBeGreaterThan(1e3 * fit.covars[0])
  })

  it.each(types)('has the model and the log-likelihood of the values as given: %s', (covariance) => {
    const rng = new Rng(2)
    const model = randomModel(3, 3, covariance, rng, 3)
    const runs = Array.from({ length: 4 }, () => sampleSequence(model, 80, rng).sequence)
    const unequal = runs.map((run) => ({ ...run, data: run.data.map((value, p) => value * [1e-3, 1, 50][p % 3]) }))
    const options = { states: 3, covariance, maxIterations: 400, tolerance: 1e-9, covarsPrior: 0, seed: 5 }
    const fit = fitScaled(unequal, options, 'none')
    const history = fit.logLikelihoodHistory
    expect(scoreSequences(fit, unequal)).toBeCloseTo(history[history.length - 1], 4)
    expect(fit.logLikelihoodHistory).toHaveLength(fit.iterations)
  })

  it.each(['diag', 'full'] as const)('has rules and log-likelihood of the values as given: %s', (autoregression) => {
    const units = [1e-3, 1, 50]
    const given = (own: readonly number[]): Sequence[] =>
      levels(1).map((run) => ({
        ...run,
        missing: true,
        data: run.data.map((value, p) => (p === 40 ? NaN : value * own[p % 3]))
      }))
    const options = { states: 3, covariance: 'full', autoregression, maxIterations: 200, tolerance: 1e-9 } as const
    const fitOf = (runs: Sequence[]): FitResult => fitScaled(runs, { ...options, covarsPrior: 0, seed: 5 }, 'none')
    const fit = fitOf(given(units))
    const history = fit.logLikelihoodHistory
    expect(scoreSequences(fit, given(units))).toBeCloseTo(history[history.length - 1], 4)
    // In a unit, what follows from another feature has the unit of one over that of the other.
    const { autoregression: rules } = fitOf(given([1, 1, 1]))
    fit.autoregression!.weights.forEach((weight, p) => {
      const unit = autoregression === 'diag' ? 1 : units[Math.floor(p / 3) % 3] / units[p % 3]
      expect(weight / unit).toBeCloseTo(rules!.weights[p], 6)
    })
  })

  it('is the plain one where they are z-scored', () => {
    const options = { states: 2, covariance: 'diag', seed: 1 } as const
    expect(fitScaled(levels(1), options, 'run')).toEqual(fitGaussianHmm(levels(1), options))
  })
})
