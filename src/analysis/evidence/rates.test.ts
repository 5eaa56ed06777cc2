/** Phases of different rates of change: found where they were planted, and not in bends. */
import { describe, expect, it } from 'vitest'
import type { Sequence } from '../../hmm/types'
import { Rng } from '../../numeric/rng'
import { buildSequences } from '../sequences'
import { optionsOf } from '../testing/builders'
import type { AnalysisOptions } from '../../domain/analysis-options'
import type { RunSeries } from '../../domain/run-series'
import { addBends, bendsOf, noBends, seenShare, smoothRates, smoothSurrogate, trendShare } from './bends'
import { measureGains } from './gains'
import type { EvidenceResult } from './gains'
import { judgeEvidence } from './judge'
import { drawSize, families } from './testing/families'
import { weighRates } from './verdict-of-rates'
import { nothingWeighed, weighPhases } from './weigh'

const tags = Array.from({ length: 14 }, (_, d) => `f${d}`)

function seriesOf(runs: readonly Sequence[]): RunSeries[] {
  return runs.map(({ data, rows, columns }, r) => {
    const steps = Float64Array.from({ length: rows }, (_, t) => 20 * t)
    const values = (d: number): Float64Array => Float64Array.from({ length: rows }, (_, t) => data[t * columns + d])
    const series = Object.fromEntries(tags.slice(0, columns).map((tag, d) => [tag, { steps, values: values(d) }]))
    return { runId: `r${r}`, label: `R${r}`, seed: r, series }
  })
}

function drawn(name: string, set: number): { runs: RunSeries[]; phases: number } {
  const rng = Rng.forPurpose(set, `slice ${name}`)
  const { draw } = families.find((family) => family.name === name)!
  const { runs, phases } = draw(rng, { ...drawSize(rng), runs: 6, noise: 0.003 + 0.02 * rng.uniform() })
  return { runs: seriesOf(runs), phases }
}

const asked = (changes: Partial<AnalysisOptions> = {}): AnalysisOptions =>
  optionsOf({ features: tags, folds: 5, surrogates: 10, statesMax: 4, emission: 'auto', ...changes })

async function weighed(runs: RunSeries[], options: AnalysisOptions) {
  const built = buildSequences(runs, options)
  const found = await weighPhases(built, options, (tasks, states) =>
    Promise.resolve(tasks.map((task) => measureGains(task, built.sequences, options, states)))
  )
  return { ...found, levelsBuilt: built, evidence: judgeEvidence(found, tags.length)! }
}

