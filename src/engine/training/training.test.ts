/** Training through the engine with real worker threads: to the end, stopped on the way, and dying in every way. */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { seedOf } from '../../domain/run'
import { listCheckpoints } from '../../project/checkpoints'
import { withReadOnly } from '../../project/testing/folders'
import type { Engine } from '../engine'
import type { ProjectSession } from '../project/project-session'
import { createWorkerLauncher } from '../../host/worker-launcher'
import type { WorkerLauncher, WorkerLink } from '../ports'
import { buildFolder, misbehaving, nextEvent, testEngine, tinyMnist, trainingRequest } from '../testing/engines'

async function project(engine: Engine, home: string): Promise<ProjectSession> {
  return engine.openOrCreateFolder(join(home, 'project'), 'test')
}

function savedRun(session: ProjectSession, id: string): { status: string; message: string | null; step: number } {
  return JSON.parse(readFileSync(join(session.runFolder(id), 'run.json'), 'utf8')) as never
}

/** Long enough to be stopped on the way. */
const medium = { params: { ...tinyMnist, epochs: 300 }, record: { ...trainingRequest().record, checkpointEvery: 25 } }
const long = trainingRequest({ params: { ...tinyMnist, epochs: 100_000 } })

describe('training', () => {
  it('takes every seed to its end and leaves event files, two checkpoints and a manifest', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    const order: string[] = []
    engine.on('runs.changed', ({ runs }) => order.push(...runs.map((run) => `${seedOf(run)} ${run.status}`)))
    const { record } = trainingRequest()
    const observe = ['weights', 'activations', 'gradients', 'updates'] as const
    const request = trainingRequest({ seeds: [3, 1, 3, 2], record: { ...record, observe: [...observe] } })
    const ids = await engine.training.start(session, request)
    expect(ids).toHaveLength(3)
    expect([engine.training.running, engine.training.queued]).toEqual([2, 1])
    await Promise.all(ids.map((id) => engine.training.finished(id)))
    for (const id of ids) {
      const run = session.run(id)
      expect(run).toMatchObject({ status: 'done', message: null, step: 6, totalSteps: 6, epoch: 3, totalEpochs: 3 })
      expect(run.last['loss/val']).toEqual(expect.any(Number))
      expect(savedRun(session, id)).toEqual(JSON.parse(JSON.stringify(run)))
      expect(readdirSync(join(session.runFolder(id), 'checkpoints')).sort()).toEqual(['4', '6'])
      expect(existsSync(join(session.runFolder(id), '.owner'))).toBe(false)
    }
    // No tag has two values at one step, which would read as a run that was started again.
    expect((await engine.call('recordings.tags', { runIds: ids })).restarted).toEqual([])
    // The third seed waits until one of the first two has made room.
    const ofLast = order.filter((entry) => entry.startsWith('2 '))
    expect([...new Set(ofLast)]).toEqual(['2 queued', '2 running', '2 done'])
    expect(order.indexOf('2 running')).toBeGreaterThan(Math.min(order.indexOf('3 done'), order.indexOf('1 done')))
  })

  it('tells how it goes', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    const [id] = await engine.training.start(session, long)
    const progress = await nextEvent(engine, 'training.progress', ({ step }) => step > 100)
    expect(progress).toMatchObject({ runId: id, totalSteps: 200_000, totalEpochs: 100_000 })
    expect(progress.epoch).toBe(progress.step / 2)
    for (const key of ['stepsPerSecond', 'elapsedSeconds', 'remainingSeconds'] as const) {
      expect(progress[key]).toBeGreaterThan(0)
    }
    const grown = await nextEvent(engine, 'runs.grew')
    expect(grown.runId).toBe(id)
    const [series] = await engine.call('runs.series', { runIds: [id], tags: ['loss/train'], mostPoints: 100_000 })
    expect(series.steps.at(-1)).toBeGreaterThanOrEqual(grown.step)
  })

  it('pauses between steps, goes on, and cancels with a checkpoint at the step where it stopped', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    const [id] = await engine.training.start(session, long)
    await nextEvent(engine, 'training.progress', ({ step }) => step > 20)
    await engine.training.control(session, [id], 'pause')
    expect(session.run(id).status).toBe('paused')
    // A paused run answers nothing; what it says before it notices is bounded by the messages already under way.
    const settled = await stepsAtRest(engine, session, id)
    await engine.training.control(session, [id], 'resume')
    expect(session.run(id).status).toBe('running')
    await nextEvent(engine, 'training.progress', ({ step }) => step > settled)
    await engine.training.control(session, [id], 'pause')
    await engine.training.control(session, [id], 'cancel')
    await engine.training.finished(id)
    const run = session.run(id)
    expect(run).toMatchObject({ status: 'cancelled', message: `Cancelled at step ${run.step}.` })
    expect(run.step).toBeGreaterThan(settled)
    expect(readdirSync(join(session.runFolder(id), 'checkpoints')).map(Number)).toContain(run.step)
  })

  it('lets a waiting run be held, released and cancelled before it begins', async () => {
    const { engine, home } = testEngine({ parallel: 1 })
    const session = await project(engine, home)
    const [running, held, dropped] = await engine.training.start(session, trainingRequest({ seeds: [0, 1, 2] }))
    await engine.training.control(session, [held], 'pause')
    await engine.training.control(session, [dropped], 'cancel')
    await engine.training.finished(running)
    expect([held, dropped].map((id) => session.run(id).status)).toEqual(['paused', 'cancelled'])
    expect(savedRun(session, dropped).message).toBe('Cancelled before it began.')
    await engine.training.control(session, [held], 'resume')
    await engine.training.finished(held)
    expect(session.run(held).status).toBe('done')
  })

  it('interrupts what is unfinished when the project is closed, and goes on from there to the same end', async () => {
    const { engine, home } = testEngine({ parallel: 1 })
    const session = await project(engine, home)
    const request = trainingRequest({ ...medium, seeds: [0, 1] })
    const [id, waiting] = await engine.training.start(session, request)
    await nextEvent(engine, 'training.progress', ({ step }) => step > 20)
    await engine.call('project.close', { training: 'stop' })
    expect(savedRun(session, id)).toMatchObject({
      status: 'interrupted',
      message: expect.stringMatching(/^Stopped at step \d+ of 600/) as string
    })
    expect(savedRun(session, waiting).status).toBe('interrupted')
    const again = await engine.openFolder(session.folder)
    await engine.training.continueRuns(again, [id, waiting])
    await Promise.all([id, waiting].map((one) => engine.training.finished(one)))
    expect([id, waiting].map((one) => again.run(one))).toMatchObject([
      { status: 'done', step: 600, message: null },
      { status: 'done', step: 600, message: null }
    ])
  })
})

