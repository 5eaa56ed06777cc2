/** Inputs that are small, degenerate or broken: a result or a plain sentence, never NaN and never an exception of ours. */
import { describe, expect, it } from 'vitest'
import { analysis as analysisSchema } from '../domain/analysis'
import { Rng } from '../numeric/rng'
import { compareRuns } from './across/compare'
import { decodeRun } from './decode'
import { analyse, optionsOf, runOf } from './testing/builders'
import type { Analysis } from '../domain/analysis'
import type { RunSeries } from '../domain/run-series'

function phases(seed: number, points: number, jump = 4): Record<string, number[]> {
  const rng = new Rng(seed)
  const level = (t: number): number => (t < points / 2 ? 0 : jump)
  return {
    a: Array.from({ length: points }, (_, t) => level(t) + 0.3 * rng.normal()),
    b: Array.from({ length: points }, (_, t) => -level(t) + 0.3 * rng.normal()),
    'accuracy/val': Array.from({ length: points }, (_, t) => (t < points / 2 ? 0.1 : 0.95)),
    epoch: Array.from({ length: points }, (_, t) => t)
  }
}

/** The file on disk says the same, and no number in it is NaN or infinite. */
function checked(analysis: Analysis): Analysis {
  const copy = JSON.parse(JSON.stringify(analysis)) as unknown
  expect(copy).toEqual(analysis)
  expect(
    analysisSchema.safeParse({ ...analysis, options: { ...analysis.options, runIds: ['any'] } }).error
  ).toBeUndefined()
  return analysis
}

function across(analysis: Analysis, runs: RunSeries[]) {
  const rule = { metric: 'accuracy/val', threshold: null, direction: 'above' as const }
  return compareRuns(analysis, analysis.chosenStates, runs, rule)
}

describe('an analysis of little or odd data', () => {
  it('one run', () => {
    const runs = [runOf('only', phases(1, 40))]
    const analysis = checked(analyse(runs, optionsOf({ folds: 5, criterion: 'heldout' })))
    expect(analysis.chosenBy).toBe('bic')
    expect(analysis.findings.some((finding) => finding.text.includes('held-out runs need at least two runs'))).toBe(
      true
    )
    const together = across(analysis, runs)
    expect(together.regression).toBeNull()
    expect(together.detours.every((test) => test.q === null && test.why !== '')).toBe(true)
    expect(together.distances.clusters).toBe(1)
  })

  it('one feature', () => {
    const runs = [1, 2, 3].map((seed) => runOf(`r${seed}`, phases(seed, 40)))
    const analysis = checked(analyse(runs, optionsOf({ features: ['a'], statesMax: 4 })))
    expect(analysis.fits.find((fit) => fit.states === 2)!.paths[0].join('')).toBe('0'.repeat(20) + '1'.repeat(20))
  })

  it('identical runs', () => {
    const runs = ['x', 'y', 'z'].map((id) => runOf(id, phases(7, 30)))
    const analysis = checked(analyse(runs, optionsOf({ folds: 3 })))
    for (const fit of analysis.fits) expect(fit.paths[1]).toEqual(fit.paths[0])
    const together = across(analysis, runs)
    expect(together.distances.edit.flat().every((value) => value === 0)).toBe(true)
    expect(together.findings.some((finding) => finding.text.includes('nothing to explain'))).toBe(true)
  })

  it('a feature that is constant in one run, and one that is constant in all', () => {
    const runs = [1, 2, 3].map((seed) => runOf(`r${seed}`, { ...phases(seed, 30), c: Array<number>(30).fill(0.1) }))
    runs[1].series.a.values.fill(3)
    const analysis = checked(analyse(runs, optionsOf({ features: ['a', 'b', 'c'] })))
    expect(analysis.inputs.features).toEqual(['a', 'b'])
    const texts = analysis.findings.map((finding) => finding.text)
    expect(texts).toContain('"c" was left out: it never changes.')
    expect(texts).toContain('Run "R2": "a" never changes and was set to 0.')
  })

  it('gaps, NaN and a run that diverged', () => {
    const runs = [1, 2, 3, 4].map((seed) => runOf(`r${seed}`, phases(seed, 30)))
    runs[0].series.a.values[5] = Number.NaN
    runs[1].series.b.values.fill(Number.NaN, 20)
    runs[2].series.a.values.fill(Infinity, 1)
    delete runs[3].series.b
    const analysis = checked(analyse(runs, optionsOf()))
    expect(analysis.inputs.runs.map((run) => [run.runId, run.steps.length])).toEqual([
      ['r1', 29],
      ['r2', 20]
    ])
    expect(analysis.findings.filter((finding) => finding.severity === 'warning').length).toBeGreaterThanOrEqual(4)
  })

  it('three time points', () => {
    const runs = [1, 2].map((seed) => runOf(`r${seed}`, phases(seed, 3)))
    const analysis = checked(analyse(runs, optionsOf({ statesMax: 8 })))
    expect(analysis.fits.at(-1)!.states).toBeLessThanOrEqual(6)
    expect(analysis.findings.some((finding) => finding.text.includes('are few for 8 states'))).toBe(true)
    expect(analysis.findings.some((finding) => finding.text.includes('too few for 8 states'))).toBe(true)
    expect(decodeRun(analysis, analysis.chosenStates, runs[0]).path).toHaveLength(3)
  })

  it('eight states on two, left to right', () => {
    const runs = [1, 2, 3].map((seed) => runOf(`r${seed}`, phases(seed, 40)))
    const analysis = checked(
      analyse(runs, optionsOf({ statesMin: 8, statesMax: 8, transitions: 'left-to-right', covariance: 'full' }))
    )
    for (const transition of analysis.fits[0].transitions) expect(transition.probability).toBeGreaterThan(0)
  })

  it('every covariance type with fewer points than features', () => {
    const rng = new Rng(3)
    const features = Array.from({ length: 12 }, (_, d) => `f${d}`)
    const runs = ['r', 's'].map((id) =>
      runOf(id, Object.fromEntries(features.map((feature) => [feature, Array.from({ length: 4 }, () => rng.normal())])))
    )
    for (const covariance of ['diag', 'full', 'tied', 'spherical'] as const)
      checked(analyse(runs, optionsOf({ features, covariance })))
  })
})
