import { describe, expect, it } from 'vitest'
import { choleskyPacked, packedLength } from '../../numeric/linear'
import { Rng } from '../../numeric/rng'
import { meanAndStd } from '../../numeric/statistics'
import type { Sequence } from '../../hmm/types'
import { analyse, optionsOf, runOf } from '../testing/builders'
import type { Evidence } from '../../domain/evidence'
import { measureGains, planEvidence } from './gains'
import type { EvidenceResult } from './gains'
import { evidenceRemarks } from './remarks'
import { linearRegime, surrogateOf } from './surrogates'
import { drawSize, families } from './testing/families'
import { weighEvidence } from './verdict'

const settings = optionsOf({ folds: 5, surrogates: 12, statesMax: 6, zscore: 'run' })

function scaled(runs: readonly Sequence[]): Sequence[] {
  return runs.map(({ data, rows, columns }) => {
    const out = data.slice()
    for (let d = 0; d < columns; d++) {
      const { mean, std } = meanAndStd(Array.from({ length: rows }, (_, t) => data[t * columns + d]))
      for (let t = 0; t < rows; t++) out[t * columns + d] = (data[t * columns + d] - mean) / (std || 1)
    }
    return { data: out, rows, columns }
  })
}

function evidenceOf(runs: readonly Sequence[], seed = 0): Evidence {
  const tasks = planEvidence(
    { ...settings, seed },
    runs.map(({ rows }) => rows)
  )
  return weighEvidence(tasks.map((task) => measureGains(task, runs, settings)))!
}

describe('simulated truth, a slice of `npm run truth`', () => {
  const wanted = [
    'straight',
    'power law',
    'exponential',
    'levels',
    'unequal dwell',
    'detours',
    'few distant levels',
    'few straight'
  ]
  for (const family of families.filter(({ name }) => wanted.includes(name)))
    it(`${family.name}: ${family.truth}`, () => {
      let right = 0
      for (let set = 0; set < 4; set++) {
        const rng = Rng.forPurpose(set, `slice ${family.name}`)
        const { runs, phases } = family.draw(rng, { ...drawSize(rng), runs: 5 + 5 * (set % 2) })
        if (evidenceOf(scaled(runs), set).states === phases) right++
      }
      expect(right).toBeGreaterThanOrEqual(3)
    })
})

describe('levels near each other beside one that is far away', () => {
  it('are as many as there are, with one metric and hardly any noise', () => {
    const rng = new Rng(1)
    const levels = [0.5, 3, 1.2]
    const runs = Array.from({ length: 6 }, (_, r) => ({
      data: Float64Array.from({ length: 300 }, (_, t) => {
        const phase = t < 80 + 5 * r ? 0 : t < 190 + 7 * r ? 1 : 2
        return levels[phase] + 0.03 * rng.normal()
      }),
      rows: 300,
      columns: 1
    }))
    expect(evidenceOf(scaled(runs)).states).toBe(3)
  })
})

describe('surrogates', () => {
  /** x[t+1] = a x[t] + b + e with e of a given covariance, seen through noise. */
  function regimeRun(rng: Rng, rows: number, persistence: number, noise: number): Sequence {
    const data = new Float64Array(rows * 2)
    const at = [8, -3]
    for (let t = 0; t < rows; t++) {
      const [u, v] = [rng.normal(), rng.normal()]
      at[0] = persistence * at[0] + 0.02 * u
      at[1] = persistence * at[1] + 0.1 + 0.02 * (0.8 * u + 0.6 * v)
      for (let d = 0; d < 2; d++) data[2 * t + d] = at[d] + noise * rng.normal()
    }
    return { data, rows, columns: 2 }
  }

  it('go where the run goes, with its noise, and differ from draw to draw', () => {
    const rng = new Rng(3)
    const run = regimeRun(rng, 400, 0.97, 0.05)
    const regime = linearRegime(run)
    const draws = Array.from({ length: 200 }, () => surrogateOf(regime, rng))
    for (const t of [0, 20, 60, 399])
      for (let d = 0; d < 2; d++) {
        const { mean, std } = meanAndStd(draws.map(({ data }) => data[2 * t + d]))
        const own = run.data[2 * t + d]
        expect(Math.abs(own - mean)).toBeLessThan(4 * std + 0.5)
      }
    // Second differences show the measurement noise: 6 sigma^2, and what the steps add.
    const secondDifferences = ({ data, rows }: Sequence): number =>
      meanAndStd(Array.from({ length: rows - 2 }, (_, t) => data[2 * t + 4] - 2 * data[2 * t + 2] + data[2 * t])).std
    const theirs = meanAndStd(draws.map(secondDifferences)).mean
    expect(theirs / secondDifferences(run)).toBeGreaterThan(0.85)
    expect(theirs / secondDifferences(run)).toBeLessThan(1.25)
    expect(draws[0].data).not.toEqual(draws[1].data)
  })

  it('slow down as a power law does', () => {
    const rows = 120
    const data = Float64Array.from({ length: rows }, (_, t) => (1 + t) ** -0.8)
    const regime = linearRegime({ data, rows, columns: 1 })
    expect(regime.pace[rows - 2]).toBeLessThan(0.05)
    const { data: drawn } = surrogateOf(regime, new Rng(1))
    // Half of the way within the first points, as in the run.
    const half = Array.from(drawn).findIndex((value) => value < 0.5)
    expect(half).toBeGreaterThan(0)
    expect(half).toBeLessThan(12)
  })

  it('can be drawn where features are copies of each other, constant, or hardly there', () => {
    const rows = 30
    const data = new Float64Array(rows * 4)
    for (let t = 0; t < rows; t++) data.set([t, t, 1, t * 1e-200], 4 * t)
    const { data: drawn } = surrogateOf(linearRegime({ data, rows, columns: 4 }), new Rng(1))
    expect(drawn.every(Number.isFinite)).toBe(true)
    for (let t = 0; t < rows; t++) expect(drawn[4 * t + 2]).toBeCloseTo(1, 3)
    const size = packedLength(4)
    expect(choleskyPacked(new Float64Array(size).fill(0), 0, 4)).toBe(false)
  })
})

