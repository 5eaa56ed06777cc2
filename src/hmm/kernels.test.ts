import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { prepareEmissions } from './emissions'
import { Expectation } from './expectation'
import { fitGaussianHmm, posteriorProbabilities, sampleSequence, scoreSequences } from './index'
import { kernelMemoryBytes } from './simd/module'
import { randomModel } from './testing/models'
import { referenceStep } from './testing/reference'
import type { ReferenceStep } from './testing/reference'
import type { CovarianceType } from '../domain/analysis-options'
import type { GaussianHmm, Sequence } from './types'

const TYPES: CovarianceType[] = ['diag', 'full', 'tied', 'spherical']

function drawn(model: GaussianHmm, lengths: readonly number[], rng: Rng): Sequence[] {
  return lengths.map((rows) => sampleSequence(model, rows, rng).sequence)
}

/** One E-step by the kernels. */
function kernelStep(model: GaussianHmm, sequences: readonly Sequence[]): Pick<ReferenceStep, 'logLikelihood' | 'sums'> {
  const expectation = new Expectation(sequences, model.states, model.covariance)
  if (model.covariance === 'tied') expectation.sums.second.set(expectation.scatter())
  expectation.load(model, prepareEmissions(model))
  return { logLikelihood: expectation.run(), sums: expectation.sums }
}

/** Largest difference, relative to the largest expected number where that is above 1. */
function difference(actual: ArrayLike<number>, expected: Float64Array): number {
  expect(actual.length).toBe(expected.length)
  const scale = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1)
  let worst = 0
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]) / scale
    // NaN must not pass as the smaller one.
    if (!(error <= worst)) worst = error
  }
  return worst
}

function expectSame(model: GaussianHmm, sequences: readonly Sequence[], expected: ReferenceStep, what: string): void {
  const { logLikelihood, sums } = kernelStep(model, sequences)
  expect(difference([logLikelihood], Float64Array.of(expected.logLikelihood)), what).toBeLessThan(1e-12)
  for (const name of ['start', 'trans', 'post', 'first', 'second'] as const)
    expect(difference(sums[name], expected.sums[name]), `${what}: ${name}`).toBeLessThan(1e-11)
  posteriorProbabilities(model, sequences).forEach((posterior, s) =>
    expect(difference(posterior, expected.posteriors[s]), `${what}: posteriors ${s + 1}`).toBeLessThan(1e-11)
  )
}

