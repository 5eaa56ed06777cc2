/** Autoregressive states: against dynamax, against all paths of tiny models, and against the climb that EM promises. */
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { logSumExp } from '../numeric/log-space'
import {
  decodeViterbi,
  fitGaussianHmm,
  modelFromParameters,
  parameterCount,
  posteriorProbabilities,
  sampleSequence,
  scoreSequences
} from './index'
import { goldenJson } from '../testing/golden'
import { Changes } from './changes'
import { prepareEmissions } from './emissions'
import { flattenNumbers } from './initialise'
import { randomModel } from './testing/models'
import type { CovarianceType } from '../domain/analysis-options'
import type { FitResult, GaussianHmm, InitialParameters, NestedNumbers, Sequence } from './types'

const types: CovarianceType[] = ['diag', 'full', 'tied', 'spherical']
const kinds = ['diag', 'full'] as const
const combinations = kinds.flatMap((kind) => types.map((type) => [kind, type] as const))

function randomRules(
  kind: 'diag' | 'full',
  type: CovarianceType,
  states: number,
  features: number,
  rng: Rng
): GaussianHmm {
  const model = randomModel(states, features, type, rng, 1)
  const size = kind === 'full' ? features * features : features
  const weights = Float64Array.from({ length: states * size }, (_, p) => {
    const diagonal = kind === 'diag' || (p % size) % (features + 1) === 0
    return (diagonal ? 0.5 : 0) + 0.3 * rng.normal()
  })
  return { ...model, autoregression: { kind, weights } }
}

const rowsOf = (values: readonly (readonly number[])[]): Sequence => ({
  data: Float64Array.from(values.flat()),
  rows: values.length,
  columns: values[0].length
})

/** ln N(y; A x + b, S) from its definition, by elimination. */
function density(model: GaussianHmm, k: number, x: Float64Array, y: Float64Array): number {
  const { features: D, means, covars, covariance, autoregression } = model
  const { kind, weights } = autoregression!
  const left = Array.from({ length: D }, (_, i) => {
    let expected = means[k * D + i]
    for (let j = 0; j < D; j++)
      expected += (kind === 'full' ? weights[(k * D + i) * D + j] : i === j ? weights[k * D + i] : 0) * x[j]
    return y[i] - expected
  })
  const matrix = Array.from({ length: D }, (_, i) =>
    Array.from({ length: D }, (__, j) => {
      if (covariance === 'full') return covars[(k * D + i) * D + j]
      if (covariance === 'tied') return covars[i * D + j]
      return i !== j ? 0 : covariance === 'diag' ? covars[k * D + i] : covars[k]
    })
  )
  const solved = left.slice()
  let logDet = 0
  for (let i = 0; i < D; i++) {
    logDet += Math.log(matrix[i][i])
    for (let r = i + 1; r < D; r++) {
      const factor = matrix[r][i] / matrix[i][i]
      for (let c = i; c < D; c++) matrix[r][c] -= factor * matrix[i][c]
      solved[r] -= factor * solved[i]
    }
  }
  for (let i = D - 1; i >= 0; i--) {
    for (let c = i + 1; c < D; c++) solved[i] -= matrix[i][c] * solved[c]
    solved[i] /= matrix[i][i]
  }
  return -0.5 * (D * Math.log(2 * Math.PI) + logDet + left.reduce((sum, value, i) => sum + value * solved[i], 0))
}

function everyPath(model: GaussianHmm, { data, rows, columns }: Sequence) {
  const { states, startProb, transMat } = model
  const row = (t: number): Float64Array => data.subarray(t * columns, (t + 1) * columns)
  const paths = Array.from({ length: states ** (rows - 1) }, (_, n) =>
    Array.from({ length: rows - 1 }, (__, t) => Math.floor(n / states ** t) % states)
  )
  const joint = Float64Array.from(paths, (path) =>
    path.reduce(
      (sum, k, t) =>
        sum +
        Math.log(t > 0 ? transMat[path[t - 1] * states + k] : startProb[k]) +
        density(model, k, row(t), row(t + 1)),
      0
    )
  )
  const total = logSumExp(joint)
  const posteriors = new Float64Array((rows - 1) * states)
  joint.forEach((value, n) => paths[n].forEach((k, t) => (posteriors[t * states + k] += Math.exp(value - total))))
  return { total, posteriors, best: paths[joint.indexOf(Math.max(...joint))] }
}

