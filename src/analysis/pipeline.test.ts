import { describe, expect, it } from 'vitest'
import { aic, bic, parameterCount, sampleSequence } from '../hmm'
import { Rng } from '../numeric/rng'
import { randomModel } from '../hmm/testing/models'
import { assembleAnalysis } from './assemble'
import { decodeRun } from './decode'
import { runCandidate, runFold } from './candidates'
import { planCandidates } from './plan'
import { buildSequences } from './sequences'
import { chooseStates, selectionRows } from './select'
import { analyse, optionsOf, runOf } from './testing/builders'
import type { Finding } from '../domain/finding'
import type { RunSeries } from '../domain/run-series'
import type { SelectionRow } from '../domain/analysis'

/** Runs that pass through three well separated phases in one direction. */
function phasedRuns(count: number): RunSeries[] {
  const model = randomModel(3, 2, 'diag', new Rng(1))
  model.means.set([-3, 0, 0, 3, 3, -2])
  model.covars.fill(0.1)
  model.startProb.set([1, 0, 0])
  model.transMat.set([0.92, 0.08, 0, 0, 0.92, 0.08, 0, 0, 1])
  const rng = new Rng(2)
  return Array.from({ length: count }, (_, r) => {
    const { sequence } = sampleSequence(model, 60, rng)
    const column = (d: number) => Array.from({ length: 60 }, (_, t) => sequence.data[t * 2 + d])
    return runOf(`run-${r}`, { a: column(0), b: column(1) })
  })
}

