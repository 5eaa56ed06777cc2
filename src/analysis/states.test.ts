import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { decodeViterbi, filteredProbabilities, sampleSequence, scoreSequences } from '../hmm'
import { randomModel } from '../hmm/testing/models'
import type { CovarianceType } from '../domain/analysis-options'
import type { GaussianHmm, Sequence } from '../hmm/types'
import { logPosteriorGradient, prepareGradients } from './gradients'
import { modelOfRecord, recordOfModel } from './model-record'
import { nameStates } from './names'
import { rolesOf } from './roles'
import { orderByFirstVisit, permuteModel, permutePaths } from './order'
import { summariseStates } from './summaries'
import { runOf } from './testing/builders'
import { segmentsOf } from './trajectory'
import { summariseTransitions } from './transitions'

const TYPES: CovarianceType[] = ['diag', 'full', 'tied', 'spherical']

describe('trajectories and order', () => {
  it('reads a path as segments', () => {
    expect(segmentsOf([])).toEqual([])
    expect(segmentsOf([2, 2, 0, 2])).toEqual([
      { state: 2, start: 0, end: 2 },
      { state: 0, start: 2, end: 3 },
      { state: 2, start: 3, end: 4 }
    ])
  })

  it('orders states by the median step of the first visit, unvisited ones last', () => {
    const steps = [
      [0, 1, 2],
      [0, 10, 20]
    ]
    // State 3 first at 0 and 0, state 1 at 1 and 20, state 2 only at 10; state 0 never.
    const paths = [
      [3, 1, 1],
      [3, 2, 1]
    ]
    expect(orderByFirstVisit(paths, steps, 4)).toEqual([3, 2, 1, 0])
    expect(permutePaths(paths, [3, 2, 1, 0])).toEqual([
      [0, 2, 2],
      [0, 1, 2]
    ])
  })

  it('puts a state that only early runs visit after the one that precedes it in each of them', () => {
    const steps = [0, 1, 2].map(() => Array.from({ length: 10 }, (_, t) => t))
    // State 1 is visited by the first run only, at 3, after state 0; state 0 is reached at 2, 6 and 7.
    const paths = [
      [2, 2, 0, 1, 1, 1, 1, 1, 1, 1],
      [2, 2, 2, 2, 2, 2, 0, 0, 0, 0],
      [2, 2, 2, 2, 2, 2, 2, 0, 0, 0]
    ]
    expect(orderByFirstVisit(paths, steps, 3)).toEqual([2, 0, 1])
  })

  for (const type of TYPES)
    it(`${type}: a permuted model is the same model, also after being recorded`, () => {
      const rng = new Rng(4)
      const model = randomModel(3, 2, type, rng)
      const sequences = [sampleSequence(model, 40, rng).sequence]
      const order = [2, 0, 1]
      const permuted = modelOfRecord({ states: 3, model: recordOfModel(permuteModel(model, order)) })
      expect(permuted).toEqual(permuteModel(model, order))
      expect(scoreSequences(permuted, sequences)).toBeCloseTo(scoreSequences(model, sequences), 9)
      expect(decodeViterbi(permuted, sequences).map((path) => Array.from(path))).toEqual(
        permutePaths(decodeViterbi(model, sequences), order)
      )
    })

  for (const kind of ['diag', 'full'] as const)
    it(`${kind} rules: a permuted model is the same model, also after being recorded`, () => {
      const rng = new Rng(5)
      const model = randomRules(3, 2, kind, rng)
      const sequences = [sampleSequence(model, 40, rng).sequence]
      const order = [2, 0, 1]
      const found = [
        [1, 2],
        [3, 4],
        [5, 6]
      ]
      const record = recordOfModel(permuteModel(model, order), found)
      expect(record.means).toEqual(found)
      const permuted = modelOfRecord({ states: 3, model: record })
      expect(permuted).toEqual(permuteModel(model, order))
      expect(scoreSequences(permuted, sequences)).toBeCloseTo(scoreSequences(model, sequences), 9)
      expect(decodeViterbi(permuted, sequences).map((path) => Array.from(path))).toEqual(
        permutePaths(decodeViterbi(model, sequences), order)
      )
    })

  it('summarises occupancy, dwell, visits and ends', () => {
    const [one, two, three] = summariseStates(
      [
        [0, 0, 1, 0],
        [0, 1, 1, 1],
        [1, 1, 1, 1]
      ],
      3,
      ['A', 'B', 'C'].map((name) => ({ name, rule: `because ${name}` }))
    )
    expect(one).toEqual({
      index: 0,
      number: 1,
      name: 'A',
      nameSource: 'rule',
      rule: 'because A',
      color: 1,
      occupancy: 4 / 12,
      meanDwell: 4 / 3,
      visits: 3,
      initialShare: 2 / 3,
      finalShare: 1 / 3,
      initial: true,
      final: false,
      absorbing: false
    })
    expect(two).toMatchObject({ visits: 3, meanDwell: 8 / 3, finalShare: 2 / 3, initial: false, final: true })
    expect(three).toMatchObject({
      visits: 0,
      meanDwell: 0,
      occupancy: 0,
      initial: false,
      final: false,
      color: 3,
      absorbing: false
    })
  })
})

