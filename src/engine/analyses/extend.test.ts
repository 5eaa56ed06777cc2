/** A fit whose evidence does not end at the usual largest number of states goes on, through worker threads. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fitDefaults } from '../../domain/fit-defaults'
import { Rng } from '../../numeric/rng'
import { writeText } from '../../project/testing/folders'
import { nextEvent, testEngine } from '../testing/engines'

it('twelve levels are found, fitted and can be chosen, with colours and numbers of their own', async () => {
  const { engine, home } = testEngine()
  const session = await engine.openOrCreateFolder(join(home, 'project'), 'test')
  const rng = new Rng(12)
  const features = ['a', 'b', 'c']
  const heights = features.map(() => rng.shuffle(Array.from({ length: 12 }, (_, k) => k)))
  for (let seed = 0; seed < 6; seed++) {
    const path = Array.from({ length: 12 }, (_, k) => Array<number>(10 + rng.integer(6)).fill(k)).flat()
    const rows = path.map((k, t) => [10 * t, ...heights.map((own) => own[k] + 0.05 * rng.normal())].join())
    writeText(join(home, 'other', `seed${seed}.csv`), `step,${features.join()}\n${rows.join('\n')}\n`)
  }
  const imported = { job: 'test', paths: [join(home, 'other')], stepColumns: {} }
  const { runIds } = await engine.imports.run(session, imported, null)
  const progress: [number, number, string][] = []
  engine.on('analysis.progress', ({ done, total, text }) => progress.push([done, total, text]))
  const few = { restarts: 2, folds: 2, surrogates: 3, zscore: 'all' } as const
  const { id } = await engine.call('analysis.start', {
    options: { ...fitDefaults, ...few, runIds, features, extend: true }
  })
  expect(await nextEvent(engine, 'analysis.finished')).toEqual({ id, ok: true, message: null })
  const analysis = await engine.call('analysis.get', { id })
  expect(analysis.evidence?.states).toBe(12)
  expect([analysis.chosenStates, analysis.options.statesMax]).toEqual([12, 16])
  expect(analysis.fits.map(({ states }) => states)).toContain(12)
  expect(analysis.findings.map(({ text }) => text)).toContainEqual(expect.stringContaining('did not end with 1 to 8'))
  const { stateSummaries } = analysis.fits.find(({ states }) => states === 12)!
  for (const of of ['number', 'color'] as const) expect(new Set(stateSummaries.map((state) => state[of])).size).toBe(12)
  const told = progress.map(([, , text]) => text)
  expect(told).toContain('Are there more than 8 phases?')
  expect(told.at(-1)).toContain('Fitting 1 to 16 states')
  expect(progress.at(-1)![0]).toBe(progress.at(-1)![1])
  await engine.call('analysis.choose', { id, states: 13 })
  expect((await engine.call('analysis.get', { id })).chosenStates).toBe(13)
})
