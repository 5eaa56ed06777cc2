/** Two engines on one project, as two windows, or a window and the command line, are: nothing is lost, nothing is silent. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { newestClaim } from '../../project/claims'
import { readRunQueue } from '../../project/run-queue'
import { saveAnalysis } from '../../project/project-folder'
import type { Analysis } from '../../domain/analysis'
import type { Engine } from '../engine'
import type { ProjectSession } from './project-session'
import { nextEvent, testEngine, tinyMnist, trainingRequest } from '../testing/engines'

const long = { params: { ...tinyMnist, epochs: 100_000 } }

async function two(): Promise<{ a: Engine; b: Engine; folder: string; of: (engine: Engine) => ProjectSession }> {
  const first = testEngine({ follow: true })
  const folder = join(first.home, 'project')
  await first.engine.openOrCreateFolder(folder, 'both')
  const second = testEngine({ follow: true })
  await second.engine.openFolder(folder)
  return { a: first.engine, b: second.engine, folder, of: (engine) => engine.project }
}

/** A finished run that both have. */
async function oneRun(a: Engine, b: Engine): Promise<string> {
  const seen = nextEvent(b, 'runs.changed', ({ runs }) => runs.some(({ status }) => status === 'done'))
  const [id] = await a.training.start(a.project, trainingRequest())
  await a.training.finished(id)
  await seen
  return id
}

function manifest(
  session: ProjectSession,
  id: string
): { notes: string; tags: string[]; name: string; status: string } {
  return JSON.parse(readFileSync(join(session.runFolder(id), 'run.json'), 'utf8')) as never
}

