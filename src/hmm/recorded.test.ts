/** Rows as they were recorded, with missing cells: the kernels against plain loops in log space. */
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { prepareEmissions } from './emissions'
import { Expectation } from './expectation'
import { posteriorProbabilities, sampleSequence } from './index'
import { cellStep, ruleStep } from './testing/cell-step'
import { randomModel } from './testing/models'
import type { CovarianceType } from '../domain/analysis-options'
import type { GaussianHmm, Sequence } from './types'

const STATES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]

function drawn(states: number, features: number, rules: boolean, spread: number, rng: Rng): GaussianHmm {
  const model = randomModel(states, features, states % 2 === 0 ? 'diag' : 'spherical', rng, spread)
  if (!rules) return model
  const weights = Float64Array.from({ length: states * features }, () => 0.5 + 0.3 * rng.normal())
  return { ...model, autoregression: { kind: 'diag', weights } }
}

/** Sequences of 0 to 9 rows and a longer one: a third of the cells missing, some rows and, in some, a column entirely. */
function holed(model: GaussianHmm, rng: Rng, share = 0.3): Sequence[] {
  return [5, 1, 0, 2, 3, 40, 7, 4, 6, 8, 9].map((rows, s) => {
    const { sequence } = sampleSequence(model, rows, rng)
    const { columns } = sequence
    sequence.data.forEach((_, p) => {
      const [row, column] = [Math.floor(p / columns), p % columns]
      if (rng.uniform() < share || row % 7 === 3 || (s % 3 === 0 && column === 1)) sequence.data[p] = NaN
    })
    return { ...sequence, missing: true }
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

function expectSame(model: GaussianHmm, sequences: readonly Sequence[], what: string, step = cellStep): void {
  const expected = step(model, sequences)
  const expectation = new Expectation(sequences, model.states, model.covariance, {
    autoregression: model.autoregression?.kind,
    cells: true
  })
  expectation.load(model, prepareEmissions(model))
  // Twice: nothing may be left of the sums before.
  expectation.run()
  expect(difference([expectation.run()], Float64Array.of(expected.logLikelihood)), what).toBeLessThan(1e-12)
  const { sums, changes } = expectation
  const own = changes ? changes.sums : { count: sums.cells!, x: sums.first, xx: sums.second }
  for (const [name, values] of Object.entries({ start: sums.start, trans: sums.trans, post: sums.post, ...own }))
    expect(difference(values, expected[name as 'x']), `${what}: ${name}`).toBeLessThan(1e-11)
}

describe.each([
  ['rows', false],
  ['changes', true]
])('cells of %s that count one by one', (_name, rules) => {
  it('agree with plain loops for every number of states and features', () => {
    for (const states of STATES)
      for (const features of [1, 2, 3, 5, 14]) {
        const rng = new Rng(100 * states + features)
        const model = drawn(states, features, rules, 1, rng)
        expectSame(model, holed(model, rng), `K = ${states}, D = ${features}`)
      }
  })

  it('agree where the kernels give a sequence up', () => {
    // States that never change: what speaks for one of them at first speaks for another one later.
    const model = drawn(3, 2, rules, 1, new Rng(4))
    model.transMat.set([1, 0, 0, 0, 1, 0, 0, 0, 1])
    model.means.set([0, 0, 60, 60, 120, 120])
    model.autoregression?.weights.fill(0)
    const data = Float64Array.from([0, NaN, 1, 0, NaN, 40, 60, NaN, NaN, NaN, 61, 60, 120, 118, NaN, 119])
    const hard = { data, rows: 8, columns: 2, missing: true }
    const easy = { ...hard, data: data.map((value) => (Number.isNaN(value) ? NaN : value / 60)) }
    expectSame(model, [easy, hard, easy], 'three sequences')
  })

  it('say nothing in a sequence where nothing is there', () => {
    const model = drawn(3, 2, rules, 1, new Rng(5))
    const nothing = { data: new Float64Array(12).fill(NaN), rows: 6, columns: 2, missing: true }
    const { sequence } = sampleSequence(model, 6, new Rng(6))
    expectSame(model, [nothing, sequence, nothing], 'three sequences')
    const [posteriors] = posteriorProbabilities(model, [nothing, sequence])
    model.startProb.forEach((p, k) => expect(posteriors[k]).toBeCloseTo(p, 12))
  })
})

describe.each(['diag', 'spherical', 'full', 'tied'] as CovarianceType[])(
  'whole changes with %s noise',
  (covariance) => {
    it.each(['diag', 'full'] as const)('agree with plain loops under a %s rule', (kind) => {
      // A diagonal rule with independent noise counts cell by cell.
      if (kind === 'diag' && (covariance === 'diag' || covariance === 'spherical')) return
      for (const states of STATES)
        for (const features of [1, 2, 3, 5, 8]) {
          const rng = new Rng(100 * states + features)
          const size = kind === 'full' ? features * features : features
          const weights = Float64Array.from({ length: states * size }, () => 0.2 * rng.normal())
          const model: GaussianHmm = {
            ...randomModel(states, features, covariance, rng, 1),
            autoregression: { kind, weights }
          }
          expectSame(model, holed(model, rng, 0.05), `K = ${states}, D = ${features}`, ruleStep)
        }
    })
  }
)