describe.each(combinations)('rules with a %s A and %s covariances', (kind, type) => {
  it.each([
    [2, 6],
    [9, 4],
    [16, 4]
  ])('agree with all paths of a tiny model, %i states', (states, rows) => {
    const rng = new Rng(4)
    const model = randomRules(kind, type, states, 2, rng)
    const { sequence } = sampleSequence(model, rows, rng)
    const { total, posteriors, best } = everyPath(model, sequence)
    expect(scoreSequences(model, [sequence])).toBeCloseTo(total, 10)
    const [found] = posteriorProbabilities(model, [sequence])
    // The first row has what the change to the second has.
    expect(Array.from(found.subarray(0, states))).toEqual(Array.from(found.subarray(states, 2 * states)))
    found.subarray(states).forEach((value, p) => expect(value).toBeCloseTo(posteriors[p], 10))
    expect(Array.from(decodeViterbi(model, [sequence])[0])).toEqual([best[0], ...best])
  })

  it('let EM climb to where the likelihood is flat, also over missing cells', () => {
    const rng = new Rng(8)
    const truth = randomRules(kind, type, 2, 3, rng)
    const sequences = Array.from({ length: 5 }, (_, s) => {
      const { sequence } = sampleSequence(truth, 60, rng)
      if (s % 2 === 0) return sequence
      return { ...sequence, missing: true, data: sequence.data.map((value) => (rng.uniform() < 0.05 ? NaN : value)) }
    })
    const fit = fitGaussianHmm(sequences, {
      states: 2,
      covariance: type,
      autoregression: kind,
      maxIterations: 2000,
      tolerance: 1e-10,
      covarsPrior: 0,
      seed: 3,
      start: 'segments'
    })
    const history = fit.logLikelihoodHistory
    for (let i = 1; i < history.length; i++) expect(history[i]).toBeGreaterThan(history[i - 1] - 1e-7)
    expect(fit.converged).toBe(true)
    for (const slope of slopes(fit, sequences)) expect(Math.abs(slope)).toBeLessThan(5e-3)
    expect(scoreSequences(fit, sequences)).toBeCloseTo(history[history.length - 1], 5)
  })
})

/** Derivatives of the log-likelihood with respect to offsets, rules and covariances, by differences. */
function slopes(fit: FitResult, sequences: readonly Sequence[]): number[] {
  const { features, covariance } = fit
  const by = 1e-5
  const slope = (model: (values: Float64Array) => GaussianHmm, values: Float64Array, moved: number[]): number => {
    const score = (sign: number): number => {
      const copy = values.slice()
      for (const p of moved) copy[p] += sign * by
      return scoreSequences(model(copy), sequences)
    }
    return (score(1) - score(-1)) / (2 * by)
  }
  const matrix = covariance === 'full' || covariance === 'tied'
  const twin = (p: number): number => {
    const block = features * features
    const [i, j] = [Math.floor((p % block) / features), p % features]
    return p - (p % block) + j * features + i
  }
  const rules = fit.autoregression!
  return [
    ...Array.from(fit.means.keys(), (p) => slope((means) => ({ ...fit, means }), fit.means, [p])),
    ...Array.from(rules.weights.keys(), (p) =>
      slope((weights) => ({ ...fit, autoregression: { ...rules, weights } }), rules.weights, [p])
    ),
    ...Array.from(fit.covars.keys(), (p) =>
      slope((covars) => ({ ...fit, covars }), fit.covars, matrix && twin(p) !== p ? [p, twin(p)] : [p])
    )
  ]
}

interface Golden {
  states: number
  features: number
  sequences: number[][][]
  init: Record<keyof InitialParameters, NestedNumbers>
  logLikelihood: number[]
  posteriors: number[][][]
  history: number[]
  after20: Record<keyof InitialParameters, NestedNumbers>
}

