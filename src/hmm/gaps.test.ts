/** Rows with missing cells under covariances that connect features: the kernels against plain loops in log space. */
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { prepareEmissions } from './emissions'
import { Expectation } from './expectation'
import { fitGaussianHmm, sampleSequence } from './index'
import { gapStep } from './testing/gap-step'
import { randomModel } from './testing/models'
import type { GaussianHmm, Sequence } from './types'

type Missing = (row: number, column: number, s: number) => boolean

/** Sequences of 0 to 9 rows and a longer one. */
function holed(model: GaussianHmm, rng: Rng, missing: Missing): Sequence[] {
  return [5, 1, 0, 2, 3, 40, 7, 4, 6, 8, 9].map((rows, s) => {
    const { sequence } = sampleSequence(model, rows, rng)
    const { columns } = sequence
    const data = sequence.data.map((value, p) => (missing(Math.floor(p / columns), p % columns, s) ? NaN : value))
    return { ...sequence, data, missing: true }
  })
}

/** Largest difference relative to the largest expected number, where that is above 1; infinite where one is no number. */
function difference(actual: ArrayLike<number>, expected: Float64Array): number {
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  return expected.reduce((worst, value, i) => {
    const error = Math.abs(actual[i] - value) / scale
    return error <= worst ? worst : Number.isNaN(error) ? Infinity : error
  }, 0)
}

function expectSame(
  model: GaussianHmm,
  sequences: readonly Sequence[],
  what: string,
  { tolerance = 1e-10, factors }: { tolerance?: number; factors?: number } = {}
): void {
  const expected = gapStep(model, sequences)
  const expectation = new Expectation(sequences, model.states, model.covariance, { cells: true, factors })
  expectation.load(model, prepareEmissions(model))
  // Twice: nothing may be left of the sums before.
  expectation.run()
  expect(difference([expectation.run()], Float64Array.of(expected.logLikelihood)), what).toBeLessThan(0.01 * tolerance)
  for (const name of ['start', 'trans', 'post', 'first', 'second'] as const)
    expect(difference(expectation.sums[name], expected[name]), `${what}: ${name}`).toBeLessThan(tolerance)
}

const shapes: Record<string, (rng: Rng) => Missing> = {
  'at random': (rng) => () => rng.uniform() < 0.3,
  'at random, few': (rng) => () => rng.uniform() < 0.03,
  'at random, with whole rows, and in some sequences a column': (rng) => (row, column, s) =>
    rng.uniform() < 0.2 || row % 7 === 3 || (s % 3 === 0 && column === 1),
  'of half of the features but at every tenth row': () => (row, column) => column % 2 === 1 && row % 10 !== 0,
  'of features that are recorded at different rows': () => (row, column) => row % (1 + (column % 4)) !== 0,
  'of nearly all': (rng) => () => rng.uniform() < 0.9,
  'of all in some sequences': () => (_row, _column, s) => s % 2 === 0,
  nowhere: () => () => false
}

describe.each(['full', 'tied'] as const)('gaps under %s covariances', (covariance) => {
  it.each(Object.keys(shapes))('agree with plain loops for every number of states and features: %s', (shape) => {
    for (const states of [1, 2, 3, 4, 7, 8, 9, 16])
      for (const features of [1, 2, 3, 4, 7, 14]) {
        const rng = new Rng(100 * states + features)
        const model = randomModel(states, features, covariance, rng, 1)
        expectSame(model, holed(model, rng, shapes[shape](rng)), `K = ${states}, D = ${features}`)
      }
  })

  it('agree for more features than a number has bits', () => {
    const rng = new Rng(6)
    const model = randomModel(2, 61, covariance, rng, 1)
    expectSame(model, holed(model, rng, shapes['at random'](rng)), 'D = 61')
  })

  it.each([0, 100, 1000])('agree where only %i numbers of factors find room', (factors) => {
    for (const states of [1, 4, 5]) {
      const rng = new Rng(states)
      const model = randomModel(states, 6, covariance, rng, 1)
      expectSame(model, holed(model, rng, shapes['at random'](rng)), `K = ${states}`, { factors })
    }
  })

  it('agree where the kernels give a sequence up', () => {
    // States that never change: what speaks for one of them at first speaks for another one later.
    const model = randomModel(3, 2, covariance, new Rng(4), 1)
    model.transMat.set([1, 0, 0, 0, 1, 0, 0, 0, 1])
    model.means.set([0, 0, 60, 60, 120, 120])
    const data = Float64Array.from([0, NaN, 1, 0, NaN, 40, 60, NaN, NaN, NaN, 61, 60, 120, 118, NaN, 119])
    const hard = { data, rows: 8, columns: 2, missing: true }
    const easy = { ...hard, data: data.map((value) => value / 60) }
    expectSame(model, [easy, hard, easy], 'three sequences')
  })

  it('agree where features are nearly the same, and where their scales are far apart', () => {
    for (const features of [4, 7]) {
      const rng = new Rng(features)
      const model = randomModel(3, features, covariance, rng, 1)
      const mixed = { ...model, means: model.means.slice(), covars: model.covars.slice() }
      // The second feature is the first but for a thousandth; the third is counted in millionths.
      for (let block = 0; block < mixed.covars.length; block += features * features) {
        const at = (i: number, j: number): number => block + i * features + j
        for (let j = 0; j < features; j++) if (j !== 1) mixed.covars[at(1, j)] = mixed.covars[at(0, j)]
        for (let i = 0; i < features; i++) mixed.covars[at(i, 1)] = mixed.covars[at(i, 0)]
        mixed.covars[at(1, 1)] = mixed.covars[at(0, 0)] * (1 + 1e-6)
        for (let d = 0; d < features; d++) {
          mixed.covars[at(2, d)] *= 1e6
          mixed.covars[at(d, 2)] *= 1e6
        }
      }
      for (let k = 0; k < 3; k++) mixed.means[k * features + 2] *= 1e6
      const sequences = holed(mixed, rng, shapes['at random'](rng))
      // The condition number is 1e6 times that of the other models.
      expectSame(mixed, sequences, `D = ${features}`, { tolerance: 1e-6 })
    }
  })

  it('do not depend on the order of the features', () => {
    const rng = new Rng(8)
    const truth = randomModel(3, 5, covariance, rng, 2)
    const sequences = holed(truth, rng, (row, column) => (column < 2 && row % 3 !== 0) || rng.uniform() < 0.1)
    const order = [3, 0, 4, 2, 1]
    const turned = sequences.map((sequence) => ({
      ...sequence,
      data: sequence.data.map((_, p) => sequence.data[p - (p % 5) + order[p % 5]])
    }))
    const options = { states: 3, covariance, start: 'segments', maxIterations: 20 } as const
    const [a, b] = [fitGaussianHmm(sequences, options), fitGaussianHmm(turned, options)]
    expect(difference(b.logLikelihoodHistory, Float64Array.from(a.logLikelihoodHistory))).toBeLessThan(1e-10)
    const means = a.means.map((_, p) => a.means[p - (p % 5) + order[p % 5]])
    expect(difference(b.means, means)).toBeLessThan(1e-9)
  })
})
