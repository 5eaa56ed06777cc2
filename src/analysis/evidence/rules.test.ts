/** Phases of different rules of change: found where they were planted, and not in drifts and bends. */
import { describe, expect, it } from 'vitest'
import type { Sequence } from '../../hmm/types'
import { Rng } from '../../numeric/rng'
import { buildSequences } from '../sequences'
import { optionsOf } from '../testing/builders'
import type { AnalysisOptions } from '../../domain/analysis-options'
import type { RunSeries } from '../../domain/run-series'
import { bentRun, surrogateOfBent } from './bent-runs'
import { measureGains } from './gains'
import type { EvidenceResult } from './gains'
import { judgeEvidence } from './judge'
import { drawSize, families } from './testing/families'
import { weighRules } from './verdict-of-rules'
import { nothingWeighed, weighPhases } from './weigh'

const tags = Array.from({ length: 14 }, (_, d) => `f${d}`)

function drawn(name: string, set: number): { runs: RunSeries[]; phases: number } {
  const rng = Rng.forPurpose(set, `slice ${name}`)
  const { draw } = families.find((family) => family.name === name)!
  const { runs, phases } = draw(rng, { ...drawSize(rng), runs: 6, noise: 0.003 + 0.01 * rng.uniform() })
  const series = runs.map(({ data, rows, columns }, r) => {
    const steps = Float64Array.from({ length: rows }, (_, t) => 20 * t)
    const values = (d: number): Float64Array => Float64Array.from({ length: rows }, (_, t) => data[t * columns + d])
    return {
      runId: `r${r}`,
      label: `R${r}`,
      seed: r,
      series: Object.fromEntries(tags.map((tag, d) => [tag, { steps, values: values(d) }]))
    }
  })
  return { runs: series, phases }
}

async function weighed(runs: RunSeries[], changes: Partial<AnalysisOptions> = {}) {
  const options = optionsOf({
    features: tags,
    folds: 5,
    surrogates: 10,
    statesMax: 4,
    zscore: 'shared',
    emission: 'autoregressive',
    ...changes
  })
  const built = buildSequences(runs, options)
  const found = await weighPhases(built, options, (tasks, states) =>
    Promise.resolve(tasks.map((task) => measureGains(task, built.sequences, options, states)))
  )
  return { ...found, evidence: judgeEvidence(found, tags.length)! }
}

describe('phases of different rules of change', () => {
  it.each([0, 1, 2])('are found where they were planted, set %s', async (set) => {
    const { runs, phases } = drawn('rules', set)
    const { evidence, built, levels, rates } = await weighed(runs)
    expect([evidence.emission, evidence.states]).toEqual(['autoregressive', phases])
    expect(evidence.verdict).toContain('told by the rule by which things change')
    expect([built.inputs.autoregression, levels, rates]).toEqual(['diag', [], []])
  })

  it.each(['straight', 'exponential', 'logistic', 'random walk'])(
    'are not found in runs that drift: %s',
    async (name) => {
      const { evidence, built } = await weighed(drawn(name, 1).runs)
      expect(evidence.states).toBe(1)
      expect(evidence.verdict).toMatch(/^Rules of change show none: /)
      // They were asked for, so they are what is fitted.
      expect(built.inputs.autoregression).toBe('diag')
    }
  )

  it('are looked for where levels and rates show none, and said beside them', async () => {
    const { evidence, built } = await weighed(drawn('straight', 2).runs, { emission: 'auto' })
    expect(evidence.verdict).toMatch(
      /^No phases\..*Rates (and rules of change show none: |of change show none: .*Rules of change show none: )/
    )
    expect([evidence.states, built.inputs.autoregression, built.inputs.window]).toEqual([1, undefined, undefined])
  })

  it('are fitted as asked without evidence, of every feature or over all', () => {
    const options = optionsOf({ features: tags, emission: 'autoregressive-full', surrogates: 0 })
    const built = buildSequences(drawn('rules', 0).runs, options)
    expect(nothingWeighed(built, options).built.inputs.autoregression).toBe('full')
  })
})

