/** An analysis of rates of change through the engine: fitted by evidence, kept, decoded, fitted again, reported. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Analysis } from '../../domain/analysis'
import type { AnalysisOptions } from '../../domain/analysis-options'
import { fitDefaults } from '../../domain/fit-defaults'
import { Rng } from '../../numeric/rng'
import { writeText } from '../../project/testing/folders'
import { nextEvent, testEngine } from '../testing/engines'

const tags = ['pull', 'push', 'turn', 'drag', 'lift', 'spin']

/** Every feature goes on at one rate, and at another after a while: at a third to a half of each run. */
function csv(rng: Rng, rates: readonly (readonly [number, number])[]): { text: string; cut: number } {
  const cut = 45 + rng.integer(25)
  const at = rates.map(() => 0)
  const rows = Array.from({ length: 120 }, (_, t) => {
    rates.forEach(([before, after], d) => (at[d] += t < cut ? before : after))
    return [t * 10, ...at.map((value) => value + 0.01 * rng.normal())].join()
  })
  return { text: `step,${tags.join()}\n${rows.join('\n')}\n`, cut }
}

it('rates of change are found, kept, decoded, fitted again and reported', async () => {
  const { engine, home } = testEngine()
  const session = await engine.openOrCreateFolder(join(home, 'project'), 'test')
  const rng = new Rng(12)
  const rates = tags.map((): [number, number] => [0.02 * (1 + rng.uniform()) * (rng.integer(2) ? 1 : -1), 0.004])
  const cuts: number[] = []
  for (let seed = 0; seed < 6; seed++) {
    const { text, cut } = csv(rng, rates)
    cuts.push(cut)
    writeText(join(home, 'other', `seed${seed}.csv`), text)
  }
  const imported = { job: 'test', paths: [join(home, 'other')], stepColumns: {} }
  const { runIds } = await engine.imports.run(session, imported, null)
  const fit = async (changes: Partial<AnalysisOptions>): Promise<Analysis> => {
    const { id } = await engine.call('analysis.start', {
      options: { ...fitDefaults, statesMax: 3, restarts: 2, surrogates: 10, runIds, features: tags, ...changes }
    })
    expect(await nextEvent(engine, 'analysis.finished')).toEqual({ id, ok: true, message: null })
    return engine.call('analysis.get', { id })
  }
  const progress: [number, number, string][] = []
  engine.on('analysis.progress', ({ done, total, text }) => progress.push([done, total, text]))
  const found = await fit({})
  expect(found.evidence).toMatchObject({ emission: 'rates', states: 2, levels: expect.stringMatching(/^No phases/) })
  expect([found.chosenStates, found.chosenBy, found.inputs.window]).toEqual([2, 'evidence', 4])
  expect(progress.map(([, , text]) => text)).toContain('Are there phases of different rates of change?')
  expect(progress.at(-1)!.slice(0, 2)).toEqual([progress.at(-1)![1], progress.at(-1)![1]])
  expect(found.findings.filter(({ severity }) => severity === 'warning')).toEqual([])

  const fitted = found.fits.find(({ states }) => states === 2)!
  found.inputs.runs.forEach(({ steps }, r) => {
    const path = fitted.paths[r]
    const changed = path.findIndex((state) => state !== path[0])
    // Between the rates before and after, halfway.
    const where = (steps[changed - 1] + steps[changed]) / 2
    expect(Math.abs(where / 10 - cuts[r])).toBeLessThanOrEqual(4)
    expect([steps[0], steps.at(-1)]).toEqual([0, 1190])
  })
  const lengths = fitted.stateSummaries.map(({ meanDwell }) => meanDwell)
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBeCloseTo(4 * 29, 6)
  for (const { name } of fitted.stateSummaries) expect(name).toMatch(/ (rising|falling|steady)/)

  // What is written is what another program reads.
  const file = JSON.parse(readFileSync(session.analysisFile(found.id), 'utf8')) as Analysis
  expect([file.inputs.window, file.evidence?.emission, file.options.emission]).toEqual([4, 'rates', 'auto'])
  const decoded = await engine.call('analysis.decode', { id: found.id, states: 2, runId: runIds[3] })
  expect(Array.from(decoded.path)).toEqual(fitted.paths[3])
  expect(Array.from(decoded.steps)).toEqual(found.inputs.runs[3].steps)
  const spare = found.candidates.find(({ states, restart }) => states === 2 && restart !== fitted.restart)!
  await engine.call('analysis.useRestart', { id: found.id, states: 2, restart: spare.restart })
  const again = (await engine.call('analysis.get', { id: found.id })).fits.find(({ states }) => states === 2)!
  expect([again.restart, again.logLikelihood]).toEqual([spare.restart, spare.logLikelihood])
  const { place } = await engine.call('analysis.report', {
    id: found.id,
    convergence: { metric: 'pull', threshold: null, direction: 'above' }
  })
  const page = readFileSync(join(session.folder, place, 'README.md'), 'utf8')
  expect(page).toContain('rates of change over windows of 4 points')
  expect(page).toContain('Of levels: No phases')
  // Every recorded point is drawn in a state, not only one of each window.
  expect(readFileSync(join(session.folder, place, 'curves.svg'), 'utf8').match(/<circle/g)).toHaveLength(6 * 120)

  const levels = await fit({ emission: 'levels', statesMax: 2 })
  expect([levels.inputs.window, levels.evidence?.states]).toEqual([undefined, 1])
  await engine.close()
}, 120_000)
