import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { fitGaussianHmm, parameterCount, posteriorProbabilities, sampleSequence, scoreSequences } from './index'
import { randomModel } from './testing/models'
import type { CovarianceType } from '../domain/analysis-options'
import type { FitResult, GaussianHmm, Sequence } from './types'

const TYPES: CovarianceType[] = ['diag', 'full', 'tied', 'spherical']

function chain(covariance: CovarianceType): GaussianHmm {
  const model = randomModel(3, 2, covariance, new Rng(11))
  model.means.set([-4, 0, 0, 4, 4, -1])
  model.transMat.set([0.9, 0.1, 0, 0, 0.9, 0.1, 0.1, 0, 0.9])
  model.startProb.set([1, 0, 0])
  return model
}

function finite(fit: FitResult): boolean {
  return [fit.startProb, fit.transMat, fit.means, fit.covars, Float64Array.from(fit.logLikelihoodHistory)].every(
    (values) => values.every(Number.isFinite)
  )
}

function noise(rows: number, columns: number, seed: number): Sequence {
  const rng = new Rng(seed)
  return { data: Float64Array.from({ length: rows * columns }, () => rng.normal()), rows, columns }
}

describe('starts within clusters', () => {
  /** Three levels without overlap, two of them near each other beside one that is far away. */
  const rng = new Rng(5)
  const levels = [0.5, 1.2, 3]
  const rows = 300
  const data = Float64Array.from({ length: rows }, (_, t) => levels[Math.floor((t / rows) * 3)] + 0.03 * rng.normal())
  const sequence = { data, rows, columns: 1 }
  /** Of ten starts, how many find all three. */
  const found = (covariance: CovarianceType, startCovars: 'data' | 'within'): number =>
    Array.from({ length: 10 }, (_, seed) => {
      const options = { states: 3, covariance, maxIterations: 25, tolerance: 1e-3 * rows, seed, startCovars }
      const means = Array.from(fitGaussianHmm([sequence], options).means).sort((a, b) => a - b)
      return means.every((mean, k) => Math.abs(mean - levels[k]) < 0.05)
    }).filter(Boolean).length

  for (const covariance of TYPES)
    it(`${covariance}: tell near levels apart, more often than from the covariance of all rows`, () => {
      expect(found(covariance, 'within')).toBeGreaterThanOrEqual(7)
      // One covariance of all states cannot grow over two of them.
      if (covariance !== 'tied') expect(found(covariance, 'within')).toBeGreaterThan(found(covariance, 'data'))
    })
})

