import { describe, expect, it } from 'vitest'
import {
  aic,
  bic,
  decodeViterbi,
  fitGaussianHmm,
  flattenNumbers,
  modelOfFit,
  parameterCount,
  posteriorProbabilities,
  scoreSequences
} from './index'
import { goldenSequence } from './testing/golden-runs'
import { goldenJson } from '../testing/golden'
import type { CovarianceType } from '../domain/analysis-options'
import type { NestedNumbers } from './types'

interface Parameters {
  startprob: NestedNumbers
  transmat: NestedNumbers
  means: NestedNumbers
  covars: NestedNumbers
}

interface Golden {
  columns: string[]
  seeds: number[]
  zscored_first_rows: number[][]
  fits: {
    covariance_type: CovarianceType
    n_components: number
    init: Parameters
    final: Parameters
    hyper: { tol: number; n_iter: number; covars_prior: number; covars_weight: number }
    history: number[]
    n_iter_run: number
    score: number
    aic: number
    bic: number
    n_free_params: number
    n_rows_for_bic: number
    viterbi: string[]
    posteriors_first_run: number[][]
  }[]
}

/** hmmlearn 0.3.3 stores spherical as [K, D] with equal columns in some places and as [K] in others. */
function covars(values: NestedNumbers, type: CovarianceType, states: number): Float64Array {
  const flat = flattenNumbers(values)
  if (type !== 'spherical' || flat.length === states) return flat
  return Float64Array.from({ length: states }, (_, k) => flat[(k * flat.length) / states])
}

/** Largest difference, relative where the expected value is above 1. */
function worst(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length)
  let max = 0
  for (let i = 0; i < actual.length; i++) {
    const error = Math.abs(actual[i] - expected[i]) / Math.max(1, Math.abs(expected[i]))
    // NaN must not pass as the smaller one.
    if (!(error <= max)) max = error
  }
  return max
}

describe('EM against hmmlearn 0.3.3', () => {
  for (const task of ['digits', 'parity', 'modular_noln']) {
    const golden = goldenJson<Golden>(`hmm/hmm_em_${task}.json`)
    const sequences = golden.seeds.map((seed) => goldenSequence(task, seed, golden.columns))

    it(`${task}: the input is the same`, () => {
      const flat = flattenNumbers(golden.zscored_first_rows)
      expect(worst(sequences[0].data.slice(0, flat.length), flat)).toBeLessThan(1e-12)
    })

    for (const fit of golden.fits) {
      it(`${task} ${fit.covariance_type} K=${fit.n_components}`, () => {
        const states = fit.n_components
        const type = fit.covariance_type
        const result = fitGaussianHmm(sequences, {
          states,
          covariance: type,
          init: {
            startProb: fit.init.startprob,
            transMat: fit.init.transmat,
            means: fit.init.means,
            covars: covars(fit.init.covars, type, states)
          },
          maxIterations: fit.hyper.n_iter,
          tolerance: fit.hyper.tol,
          covarsPrior: fit.hyper.covars_prior,
          covarsWeight: fit.hyper.covars_weight
        })
        expect(result.iterations).toBe(fit.n_iter_run)
        expect(worst(result.logLikelihoodHistory, fit.history)).toBeLessThan(1e-9)
        expect(worst(result.startProb, flattenNumbers(fit.final.startprob))).toBeLessThan(1e-8)
        expect(worst(result.transMat, flattenNumbers(fit.final.transmat))).toBeLessThan(1e-8)
        expect(worst(result.means, flattenNumbers(fit.final.means))).toBeLessThan(1e-8)
        expect(worst(result.covars, covars(fit.final.covars, type, states))).toBeLessThan(1e-8)

        // hmmlearn counts a fall and the last allowed iteration as convergence; we do not.
        const gain = fit.history[fit.history.length - 1] - fit.history[fit.history.length - 2]
        expect(result.converged).toBe(gain < fit.hyper.tol && gain > -1e-6)
        expect(result.problem === null).toBe(gain > -1e-6)

        const model = modelOfFit(result)
        const score = scoreSequences(model, sequences)
        const parameters = parameterCount(model)
        expect(worst([score], [fit.score])).toBeLessThan(1e-9)
        expect(parameters).toBe(fit.n_free_params)
        expect(worst([aic(score, parameters)], [fit.aic])).toBeLessThan(1e-9)
        expect(worst([bic(score, parameters, fit.n_rows_for_bic)], [fit.bic])).toBeLessThan(1e-9)
        expect(decodeViterbi(model, sequences).map((path) => Array.from(path).join(''))).toEqual(fit.viterbi)
        const posteriors = posteriorProbabilities(model, sequences)[0]
        expect(worst(posteriors, flattenNumbers(fit.posteriors_first_run))).toBeLessThan(1e-8)
      })
    }
  }
})
