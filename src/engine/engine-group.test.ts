/** Several engines in one process, as several windows have them: they share what there is once, and nothing else. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fitDefaults } from '../domain/fit-defaults'
import { confinedFolders } from '../project/places'
import { createProject } from '../project/project-folder'
import type { Engine } from './engine'
import { nextEvent, tinyMnist, trainingRequest, twoEngines } from './testing/engines'

const long = { params: { ...tinyMnist, epochs: 100_000 } }

/** Opens a project as a page does that was given its path. */
async function open(engine: Engine, folder: string): Promise<string | null> {
  const { grant } = await engine.call('paths.typed', { path: folder })
  return (await engine.call('project.open', { grant }))?.folder ?? null
}

async function trains(engine: Engine, id: string): Promise<void> {
  if (engine.project.run(id).status !== 'running') {
    await nextEvent(engine, 'runs.changed', ({ runs }) => runs.some((run) => run.id === id && run.status === 'running'))
  }
}

describe('two engines of one process', () => {
  it('train as many runs as there are slots together, in the order in which they were begun', async () => {
    const { a, b, home } = twoEngines({ parallel: 1 })
    const [first, second] = [
      await a.openOrCreateFolder(join(home, 'a'), 'a'),
      await b.openOrCreateFolder(join(home, 'b'), 'b')
    ]
    const [running] = await a.training.start(first, trainingRequest(long))
    const [waiting] = await b.training.start(second, trainingRequest({ name: 'waits' }))
    await trains(a, running)
    expect(b.project.run(waiting).status).toBe('queued')
    expect([a.activity(), b.activity()]).toMatchObject([
      [{ name: 'a', running: 1, waiting: 0 }],
      [{ name: 'b', running: 0, waiting: 1 }]
    ])
    // Everybody is told what trains anywhere.
    expect((await b.call('training.activity', {})).map(({ name }) => name).sort()).toEqual(['a', 'b'])
    expect([a.busy, b.busy]).toEqual([true, true])
    await a.training.control(first, [running], 'cancel')
    await b.training.finished(waiting)
    expect(second.run(waiting).status).toBe('done')
  })

  it('tell of their own projects only, and of the application both', async () => {
    const { a, b, home } = twoEngines()
    const session = await a.openOrCreateFolder(join(home, 'a'), 'a')
    await b.openOrCreateFolder(join(home, 'b'), 'b')
    const heard: string[] = []
    b.listen((name) => heard.push(name))
    const [id] = await a.training.start(session, trainingRequest())
    await a.training.finished(id)
    expect(session.run(id).status).toBe('done')
    expect(heard.filter((name) => !['log', 'training.activity', 'project.recents'].includes(name))).toEqual([])
    expect(heard).toContain('log')
    expect(await b.call('runs.list', {})).toEqual([])
  })

  it('end nothing of each other: neither a fit nor runs that are being stopped', async () => {
    const { a, b, home } = twoEngines()
    const session = await a.openOrCreateFolder(join(home, 'a'), 'a')
    const runIds = await a.training.start(session, trainingRequest({ seeds: [0, 1] }))
    await Promise.all(runIds.map((id) => a.training.finished(id)))
    const options = { ...fitDefaults, statesMax: 2, restarts: 2, surrogates: 0, runIds, features: ['loss/train'] }
    const { id } = await a.call('analysis.start', { options })
    const ended = nextEvent(a, 'analysis.finished', (fit) => fit.id === id)
    await b.call('analysis.cancel', { id })
    await b.call('app.hurry', {})
    expect(await ended).toMatchObject({ ok: true })
  })

  it('never have one project twice: the one that shows it comes to the front', async () => {
    const { a, b, home, fronts } = twoEngines()
    const { folder } = await createProject(join(home, 'p'), 'p')
    expect(await open(a, folder)).toBe(folder)
    expect(await open(b, folder)).toBeNull()
    expect(fronts).toEqual({ a: 1, b: 0 })
    expect([a.shown?.name, b.shown]).toEqual(['p', null])
    await expect(b.openFolder(folder)).rejects.toThrow(`${folder} is open in another window.`)
    await a.call('project.close', { training: 'keep' })
    expect(await open(b, folder)).toBe(folder)
  })

  it('open it once when both are asked at the same moment', async () => {
    const { a, b, home, fronts } = twoEngines()
    const { folder } = await createProject(join(home, 'p'), 'p')
    const opened = await Promise.all([open(a, folder), open(b, folder)])
    expect(opened.filter((one) => one !== null)).toEqual([folder])
    expect(fronts.a + fronts.b).toBe(1)
  })

  it('hand a project over that only trains in one of them, with its runs in training', async () => {
    const { a, b, home } = twoEngines()
    const session = await a.openOrCreateFolder(join(home, 'p'), 'p')
    const [id] = await a.training.start(session, trainingRequest(long))
    await trains(a, id)
    await a.openOrCreateFolder(join(home, 'other'), 'other')
    expect(a.busy).toBe(true)
    expect(await open(b, session.folder)).toBe(session.folder)
    expect([a.busy, b.busy, b.project === session]).toEqual([false, true, true])
    await nextEvent(b, 'training.progress', ({ runId }) => runId === id)
    await a.close()
    expect(session.run(id).status).toBe('running')
    await b.call('training.control', { runIds: [id], action: 'cancel' })
    await b.training.finished(id)
  })

  it('close one by one: the other one trains and computes on, and has what the first one had', async () => {
    const { a, b, home } = twoEngines({ follow: true })
    const [first, second] = [
      await a.openOrCreateFolder(join(home, 'a'), 'a'),
      await b.openOrCreateFolder(join(home, 'b'), 'b')
    ]
    const [stopped] = await a.training.start(first, trainingRequest(long))
    const [goesOn] = await b.training.start(second, trainingRequest(long))
    await Promise.all([nextEvent(a, 'training.progress', ({ step }) => step > 0), trains(b, goesOn)])
    const told: unknown[] = []
    b.on('app.closing', (counts) => told.push(counts))
    const closing = a.close()
    // Asked for in the middle of it: what is still written has to be read.
    expect(await open(b, first.folder)).toBe(first.folder)
    await closing
    expect(told).toEqual([])
    expect(b.project.run(stopped)).toMatchObject({
      status: 'paused',
      message: expect.stringMatching(/^Stopped at step \d+/)
    })
    expect(second.run(goesOn).status).toBe('running')
    await b.call('training.control', { runIds: [stopped], action: 'cancel' })
    expect(await b.call('project.check', { repair: false })).toEqual([])
    await expect(a.openFolder(second.folder)).rejects.toThrow('The window is closing.')
  })

  it('take no guard away from each other: links of an untrusted project are followed in neither', async () => {
    const { a, b, home } = twoEngines()
    const { folder } = await createProject(join(home, 'stranger'), 'stranger')
    await a.openFolder(folder)
    expect(confinedFolders()).toEqual([folder])
    await b.openOrCreateFolder(join(home, 'mine'), 'mine')
    expect(confinedFolders()).toEqual([folder])
    await b.close()
    expect(confinedFolders()).toEqual([folder])
    await a.call('project.trust', { trusted: true })
    expect(confinedFolders()).toEqual([])
  })

  it('lose nothing of the list of recent projects, and are told when it has changed', async () => {
    const { a, b, home } = twoEngines()
    const folders = Array.from({ length: 6 }, (_, n) => join(home, `p${n}`))
    let told = 0
    b.on('project.recents', () => (told += 1))
    await Promise.all(folders.map((folder, n) => (n % 2 === 0 ? a : b).openOrCreateFolder(folder, `p${n}`)))
    const recent = await b.call('project.recent', {})
    expect(recent.map((entry) => entry.folder).sort()).toEqual(folders)
    expect(told).toBeGreaterThanOrEqual(6)
  })
})