describe('planCandidates', () => {
  it('lists every fit once, with different seeds, from the seed alone', () => {
    const options = optionsOf({ statesMax: 3, restarts: 2, folds: 3, seed: 5 })
    const plan = planCandidates(options, 7)
    expect(plan.candidates.map(({ states, restart }) => [states, restart])).toEqual([
      [1, 0],
      [2, 0],
      [2, 1],
      [3, 0],
      [3, 1]
    ])
    expect(new Set(plan.candidates.map(({ seed }) => seed)).size).toBe(5)
    expect(plan).toEqual(planCandidates(options, 7))
    expect(planCandidates({ ...options, seed: 6 }, 7)).not.toEqual(plan)
    const folds = plan.folds.filter(({ states }) => states === 2)
    expect(folds.flatMap(({ testRuns }) => testRuns).sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
    for (const { trainRuns, testRuns } of folds)
      expect([...trainRuns, ...testRuns].sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it('has no folds with one run, and refuses nonsense', () => {
    expect(planCandidates(optionsOf({ folds: 5 }), 1).folds).toEqual([])
    expect(planCandidates(optionsOf({ folds: 5, statesMax: 1 }), 3).folds).toHaveLength(3)
    expect(() => planCandidates(optionsOf({ statesMin: 4, statesMax: 2 }), 3)).toThrow('smallest first')
    expect(() => planCandidates(optionsOf({ restarts: 0 }), 3)).toThrow('at least one restart')
  })
})

describe('a log-likelihood that falls as states are added', () => {
  const rowsOf = (logLikelihoods: number[]): string[] => {
    const findings: Finding[] = []
    const candidates = logLikelihoods.map((logLikelihood, i) => ({
      ...runCandidate(
        { states: i + 1, restart: 0, seed: 0 },
        buildSequences(phasedRuns(2), optionsOf()).sequences,
        optionsOf()
      ),
      candidate: {
        states: i + 1,
        restart: 0,
        seed: 0,
        logLikelihood,
        aic: 0,
        bic: 0,
        iterations: 1,
        converged: true,
        problem: null,
        discarded: false,
        agreement: null
      }
    }))
    selectionRows(optionsOf({ statesMax: logLikelihoods.length }), 2, candidates, [], findings)
    return findings.map(({ text }) => text)
  }

  it('is a finding that says what to do', () => {
    expect(rowsOf([-50, -20, -30.5, -19])).toEqual([
      '3 states explain the runs worse than 2 states do (log-likelihood -30.5 against -20.0), though more states can do all that ' +
        'fewer do: no restart found their best fit. Use more restarts or iterations before comparing them.'
    ])
    expect(rowsOf([-50, -20, -20.9, -10])).toEqual([])
  })
})

describe('the largest number of states that was tried', () => {
  const rowsTo = (states: number): SelectionRow[] =>
    Array.from({ length: states }, (_, k) => ({
      states: k + 1,
      parameters: k,
      best: -50 + k,
      aic: null,
      heldOut: null,
      bic: { best: 100 - k, mean: 100 - k, std: 0 }
    }))
  const said = (states: number, by: 'bic' | 'evidence'): string[] => {
    const findings: Finding[] = []
    const evidence = { rows: [], states, effect: 1, folds: 1, surrogates: 1, verdict: '' }
    chooseStates(rowsTo(states), by, evidence, findings)
    return findings.map(({ text }) => text)
  }

  it('is a finding with a remedy that there is', () => {
    for (const by of ['bic', 'evidence'] as const) {
      expect(said(8, by)).toEqual([expect.stringMatching(/tried \(8\).*Fit again with up to 16\.$/)])
      expect(said(16, by)).toEqual([expect.stringMatching(/tried \(16\).*No more than 16 can be fitted: /)])
    }
  })
})

describe('the pipeline', () => {
  const runs = phasedRuns(8)
  const options = optionsOf({ zscore: 'all', statesMax: 5, restarts: 4, folds: 4 })
  const analysis = analyse(runs, options)

  it('finds the three phases by every criterion', () => {
    expect(analysis.chosenStates).toBe(3)
    expect(analysis.chosenBy).toBe('bic')
    expect(chooseStates(analysis.selection, 'heldout', null, []).by).toBe('heldout')
    const heldOut = analysis.selection.map((row) => row.heldOut!.mean)
    expect(heldOut[2] - heldOut[1]).toBeGreaterThan(0.5)
    const fit = analysis.fits[2]
    expect(fit.transitions.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 2]
    ])
    expect(fit.stateSummaries.map(({ initial, final }) => [initial, final])).toEqual([
      [true, false],
      [false, false],
      [false, true]
    ])
    expect(fit.stateSummaries.reduce((sum, state) => sum + state.occupancy, 0)).toBeCloseTo(1, 12)
  })

  it('judges every K by its own candidates', () => {
    for (const row of analysis.selection) {
      const own = analysis.candidates.filter((candidate) => candidate.states === row.states)
      const best = Math.max(...own.map((candidate) => candidate.logLikelihood!))
      expect(row.best).toBe(best)
      const parameters = parameterCount({ states: row.states, features: 2, covariance: 'diag' })
      expect(row.parameters).toBe(parameters)
      expect(row.bic!.best).toBe(bic(best, parameters, analysis.inputs.rows))
      expect(row.aic!.best).toBe(aic(best, parameters))
      expect(analysis.fits.find((fit) => fit.states === row.states)!.stateSummaries).toHaveLength(row.states)
    }
  })

  it('survives JSON and decodes the same from it', () => {
    const copy = JSON.parse(JSON.stringify(analysis)) as typeof analysis
    expect(copy).toEqual(analysis)
    const decoded = decodeRun(copy, 3, runs[0])
    expect(Array.from(decoded.path)).toEqual(analysis.fits[2].paths[0])
    for (const probabilities of [decoded.posterior, decoded.filtered])
      for (let t = 0; t < 60; t++) {
        const row = probabilities.subarray(t * 3, t * 3 + 3)
        expect(row[0] + row[1] + row[2]).toBeCloseTo(1, 12)
      }
    expect(() => decodeRun(copy, 9, runs[0])).toThrow('This analysis has no fit with 9 states.')
  })

  it('does not depend on the order in which results come in', () => {
    const built = buildSequences(runs, options)
    const plan = planCandidates(options, built.sequences.length)
    const candidates = plan.candidates.map((task) => runCandidate(task, built.sequences, options))
    const folds = plan.folds.map((task) => runFold(task, built.sequences, options))
    const rest = {
      id: 'test',
      name: 'Test',
      createdAt: analysis.createdAt,
      options,
      built,
      runs,
      evidence: [],
      elapsedSeconds: 0
    }
    const reversed = assembleAnalysis({ ...rest, candidates: candidates.reverse(), folds: folds.reverse() })
    expect(JSON.stringify({ ...reversed, selection: null })).toBe(JSON.stringify({ ...analysis, selection: null }))
  })

  it('crosses threads: results can be cloned', () => {
    const { sequences } = buildSequences(runs, options)
    const result = runCandidate({ states: 2, restart: 0, seed: 1 }, sequences, options)
    expect(structuredClone(result)).toEqual(result)
  })

  it('leaves out a K that cannot be fitted, and says so when none can', () => {
    const few = [runOf('r', { a: [1, 2, 4], b: [0, 1, 5] })]
    const small = analyse(few, optionsOf({ statesMin: 2, statesMax: 4, restarts: 2 }))
    expect(small.selection.map((row) => row.states)).toEqual([2, 3])
    expect(small.findings.map(({ text }) => text)).toContain(
      '4 states left out: no fit succeeded. 3 rows are too few for 4 states.'
    )
    expect(
      small.candidates.filter(({ states }) => states === 4).every(({ logLikelihood }) => logLikelihood === null)
    ).toBe(true)
    expect(() => analyse(few, optionsOf({ statesMin: 4, statesMax: 4 }))).toThrow(
      'No model could be fitted. 3 rows are too few for 4 states.'
    )
  })

  it('falls back to BIC when nothing can be held out', () => {
    const one = analyse(runs.slice(0, 1), optionsOf({ criterion: 'heldout', folds: 5, statesMax: 3 }))
    expect(one.chosenBy).toBe('bic')
    expect(one.findings.some(({ text }) => text.startsWith('The number of states was chosen by BIC'))).toBe(true)
    expect(one.selection.every((row) => row.heldOut === null)).toBe(true)
  })

  it('with z-scores per run, the scale of a held-out run tells nothing about the others', () => {
    const task = { states: 2, fold: 0, trainRuns: [1, 2, 3], testRuns: [0], seed: 3 }
    const perRun = { ...options, zscore: 'run' as const }
    const loud = { ...runs[0], series: { ...runs[0].series } }
    const { steps, values } = runs[0].series.a
    loud.series.a = { steps, values: values.map((x) => 1000 * x + 3) }
    const before = buildSequences(runs, perRun).sequences
    const after = buildSequences([loud, ...runs.slice(1)], perRun).sequences
    expect(after.slice(1)).toEqual(before.slice(1))
    expect(runFold(task, after, perRun).heldOut).toBeCloseTo(runFold(task, before, perRun).heldOut!, 8)
  })
})
