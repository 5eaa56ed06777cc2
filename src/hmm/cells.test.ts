/** Missing cells, against integrals over them by brute force, and against the climb that EM promises. */
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { prepareEmissions } from './emissions'
import { Expectation } from './expectation'
import { decodeViterbi, fitGaussianHmm, posteriorProbabilities, sampleSequence, scoreSequences } from './index'
import { bruteForce } from './testing/brute-force'
import { randomModel } from './testing/models'
import type { CovarianceType } from '../domain/analysis-options'
import type { FitResult, GaussianHmm, Sequence } from './types'

const types: CovarianceType[] = ['diag', 'full', 'tied', 'spherical']

function without(sequence: Sequence, cells: readonly number[]): Sequence {
  const data = sequence.data.slice()
  for (const p of cells) data[p] = NaN
  return { ...sequence, data, missing: true }
}

/** p(what is there) and p(state at t | what is there), by the trapezoid rule over the missing cells. */
function integrated(model: GaussianHmm, sequence: Sequence, cells: readonly number[]) {
  const [step, reach] = [0.25, 14]
  const grid = Array.from({ length: (2 * reach) / step + 1 }, (_, i) => -reach + step * i)
  const data = sequence.data.slice()
  const posteriors = new Float64Array(sequence.rows * model.states)
  let total = 0
  const visit = (n: number): void => {
    if (n < cells.length) {
      for (const value of grid) {
        data[cells[n]] = value
        visit(n + 1)
      }
      return
    }
    const whole = bruteForce(model, { ...sequence, data })
    const weight = Math.exp(whole.total) * step ** cells.length
    total += weight
    whole.posteriors.forEach((value, p) => (posteriors[p] += weight * value))
  }
  visit(0)
  return { logLikelihood: Math.log(total), posteriors: posteriors.map((value) => value / total) }
}

describe.each(types)('missing cells of a model with %s covariances', (type) => {
  it.each([
    ['one', [1]],
    ['two of different rows', [0, 5]],
    ['a whole row', [2, 3]]
  ])('are integrated over: %s', (_name, cells) => {
    const rng = new Rng(7)
    const model = randomModel(2, 2, type, rng, 1.5)
    const { sequence } = sampleSequence(model, 3, rng)
    const wanted = integrated(model, sequence, cells)
    const holed = without(sequence, cells)
    expect(scoreSequences(model, [holed])).toBeCloseTo(wanted.logLikelihood, 9)
    const [posteriors] = posteriorProbabilities(model, [holed])
    posteriors.forEach((value, p) => expect(value).toBeCloseTo(wanted.posteriors[p], 9))
  })

  it.each([9, 16])('are integrated over by %i states', (states) => {
    const rng = new Rng(states)
    const model = randomModel(states, 2, type, rng, 1.5)
    const { sequence } = sampleSequence(model, 3, rng)
    const wanted = integrated(model, sequence, [3])
    const holed = without(sequence, [3])
    expect(scoreSequences(model, [holed])).toBeCloseTo(wanted.logLikelihood, 9)
    const [posteriors] = posteriorProbabilities(model, [holed])
    posteriors.forEach((value, p) => expect(value).toBeCloseTo(wanted.posteriors[p], 9))
  })

  it.each([5, 9, 12, 15, 16])('give the sums of the kernels where nothing is missing, %i states', (states) => {
    const rng = new Rng(3)
    const model = randomModel(states, 4, type, rng)
    const sequences = [7, 1, 32, 9].map((rows) => sampleSequence(model, rows, rng).sequence)
    const [kernels, cells] = [false, true].map((always) => {
      const expectation = new Expectation(sequences, states, type, { cells: always })
      if (type === 'tied' && !always) expectation.sums.second.set(expectation.scatter())
      expectation.load(model, prepareEmissions(model))
      const logLikelihood = expectation.run()
      const { start, trans, post, first, second } = expectation.sums
      return { logLikelihood, sums: [start, trans, post, first, second].map((values) => values.slice()) }
    })
    expect(cells.logLikelihood).toBeCloseTo(kernels.logLikelihood, 9)
    cells.sums.forEach((values, i) => values.forEach((value, p) => expect(value).toBeCloseTo(kernels.sums[i][p], 8)))
  })

  it('let EM climb to where the likelihood is flat', () => {
    const rng = new Rng(11)
    const truth = randomModel(3, 3, type, rng, 3)
    const sequences = Array.from({ length: 6 }, () => {
      const { sequence } = sampleSequence(truth, 50, rng)
      const cells = Array.from(sequence.data.keys()).filter(() => rng.uniform() < 0.3)
      return without(sequence, cells)
    })
    const fit = fitGaussianHmm(sequences, {
      states: 3,
      covariance: type,
      maxIterations: 600,
      tolerance: 1e-10,
      covarsPrior: 0,
      seed: 2
    })
    const history = fit.logLikelihoodHistory
    for (let i = 1; i < history.length; i++) expect(history[i]).toBeGreaterThan(history[i - 1] - 1e-7)
    expect(fit.converged).toBe(true)
    for (const name of ['means', 'covars'] as const)
      for (const slope of slopes(fit, name, sequences)) expect(Math.abs(slope), name).toBeLessThan(2e-3)
  })
})