describe('the plan', () => {
  const rows = Array.from({ length: 12 }, () => 100)
  it('holds out every run once, and splits surrogates as the runs', () => {
    const tasks = planEvidence(settings, rows)
    const own = tasks.filter(({ of }) => of === 'runs')
    expect(own).toHaveLength(5)
    expect(own.flatMap(({ testRuns }) => testRuns).sort((a, b) => a - b)).toEqual(rows.map((_, r) => r))
    for (const { trainRuns, testRuns } of tasks) expect(new Set([...trainRuns, ...testRuns]).size).toBe(12)
    expect(tasks.filter(({ of }) => of === 'surrogates')).toHaveLength(12)
    expect(tasks[5].testRuns).toEqual(tasks[0].testRuns)
  })

  it('leaves the runs as they are, also those too short to show a regime', () => {
    const rng = new Rng(6)
    const runs = [40, 40, 2, 40].map((count) => {
      const data = Float64Array.from({ length: 2 * count }, () => 3 + rng.normal())
      return { data, rows: count, columns: 2 }
    })
    const before = runs.map(({ data }) => data.slice())
    const options = { ...settings, zscore: 'all' as const, statesMax: 2 }
    for (const task of planEvidence(options, [40, 40, 2, 40]).filter(({ of }) => of === 'surrogates'))
      measureGains(task, runs, options)
    expect(runs.map(({ data }) => data)).toEqual(before)
  })

  it('looks at an even share of very many points, and at few runs without holding out', () => {
    const many = planEvidence(settings, Array(500).fill(2000) as number[])[0]
    expect(many.trainRuns.length + many.testRuns.length).toBe(10)
    const [alone] = planEvidence(settings, [50])
    expect(alone).toMatchObject({ trainRuns: [0], testRuns: [0] })
    for (const { trainRuns, testRuns } of planEvidence(settings, [50, 50, 50])) {
      expect([...trainRuns].sort()).toEqual([0, 1, 2])
      expect(testRuns).toEqual(trainRuns)
    }
    for (const { trainRuns, testRuns } of planEvidence(settings, [50, 50, 50, 50]))
      expect([...trainRuns, ...testRuns].sort()).toEqual([0, 1, 2, 3])
  })

  it('gives the same answer again, whatever the order of the results', () => {
    const rng = new Rng(8)
    const runs = scaled(families[6].draw(rng, { runs: 5, rows: 60, features: 4, noise: 0.01 }).runs)
    const results = planEvidence(settings, Array(5).fill(60) as number[]).map((task) =>
      measureGains(task, runs, settings)
    )
    expect(weighEvidence([...results].reverse())).toEqual(weighEvidence(results))
    expect(evidenceOf(runs)).toEqual(evidenceOf(runs))
  })
})