describe('a training worker that dies', () => {
  it.each([
    [
      'throws',
      `parentPort.on('message', () => { throw new Error('a bug') })`,
      /stopped: it met an unexpected error \(a bug\)\./
    ],
    ['exits', `parentPort.on('message', () => process.exit(3))`, /stopped: it ended unexpectedly with code 3\./],
    [
      'runs out of memory',
      `parentPort.on('message', () => { const kept = []; for (;;) kept.push({ text: 'x'.repeat(100), at: kept.length }) })`,
      /stopped: it ran out of memory\./
    ]
  ])('because it %s ends as a failed run with a sentence', async (_name, program, reason) => {
    const { engine, home } = testEngine({ launcher: misbehaving('train', program, 32), parallel: 1 })
    const session = await project(engine, home)
    const ids = await engine.training.start(session, trainingRequest({ seeds: [0, 1] }))
    await Promise.all(ids.map((id) => engine.training.finished(id)))
    for (const id of ids) {
      expect(savedRun(session, id)).toMatchObject({
        status: 'failed',
        message: expect.stringMatching(reason) as string
      })
    }
    expect(engine.log.all().filter((entry) => entry.level === 'error')).toHaveLength(2)
    // The host lives, and so does everything else in it.
    expect((await engine.handle('runs.tags', { runIds: ids })).ok).toBe(true)
  })

  it('of the real kind, with too little memory to work in, ends the same way', async () => {
    const { engine, home } = testEngine({ heapMb: 6 })
    const session = await project(engine, home)
    const [id] = await engine.training.start(session, trainingRequest())
    await engine.training.finished(id)
    expect(savedRun(session, id)).toMatchObject({
      status: 'failed',
      message: 'tiny stopped: it ran out of memory. Continue it from its last checkpoint.'
    })
  })

  it('in the middle of its run can be continued', async () => {
    const links: WorkerLink[] = []
    const real = createWorkerLauncher(buildFolder)
    const launcher: WorkerLauncher = {
      launch(kind) {
        const link = real.launch(kind)
        links.push(link)
        return link
      }
    }
    const { engine, home } = testEngine({ launcher })
    const session = await project(engine, home)
    const [id] = await engine.training.start(session, trainingRequest(medium))
    // However slow the disk: not before there is a checkpoint to go on from.
    await expect.poll(() => listCheckpoints(session.runFolder(id)), { timeout: 30_000, interval: 5 }).not.toEqual([])
    await links[0].stop()
    await engine.training.finished(id)
    expect(savedRun(session, id)).toMatchObject({
      status: 'failed',
      message: 'tiny stopped: its worker was ended. Continue it from its last checkpoint.'
    })
    await engine.training.continueRuns(session, [id])
    await engine.training.finished(id)
    expect(session.run(id)).toMatchObject({ status: 'done', step: 600, message: null })
    expect(engine.log.all().map((entry) => entry.text)).toContainEqual(
      expect.stringMatching(/^Goes on from step \d+\.$/)
    )
  })
})