describe('fitGaussianHmm', () => {
  for (const covariance of TYPES)
    it(`${covariance}: recovers the parameters that sampled the data`, () => {
      const rng = new Rng(3)
      const truth = chain(covariance)
      const sequences = Array.from({ length: 20 }, () => sampleSequence(truth, 300, rng).sequence)
      const fit = fitGaussianHmm(sequences, { states: 3, covariance, maxIterations: 100, seed: 4 })
      expect(fit.converged).toBe(true)
      expect(fit.problem).toBeNull()
      // The fitted states come in any order: match them by the first mean.
      const order = [0, 1, 2].map((k) =>
        [0, 1, 2].reduce((best, j) => {
          const distance = (at: number) =>
            Math.hypot(fit.means[at * 2] - truth.means[k * 2], fit.means[at * 2 + 1] - truth.means[k * 2 + 1])
          return distance(j) < distance(best) ? j : best
        })
      )
      order.forEach((j, k) => {
        expect(fit.startProb[j]).toBeCloseTo(truth.startProb[k], 2)
        for (let d = 0; d < 2; d++) expect(Math.abs(fit.means[j * 2 + d] - truth.means[k * 2 + d])).toBeLessThan(0.1)
        order.forEach((i, to) =>
          expect(Math.abs(fit.transMat[j * 3 + i] - truth.transMat[k * 3 + to])).toBeLessThan(0.03)
        )
      })
      const block = fit.covars.length / (covariance === 'tied' ? 1 : 3)
      order.forEach((j, k) => {
        if (covariance === 'tied' && k > 0) return
        const at = covariance === 'tied' ? 0 : j * block
        for (let p = 0; p < block; p++)
          expect(Math.abs(fit.covars[at + p] - truth.covars[(covariance === 'tied' ? 0 : k) * block + p])).toBeLessThan(
            0.12
          )
      })
      expect(scoreSequences(fit, sequences)).toBeGreaterThan(scoreSequences(truth, sequences))
    })

  it('can start from stretches of time, also with more states than points in a sequence', () => {
    const rng = new Rng(3)
    const truth = chain('diag')
    const sequences = Array.from({ length: 5 }, () => sampleSequence(truth, 100, rng).sequence)
    const fit = fitGaussianHmm(sequences, { states: 3, covariance: 'diag', start: 'segments', maxIterations: 100 })
    const kmeans = fitGaussianHmm(sequences, { states: 3, covariance: 'diag', maxIterations: 100 })
    expect(scoreSequences(fit, sequences)).toBeCloseTo(scoreSequences(kmeans, sequences), 0)
    const tiny = [noise(3, 2, 1), noise(3, 2, 2)]
    for (let seed = 0; seed < 5; seed++)
      expect(finite(fitGaussianHmm(tiny, { states: 6, covariance: 'diag', start: 'segments', seed }))).toBe(true)
  })

  it('repeats itself for a seed and does not touch its input', () => {
    const sequence = noise(80, 3, 1)
    const before = sequence.data.slice()
    const a = fitGaussianHmm([sequence], { states: 3, covariance: 'full', seed: 9 })
    const b = fitGaussianHmm([sequence], { states: 3, covariance: 'full', seed: 9 })
    expect(b).toEqual(a)
    expect(sequence.data).toEqual(before)
  })

  it('climbs: the log-likelihood never falls without a word', () => {
    for (const covariance of TYPES)
      for (let seed = 0; seed < 8; seed++) {
        const fit = fitGaussianHmm([noise(120, 3, seed)], { states: 4, covariance, seed, maxIterations: 60 })
        fit.logLikelihoodHistory.forEach((value, i, all) => {
          if (i > 0 && value < all[i - 1] - 1e-6) expect(fit.problem, `seed ${seed}`).not.toBeNull()
        })
        expect(fit.converged && /fell/.test(fit.problem ?? '')).toBe(false)
      }
  })

  it('works far from zero: an offset moves the means and nothing else', () => {
    const near = noise(200, 2, 4)
    const far = { ...near, data: near.data.map((x) => x + 1e6) }
    for (const covariance of TYPES) {
      const options = { states: 2, covariance, seed: 2, maxIterations: 20 }
      const a = fitGaussianHmm([near], options)
      const b = fitGaussianHmm([far], options)
      expect(b.iterations).toBe(a.iterations)
      a.means.forEach((mean, p) => expect(b.means[p] - 1e6).toBeCloseTo(mean, 6))
      a.covars.forEach((value, p) => expect(b.covars[p]).toBeCloseTo(value, 6))
    }
  })

  it('restarts a state that no row belongs to', () => {
    const rng = new Rng(8)
    const sequences = [sampleSequence(chain('diag'), 300, rng).sequence]
    const fit = fitGaussianHmm(sequences, {
      states: 3,
      covariance: 'diag',
      init: {
        startProb: [1, 0, 0],
        transMat: [
          [0.5, 0.5, 0],
          [0.5, 0.5, 0],
          [0, 0, 1]
        ],
        means: [
          [-4, 0],
          [2, 2],
          [500, 500]
        ],
        covars: [
          [1, 1],
          [4, 4],
          [1, 1]
        ]
      },
      maxIterations: 60
    })
    expect(fit.repairs).toBeGreaterThan(0)
    expect(fit.problem).toContain('S3 lost all rows at iteration 1 and was restarted.')
    expect(finite(fit)).toBe(true)
    const posteriors = posteriorProbabilities(fit, sequences)[0]
    let rows = 0
    for (let t = 0; t < 300; t++) rows += posteriors[t * 3 + 2]
    expect(rows).toBeGreaterThan(1)
  })

  it('survives constant columns, repeated rows, outliers and more states than distinct rows', () => {
    for (const covariance of TYPES) {
      const constant = noise(50, 3, 6)
      for (let t = 0; t < 50; t++) constant.data[t * 3 + 1] = 0.7
      const same = { data: new Float64Array(40).fill(1.5), rows: 20, columns: 2 }
      const outlier = noise(50, 2, 7)
      outlier.data[20] = 1e8
      for (const sequence of [constant, same, outlier]) {
        const fit = fitGaussianHmm([sequence], { states: 4, covariance, maxIterations: 30, seed: 1 })
        expect(finite(fit), `${covariance}: ${fit.problem}`).toBe(true)
        expect(Number.isNaN(scoreSequences(fit, [sequence]))).toBe(false)
      }
    }
  })

  it('says which states have too few rows for their covariance', () => {
    const sequence = noise(40, 3, 3)
    sequence.data.set([30, 30, 30], 20 * 3)
    const covars = { diag: [1, 1, 1], full: [1, 0, 0, 0, 1, 0, 0, 0, 1] }
    for (const covariance of ['diag', 'full'] as const) {
      const fit = fitGaussianHmm([sequence], {
        states: 2,
        covariance,
        init: {
          startProb: [1, 0],
          transMat: [0.95, 0.05, 0.9, 0.1],
          means: [0, 0, 0, 30, 30, 30],
          covars: [covars[covariance], covars[covariance]]
        },
        maxIterations: 20
      })
      expect(fit.collapsed).toEqual([1])
      const needed = covariance === 'full' ? 4 : 2
      expect(fit.problem).toContain(`S2 holds 1.0 rows, too few for its covariance (${needed}).`)
      expect(fit.repairs).toBe(0)
    }
  })

  it('says which states have shrunk onto equal rows, and keeps silent about a feature that never changes', () => {
    for (const covariance of ['diag', 'full', 'spherical'] as const) {
      const sequence = noise(60, 2, 3)
      sequence.data.fill(9, 0, 20 * 2)
      const fit = fitGaussianHmm([sequence], { states: 2, covariance, start: 'segments', seed: 1, maxIterations: 50 })
      const still = fit.means[0] > fit.means[2] ? 0 : 1
      expect(fit.collapsed).toEqual([still])
      expect(fit.problem).toContain(`S${still + 1} has shrunk onto rows that are all but equal`)
    }
    const constant = noise(60, 2, 3)
    for (let t = 0; t < 60; t++) {
      constant.data[2 * t] = 0.3
      if (t < 30) constant.data[2 * t + 1] += 8
    }
    expect(fitGaussianHmm([constant], { states: 2, covariance: 'diag', maxIterations: 20 }).collapsed).toEqual([])
  })

  it('survives a zero covariance prior on a constant column', () => {
    const constant = noise(50, 2, 6)
    for (let t = 0; t < 50; t++) constant.data[t * 2 + 1] = 0
    for (const covariance of TYPES) {
      const fit = fitGaussianHmm([constant], { states: 2, covariance, covarsPrior: 0, maxIterations: 20 })
      expect(finite(fit)).toBe(true)
    }
  })

  it('keeps what is not to be updated, and the zeros of a left-to-right model', () => {
    const sequence = noise(60, 1, 2)
    const init = {
      startProb: [1, 0],
      transMat: [
        [0.8, 0.2],
        [0, 1]
      ],
      means: [[-1], [1]],
      covars: [[1], [1]]
    }
    const fit = fitGaussianHmm([sequence], { states: 2, covariance: 'diag', init, updates: 'st' })
    expect(fit.means[0]).toBeCloseTo(-1, 12)
    expect(Array.from(fit.covars)).toEqual([1, 1])
    expect(fit.transMat[2]).toBe(0)
    expect(fit.startProb[1]).toBe(0)
  })

  it('refuses in words', () => {
    const sequence = noise(3, 1, 2)
    expect(() => fitGaussianHmm([sequence], { states: 4, covariance: 'diag' })).toThrow(
      '3 rows are too few for 4 states.'
    )
    const init = { startProb: [0.5, 0.6], transMat: [1, 0, 0, 1], means: [0, 1], covars: [1, 1] }
    expect(() => fitGaussianHmm([sequence], { states: 2, covariance: 'diag', init })).toThrow(
      'The initial startProb sums to 1.1 instead of 1.'
    )
  })

  it('counts parameters per covariance type', () => {
    const count = (covariance: CovarianceType) => parameterCount({ states: 3, features: 4, covariance })
    // 2 start + 6 transitions + 12 means = 20
    expect(TYPES.map(count)).toEqual([32, 50, 30, 23])
  })
})