describe('the kernels of the E-step', () => {
  for (const type of TYPES)
    it(`${type}: agree with plain loops for every number of states and features`, () => {
      for (const states of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 16, 17])
        for (const features of [1, 2, 3, 4, 5, 7, 8, 13, 14, 20]) {
          const rng = new Rng(100 * states + features)
          const model = randomModel(states, features, type, rng, 1)
          const sequences = drawn(model, [5, 1, 0, 2, 3, 40, 7, 4], rng)
          const what = `K = ${states}, D = ${features}`
          expectSame(model, sequences, referenceStep(model, sequences, 'scaled'), what)
          expectSame(model, sequences, referenceStep(model, sequences, 'log'), `${what}, log`)
        }
    })

  it('agree where transitions are impossible and states far apart', () => {
    for (const type of TYPES)
      for (let seed = 0; seed < 10; seed++) {
        const rng = new Rng(seed)
        const model = randomModel(4, 3, type, rng, 8)
        model.startProb.set([1, 0, 0, 0])
        model.transMat.set([0.9, 0.1, 0, 0, 0, 0.9, 0.1, 0, 0, 0, 0.9, 0.1, 0, 0, 0, 1])
        const sequences = drawn(model, [50, 3, 81], rng)
        expectSame(model, sequences, referenceStep(model, sequences, 'log'), `${type}, seed ${seed}`)
      }
  })

  it('probabilities too small for products of them are left out without a trace', () => {
    for (const type of TYPES)
      for (let seed = 0; seed < 10; seed++) {
        const rng = new Rng(seed)
        const states = 2 + (seed % 8)
        const model = randomModel(states, 2, type, rng, 40)
        for (let p = 0; p < states * states; p++)
          if (rng.uniform() < 0.4) model.transMat[p] = 10 ** (-320 * rng.uniform())
        model.startProb[1] = 1e-300
        const sequences = drawn(model, [120, 33], rng)
        expectSame(model, sequences, referenceStep(model, sequences, 'log'), `${type}, seed ${seed}`)
      }
  })

  it('a thousand rows and more neither underflow nor lose digits', () => {
    for (const type of TYPES) {
      const rng = new Rng(9)
      const model = randomModel(5, 6, type, rng, 0.5)
      const sequences = drawn(model, [5000], rng)
      const expected = referenceStep(model, sequences, 'log')
      expect(Math.abs(scoreSequences(model, sequences) / expected.logLikelihood - 1)).toBeLessThan(1e-12)
      expect(difference(posteriorProbabilities(model, sequences)[0], expected.posteriors[0])).toBeLessThan(1e-9)
    }
  })

  it('rows far from every state, and rows that only a lost state explains, come out as in log space', () => {
    const model = randomModel(3, 2, 'diag', new Rng(1))
    const outliers = drawn(model, [30, 30], new Rng(2))
    outliers[1].data.fill(1e5, 10, 14)
    expectSame(model, outliers, referenceStep(model, outliers, 'log'), 'outliers')

    // Two states that never change: the first row speaks for one by 5000 nats, the others for the other by more.
    const stuck: GaussianHmm = {
      states: 2,
      features: 1,
      covariance: 'diag',
      startProb: Float64Array.of(0.5, 0.5),
      transMat: Float64Array.of(1, 0, 0, 1),
      means: Float64Array.of(0, 100),
      covars: Float64Array.of(1, 1)
    }
    const easy = { data: Float64Array.of(1, 2, 0, -1, 1), rows: 5, columns: 1 }
    const hard = { data: Float64Array.of(0, 60, 100, 100), rows: 4, columns: 1 }
    const sequences = [easy, hard, easy]
    const expected = referenceStep(stuck, sequences, 'scaled')
    expect(expected.inLogSpace).toBe(1)
    expectSame(stuck, sequences, expected, 'lost state')
    expect(Array.from(posteriorProbabilities(stuck, sequences)[1].subarray(0, 2))).toEqual([0, 1])
  })

  it('what follows can be lost as well: nearly impossible both ways, found in log space', () => {
    const model = randomModel(2, 1, 'diag', new Rng(3))
    model.startProb.set([1 - 1e-120, 1e-120])
    model.transMat.set([1, 0, 0, 1])
    model.means.set([0, 30])
    model.covars.set([1, 1])
    const sequence = { data: Float64Array.of(0, 30, 30, 30), rows: 4, columns: 1 }
    expectSame(model, [sequence], referenceStep(model, [sequence], 'log'), 'both ways')
  })

  it('a model that cannot produce a sequence scores -Infinity', () => {
    const model = randomModel(2, 1, 'diag', new Rng(3))
    model.covars.fill(1e-308)
    expect(scoreSequences(model, [{ data: Float64Array.of(1e9, -1e9), rows: 2, columns: 1 }])).toBe(-Infinity)
  })

  it('the order of the sequences does not change the score or the fit beyond rounding', () => {
    for (const covariance of TYPES) {
      const rng = new Rng(6)
      const truth = randomModel(3, 4, covariance, rng)
      const sequences = drawn(truth, [20, 1, 35, 7, 50], rng)
      const permuted = [3, 0, 4, 2, 1].map((s) => sequences[s])
      const score = scoreSequences(truth, sequences)
      expect(Math.abs(scoreSequences(truth, permuted) - score)).toBeLessThan(1e-10 * Math.abs(score))
      const { startProb, transMat, means, covars } = randomModel(3, 4, covariance, rng)
      const options = { states: 3, covariance, init: { startProb, transMat, means, covars }, maxIterations: 10 }
      const a = fitGaussianHmm(sequences, options)
      const b = fitGaussianHmm(permuted, options)
      expect(difference(b.logLikelihoodHistory, Float64Array.from(a.logLikelihoodHistory))).toBeLessThan(1e-10)
      expect(difference(b.means, a.means)).toBeLessThan(1e-9)
    }
  })

  it('two equal fits are equal bit for bit, whatever was fitted between them', () => {
    const rng = new Rng(12)
    for (const covariance of TYPES) {
      const sequences = drawn(randomModel(5, 7, covariance, rng), [33, 8, 61], rng)
      const options = { states: 5, covariance, seed: 3, maxIterations: 15 }
      const first = fitGaussianHmm(sequences, options)
      const other = randomModel(8, 20, 'full', rng)
      fitGaussianHmm(drawn(other, [300, 2], rng), { states: 8, covariance: 'full', maxIterations: 2 })
      expect(fitGaussianHmm(sequences, options)).toEqual(first)
    }
  })

  it('fits one after the other use the same memory', () => {
    const rng = new Rng(4)
    const sequences = drawn(randomModel(4, 6, 'diag', rng), [2000, 500], rng)
    const fit = () => fitGaussianHmm(sequences, { states: 4, covariance: 'diag', maxIterations: 3 })
    fit()
    const bytes = kernelMemoryBytes()
    for (let i = 0; i < 20; i++) fit()
    scoreSequences(randomModel(4, 6, 'full', rng), sequences)
    expect(kernelMemoryBytes()).toBe(bytes)
  })

  it('reads shared memory, and needs little more than one copy of the rows', () => {
    const [runs, rows, columns] = [40, 1000, 20]
    const shared = new Float64Array(new SharedArrayBuffer(runs * rows * columns * 8))
    const rng = new Rng(11)
    for (let p = 0; p < shared.length; p++) shared[p] = rng.uniform()
    const sequences = Array.from({ length: runs }, (_, s) => ({
      data: shared.subarray(s * rows * columns, (s + 1) * rows * columns),
      rows,
      columns
    }))
    const options = { states: 8, covariance: 'diag', maxIterations: 2 } as const
    const fit = fitGaussianHmm(sequences, options)
    expect(kernelMemoryBytes()).toBeLessThan(1.2 * shared.byteLength)
    const copies = sequences.map((sequence) => ({ ...sequence, data: Float64Array.from(sequence.data) }))
    expect(fitGaussianHmm(copies, options)).toEqual(fit)
  })

  it('three points, one feature, a constant feature and equal runs can be fitted', () => {
    const rng = new Rng(5)
    const three = { data: Float64Array.of(0.1, 0.2, 5), rows: 3, columns: 1 }
    const constant = {
      data: Float64Array.from({ length: 60 }, (_, p) => (p % 2 ? 4.5 : rng.normal())),
      rows: 30,
      columns: 2
    }
    const [run] = drawn(randomModel(2, 3, 'diag', rng), [25], rng)
    for (const covariance of TYPES)
      for (const sequences of [[three], [constant], [run, run, run, run]])
        for (const states of [1, 2, 3]) {
          const fit = fitGaussianHmm(sequences, { states, covariance, maxIterations: 30 })
          expect(Number.isFinite(scoreSequences(fit, sequences)), `${covariance}, ${states}`).toBe(true)
          expect([...fit.means, ...fit.covars, ...fit.transMat, ...fit.startProb].every(Number.isFinite)).toBe(true)
        }
  })
})