/** Derivatives of the log-likelihood, by differences; of a symmetric matrix with both of its entries moved. */
function slopes(fit: FitResult, name: 'means' | 'covars', sequences: readonly Sequence[]): number[] {
  const { features } = fit
  const matrix = name === 'covars' && (fit.covariance === 'full' || fit.covariance === 'tied')
  const score = (p: number, by: number): number => {
    const values = fit[name].slice()
    values[p] += by
    const [i, j] = [Math.floor((p % (features * features)) / features), p % features]
    if (matrix && i !== j) values[p + (j - i) * features + (i - j)] += by
    return scoreSequences({ ...fit, [name]: values }, sequences)
  }
  const by = 1e-4
  return Array.from(fit[name].keys(), (p) => (score(p, by) - score(p, -by)) / (2 * by))
}

describe('missing cells', () => {
  it('are an error where a sequence does not say that it may have some', () => {
    const sequence: Sequence = { data: Float64Array.of(1, NaN, 2, 3), rows: 2, columns: 2 }
    expect(() => fitGaussianHmm([sequence], { states: 1, covariance: 'diag' })).toThrow('Row 1')
    const infinite = { ...sequence, data: Float64Array.of(1, Infinity, 2, 3), missing: true }
    expect(() => fitGaussianHmm([infinite], { states: 1, covariance: 'diag' })).toThrow('Row 1')
  })

  it('of a feature that is recorded every tenth row leave the states where they are', () => {
    const rng = new Rng(5)
    const sequences = Array.from({ length: 8 }, () => {
      const cut = 30 + rng.integer(40)
      const data = Float64Array.from({ length: 200 }, (_, p) => {
        const [t, d] = [p >> 1, p % 2]
        return d === 1 && t % 10 !== 0 ? NaN : (t < cut ? 0 : 3) + 0.5 * rng.normal()
      })
      return { cut, sequence: { data, rows: 100, columns: 2, missing: true } }
    })
    const runs = sequences.map(({ sequence }) => sequence)
    const fit = fitGaussianHmm(runs, { states: 2, covariance: 'diag', start: 'segments', maxIterations: 100 })
    const paths = decodeViterbi(fit, runs)
    sequences.forEach(({ cut }, s) => {
      const change = paths[s].findIndex((state) => state !== paths[s][0])
      expect(Math.abs(change - cut)).toBeLessThanOrEqual(1)
    })
    const levels = Array.from(fit.means).sort((a, b) => a - b)
    levels.forEach((level, i) => expect(level).toBeCloseTo(i < 2 ? 0 : 3, 0))
  })

  it('of a whole feature in one run are no obstacle', () => {
    const rng = new Rng(9)
    const model = randomModel(2, 3, 'full', rng, 3)
    const sequences = Array.from({ length: 4 }, () => sampleSequence(model, 40, rng).sequence)
    const holed = without(
      sequences[0],
      Array.from({ length: 40 }, (_, t) => 3 * t + 1)
    )
    const fit = fitGaussianHmm([holed, ...sequences.slice(1)], { states: 2, covariance: 'full', maxIterations: 50 })
    expect(fit.problem).toBeNull()
    expect(fit.means.every(Number.isFinite)).toBe(true)
  })
})
