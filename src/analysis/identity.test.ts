import { describe, expect, it } from 'vitest'
import { decodeViterbi, sampleSequence, scoreSequences } from '../hmm'
import { randomModel } from '../hmm/testing/models'
import type { CovarianceType } from '../domain/analysis-options'
import type { GaussianHmm } from '../hmm/types'
import type { StateSummary } from '../domain/states'
import { Rng } from '../numeric/rng'
import { withCandidate } from './assemble'
import { runCandidate } from './candidates'
import { decodeRun } from './decode'
import { agreement, identify, stateSimilarity } from './identity'
import type { IdentifiedFit } from './identity'
import { pointLogLikelihoods } from './likelihood'
import { buildSequences } from './sequences'
import { summariseStates } from './summaries'
import { analyse, goldenSeries, optionsOf, PAPER_FEATURES } from './testing/builders'

function fitOf(paths: number[][], names: string[], means: number[][] = names.map(() => [0])): IdentifiedFit {
  const states = names.length
  return {
    fit: {
      paths,
      model: { covariance: 'diag', startProb: [], transMat: [], means, covars: [] },
      stateSummaries: summariseStates(
        paths,
        states,
        names.map((name) => ({ name, rule: '' }))
      )
    },
    runs: paths.map((path, r) => ({ runId: `r${r}`, steps: path.map((_, t) => t) })),
    features: means[0].map((_, d) => `f${d}`)
  }
}

describe('matching states', () => {
  it('carries number, colour and name through renumbering', () => {
    const old = fitOf([[0, 0, 1, 1, 2, 2]], ['Memorising', 'Plateau', 'Generalising'])
    old.fit.stateSummaries[2] = { ...old.fit.stateSummaries[2], name: 'Aha', nameSource: 'user' }
    const next = fitOf([[2, 2, 0, 0, 1, 1]], ['Plateau', 'Generalising', 'Learning'])
    const states = identify(next, old)
    expect(states.map(({ number, color, name, nameSource }) => [number, color, name, nameSource])).toEqual([
      [2, 2, 'Plateau', 'rule'],
      [3, 3, 'Aha', 'user'],
      [1, 1, 'Memorising', 'kept']
    ])
  })

  it('takes nothing from one state that is all of the runs, and gives it nothing', () => {
    const whole = fitOf([[0, 0, 0, 0, 0, 0]], ['Learning'])
    const two = fitOf([[0, 0, 1, 1, 1, 1]], ['Memorising', 'Generalising'])
    const found = (states: StateSummary[]): unknown[] =>
      states.map(({ number, name, nameSource }) => [number, name, nameSource])
    // The later state is most of the runs, and would have become S1 "Learning".
    expect(found(identify(two, whole))).toEqual([
      [1, 'Memorising', 'rule'],
      [2, 'Generalising', 'rule']
    ])
    expect(found(identify(whole, two))).toEqual([[1, 'Learning', 'rule']])
  })

  it('gives up a kept name that the rule gives to another state, and never needs a bare number for it', () => {
    const old = fitOf([[0, 0, 0, 1, 1, 1]], ['Learning', 'Late'])
    // What was called "Learning" lies later now, after a state that the rule calls so.
    const next = fitOf([[1, 0, 0, 2, 2, 2]], ['Plateau', 'Learning', 'Converged'])
    const states = identify(next, old)
    expect(states.map(({ name }) => name)).toEqual(['Plateau', 'Learning', 'Late'])
    // Of a user's name nothing is taken away.
    old.fit.stateSummaries[0] = { ...old.fit.stateSummaries[0], name: 'Learning', nameSource: 'user' }
    expect(identify(next, old)[0]).toMatchObject({ name: 'Learning', nameSource: 'user' })
  })

  it('gives a state that appears a number nobody has, and a vanished number back to its own later', () => {
    const two = fitOf([[0, 0, 0, 0, 1, 1]], ['A', 'B'])
    const three = fitOf([[0, 0, 1, 1, 2, 2]], ['X', 'Y', 'Z'])
    const grown = identify(three, two)
    expect(grown.map((state) => state.number).sort()).toEqual([1, 2, 3])
    expect(grown[2]).toMatchObject({ number: 2, name: 'B' })
    const back = identify(two, { ...three, fit: { ...three.fit, stateSummaries: grown } })
    expect(back[1].number).toBe(2)
  })

  it('gives sixteen states numbers and colours of their own, whatever they match', () => {
    const path = Array.from({ length: 64 }, (_, t) => Math.floor(t / 4))
    const names = Array.from({ length: 16 }, (_, i) => `N${i}`)
    const old = fitOf([path], names)
    const scrambled = fitOf([path.map((state, t) => (t < 32 ? 15 - state : (state * 7 + t) % 8))], names)
    for (const states of [identify(fitOf([path.map((state) => 15 - state)], names), old), identify(scrambled, old)])
      for (const of of ['number', 'color'] as const)
        expect(states.map((state) => state[of]).sort((a, b) => a - b)).toEqual(names.map((_, i) => i + 1))
  })

  it('goes on with numbers where the library fits more states than there are colours', () => {
    const old = fitOf([Array.from({ length: 40 }, (_, t) => t % 2)], ['A', 'B'])
    const many = fitOf(
      [Array.from({ length: 40 }, (_, t) => t % 20)],
      Array.from({ length: 20 }, (_, i) => `M${i}`)
    )
    const states = identify(many, old)
    expect(new Set(states.map(({ number }) => number)).size).toBe(20)
    expect(states.every(({ color }) => color >= 1 && color <= 16)).toBe(true)
  })

  it('matches by means where the runs differ, and by nothing where the features do too', () => {
    const old = fitOf(
      [[0, 1]],
      ['Low', 'High'],
      [
        [-1, -1],
        [1, 1]
      ]
    )
    const other = fitOf(
      [[0, 1]],
      ['P', 'Q'],
      [
        [1.1, 1],
        [-1, -0.9]
      ]
    )
    other.runs = [{ runId: 'another', steps: [0, 1] }]
    expect(identify(other, old).map(({ number, name }) => [number, name])).toEqual([
      [2, 'High'],
      [1, 'Low']
    ])
    // How fast a feature changes is no place where it could be.
    expect(stateSimilarity({ ...other, window: 6 }, old).flat()).toEqual([0, 0, 0, 0])
    expect(stateSimilarity({ ...other, window: 6 }, { ...old, window: 5 })).toEqual(stateSimilarity(other, old))
    other.features = ['g', 'h']
    expect(stateSimilarity(other, old).flat()).toEqual([0, 0, 0, 0])
    expect(identify(other, old).map(({ name }) => name)).toEqual(['P', 'Q'])
  })

  it('agreement of restarts does not depend on their numbering', () => {
    expect(agreement([[0, 0, 1, 1]], [[1, 1, 0, 0]], 2)).toBe(1)
    expect(agreement([[0, 0, 1, 1]], [[1, 1, 1, 0]], 2)).toBe(0.75)
    expect(agreement([[0, 0, 0, 0]], [[0, 1, 2, 2]], 3)).toBe(0.5)
  })
})