function randomRules(states: number, features: number, kind: 'diag' | 'full', rng: Rng): GaussianHmm {
  const size = kind === 'full' ? features * features : features
  const weights = Float64Array.from({ length: states * size }, () => 0.3 * rng.normal())
  return { ...randomModel(states, features, 'full', rng, 0.7), autoregression: { kind, weights } }
}

/** Gradients of the log posterior of every state at point t, [K][D]. */
function gradientsAt(model: GaussianHmm, sequence: Sequence, t: number): Float64Array[] {
  const { states, features } = model
  const filtered = filteredProbabilities(model, [sequence])[0].subarray(t * states, (t + 1) * states)
  const [before, row] = [t - 1, t].map((u) => sequence.data.subarray(u * features, (u + 1) * features))
  const prepared = prepareGradients(model)
  return Array.from({ length: states }, (_, k) => logPosteriorGradient(prepared, row, filtered, k, before))
}

describe('transitions', () => {
  const models: [string, (rng: Rng) => GaussianHmm][] = [
    ...TYPES.map((type): [string, (rng: Rng) => GaussianHmm] => [type, (rng) => randomModel(3, 3, type, rng, 0.7)]),
    ['diag rules', (rng) => randomRules(3, 3, 'diag', rng)],
    ['full rules', (rng) => randomRules(3, 3, 'full', rng)]
  ]
  for (const [type, modelFrom] of models)
    it(`${type}: the gradient is that of the log posterior, by finite differences`, () => {
      const rng = new Rng(6)
      const model = modelFrom(rng)
      const { sequence } = sampleSequence(model, 6, rng)
      const t = 4
      const gradients = gradientsAt(model, sequence, t)
      const filtered = (d: number, h: number) => {
        const data = sequence.data.slice(0, (t + 1) * 3)
        data[t * 3 + d] += h
        return filteredProbabilities(model, [{ data, rows: t + 1, columns: 3 }])[0]
          .subarray(t * 3)
          .map(Math.log)
      }
      const h = 1e-5
      for (let d = 0; d < 3; d++) {
        const up = filtered(d, h)
        const down = filtered(d, -h)
        for (let k = 0; k < 3; k++) expect(gradients[k][d]).toBeCloseTo((up[k] - down[k]) / (2 * h), 5)
      }
    })

  it('counts what occurs and where', () => {
    const rng = new Rng(6)
    const model = randomModel(3, 2, 'diag', rng)
    const sequences = [4, 3].map((rows) => sampleSequence(model, rows, rng).sequence)
    const paths = [
      [0, 1, 0, 1],
      [0, 2, 2]
    ]
    const found = summariseTransitions(
      model,
      recordOfModel(model).means,
      paths,
      sequences,
      [{ runId: 'r' }, { runId: 's' }],
      ['a', 'b']
    )
    expect(found.map(({ from, to, count, leavingShare }) => [from, to, count, leavingShare])).toEqual([
      [0, 1, 2, 2 / 3],
      [0, 2, 1, 1 / 3],
      [1, 0, 1, 1]
    ])
    const at = (t: number) => Array.from(gradientsAt(model, sequences[0], t)[1])
    expect(found[0].occurrences).toEqual([
      { runId: 'r', index: 1, gradients: at(0) },
      { runId: 'r', index: 3, gradients: at(2) }
    ])
    expect(found[1].probability).toBe(model.transMat[2])
    const mean = (d: number) => (at(0)[d] + at(2)[d]) / 2
    for (const { feature, gradient, meanDifference } of found[0].features) {
      const d = feature === 'a' ? 0 : 1
      expect(gradient).toBe(mean(d))
      expect(meanDifference).toBe(model.means[2 + d] - model.means[d])
    }
    const sizes = found[0].features.map((entry) => Math.abs(entry.gradient!))
    expect(sizes[0]).toBeGreaterThanOrEqual(sizes[1])
  })
})

