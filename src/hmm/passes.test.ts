import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { logDensities, prepareEmissions } from './emissions'
import { decodeViterbi, filteredProbabilities, posteriorProbabilities, sampleSequence, scoreSequences } from './index'
import { logPass } from './log-pass'
import { bruteForce } from './testing/brute-force'
import { randomModel } from './testing/models'
import { createLattice, forwardScaled, smoothScaled } from './testing/scaled-pass'
import type { CovarianceType } from '../domain/analysis-options'
import type { GaussianHmm, Sequence } from './types'

const TYPES: CovarianceType[] = ['diag', 'full', 'tied', 'spherical']

/** The scaled pass in plain loops and the log pass. */
function passes(model: GaussianHmm, { data, rows }: Sequence) {
  const lattice = createLattice(model, rows)
  logDensities(prepareEmissions(model), data, rows, lattice.logB)
  const log = logPass(model, lattice.logB, rows)
  const value = forwardScaled(lattice, 0, rows)
  if (!Number.isNaN(value)) expect(smoothScaled(lattice, 0, rows)).toBe(true)
  const transitions = lattice.xiRatio.map((x, p) => x * model.transMat[p])
  return { scaled: { value, lattice, transitions }, log }
}

function close(actual: Float64Array, expected: Float64Array, digits = 10): void {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < actual.length; i++) expect(actual[i]).toBeCloseTo(expected[i], digits)
}

describe('forward-backward and Viterbi', () => {
  for (const type of TYPES)
    for (const [states, rows] of [
      [1, 1],
      [2, 1],
      [2, 6],
      [3, 5]
    ])
      it(`${type}: ${states} states over ${rows} rows agree with the enumeration of all paths`, () => {
        const rng = new Rng(states * 100 + rows)
        const model = randomModel(states, 2, type, rng)
        const { sequence } = sampleSequence(model, rows, rng)
        const { total, posteriors: expected, best } = bruteForce(model, sequence)
        expect(scoreSequences(model, [sequence])).toBeCloseTo(total, 10)
        close(posteriorProbabilities(model, [sequence])[0], expected)
        expect(Array.from(decodeViterbi(model, [sequence])[0])).toEqual(best)
        const last = filteredProbabilities(model, [sequence])[0].slice((rows - 1) * states)
        close(last, expected.slice((rows - 1) * states))
      })

  it('the scaled pass agrees with the log pass', () => {
    for (const type of TYPES)
      for (let seed = 0; seed < 10; seed++) {
        const rng = new Rng(seed)
        const model = randomModel(4, 3, type, rng)
        const { sequence } = sampleSequence(model, 60, rng)
        const { scaled, log } = passes(model, sequence)
        expect(scaled.value, `seed ${seed}`).toBeCloseTo(log.logLikelihood, 8)
        close(scaled.lattice.gamma, log.posteriors)
        close(scaled.lattice.alpha, log.filtered)
        close(scaled.transitions, log.transitions, 9)
      }
  })

  it('rows far from every state neither underflow nor give NaN', () => {
    const model = randomModel(3, 2, 'diag', new Rng(1))
    const { sequence } = sampleSequence(model, 30, new Rng(2))
    sequence.data.fill(1e5, 10, 14)
    const { scaled, log } = passes(model, sequence)
    expect(Number.isFinite(scaled.value)).toBe(true)
    expect(scaled.value / log.logLikelihood).toBeCloseTo(1, 12)
    close(scaled.lattice.gamma, log.posteriors)
  })

  it('a state that comes back after being lost to underflow is found by the log pass', () => {
    // Two states that never change: the first row speaks for one by 5000 nats, the others for the other by more.
    const model: GaussianHmm = {
      states: 2,
      features: 1,
      covariance: 'diag',
      startProb: Float64Array.from([0.5, 0.5]),
      transMat: Float64Array.from([1, 0, 0, 1]),
      means: Float64Array.from([0, 100]),
      covars: Float64Array.from([1, 1])
    }
    const sequence = { data: Float64Array.from([0, 60, 100, 100]), rows: 4, columns: 1 }
    const { scaled, log } = passes(model, sequence)
    expect(scaled.value).toBeNaN()
    expect(scoreSequences(model, [sequence])).toBe(log.logLikelihood)
    expect(Array.from(posteriorProbabilities(model, [sequence])[0].subarray(0, 2))).toEqual([0, 1])
    expect(Array.from(decodeViterbi(model, [sequence])[0])).toEqual([1, 1, 1, 1])
  })

  it('the order of the sequences does not change the score', () => {
    const rng = new Rng(5)
    const model = randomModel(3, 4, 'full', rng)
    const sequences = [20, 1, 35, 7].map((rows) => sampleSequence(model, rows, rng).sequence)
    const score = scoreSequences(model, sequences)
    expect(
      scoreSequences(
        model,
        [2, 0, 3, 1].map((s) => sequences[s])
      )
    ).toBeCloseTo(score, 9)
    const apart = sequences.reduce((sum, sequence) => sum + scoreSequences(model, [sequence]), 0)
    expect(apart).toBeCloseTo(score, 9)
  })

  it('says what is wrong with the input', () => {
    const model = randomModel(2, 2, 'diag', new Rng(1))
    expect(() => scoreSequences(model, [])).toThrow('There is no sequence to work on.')
    expect(() => scoreSequences(model, [{ data: new Float64Array(3), rows: 1, columns: 3 }])).toThrow(
      'Sequence 1 has 3 features instead of 2.'
    )
    expect(() => scoreSequences(model, [{ data: Float64Array.from([1, 2, 3, NaN]), rows: 2, columns: 2 }])).toThrow(
      'Row 2 of the sequences contains a number that is not finite.'
    )
  })
})