describe('identity through an analysis', () => {
  const runs = Array.from({ length: 8 }, (_, seed) => goldenSeries('parity', seed))
  const options = optionsOf({ features: PAPER_FEATURES, statesMin: 2, statesMax: 5, restarts: 4, maxIterations: 100 })
  const first = analyse(runs, options)

  it('holds across numbers of states: what stays the same keeps its number', () => {
    for (let i = 1; i < first.fits.length; i++) {
      const [few, many] = [first.fits[i - 1], first.fits[i]]
      const kept = many.stateSummaries.filter((state) =>
        few.stateSummaries.some((other) => other.number === state.number)
      )
      expect(kept.length).toBeGreaterThanOrEqual(few.states - 1)
      for (const fit of [few, many]) {
        expect(new Set(fit.stateSummaries.map((state) => state.number)).size).toBe(fit.states)
        expect(new Set(fit.stateSummaries.map((state) => state.name)).size).toBe(fit.states)
      }
    }
  })

  it('holds across refits with another seed and fewer runs, names the user gave included', () => {
    const chosen = first.fits.find((fit) => fit.states === first.chosenStates)!
    chosen.stateSummaries[1] = { ...chosen.stateSummaries[1], name: 'Mine', nameSource: 'user' }
    // As if the user had numbered them otherwise before.
    const again = analyse(
      runs.slice(0, 6),
      { ...options, seed: 9, statesMin: chosen.states, statesMax: chosen.states },
      first
    )
    const refit = again.fits[0]
    const overlap = stateSimilarity(
      { fit: refit, runs: again.inputs.runs, features: again.inputs.features },
      { fit: chosen, runs: first.inputs.runs, features: first.inputs.features }
    )
    refit.stateSummaries.forEach((state, i) => {
      const j = chosen.stateSummaries.findIndex((other) => other.number === state.number)
      expect(overlap[i][j]).toBe(Math.max(...overlap[i]))
    })
    expect(refit.stateSummaries.some((state) => state.name === 'Mine' && state.nameSource === 'user')).toBe(true)
    expect(again.findings.some((finding) => finding.text.includes('keep their numbers'))).toBe(true)
  })

  it('ranks restarts by agreement with the best, and another restart can be put to use', () => {
    for (const fit of first.fits) {
      const own = first.candidates.filter((candidate) => candidate.states === fit.states)
      expect(own.find((candidate) => candidate.restart === fit.restart)!.agreement).toBe(1)
      for (const { agreement: share } of own) expect(share! >= 1 / fit.states && share! <= 1).toBe(true)
    }
    const built = buildSequences(runs, options)
    const other = first.candidates.find(
      (candidate) => candidate.states === 4 && candidate.restart !== first.fits[2].restart
    )!
    const result = runCandidate(other, built.sequences, options)
    expect(result.candidate.logLikelihood).toBe(other.logLikelihood)
    const changed = withCandidate(first, result, built, runs)
    expect(changed.fits[2]).toMatchObject({ states: 4, restart: other.restart, logLikelihood: other.logLikelihood })
    expect(changed.fits.filter((_, i) => i !== 2)).toEqual(first.fits.filter((_, i) => i !== 2))
  })

  it('decodes an unseen run and notices foreign dynamics', () => {
    const seen = decodeRun(first, 3, runs[0])
    expect(Array.from(seen.path)).toEqual(first.fits[1].paths[0])
    const unseen = decodeRun(first, 3, goldenSeries('parity', 15))
    expect(unseen.foreign).toBe(false)
    const reversed = goldenSeries('parity', 15)
    for (const series of Object.values(reversed.series)) series.values = series.values.slice().reverse()
    reversed.series.epoch = goldenSeries('parity', 15).series.epoch
    const foreign = decodeRun(first, 3, reversed)
    expect(foreign.unusualShare!).toBeGreaterThan(unseen.unusualShare!)
    expect(foreign.foreign).toBe(true)
  })

  it('reads a run that is still training on the scale of the others, each point without the later ones', () => {
    const run = goldenSeries('parity', 16)
    const until = (points: number) => {
      const series = Object.fromEntries(
        Object.entries(run.series).map(([tag, { steps, values }]) => [
          tag,
          { steps: steps.slice(0, points), values: values.slice(0, points) }
        ])
      )
      return decodeRun(first, 3, { ...run, series }, true)
    }
    const [half, whole] = [until(50), until(100)]
    expect(half.findings[0].text).toContain('is not finished')
    expect(half.filtered).toEqual(whole.filtered.slice(0, half.filtered.length))
    expect(half.logLikelihood).toEqual(whole.logLikelihood.slice(0, 50))
  })
})