describe('autoregressive states', () => {
  const { cases } = goldenJson<{ cases: Golden[] }>('hmm/autoregressive.json')

  it.each(cases.map((one) => [one.states, one.features, one] as const))(
    'have the numbers of dynamax: %i states, %i features',
    (states, features, golden) => {
      const sequences = golden.sequences.map(rowsOf)
      const model = modelFromParameters(golden.init, states, features, 'full', 'full')
      sequences.forEach((sequence, s) => {
        expect(scoreSequences(model, [sequence])).toBeCloseTo(golden.logLikelihood[s], 8)
        const [posteriors] = posteriorProbabilities(model, [sequence])
        golden.posteriors[s].flat().forEach((value, p) => expect(posteriors[states + p]).toBeCloseTo(value, 8))
      })
      const fit = fitGaussianHmm(sequences, {
        states,
        covariance: 'full',
        autoregression: 'full',
        init: golden.init,
        maxIterations: 20,
        tolerance: -Infinity,
        covarsPrior: 0
      })
      // dynamax adds the logarithms of its flat priors: (K + 1) ln (K - 1)!
      const flat =
        (states + 1) * Array.from({ length: states - 1 }, (_, i) => Math.log(i + 1)).reduce((a, b) => a + b, 0)
      golden.history.forEach((value, i) => expect(fit.logLikelihoodHistory[i]).toBeCloseTo(value - flat, 7))
      for (const name of ['startProb', 'transMat', 'means', 'covars', 'autoregression'] as const) {
        const own = name === 'autoregression' ? fit.autoregression!.weights : fit[name]
        flattenNumbers(golden.after20[name]).forEach((value, p) => expect(own[p], name).toBeCloseTo(value, 8))
      }
    }
  )

  it('tell rates of change that no level tells', () => {
    const rng = new Rng(6)
    const cuts: number[] = []
    const sequences = Array.from({ length: 10 }, () => {
      const cut = 30 + rng.integer(40)
      cuts.push(cut)
      const data = new Float64Array(200)
      for (let t = 1; t < 100; t++)
        for (let d = 0; d < 2; d++)
          data[2 * t + d] = data[2 * t - 2 + d] + (t <= cut ? 0.05 : -0.03) * (d + 1) + 0.01 * rng.normal()
      return { data, rows: 100, columns: 2 }
    })
    const fit = fitGaussianHmm(sequences, {
      states: 2,
      covariance: 'diag',
      autoregression: 'diag',
      maxIterations: 100,
      covarsPrior: 1e-4,
      start: 'segments'
    })
    decodeViterbi(fit, sequences).forEach((states, s) => {
      expect(Math.abs(states.findIndex((state) => state !== states[0]) - cuts[s] - 1)).toBeLessThanOrEqual(1)
    })
  })

  it('are looked at as they were loaded, whatever EM has made of the model since', () => {
    const rng = new Rng(11)
    const model = randomRules('full', 'full', 2, 2, rng)
    const { sequence } = sampleSequence(model, 8, rng)
    const changes = new Changes([sequence], 2, 2, 'full', 'full')
    const table = prepareEmissions(model)
    const [before, after] = [new Float64Array(14), new Float64Array(14)]
    changes.densities(table, 0, before)
    model.autoregression!.weights.fill(9)
    model.means.fill(9)
    changes.densities(table, 0, after)
    expect(after).toEqual(before)
  })

  it('count their rules as parameters, and say nothing of a single row', () => {
    const model = randomRules('full', 'diag', 3, 2, new Rng(1))
    expect(parameterCount(model)).toBe(2 + 6 + 6 + 6 + 12)
    const alone = rowsOf([[1, 2]])
    expect(scoreSequences(model, [alone])).toBe(0)
    expect(Array.from(posteriorProbabilities(model, [alone])[0])).toEqual(Array.from(model.startProb))
    expect(decodeViterbi(model, [alone])[0]).toHaveLength(1)
    expect(() => fitGaussianHmm([alone], { states: 1, covariance: 'diag', autoregression: 'diag' })).toThrow('rows')
  })
})