describe('training that cannot work', () => {
  it.each([
    [{ experiment: 'mnits' }, /There is no experiment "mnits"\. Did you mean "mnist"\?/],
    [{ params: { epochs: 0 } }, /Epochs \(epochs\) is 0; it must be a whole number from 1/],
    [{ params: { epoch: 3 } }, /has no parameter "epoch"\. Did you mean "epochs"/],
    [{ hooks: ['fc9'] }, /There is no hook point "fc9"/],
    [{ record: { ...trainingRequest().record, histogramMin: 3, histogramMax: 3 } }, /minimum must be below its maximum/]
  ])('is refused before anything is made: %j', async (change, message) => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    const reply = await engine.handle('training.start', trainingRequest(change))
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'invalid-config', message: expect.stringMatching(message) as string }
    })
    expect(readdirSync(join(session.folder, 'runs'))).toEqual([])
  })

  it('is refused whole when the project is read-only', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    await withReadOnly(session.folder, async () => {
      await expect(engine.training.start(session, trainingRequest({ seeds: [0, 1] }))).rejects.toMatchObject({
        code: 'read-only'
      })
    })
    expect(session.listRuns()).toEqual([])
    expect(readdirSync(join(session.folder, 'runs'))).toEqual([])
  })

  it('says that a diverged run diverged, and keeps what it recorded', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    const params = { ...tinyMnist, epochs: 40, optimizer: 'sgd', learningRate: 10, initScale: 100 }
    const [id] = await engine.training.start(session, trainingRequest({ params }))
    await engine.training.finished(id)
    expect(session.run(id)).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/The loss became (NaN|infinite) at epoch/) as string
    })
    const [series] = await engine.call('runs.series', { runIds: [id], tags: ['loss/train'], mostPoints: 1000 })
    expect(series.total).toBeGreaterThan(0)
  })

  it('says that its folder went away', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    const [id] = await engine.training.start(session, long)
    await nextEvent(engine, 'training.progress')
    // As when a disk is pulled out or somebody tidies up.
    renameSync(session.runFolder(id), join(home, 'elsewhere'))
    writeFileSync(session.runFolder(id), 'a file in its place')
    await engine.training.finished(id)
    expect(session.run(id)).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/checkpoints.* could not be written/) as string
    })
  })
})

describe('a run of another process', () => {
  it('is left alone while that process lives, and is interrupted once it is gone', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    const [id] = await engine.training.start(session, trainingRequest())
    await engine.training.finished(id)
    await engine.call('project.close', { training: 'stop' })
    const manifest = join(session.runFolder(id), 'run.json')
    writeFileSync(manifest, JSON.stringify({ ...savedRun(session, id), status: 'running' }))
    const owner = join(session.runFolder(id), '.owner')
    const { hostname } = await import('node:os')
    writeFileSync(owner, JSON.stringify({ host: hostname(), pid: process.ppid, begun: null }))
    const whileAlive = await engine.openFolder(session.folder)
    expect(whileAlive.run(id).status).toBe('running')
    await expect(engine.training.continueRuns(whileAlive, [id])).rejects.toMatchObject({ code: 'busy' })
    await engine.call('project.close', { training: 'stop' })
    // The same process id, but of a process that began at another time: the number was used again.
    writeFileSync(owner, JSON.stringify({ host: hostname(), pid: process.ppid, begun: '1' }))
    const afterwards = await engine.openFolder(session.folder)
    expect(afterwards.run(id)).toMatchObject({
      status: 'interrupted',
      message: expect.stringMatching(/Continue it/) as string
    })
  })
})

/** The step at which a paused run rests: no progress for as long as several of its reports would take. */
async function stepsAtRest(engine: Engine, session: ProjectSession, id: string): Promise<number> {
  for (;;) {
    const before = session.run(id).step
    const moved = await Promise.race([
      nextEvent(engine, 'training.progress').then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 1000))
    ])
    if (!moved && session.run(id).step === before) return before
  }
}