describe('phases of different rates', () => {
  it('are found where levels show none, and the runs are fitted as rates then', async () => {
    for (const set of [0, 1, 2]) {
      const { runs, phases } = drawn('rates', set)
      const { evidence, built, levelsBuilt } = await weighed(runs, asked())
      expect([evidence.emission, evidence.states]).toEqual(['rates', phases])
      expect(evidence.verdict).toMatch(/^Two phases, told by how fast things change\./)
      expect(evidence.levels).toMatch(/^No phases\./)
      expect([built.inputs.window, levelsBuilt.inputs.window]).toEqual([4, undefined])
      expect(
        evidence.rows.every(
          ({ excess, gain, surrogates }) => Math.abs(excess - gain.median + surrogates.median) < 1e-12
        )
      ).toBe(true)
    }
  })

  it.each(['straight', 'exponential', 'logistic', 'power law', 'seasonal'])(
    'are not found in runs that drift: %s',
    async (name) => {
      for (const set of [0, 1]) {
        const { evidence, built } = await weighed(drawn(name, set).runs, asked())
        expect([evidence.states, built.inputs.window, evidence.emission]).toEqual([1, undefined, undefined])
        expect(evidence.verdict).toMatch(/^No phases.*Rates (and rules )?of change show none: /)
      }
    }
  )

  it('are not looked for where there are phases of levels, or only levels are asked for', async () => {
    const levels = await weighed(drawn('levels', 1).runs, asked())
    expect(levels.evidence.states).toBeGreaterThan(1)
    expect(levels.rates).toEqual([])
    const only = await weighed(drawn('rates', 0).runs, asked({ emission: 'levels' }))
    expect([only.rates, only.evidence.states]).toEqual([[], 1])
  })

  it('are weighed over the runs that are long enough', async () => {
    const { runs } = drawn('rates', 0)
    const cut = Object.entries(runs[0].series).map(([tag, { steps, values }]) => [
      tag,
      { steps: steps.slice(0, 30), values: values.slice(0, 30) }
    ])
    const short = { ...runs[0], series: Object.fromEntries(cut) as RunSeries['series'] }
    const options = asked({ emission: 'rates' })
    const built = buildSequences([short, ...runs.slice(1)], options)
    const looked = new Set<number>()
    const { rates, built: inRates } = await weighPhases(built, options, (tasks, source) => {
      for (const { trainRuns, testRuns } of tasks) for (const r of [...trainRuns, ...testRuns]) looked.add(r)
      return Promise.resolve(tasks.map((task) => measureGains(task, built.sequences, options, source)))
    })
    expect([...looked].sort()).toEqual([1, 2, 3, 4, 5])
    expect(inRates.inputs.runs.map(({ runId }) => runId)).toEqual(['r1', 'r2', 'r3', 'r4', 'r5'])
    expect(weighRates(rates, tags.length)?.states).toBe(2)
  })

  it('can be asked for, also without evidence, and say when a run is too short', async () => {
    const { runs } = drawn('straight', 0)
    const forced = await weighed(runs, asked({ emission: 'rates' }))
    expect([forced.levels, forced.built.inputs.window, forced.evidence.states]).toEqual([[], 6, 1])
    expect(forced.evidence.verdict).toMatch(/^Rates of change show none: /)
    const built = buildSequences(runs, asked())
    expect(nothingWeighed(built, asked({ emission: 'rates' })).built.inputs.window).toBe(6)
    expect(nothingWeighed(built, asked()).built).toBe(built)
    const short = runs.map((run) => ({
      ...run,
      series: Object.fromEntries(
        Object.entries(run.series).map(([tag, { steps, values }]) => [
          tag,
          { steps: steps.slice(0, 20), values: values.slice(0, 20) }
        ])
      )
    }))
    await expect(weighed(short, asked({ emission: 'rates' }))).rejects.toThrow(
      'No run is long enough for rates of change: the longest has 20 points.'
    )
    expect((await weighed(short, asked())).rates).toEqual([])
  })
})

