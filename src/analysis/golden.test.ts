import { describe, expect, it } from 'vitest'
import { aic, bic, decodeViterbi, filteredProbabilities, flattenNumbers, parameterCount } from '../hmm'
import { goldenSequence } from '../hmm/testing/golden-runs'
import { goldenJson } from '../testing/golden'
import type { CovarianceType } from '../domain/analysis-options'
import type { GaussianHmm, NestedNumbers } from '../hmm/types'
import { runCandidate } from './candidates'
import { emissionGradients, prepareGradients } from './gradients'
import { analyse, goldenSeries, optionsOf, PAPER_FEATURES } from './testing/builders'
import { recordOfModel } from './model-record'
import { summariseTransitions } from './transitions'

interface GoldenTransitions {
  seeds: number[]
  columns: string[]
  model: {
    n_components: number
    startprob: number[]
    transmat: NestedNumbers
    means: NestedNumbers
    covars: NestedNumbers
  }
  predictions: string[]
  unrounded: Record<string, { count: number; mean_derivative: number[]; mean_difference: number[] }>
  get_derivatives_run0_first5: number[][][]
}

interface GoldenSelection {
  train_seeds: number[]
  n_restarts: number
  n_iter: number
  test_seeds: number[]
  seeds: number[]
  lengths: number[]
  columns: string[]
  selection: Record<
    string,
    {
      per_K: {
        K: number
        scores: (number | string)[]
        aics: (number | string)[]
        bics: (number | string)[]
        train_scores: (number | string)[]
      }[]
    }
  >
}

const TASKS = ['digits', 'parity', 'modular_noln']

describe('transitions against the visualizing-training package', () => {
  for (const task of TASKS)
    it(`${task}: same paths, counts and mean differences; its derivative with its normaliser, ours with the gradient's`, () => {
      const golden = goldenJson<GoldenTransitions>(`hmm/transitions_${task}.json`)
      const states = golden.model.n_components
      const features = golden.columns.length
      const model: GaussianHmm = {
        states,
        features,
        covariance: 'diag',
        startProb: Float64Array.from(golden.model.startprob),
        transMat: flattenNumbers(golden.model.transmat),
        means: flattenNumbers(golden.model.means),
        covars: flattenNumbers(golden.model.covars)
      }
      const sequences = golden.seeds.map((seed) => goldenSequence(task, seed, golden.columns))
      const paths = decodeViterbi(model, sequences)
      expect(paths.map((path) => Array.from(path).join(''))).toEqual(golden.predictions)

      const runs = golden.seeds.map((seed) => ({ runId: String(seed) }))
      const ours = summariseTransitions(model, recordOfModel(model).means, paths, sequences, runs, golden.columns)
      // The package also lists staying in a state, which is no transition.
      const theirs = Object.entries(golden.unrounded).filter(([key]) => new Set(key.split('>>')).size === 2)
      expect(ours.map(({ from, to }) => `${from}>>${to}`).sort()).toEqual(theirs.map(([key]) => key).sort())

      const filtered = filteredProbabilities(model, sequences)
      const prepared = prepareGradients(model)
      const gradients = new Float64Array(states * features)
      /** The package's value: the normaliser is one number, summed over all features. */
      const asWritten = (run: number, t: number, state: number): number[] => {
        emissionGradients(prepared, sequences[run].data.subarray(t * features, (t + 1) * features), gradients)
        let normaliser = 0
        for (let k = 0; k < states; k++)
          for (let d = 0; d < features; d++) normaliser += filtered[run][t * states + k] * gradients[k * features + d]
        return Array.from(gradients.subarray(state * features, (state + 1) * features), (g) => g - normaliser)
      }
      golden.get_derivatives_run0_first5.forEach((row, t) =>
        row.forEach((values, k) => {
          const computed = asWritten(0, t, k)
          values.forEach((value, d) => expect(Math.abs(computed[d] - value)).toBeLessThan(1e-6 * (1 + Math.abs(value))))
        })
      )

      let differing = 0
      for (const [key, { count, mean_derivative, mean_difference }] of theirs) {
        const transition = ours.find(({ from, to }) => `${from}>>${to}` === key)!
        expect(transition.count).toBe(count)
        const sums = new Array<number>(features).fill(0)
        for (const { runId, index } of transition.occurrences)
          asWritten(golden.seeds.indexOf(Number(runId)), index - 1, transition.to).forEach((x, d) => (sums[d] += x))
        for (const { feature, gradient, meanDifference } of transition.features) {
          const d = golden.columns.indexOf(feature)
          expect(meanDifference).toBeCloseTo(mean_difference[d], 9)
          const theirsHere = mean_derivative[d]
          expect(Math.abs(sums[d] / count - theirsHere)).toBeLessThan(1e-6 * (1 + Math.abs(theirsHere)))
          if (Math.abs(gradient! - theirsHere) > 1e-3) differing++
        }
      }
      // Must differ: the gradient has a normaliser per feature. Equal numbers would mean the package's sum crept in.
      expect(differing).toBeGreaterThan(0.9 * theirs.length * features)
    })
})