describe('two programs on one project', () => {
  it('see at once what the other one changes, and lose nothing of different fields', async () => {
    const { a, b, of } = await two()
    const id = await oneRun(a, b)
    const seen = nextEvent(b, 'runs.changed', ({ runs }) => runs.some((run) => run.id === id && run.notes === 'of a'))
    await Promise.all([
      a.call('runs.annotate', { runs: [{ runId: id, notes: 'of a' }] }),
      b.call('runs.annotate', { runs: [{ runId: id, tags: ['of b'] }] })
    ])
    expect(manifest(of(a), id)).toMatchObject({ notes: 'of a', tags: ['of b'] })
    await seen
    expect(of(b).run(id)).toMatchObject({ notes: 'of a', tags: ['of b'] })
  })

  it('are both told when they change the same field at the same time', async () => {
    const { a, b, of } = await two()
    const id = await oneRun(a, b)
    const results = await Promise.all([
      a.handle('runs.annotate', { runs: [{ runId: id, notes: 'of a' }] }),
      b.handle('runs.annotate', { runs: [{ runId: id, notes: 'of b' }] })
    ])
    const [won, lost] = results[0].ok ? ['of a', results[1]] : ['of b', results[0]]
    expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    expect(lost).toMatchObject({ ok: false, error: { code: 'conflict' } })
    expect(manifest(of(a), id).notes).toBe(won)
    const winner = won === 'of a' ? a : b
    const told = (): boolean => winner.log.all().some(({ text }) => /tried to change the notes/.test(text))
    if (!told()) await nextEvent(winner, 'log', ({ text }) => /tried to change the notes/.test(text))
  })

  it('never train one run together, and neither removes what the other trains', async () => {
    const { a, b, of } = await two()
    const id = await oneRun(a, b)
    for (let round = 0; round < 3; round++) {
      await a.training.retry(of(a), [id]).catch(() => undefined)
      if (a.training.isBusy(of(a), id)) await a.training.control(of(a), [id], 'cancel')
      await a.training.finished(id)
      await of(b).reloadRun(id)
      const took = await Promise.allSettled([a.training.retry(of(a), [id]), b.training.retry(of(b), [id])])
      expect(took.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const refused = took.find(({ status }) => status === 'rejected') as PromiseRejectedResult
      expect((refused.reason as Error).message).toMatch(/is being trained by process \d+/)
      const [owner, other] = took[0].status === 'fulfilled' ? [a, b] : [b, a]
      const removal = await other.handle('runs.remove', { runIds: [id] })
      if (owner.training.isBusy(owner.project, id)) {
        expect(removal).toMatchObject({ ok: false, error: { code: 'busy' } })
      }
      await owner.training.finished(id)
      expect(existsSync(of(a).runFolder(id))).toBe(true)
    }
  })

  it('one can take a run over by force, and the other one stops without a word into its files', async () => {
    const { a, b, of } = await two()
    const [id] = await a.training.start(of(a), trainingRequest(long))
    await nextEvent(a, 'training.progress', ({ step }) => step > 20)
    await b.project.adoptNewRuns()
    await expect(b.training.continueRuns(of(b), [id])).rejects.toMatchObject({ code: 'busy' })
    const stopped = nextEvent(a, 'log', ({ text }) => /has taken this run over/.test(text))
    await b.training.continueRuns(of(b), [id], { force: true })
    await stopped
    await a.training.finished(id)
    expect(a.training.isBusy(of(a), id)).toBe(false)
    await nextEvent(b, 'training.progress', ({ step }) => step > 5)
    expect(manifest(of(b), id).status).toBe('running')
    await b.training.control(of(b), [id], 'cancel')
    await b.training.finished(id)
    expect(manifest(of(b), id).status).toBe('cancelled')
  })

  it('keep both queues', async () => {
    const { a, b, of, folder } = await two()
    const [inA] = await Promise.all([
      a.training.start(of(a), trainingRequest({ ...long, seeds: [0, 1, 2] })),
      b.training.start(of(b), trainingRequest({ ...long, seeds: [3, 4, 5] }))
    ])
    await Promise.all([a, b].map((engine) => engine.call('project.close', { training: 'stop' })))
    const queue = await readRunQueue(folder)
    expect(queue).toHaveLength(6)
    expect(queue).toEqual(expect.arrayContaining(inA))
  })

  it('name states without losing the other one’s, and tell of the same state', async () => {
    const { a, b, folder } = await two()
    const sample = join(process.cwd(), 'resources', 'sample', 'analyses')
    const [name] = readdirSync(sample)
    const analysis = JSON.parse(readFileSync(join(sample, name, 'analysis.json'), 'utf8')) as Analysis
    await saveAnalysis(folder, analysis)
    for (const engine of [a, b]) {
      await engine.call('project.close', { training: 'keep' })
      await engine.openFolder(folder)
    }
    const { id } = analysis
    const states = 3
    const rename = (engine: Engine, state: number, to: string): ReturnType<Engine['handle']> =>
      engine.handle('analysis.renameState', { id, states, state, name: to })
    const different = await Promise.all([rename(a, 0, 'first of a'), rename(b, 1, 'second of b')])
    expect(different.every(({ ok }) => ok)).toBe(true)
    const same = await Promise.all([rename(a, 2, 'third of a'), rename(b, 2, 'third of b')])
    expect(same.filter(({ ok }) => ok)).toHaveLength(1)
    const saved = JSON.parse(readFileSync(join(folder, 'analyses', id, 'analysis.json'), 'utf8')) as Analysis
    const names = saved.fits.find((fit) => fit.states === states)!.stateSummaries.map((state) => state.name)
    expect(names.slice(0, 2)).toEqual(['first of a', 'second of b'])
    expect(names[2]).toMatch(/^third of [ab]$/)
  })

  it('hear of what the views of the other one remember, and bring both together', async () => {
    const { a, b } = await two()
    const [base, mine, theirs] = ['{"x":1,"y":1}', '{"x":2,"y":1}', '{"x":1,"y":3}']
    await a.call('views.put', { value: base, base: null })
    const changed = nextEvent(b, 'views.changed', () => true)
    expect(await a.call('views.put', { value: mine, base })).toEqual({ value: mine })
    await changed
    // Written by a page that has not yet read what it was told of.
    expect(await b.call('views.put', { value: theirs, base })).toEqual({ value: '{"x":2,"y":3}' })
    expect(await a.call('views.get', {})).toMatchObject({ value: '{"x":2,"y":3}' })
  })

  it('hear of what the other one says about what series are for', async () => {
    const { a, b } = await two()
    for (const [one, other] of [
      [a, b],
      [b, a]
    ]) {
      const [here, there] = [nextEvent(one, 'roles.changed'), nextEvent(other, 'roles.changed')]
      await one.call('roles.put', { role: 'valAccuracy', choice: { tag: one === a ? 'of/a' : 'of/b' } })
      await Promise.all([here, there])
      expect(await other.call('roles.get', {})).toMatchObject({ chosen: { valAccuracy: one === a ? 'of/a' : 'of/b' } })
    }
  })

  it('see that the other one has removed a run', async () => {
    const { a, b, of } = await two()
    const id = await oneRun(a, b)
    const gone = nextEvent(b, 'runs.changed', ({ removed }) => removed.includes(id))
    await a.call('runs.remove', { runIds: [id] })
    await gone
    expect(of(b).has(id)).toBe(false)
    const [{ name }] = await a.call('trash.list', {})
    await a.call('trash.restore', { name })
    expect(of(a).has(id)).toBe(true)
  })
})

describe('a project that is left', () => {
  it('goes on training, lets go of its folder when it is done, and comes back as it is', async () => {
    const { engine, home } = testEngine({ follow: true })
    const session = await engine.openOrCreateFolder(join(home, 'one'), 'one')
    const [id] = await engine.training.start(session, trainingRequest(long))
    await nextEvent(engine, 'training.progress', ({ step }) => step > 5)
    await engine.call('project.close', { training: 'keep' })
    expect(engine.busy).toBe(true)
    const activity = await engine.call('training.activity', {})
    expect(activity).toMatchObject([{ name: 'one', running: 1, waiting: 0 }])
    const heard: string[] = []
    const stop = engine.on('training.progress', ({ runId }) => heard.push(runId))
    await engine.openOrCreateFolder(join(home, 'two'), 'two')
    const before = session.run(id).step
    await new Promise((resolve) => setTimeout(resolve, 400))
    stop()
    expect(session.run(id).step).toBeGreaterThan(before)
    // What happens in a project that is not shown is no news of the one that is.
    expect(heard).toEqual([])
    const again = await engine.openFolder(session.folder)
    expect(again).toBe(session)
    await engine.training.control(again, [id], 'cancel')
    await engine.training.finished(id)
    await engine.call('project.close', { training: 'keep' })
    expect(engine.busy).toBe(false)
    await expect(session.updateRun(id, { notes: 'late' })).rejects.toMatchObject({ code: 'no-project' })
  })
})

describe('a project of a stranger', () => {
  it('is not trusted, reads nothing outside, and does once it is', async () => {
    const maker = testEngine()
    const folder = join(maker.home, 'project')
    await maker.engine.openOrCreateFolder(folder, 'strange')
    const logs = join(maker.home, 'logs')
    mkdirSync(join(logs, 'run'), { recursive: true })
    await maker.engine.call('project.close', { training: 'stop' })
    symlinkSync(logs, join(folder, 'exports'))
    const link = { id: 'l', name: 'logs', path: '../logs', removed: [] }
    writeFileSync(join(folder, 'logs.json'), JSON.stringify({ schemaVersion: 1, folders: [link] }))
    const { engine } = testEngine({ follow: true })
    const session = await engine.openFolder(folder)
    expect(session.info()).toMatchObject({ trusted: false, held: [expect.stringMatching(/"logs" lies outside/)] })
    expect(await engine.call('logs.list', {})).toEqual([])
    const request = { runIds: [], tags: [], format: 'csv', attempts: 'latest' } as never
    expect(await engine.handle('recordings.export', request)).toMatchObject({ ok: false, error: { code: 'untrusted' } })
    expect(readdirSync(logs)).toEqual(['run'])
    expect(await engine.call('project.trust', { trusted: true })).toMatchObject({ trusted: true, held: [] })
    expect(await engine.call('logs.list', {})).toHaveLength(1)
    expect(await engine.handle('recordings.export', request)).toMatchObject({ ok: true })
    expect(readdirSync(logs)).toHaveLength(2)
  })
})

describe('links of a stranger', () => {
  it('in the place of the first file, of the locks and of the runs reach nothing outside', async () => {
    const maker = testEngine()
    const folder = join(maker.home, 'project')
    const outside = join(maker.home, 'outside')
    await maker.engine.openOrCreateFolder(folder, 'strange')
    await maker.engine.call('project.close', { training: 'stop' })
    mkdirSync(join(outside, '.importing-999999999-a'), { recursive: true })
    writeFileSync(join(outside, 'change-7'), 'TOP-SECRET')
    writeFileSync(join(maker.home, 'table.csv'), 'step,loss\n1,2\n')
    for (const name of ['runs', '.locks']) {
      rmSync(join(folder, name), { recursive: true })
      symlinkSync(outside, join(folder, name))
    }
    const before = readdirSync(outside)
    const time = statSync(outside).mtimeMs
    const { engine } = testEngine({ follow: true })
    const session = await engine.openFolder(folder)
    expect(await session.changedByOthers()).toEqual([])
    await expect(newestClaim(join(folder, '.locks'), 'change')).rejects.toMatchObject({ code: 'untrusted' })
    const request = { job: 'import-1', paths: [join(maker.home, 'table.csv')], stepColumns: {} }
    await expect(engine.imports.run(session, request, null)).rejects.toMatchObject({ code: 'untrusted' })
    await engine.call('project.close', { training: 'stop' })
    expect(readdirSync(outside)).toEqual(before)
    expect(statSync(outside).mtimeMs).toBe(time)
    rmSync(join(folder, 'project.json'))
    symlinkSync(join(outside, 'change-7'), join(folder, 'project.json'))
    await expect(engine.openFolder(folder)).rejects.toMatchObject({
      code: 'untrusted',
      message: expect.not.stringContaining('SECRET') as string
    })
  })
})

describe('a start that takes a while', () => {
  it('keeps its own project, whatever is opened meanwhile', async () => {
    const { engine, home } = testEngine({ follow: true })
    const one = await engine.openOrCreateFolder(join(home, 'one'), 'one')
    const starting = engine.training.start(one, trainingRequest({ ...long, backend: 'auto' }))
    await engine.openOrCreateFolder(join(home, 'two'), 'two')
    const [id] = await starting
    expect(engine.project.listRuns()).toEqual([])
    expect(one.run(id).status).toMatch(/queued|running/)
    expect(engine.training.activity()).toMatchObject([{ name: 'one' }])
    await engine.training.control(one, [id], 'cancel')
    await engine.training.finished(id)
  })

  it('of the same run twice is one', async () => {
    const { engine, home } = testEngine()
    const session = await engine.openOrCreateFolder(join(home, 'project'), 'x')
    const [id] = await engine.training.start(session, trainingRequest(long))
    await nextEvent(engine, 'training.progress', ({ step }) => step > 5)
    await engine.training.control(session, [id], 'cancel')
    await engine.training.finished(id)
    const twice = await Promise.allSettled([
      engine.training.continueRuns(session, [id]),
      engine.training.continueRuns(session, [id])
    ])
    expect(twice.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await engine.training.control(session, [id], 'cancel')
    await engine.training.finished(id)
    expect(engine.training.isBusy(session, id)).toBe(false)
  })
})