describe('the verdict', () => {
  const result = (of: 'runs' | 'surrogates', index: number, scores: (number | null)[]): EvidenceResult => ({
    of,
    index,
    runs: 4,
    heldOut: 1,
    scores,
    problem: scores.includes(null) ? 'Too few rows.' : null
  })
  const folds = (...scores: (number | null)[][]): EvidenceResult[] => scores.map((row, i) => result('runs', i, row))
  const drifts = (...scores: (number | null)[][]): EvidenceResult[] =>
    scores.map((row, i) => result('surrogates', i, row))

  it('is the smallest number of states whose excess is as good as the best', () => {
    const evidence = weighEvidence([
      ...folds([0, 5, 9, 9.2, 9.3], [-1, 4.1, 8, 8.1, 8.3]),
      ...drifts([0, 1, 1.2, 1.3, 1.3], [2, 3.1, 3.2, 3.2, 3.3])
    ])!
    expect(evidence.states).toBe(3)
    expect(evidence.rows[2].gain.median).toBeCloseTo(9, 12)
    expect(evidence.rows[2].excess).toBeCloseTo(9 - 1.2, 12)
    expect(evidence.verdict).toBe(
      'Three phases. What two further states explain is also explained by runs that drift without phases.'
    )
  })

  it('does not hang on how many states were tried beyond the best number', () => {
    // Slices go on and on gaining, on what drifts a little more than on the runs.
    const of = (most: number): Evidence => {
      const slices = Array.from({ length: most - 1 }, (_, k) => k)
      return weighEvidence([
        ...folds([0, ...slices.map((k) => 6 + 2 * k)], [0, ...slices.map((k) => 6.1 + 2 * k)]),
        ...drifts([0, ...slices.map((k) => 3 + 2.01 * k)], [0, ...slices.map((k) => 3.1 + 2.01 * k)])
      ])!
    }
    for (const most of [3, 8, 16]) {
      expect(of(most).states).toBe(2)
      expect(of(most).effect).toBeCloseTo(of(2).effect, 12)
    }
  })

  it('is none where a drift explains as much', () => {
    const evidence = weighEvidence([...folds([0, 5, 8], [0, 5.2, 8.1]), ...drifts([0, 4.9, 7.8], [0, 5.1, 8.2])])!
    expect(evidence.states).toBe(1)
    expect(evidence.verdict).toMatch(/^No phases\. What 2 to 3 states explain is also explained by runs that drift/)
  })

  it('is none where the parts of the runs contradict each other', () => {
    const evidence = weighEvidence([...folds([0, 9], [0, 0.5], [0, 5]), ...drifts([0, 0.1], [0, 8], [0, 0.2])])!
    expect(evidence.states).toBe(1)
    expect(evidence.verdict).toMatch(/^No phases that are certain/)
  })

  it('leaves out a number of states that could not be fitted, and says when the edge came out best', () => {
    const evidence = weighEvidence([...folds([0, 5, null], [0, 5, 6]), ...drifts([0, 1, 1], [0, 1, null])])!
    expect(evidence.rows.map(({ states }) => states)).toEqual([1, 2])
    expect(evidence.verdict).toBe('Two phases, and perhaps more: no larger number was tried.')
    expect(weighEvidence([])).toBeNull()
    expect(weighEvidence([...folds([null, 1]), ...drifts([0, 1])])).toBeNull()
  })

  it('does not fall for surrogates that more states explain worse', () => {
    // Held-out scores of small sets can collapse; what fewer states explain of a drift stays explained.
    const evidence = weighEvidence([...folds([0, 5, 5], [0, 5, 5]), ...drifts([0, 5, -90], [0, 5, -80])])!
    expect(evidence.states).toBe(1)
  })
})

describe('remarks', () => {
  const rows = (states: number): Evidence['rows'] =>
    Array.from({ length: states }, (_, k) => ({
      states: k + 1,
      excess: 0,
      error: 0,
      gain: { median: 0, low: 0, high: 0 },
      surrogates: { median: 0, low: 0, high: 0 }
    }))
  const evidence: Evidence = { rows: rows(3), states: 1, effect: 0, folds: 1, surrogates: 1, verdict: '' }
  const of = (runs: number, heldOut: number, problem: string | null = null): EvidenceResult => ({
    of: 'runs',
    index: 0,
    runs,
    heldOut,
    scores: [],
    problem
  })
  const asked = { runs: 4, statesMax: 3 }

  it('say nothing where every run was looked at and every number of states weighed', () => {
    expect(evidenceRemarks(evidence, [of(4, 1)], asked)).toEqual([])
    expect(evidenceRemarks(null, [], asked)).toEqual([])
  })

  it('tell of a share of the runs, of one run, of what could not be fitted', () => {
    const texts = (...given: Parameters<typeof evidenceRemarks>): string[] =>
      evidenceRemarks(...given).map(({ text }) => text)
    expect(texts(evidence, [of(10, 2)], { runs: 500, statesMax: 3 })).toEqual([
      expect.stringContaining('looked at 10 of 500 runs')
    ])
    expect(texts(evidence, [of(1, 1)], { runs: 1, statesMax: 3 })).toEqual([
      expect.stringContaining('rests on one run, so nothing was held out')
    ])
    expect(texts(evidence, [of(3, 3)], { runs: 3, statesMax: 3 })).toEqual([
      expect.stringContaining('rests on 3 runs, too few to hold any out')
    ])
    expect(texts(evidence, [of(4, 1, 'Too few rows.')], { runs: 4, statesMax: 5 })).toEqual([
      'The evidence says nothing of 4, 5 states, which could not be fitted to every part of the runs. Too few rows.'
    ])
    expect(texts(null, [of(4, 1, 'Too few rows.')], asked)).toEqual([
      'The evidence for phases could not be measured: one state alone could not be fitted. Too few rows.'
    ])
  })

  it('are findings of an analysis', () => {
    const run = runOf('only', { a: [1, 1.1, 0.9, 5, 5.1, 4.9, 5], b: [0, 0.1, 0, 3, 3.1, 3, 2.9] })
    const { findings, chosenBy } = analyse([run], optionsOf({ criterion: 'evidence', surrogates: 4, statesMax: 2 }))
    expect(chosenBy).toBe('evidence')
    expect(findings.map(({ text }) => text).join(' ')).toContain('rests on one run')
  })
})