describe('likelihood per point', () => {
  for (const type of ['diag', 'full', 'tied', 'spherical'] as CovarianceType[])
    it(`${type}: adds up to the score`, () => {
      const rng = new Rng(3)
      const model = randomModel(3, 2, type, rng)
      const sequences = [20, 1, 7].map((rows) => sampleSequence(model, rows, rng).sequence)
      const points = pointLogLikelihoods(model, sequences)
      const total = points.reduce((sum, own) => sum + own.reduce((a, b) => a + b, 0), 0)
      expect(total).toBeCloseTo(scoreSequences(model, sequences), 8)
      expect(decodeViterbi(model, sequences)).toHaveLength(3)
    })

  it('is that of the point also after one that another state explains better by more than e^745', () => {
    // Two states that are never left, so each point is what the score grows by.
    const model: GaussianHmm = {
      ...randomModel(2, 1, 'diag', new Rng(1)),
      startProb: Float64Array.of(0.5, 0.5),
      transMat: Float64Array.of(1, 0, 0, 1),
      means: Float64Array.of(-1, 1),
      covars: Float64Array.of(0.002, 0.002)
    }
    for (const data of [
      [-1, -1],
      [1, -1, -1, -1, -1],
      [0.95, -1, -1, -1]
    ]) {
      const until = (rows: number): number =>
        rows === 0 ? 0 : scoreSequences(model, [{ data: Float64Array.from(data.slice(0, rows)), rows, columns: 1 }])
      const [points] = pointLogLikelihoods(model, [{ data: Float64Array.from(data), rows: data.length, columns: 1 }])
      points.forEach((value, t) => expect(value).toBeCloseTo(until(t + 1) - until(t), 8))
    }
  })
})

describe('what is usual', () => {
  const runs = Array.from({ length: 6 }, (_, seed) => goldenSeries('parity', seed))
  const options = optionsOf({ features: PAPER_FEATURES, statesMin: 7, statesMax: 7, restarts: 3, maxIterations: 100 })

  it('is measured on held-out runs where there are folds, and is then lower', () => {
    const own = analyse(runs, options).fits[0].pointLogLikelihood!
    const heldOut = analyse(runs, { ...options, folds: 3 }).fits[0].pointLogLikelihood!
    expect([own.from, heldOut.from]).toEqual(['analysed', 'heldout'])
    expect(heldOut.q01).toBeLessThan(own.q01)
    for (const { q01, q05, median, q95 } of [own, heldOut])
      expect([q01, q05, median, q95]).toEqual([q01, q05, median, q95].sort((a, b) => a - b))
  })
})