describe('the verdict on rules', () => {
  const result = (of: EvidenceResult['of'], index: number, gains: number[]): EvidenceResult => ({
    of,
    index,
    runs: 10,
    heldOut: 2,
    problem: null,
    scores: [1, ...gains.map((gain) => 1 + gain + 0.01 * index)]
  })
  const of = (drift: number[], bend: number[]): EvidenceResult[] =>
    [0, 1, 2, 3].flatMap((i) => [result('runs', i, [5, 5.1]), result('surrogates', i, drift), result('bends', i, bend)])

  it('needs more than a drift and more than a bend explain', () => {
    expect(weighRules(of([0.2, 0.3], [1, 1.2]))).toMatchObject({ states: 2, emission: 'autoregressive' })
    expect(weighRules(of([4.8, 5], [1, 1.2]))!.verdict).toContain('runs that drift without phases')
    // Levels would count with as much: 0.35 is enough for them.
    const half = weighRules(of([2.8, 2.9], [1, 1.2]))!
    expect([half.states, half.verdict]).toEqual([1, expect.stringContaining('runs that drift without phases')])
    expect(weighRules(of([0.2, 0.3], [4.8, 5]))!.verdict).toContain('a smooth bend')
    // Beside each number of states stands the kind of surrogates that explains more.
    expect(weighRules(of([0.2, 0.3], [1, 1.2]))!.rows[1].surrogates.median).toBeGreaterThan(0.9)
    expect(weighRules([])).toBeNull()
  })

  it('is said once where rates have the same', () => {
    const none = [0, 1, 2, 3].flatMap((i) => [result('runs', i, [1, 1.1]), result('surrogates', i, [1, 1.1])])
    const drifting = of([4.8, 5], [1, 1.2])
    const bends = { squares: 1, trend: 0, expected: 0, seen: 1, all: 1 }
    const rates = drifting.map((one) => (one.of === 'runs' ? { ...one, bends: [bends, bends, bends] } : one))
    const said = judgeEvidence({ levels: none, rates, rules: drifting }, 3)!.verdict
    expect(said).toMatch(/^No phases\..* Rates and rules of change show none: what such states explain[^.]*\.$/)
  })

  it('a first verdict that finds phases keeps what was said before it', () => {
    const none = [0, 1, 2, 3].flatMap((i) => [result('runs', i, [1, 1.1]), result('surrogates', i, [1, 1.1])])
    const judged = judgeEvidence({ levels: none, rates: [], rules: of([0.2, 0.3], [1, 1.2]) }, 3)!
    expect(judged).toMatchObject({ emission: 'autoregressive', states: 2, levels: expect.stringMatching(/^No phases/) })
    expect(judged.rates).toBeUndefined()
  })
})

describe('a surrogate that bends as a run does', () => {
  const rng = new Rng(3)
  const curve = (t: number): number => 1 / (1 + Math.exp(-(t - 60) / 12))
  const noisy = (noise: number, cut = false): Sequence => ({
    data: Float64Array.from({ length: 240 }, (_, p) => {
      const t = Math.floor(p / 2)
      return (cut ? Number(t >= 60) : curve(t)) * (p % 2 === 0 ? 1 : -2) + noise * rng.normal()
    }),
    rows: 120,
    columns: 2
  })
  const largestStep = ({ data, rows }: Sequence): number =>
    Math.max(...Array.from({ length: rows - 1 }, (_, t) => Math.abs(data[2 * t + 2] - data[2 * t])))

  it('follows a curve to a few percent, with noise of the size that the run has', () => {
    const bent = bentRun(noisy(0.05))
    for (let t = 0; t < 120; t++) expect(Math.abs(bent.path[2 * t] - curve(t))).toBeLessThan(0.06)
    const drawn = surrogateOfBent(bent, rng)
    let squares = 0
    for (let t = 0; t < 120; t++) squares += (drawn.data[2 * t] - bent.path[2 * t]) ** 2 / 120
    expect(Math.sqrt(squares)).toBeGreaterThan(0.035)
    expect(Math.sqrt(squares)).toBeLessThan(0.07)
  })

  it('has no jump where the run jumps', () => {
    const run = noisy(0.001, true)
    expect(largestStep(run)).toBeGreaterThan(0.9)
    const { path } = bentRun(run)
    expect(largestStep({ ...run, data: path })).toBeLessThan(0.15)
  })

  it('lacks what the run lacks', () => {
    const run = { ...noisy(0.01), missing: true }
    run.data[50] = NaN
    const { data } = surrogateOfBent(bentRun(run), rng)
    expect(Array.from(data.keys()).filter((p) => Number.isNaN(data[p]))).toEqual([50])
  })
})
