/** Evidence that does not end at the largest number asked for goes on, to the numbers that a larger range has. */
import { describe, expect, it } from 'vitest'
import { Rng } from '../../numeric/rng'
import { buildSequences } from '../sequences'
import { optionsOf, runOf } from '../testing/builders'
import type { AnalysisOptions } from '../../domain/analysis-options'
import type { RunSeries } from '../../domain/run-series'
import { measureGains } from './gains'
import type { EvidenceTask } from './gains'
import { judgeEvidence } from './judge'
import { weighPhases } from './weigh'

const features = ['a', 'b', 'c']

/** Levels in one order, the same in all runs; each run stays in each for 10 to 15 points. */
function levels(count: number): RunSeries[] {
  const rng = new Rng(count)
  const heights = features.map(() => rng.shuffle(Array.from({ length: count }, (_, k) => k)))
  return Array.from({ length: 6 }, (_, r) => {
    const path = Array.from({ length: count }, (_, k) => Array<number>(10 + rng.integer(6)).fill(k)).flat()
    const series = features.map((tag, d) => [tag, path.map((k) => heights[d][k] + 0.05 * rng.normal())])
    return runOf(`r${r}`, Object.fromEntries(series) as Record<string, number[]>)
  })
}

async function weighed(runs: RunSeries[], changes: Partial<AnalysisOptions>) {
  const options = optionsOf({
    features,
    criterion: 'evidence',
    folds: 2,
    surrogates: 3,
    zscore: 'all',
    statesMax: 3,
    extend: true,
    ...changes
  })
  const built = buildSequences(runs, options)
  const asked: EvidenceTask[] = []
  const found = await weighPhases(built, options, (tasks, states) => {
    asked.push(...tasks)
    return Promise.resolve(tasks.map((task) => measureGains(task, built.sequences, options, states)))
  })
  const said = found.built.findings.map(({ text }) => text).filter((text) => text.includes('did not end'))
  return { ...found, asked, said, evidence: judgeEvidence(found, features.length)! }
}

describe('the largest number of states', () => {
  const runs = levels(6)

  it('is raised where the evidence ends there, with the numbers of a range that was larger at once', async () => {
    const extended = await weighed(runs, {})
    const atOnce = await weighed(runs, { statesMax: 16, extend: false })
    expect(extended.levels).toEqual(atOnce.levels)
    expect(extended.evidence).toEqual(atOnce.evidence)
    expect(extended.evidence.states).toBe(6)
    expect(extended.options.statesMax).toBe(16)
    expect(extended.said).toEqual([
      'The evidence did not end with 1 to 3 states, which were to be tried: up to 16 were weighed and fitted as well.'
    ])
    expect(atOnce.said).toEqual([])
    // What was known is not measured again.
    const second = extended.asked.filter(({ statesMin }) => statesMin !== undefined)
    expect(second).toHaveLength(extended.asked.length / 2)
    expect(second.every(({ statesMin, statesMax }) => statesMin === 4 && statesMax === 16)).toBe(true)
  })

  it.each<[string, Partial<AnalysisOptions>]>([
    ['it was said', { extend: false }],
    ['nothing is said of going on', { extend: undefined }],
    ['something else chooses', { criterion: 'bic' }],
    ['the evidence ends before', { statesMax: 8 }]
  ])('is the end where %s', async (_why, changes) => {
    const found = await weighed(runs, changes)
    expect(found.options.statesMax).toBe(changes.statesMax ?? 3)
    expect(found.asked.every(({ statesMin }) => statesMin === undefined)).toBe(true)
    expect(found.said).toEqual([])
  })

  it('finds twelve phases from a range to eight', async () => {
    const { evidence } = await weighed(levels(12), { statesMax: 8 })
    expect(evidence.states).toBe(12)
    expect(evidence.verdict).toMatch(/^Twelve phases\. What four further states explain/)
  })
})
