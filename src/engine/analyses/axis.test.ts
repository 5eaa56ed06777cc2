/** Logs with several points an epoch: their analysis is shown, compared and reported over steps, unless somebody wants epochs. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { optionsOf } from '../../analysis/testing/builders'
import { nextEvent, testEngine } from '../testing/engines'

it('an analysis tells which axis its points need, and takes the other one all the same', async () => {
  const { engine, home } = testEngine()
  const folder = join(home, 'logs')
  mkdirSync(folder)
  for (const seed of [0, 1]) {
    const rows = Array.from({ length: 40 }, (_, t) => {
      const late = t < 15 + seed ? 0 : 4
      return [50 * t + 49, Math.floor(t / 10), late + Math.sin(7 * t), late + Math.cos(3 * t), t / 40].join()
    })
    writeFileSync(join(folder, `seed${seed}.csv`), ['step,epoch,a,b,val/acc', ...rows, ''].join('\n'))
  }
  await engine.openOrCreateFolder(join(home, 'project'), 'p')
  const request = { job: 'j', paths: [folder], stepColumns: {}, follow: false }
  const { runIds } = await engine.imports.run(engine.project, request, null)
  const curves = await engine.call('runs.series', { runIds, tags: ['a', 'epoch'], mostPoints: 100 })
  expect(curves.map(({ axis }) => axis)).toEqual(['step', 'step', 'step', 'step'])
  const finished = nextEvent(engine, 'analysis.finished')
  const { id } = await engine.call('analysis.start', {
    options: optionsOf({ runIds, statesMin: 2, statesMax: 2 }) as never
  })
  expect(await finished).toMatchObject({ ok: true })

  expect(await engine.call('analysis.get', { id })).toMatchObject({ axis: 'step' })
  const convergence = { metric: 'accuracy/val', threshold: 0.5, direction: 'above' as const }
  const first = async (axis?: 'epoch' | 'step') => {
    const { axis: told, runs } = await engine.call('analysis.across', { id, states: 2, convergence, axis })
    return [told, runs[0].step, runs[0].epoch]
  }
  expect(await first()).toEqual(['step', 1099, 1099])
  expect(await first('epoch')).toEqual(['epoch', 1099, 2])
  const page = async (axis?: 'epoch' | 'step') => {
    const { place } = await engine.call('analysis.report', { id, convergence, axis })
    return readFileSync(join(engine.project.folder, place, 'README.md'), 'utf8')
  }
  expect(await page()).toContain('with the step of each entry')
  expect(await page('epoch')).toContain('with the epoch of each entry')
})
