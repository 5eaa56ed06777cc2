/** An analysis of rules of change through the engine: fitted, kept, decoded, fitted again, reported. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Analysis } from '../../domain/analysis'
import type { AnalysisOptions } from '../../domain/analysis-options'
import { fitDefaults } from '../../domain/fit-defaults'
import { Rng } from '../../numeric/rng'
import { writeText } from '../../project/testing/folders'
import { nextEvent, testEngine } from '../testing/engines'

const tags = ['pull', 'push', 'turn', 'drag']

/** Every feature makes for one value, and for another after a while, without a jump. */
function csv(rng: Rng): { text: string; cut: number; pull: number[] } {
  const cut = 50 + rng.integer(20)
  const goals = [
    [2, -1, 0.5, 3],
    [-1, 1, 2.5, 0]
  ]
  const at = tags.map(() => rng.normal())
  const rows = Array.from({ length: 120 }, (_, t) => {
    at.forEach((value, d) => (at[d] += 0.08 * (goals[Number(t >= cut)][d] - value) + 0.02 * rng.normal()))
    return [t * 10, ...at].join()
  })
  const pull = rows.map((row) => Number(row.split(',')[1]))
  return { pull, text: `step,${tags.join()}\n${rows.join('\n')}\n`, cut }
}

it('rules of change are found, kept, decoded, fitted again and reported', async () => {
  const { engine, home } = testEngine()
  const session = await engine.openOrCreateFolder(join(home, 'project'), 'test')
  const rng = new Rng(7)
  const cuts: number[] = []
  const pulls: number[][] = []
  for (let seed = 0; seed < 6; seed++) {
    const { text, cut, pull } = csv(rng)
    cuts.push(cut)
    pulls.push(pull)
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
  const found = await fit({ emission: 'autoregressive' })
  expect(found.evidence).toMatchObject({ emission: 'autoregressive', states: 2 })
  expect([found.chosenStates, found.inputs.autoregression, found.inputs.window]).toEqual([2, 'diag', undefined])
  const fitted = found.fits.find(({ states }) => states === 2)!
  fitted.paths.forEach((path, r) => {
    const changed = path.findIndex((state) => state !== path[0])
    expect(Math.abs(changed - cuts[r])).toBeLessThanOrEqual(2)
  })
  // What is kept are the rules, and where the features were found.
  const { rules, means } = fitted.model
  const weights = rules!.weights as number[][]
  for (const own of weights) for (const keeps of own) expect(Math.abs(keeps - 0.92)).toBeLessThan(0.06)
  const d = found.inputs.features.indexOf('pull')
  for (const state of [0, 1]) {
    const there = fitted.paths.flatMap((path, r) => {
      const { mean, std } = found.inputs.scaling[r][d]
      return pulls[r].map((value) => (value - mean) / std).filter((_, t) => path[t] === state)
    })
    expect(means[state][d]).toBeCloseTo(there.reduce((sum, value) => sum + value, 0) / there.length, 5)
  }
  // 1 start, 2 transitions, 8 offsets, 8 of A, 8 variances; the first point of each of six runs is given.
  expect(fitted.bic).toBeCloseTo(-2 * fitted.logLikelihood + 27 * Math.log(6 * 119), 6)
  const [transition] = fitted.transitions
  expect(transition.features.every(({ gradient }) => gradient !== null)).toBe(true)
  expect(transition.features.find(({ feature }) => feature === 'pull')!.meanDifference).toBeCloseTo(
    means[1][d] - means[0][d],
    12
  )

  const file = JSON.parse(readFileSync(session.analysisFile(found.id), 'utf8')) as Analysis
  expect([file.inputs.autoregression, file.evidence?.emission]).toEqual(['diag', 'autoregressive'])
  const decoded = await engine.call('analysis.decode', { id: found.id, states: 2, runId: runIds[3] })
  expect(Array.from(decoded.path)).toEqual(fitted.paths[3])
  expect(decoded.foreign).toBe(false)
  const likelihood = Array.from(decoded.logLikelihood)
  expect([Number.isNaN(likelihood[0]), likelihood.slice(1).every(Number.isFinite)]).toEqual([true, true])
  const spare = found.candidates.find(({ states, restart }) => states === 2 && restart !== fitted.restart)!
  await engine.call('analysis.useRestart', { id: found.id, states: 2, restart: spare.restart })
  const again = (await engine.call('analysis.get', { id: found.id })).fits.find(({ states }) => states === 2)!
  expect([again.restart, again.logLikelihood]).toEqual([spare.restart, spare.logLikelihood])
  const { place } = await engine.call('analysis.report', {
    id: found.id,
    convergence: { metric: 'pull', threshold: null, direction: 'above' }
  })
  expect(readFileSync(join(session.folder, place, 'README.md'), 'utf8')).toContain(', rules of change.')

  const full = await fit({ emission: 'autoregressive-full', statesMin: 2, statesMax: 2, covariance: 'full' })
  const [row] = full.selection
  // 1 start, 2 transitions, 8 offsets, 32 of A, 20 of covariances.
  expect([full.inputs.autoregression, row.parameters]).toEqual(['full', 63])
  await engine.close()
}, 120_000)