describe('names', () => {
  const ramp = (...levels: number[]): number[] =>
    levels.slice(1).flatMap((to, i) => Array.from({ length: 10 }, (_, t) => levels[i] + ((to - levels[i]) * t) / 10))
  const paths = (states: number) => [Array.from({ length: states * 10 }, (_, t) => Math.floor(t / 10))]
  const inputs = (states: number) => {
    const steps = Array.from({ length: states * 10 }, (_, t) => t * 10)
    return [{ runId: 'r', label: 'R', seed: null, steps, epochs: steps }]
  }
  const name = (curves: Record<string, number[]>, states: number) =>
    nameStates(paths(states), inputs(states), [runOf('r', curves)], states).map((state) => state.name)

  it('names the phases of a run that memorises first and generalises later', () => {
    const train = ramp(5, 5, 0, 0, 0, 0)
    const val = ramp(5, 5, 5, 5, 0, 0)
    expect(name({ 'loss/train': train, 'loss/val': val }, 5)).toEqual([
      'Warm-up',
      'Memorising',
      'Plateau',
      'Generalising',
      'Converged'
    ])
  })

  it('makes names unique and sees overfitting', () => {
    const train = ramp(6, 4, 2, 0)
    const val = ramp(6, 4, 2, 4)
    expect(name({ 'loss/train': train, 'loss/val': val }, 3)).toEqual([
      'Learning, loss 6 to 4',
      'Learning, loss 4 to 2',
      'Overfitting'
    ])
  })

  it('works from accuracy alone and from training curves alone', () => {
    expect(name({ 'accuracy/train': ramp(0, 0, 1, 0.2, 0.2) }, 4)).toEqual([
      'Warm-up',
      'Learning',
      'Unstable',
      'Converged'
    ])
  })

  it('reads the curves of other programs by their roles, also in percent', () => {
    const train = ramp(5, 5, 0, 0, 0, 0)
    const val = ramp(5, 5, 5, 5, 30, 0)
    const accuracy = ramp(10, 10, 10, 10, 40, 90)
    const run = runOf('r', { 'train/loss': train, 'eval/loss': val, 'val/acc@1': accuracy })
    const roles = rolesOf(Object.keys(run.series))
    expect(nameStates(paths(5), inputs(5), [run], 5, null, roles).map((state) => state.name)).toEqual([
      'Warm-up',
      'Memorising',
      'Plateau',
      'Slow generalisation',
      'Generalising'
    ])
    expect(nameStates(paths(5), inputs(5), [run], 5).map((state) => state.rule)).toContain(
      'No loss or accuracy was recorded.'
    )
    // A loss whose name does not say so still says in which unit it counts.
    const named = runOf('r', { objective: ramp(6, 4, 2, 0) })
    const said = rolesOf(['objective'], { trainLoss: 'objective' })
    expect(nameStates(paths(3), inputs(3), [named], 3, null, said)[0].name).toBe('Learning, loss 6 to 4')
  })

  it('numbers the states when there is nothing to go by', () => {
    expect(name({}, 2)).toEqual(['State 1', 'State 2'])
    expect(name({ 'loss/train': ramp(1, 1, 1) }, 2)).toEqual(['State 1', 'State 2'])
  })

  it('shows the rule behind a name', () => {
    const train = ramp(5, 5, 0, 0, 0, 0)
    const val = ramp(5, 5, 5, 5, 0, 0)
    const named = nameStates(paths(5), inputs(5), [runOf('r', { 'loss/train': train, 'loss/val': val })], 5)
    expect(named.map((state) => state.rule)).toEqual([
      'Train stands still (+0.0 sd), validation stands still (+0.0 sd), before the first improvement: warm-up.',
      expect.stringMatching(/^Train improves \(\+2\.\d sd\), validation stands still \(\+0\.0 sd\): memorising\.$/),
      'Train stands still (+0.0 sd), validation stands still (+0.0 sd), between improvements: plateau.',
      expect.stringMatching(/^Train stands still \(\+0\.0 sd\), validation improves \(\+\d\.\d sd\): generalising\.$/),
      'Train stands still (+0.0 sd), validation stands still (+0.0 sd), after the last improvement: converged.'
    ])
    expect(nameStates(paths(1), inputs(1), [], 1)[0].rule).toBe('No loss or accuracy was recorded.')
  })
})
