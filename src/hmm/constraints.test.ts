import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { decodeViterbi, fitGaussianHmm, parameterCount, sampleSequence, scoreSequences } from './index'
import { reseedStates } from './reseed'
import { blocksLength, checkSequences, placeRows } from './rows'
import { bruteForce } from './testing/brute-force'
import { randomModel } from './testing/models'
import type { CovarianceType } from '../domain/analysis-options'
import type { FitOptions, GaussianHmm, Sequence, Transitions } from './types'

const TYPES: CovarianceType[] = ['diag', 'full', 'tied', 'spherical']
const ring = [
  [true, true, false, false],
  [false, true, true, false],
  [false, false, true, true],
  [true, false, false, true]
]

function phases(truth: GaussianHmm, runs: number, seed: number): Sequence[] {
  const rng = new Rng(seed)
  return Array.from({ length: runs }, (_, s) => sampleSequence(truth, 60 + 7 * s, rng).sequence)
}

/** Four states one after the other, in an order of the means that is not the order of time. */
function leftToRight(covariance: CovarianceType): GaussianHmm {
  const model = randomModel(4, 2, covariance, new Rng(2))
  model.means.set([6, 0, -6, 0, 0, 6, 0, -6])
  model.startProb.set([1, 0, 0, 0])
  model.transMat.set([0.95, 0.05, 0, 0, 0, 0.9, 0.1, 0, 0, 0, 0.92, 0.08, 0, 0, 0, 1])
  return model
}

function expectForbiddenZero(transMat: Float64Array, states: number, transitions: Transitions): void {
  for (let i = 0; i < states; i++)
    for (let j = 0; j < states; j++) {
      const allowed = transitions === 'left-to-right' ? j >= i : transitions === 'free' || transitions[i][j]
      if (!allowed) expect(transMat[i * states + j], `${i + 1} to ${j + 1}`).toBe(0)
    }
}

describe('constrained transitions', () => {
  for (const covariance of TYPES)
    it(`${covariance}: forbidden stays exactly zero after every iteration, and EM climbs`, () => {
      const sequences = phases(leftToRight(covariance), 6, 5)
      for (const transitions of ['left-to-right', ring] as const)
        for (const start of ['kmeans', 'segments'] as const)
          for (let maxIterations = 1; maxIterations <= 6; maxIterations++) {
            const options: FitOptions = {
              states: 4,
              covariance,
              transitions,
              start,
              maxIterations,
              tolerance: -Infinity
            }
            const fit = fitGaussianHmm(sequences, options)
            expectForbiddenZero(fit.transMat, 4, transitions)
            for (let i = 0; i < 4; i++)
              expect(fit.transMat.slice(i * 4, i * 4 + 4).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
            if (fit.repairs > 0) continue
            fit.logLikelihoodHistory.forEach((value, i, all) => {
              if (i > 0) expect(value).toBeGreaterThan(all[i - 1] - 1e-6)
            })
          }
    })

  it('recovers a process that runs from left to right, from k-means', () => {
    const truth = leftToRight('diag')
    const sequences = phases(truth, 30, 8)
    const fit = fitGaussianHmm(sequences, {
      states: 4,
      covariance: 'diag',
      transitions: 'left-to-right',
      maxIterations: 100
    })
    expect(fit.converged).toBe(true)
    truth.means.forEach((mean, p) => expect(Math.abs(fit.means[p] - mean)).toBeLessThan(0.15))
    truth.transMat.forEach((value, p) => expect(Math.abs(fit.transMat[p] - value)).toBeLessThan(0.03))
    for (const path of decodeViterbi(fit, sequences))
      path.forEach((state, t) => expect(state).toBeGreaterThanOrEqual(t > 0 ? path[t - 1] : 0))
  })

  it('a masked model scores as the enumeration of all its paths does', () => {
    for (const covariance of TYPES) {
      const rng = new Rng(4)
      const model = randomModel(3, 2, covariance, rng)
      model.transMat.set([0.6, 0.4, 0, 0, 0.7, 0.3, 0.5, 0, 0.5])
      const { sequence } = sampleSequence(model, 6, rng)
      const { total, best } = bruteForce(model, sequence)
      expect(scoreSequences(model, [sequence])).toBeCloseTo(total, 10)
      expect(Array.from(decodeViterbi(model, [sequence])[0])).toEqual(best)
    }
  })

  it('the restart of a state lifts no forbidden transition', () => {
    const rng = new Rng(3)
    const model = randomModel(4, 2, 'diag', rng)
    model.transMat.set([1, 0, 0, 0, 0, 0.5, 0.5, 0, 0, 0, 1, 0, 0, 0, 0, 1])
    const mask = Uint8Array.from(ring.flat(), Number)
    const data = Float64Array.from({ length: 20 }, () => rng.normal())
    const sequences = [{ data, rows: 10, columns: 2 }]
    const shape = checkSequences(sequences)
    const blocks = placeRows(shape, { at: 0, values: new Float64Array(blocksLength(shape)) }, sequences)
    reseedStates(model, [1], blocks, new Float64Array(10), model.covars.slice(), 'stmc', mask, rng)
    expectForbiddenZero(model.transMat, 4, ring)
    expect(Array.from(model.transMat.slice(4, 8))).toEqual([0, 0.5, 0.5, 0])
    expect(model.transMat[1]).toBeGreaterThan(0)
  })

  it('refuses in words', () => {
    const sequences = phases(leftToRight('diag'), 1, 1)
    const fit = (options: Partial<FitOptions>) => () =>
      fitGaussianHmm(sequences, { states: 2, covariance: 'diag', ...options })
    expect(fit({ transitions: [[true, true]] })).toThrow('The mask of the transitions must have 2 rows of 2.')
    const dead = [
      [true, true],
      [false, false]
    ]
    expect(fit({ transitions: dead })).toThrow('The mask of the transitions allows none out of state 2.')
    const init = {
      startProb: [1, 0],
      transMat: [
        [0.5, 0.5],
        [0.2, 0.8]
      ],
      means: [
        [0, 0],
        [1, 1]
      ],
      covars: [
        [1, 1],
        [1, 1]
      ]
    }
    expect(fit({ init, transitions: 'left-to-right' })).toThrow(
      'The initial transMat goes from state 2 to state 1 with probability 0.2, which the transitions do not allow.'
    )
  })

  it('counts only what is free', () => {
    const model = { states: 4, features: 2, covariance: 'spherical' } as const
    const without = 3 + 8 + 4
    expect(parameterCount(model)).toBe(without + 12)
    expect(parameterCount(model, 'left-to-right')).toBe(without + 6)
    expect(parameterCount(model, ring)).toBe(without + 4)
  })
})