describe('what bends', () => {
  const rows = 40
  const path = Int32Array.from({ length: rows }, (_, t) => Number(t >= 20))
  const share = (rateAt: (t: number) => number, noiseOf: () => number, noise: number): number => {
    let sums = noBends
    for (let run = 0; run < 60; run++) {
      const data = Float64Array.from({ length: rows }, (_, t) => rateAt(t) + noiseOf())
      sums = addBends(sums, bendsOf({ data, rows, columns: 1 }, path, Float64Array.of(noise)))
    }
    expect(seenShare(sums)).toBe(1)
    return trendShare(sums)!
  }

  it('keeps its rate within a state, through noise of either kind, or changes it', () => {
    const rng = new Rng(4)
    const steps = (t: number): number => (t < 20 ? 0 : 5)
    expect(Math.abs(share(steps, () => rng.normal(), 0))).toBeLessThan(0.03)
    let last = rng.normal()
    const difference = (): number => {
      const [before, now] = [last, rng.normal()]
      last = now
      return now - before
    }
    expect(Math.abs(share(steps, difference, 2))).toBeLessThan(0.03)
    expect(
      share(
        (t) => t / 4,
        () => rng.normal(),
        0
      )
    ).toBeGreaterThan(0.5)
    expect(
      share(
        (t) => 6 * Math.sin((Math.PI * t) / 40),
        () => rng.normal(),
        0
      )
    ).toBeGreaterThan(0.3)
  })

  it('does not show in visits of a few rates', () => {
    const short = Int32Array.from({ length: rows }, (_, t) => Math.floor(t / 5) % 2)
    const sums = bendsOf({ data: new Float64Array(rows), rows, columns: 1 }, short, new Float64Array(1))
    // Without their ends they have 3, those at the ends of the run 4.
    expect(seenShare(sums)).toBe(10 / 40)
    expect(trendShare(noBends)).toBeNull()
  })

  it('is drawn without the steps of the rates, with their noise and their open cells', () => {
    const rng = new Rng(7)
    const data = Float64Array.from(
      { length: 2 * rows },
      (_, p) => (p % 2 === 0 ? (p < rows ? 0 : 4) : 0) + 0.1 * rng.normal()
    )
    data[7] = NaN
    const smooth = smoothRates({ data, rows, columns: 2, missing: true })
    const means = new Float64Array(2 * rows)
    const draws = 200
    for (let n = 0; n < draws; n++) {
      const { data: one } = smoothSurrogate(smooth, rng)
      expect(one[7]).toBeNaN()
      one.forEach((value, p) => (means[p] += value / draws))
    }
    // Halfway up at the step, and on the way for a quarter of the run to each side.
    expect(means[rows]).toBeGreaterThan(1.5)
    expect(means[rows]).toBeLessThan(2.5)
    expect(means[rows - 10]).toBeGreaterThan(0.4)
    expect(means[rows + 10]).toBeLessThan(3.6)
  })
})

describe('the verdict on rates', () => {
  const still = { squares: 100, trend: 10, expected: 10, seen: 30, all: 30 }
  const results = ({
    run = [0, 5, 5.2],
    drift = [0, 1, 1.1],
    bend = [0, 2, 2.1],
    bends = still
  } = {}): EvidenceResult[] =>
    [0, 1, 2].flatMap((index) => {
      const of = { index, runs: 3, heldOut: 1, problem: null }
      return [
        { ...of, of: 'runs' as const, scores: run, bends: run.map(() => bends) },
        { ...of, of: 'surrogates' as const, scores: drift },
        { ...of, of: 'bends' as const, scores: bend }
      ]
    })

  it('is theirs where all conditions hold, and names the one that does not', () => {
    expect(weighRates(results(), 10)).toMatchObject({
      states: 2,
      emission: 'rates',
      surrogates: 6,
      folds: 3,
      verdict:
        'Two phases, told by how fast things change. What one further state explains is also explained by runs that drift without phases.'
    })
    expect(weighRates(results({ run: [0, 5], drift: [0, 1], bend: [0, 2] }), 10)!.verdict).toBe(
      'Two phases, told by how fast things change, and perhaps more: no larger number was tried.'
    )
    // Beside each K the surrogates that explain more.
    expect(weighRates(results(), 10)!.rows.map(({ surrogates }) => surrogates.median)).toEqual([0, 2, 2.1])
    const why = (changes: Parameters<typeof results>[0], features = 10): string => {
      const evidence = weighRates(results(changes), features)!
      expect(evidence.states).toBe(1)
      return evidence.verdict
    }
    expect(why({ drift: [0, 4.9, 5] })).toContain('also explained by runs that drift')
    expect(why({ bend: [0, 4.9, 5] })).toContain('also explained by a smooth bend')
    expect(why({ bends: { ...still, trend: 40 } })).toContain('within the 2 states the rates go on changing')
    expect(why({ bends: { ...still, seen: 10 } })).toContain('too short, or')
    expect(why({ bends: noBends })).toContain('too short, or')
    expect(why({}, 20)).toContain('next to nothing of each feature')
  })

  it('is none where nothing could be measured', () => {
    expect(weighRates([], 3)).toBeNull()
    expect(judgeEvidence({ levels: [], rates: [], rules: [] }, 3)).toBeNull()
  })
})