describe('model selection on recorded runs', () => {
  it('AIC and BIC follow from the scores of the package (which judges held-out rows)', () => {
    for (const task of TASKS) {
      const golden = goldenJson<GoldenSelection>(`hmm/selection_${task}.json`)
      const rows = golden.test_seeds.reduce((sum, seed) => sum + golden.lengths[golden.seeds.indexOf(seed)], 0)
      for (const [type, { per_K }] of Object.entries(golden.selection))
        for (const { K, scores, aics, bics } of per_K) {
          const model = { states: K, features: golden.columns.length, covariance: type as CovarianceType }
          const parameters = parameterCount(model)
          scores.forEach((score, i) => {
            if (typeof score !== 'number') return
            expect(aic(score, parameters)).toBeCloseTo(aics[i] as number, 6)
            expect(bic(score, parameters, rows)).toBeCloseTo(bics[i] as number, 6)
          })
        }
    }
  })

  it('reaches the log-likelihoods that the package reaches, with three times its restarts', () => {
    for (const task of TASKS) {
      const golden = goldenJson<GoldenSelection>(`hmm/selection_${task}.json`)
      const sequences = golden.train_seeds.map((seed) => goldenSequence(task, seed, golden.columns))
      for (const { K, train_scores } of golden.selection.diag.per_K) {
        if (K < 2 || K > 6) continue
        const theirs = Math.max(...train_scores.filter((score) => typeof score === 'number'))
        // Theirs of six states was found by one restart of ten: with as many, ours miss it every other time.
        const ours = Array.from({ length: 3 * golden.n_restarts }, (_, restart) => {
          const task = { states: K, restart, seed: 100 + restart }
          return runCandidate(task, sequences, optionsOf({ maxIterations: golden.n_iter })).candidate.logLikelihood!
        })
        // Restarts are random on both sides: within 1 of theirs, out of thousands.
        expect(Math.max(...ours), `${task}, ${K} states`).toBeGreaterThan(theirs - 1)
      }
    }
  })

  it('modular addition: a sensible number of states, memorising before generalising', () => {
    const runs = Array.from({ length: 10 }, (_, seed) => goldenSeries('modular_noln', seed))
    const options = optionsOf({
      features: PAPER_FEATURES,
      statesMax: 8,
      restarts: 10,
      maxIterations: 100,
      criterion: 'heldout',
      folds: 5
    })
    const analysis = analyse(runs, options)
    expect(analysis.candidates.every((candidate) => candidate.logLikelihood !== null)).toBe(true)
    const best = analysis.selection.map((row) => row.best!)
    best.forEach((value, i) => i > 0 && expect(value).toBeGreaterThan(best[i - 1]))
    expect(analysis.chosenBy).toBe('heldout')
    expect(analysis.chosenStates).toBeGreaterThanOrEqual(3)
    expect(analysis.inputs.runs[0].epochs).toHaveLength(105)
    for (const fit of analysis.fits) {
      expect(fit.stateSummaries.filter((state) => state.initial)).toHaveLength(1)
      expect(fit.stateSummaries.filter((state) => state.final)).toHaveLength(1)
      expect(new Set(fit.stateSummaries.map((state) => state.name)).size).toBe(fit.states)
    }
    // These runs memorise at epoch 64-76 and generalise from 172 on.
    const chosen = analysis.fits.find((fit) => fit.states === analysis.chosenStates)!
    const names = chosen.stateSummaries.map((state) => state.name)
    const learnt = names.findIndex((name) => /^(Memorising|Overfitting)/.test(name))
    const general = names.findIndex((name) => name.startsWith('Generalising'))
    expect(learnt, names.join(', ')).toBeGreaterThanOrEqual(0)
    expect(general, names.join(', ')).toBeGreaterThan(learnt)
  })
})
