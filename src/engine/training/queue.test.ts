/** The queue as a host drives it: order, retries, forks, and what is left of it when the application is closed. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { loadCheckpoint } from '../../project/checkpoints'
import { readRunQueue } from '../../project/run-queue'
import type { CheckpointState } from '../../domain/records'
import type { Engine } from '../engine'
import type { ProjectSession } from '../project/project-session'
import { nextEvent, testEngine, tinyMnist, trainingRequest } from '../testing/engines'

const project = (engine: Engine, home: string): Promise<ProjectSession> =>
  engine.openOrCreateFolder(join(home, 'project'), 'test')
const medium = { params: { ...tinyMnist, epochs: 300 } }

async function finalState(session: ProjectSession, id: string): Promise<CheckpointState> {
  const { step } = session.run(id)
  return loadCheckpoint(session.runFolder(id), step)
}

describe('waiting runs', () => {
  it('train in the order that somebody gives them', async () => {
    const { engine, home } = testEngine({ parallel: 1 })
    const session = await project(engine, home)
    const began: string[] = []
    engine.on('runs.changed', ({ runs }) => {
      for (const { id, status } of runs) if (status === 'running' && !began.includes(id)) began.push(id)
    })
    const [a, b, c, d, e] = await engine.training.start(session, trainingRequest({ seeds: [0, 1, 2, 3, 4] }))
    expect(engine.training.order(session)).toEqual([b, c, d, e])
    engine.training.move(session, [d], 'first')
    expect(engine.training.order(session)).toEqual([d, b, c, e])
    engine.training.move(session, [b], 'later')
    expect(engine.training.order(session)).toEqual([d, c, b, e])
    engine.training.move(session, [e], 'earlier')
    expect(engine.training.order(session)).toEqual([d, c, e, b])
    engine.training.move(session, [d, e], 'last')
    expect(engine.training.order(session)).toEqual([c, b, d, e])
    engine.training.move(session, [a], 'first')
    expect(engine.training.order(session)).toEqual([c, b, d, e])
    await Promise.all([a, b, c, d, e].map((id) => engine.training.finished(id)))
    expect(began).toEqual([a, c, b, d, e])
  })

  it('are begun or removed, never both: who comes second is refused, and the project can be closed', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    const [removed, kept] = await engine.training.start(session, trainingRequest({ seeds: [0, 1] }))
    await Promise.all([removed, kept].map((id) => engine.training.finished(id)))
    const answers = await Promise.all([
      engine.handle('runs.remove', { runIds: [removed] }),
      engine.handle('training.retry', { runIds: [removed] }),
      engine.handle('training.retry', { runIds: [kept] }),
      engine.handle('runs.remove', { runIds: [kept] })
    ])
    expect(answers.map((answer) => (answer.ok ? 'done' : answer.error.code))).toEqual(['done', 'busy', 'done', 'busy'])
    expect([session.has(removed), engine.training.isBusy(session, removed)]).toEqual([false, false])
    expect(engine.training.isBusy(session, kept)).toBe(true)
    await engine.close()
    expect(session.run(kept).status).toBe('interrupted')
  })

  it('of projects of which one cannot be ended are let go of all the same, and the failure is told', async () => {
    const { engine, home } = testEngine({ parallel: 1 })
    const sessions: ProjectSession[] = []
    for (const name of ['a', 'b', 'c']) {
      sessions.push(await engine.openOrCreateFolder(join(home, name), name))
      await engine.training.start(sessions.at(-1)!, trainingRequest({ ...medium, seeds: [0] }))
    }
    const told: unknown[] = []
    engine.on('project.changed', (project) => told.push(project))
    const release = engine.training.release.bind(engine.training)
    // In a kept project, and in the one that is shown.
    vi.spyOn(engine.training, 'release').mockImplementation(async (session, progress) => {
      await release(session, progress)
      if (session !== sessions[1]) throw new Error('The disk is gone.')
    })
    await expect(engine.close()).rejects.toThrow('The disk is gone.')
    expect(sessions.map(({ closed }) => closed)).toEqual([true, true, true])
    expect(told).toEqual([null])
    expect([engine.busy, engine.training.running]).toEqual([false, 0])
  })

  it('and those in training come back, paused and in order, when the project is opened again', async () => {
    const first = testEngine({ parallel: 1, follow: true })
    const session = await project(first.engine, first.home)
    const request = trainingRequest({ ...medium, seeds: [0, 1, 2] })
    const [running, second, third] = await first.engine.training.start(session, request)
    first.engine.training.move(session, [third], 'first')
    await nextEvent(first.engine, 'training.progress', ({ step }) => step > 20)
    await first.engine.call('project.close', { training: 'stop' })
    expect(await readRunQueue(session.folder)).toEqual([running, third, second])
    const stopped = session.run(running).step
    // It had time for a checkpoint at the step where it stopped.
    expect(readdirSync(join(session.runFolder(running), 'checkpoints')).map(Number)).toContain(stopped)

    const again = await first.engine.openFolder(session.folder)
    expect(first.engine.training.order(again)).toEqual([running, third, second])
    expect([running, third, second].map((id) => again.run(id).status)).toEqual(['paused', 'paused', 'paused'])
    expect(again.run(running).message).toBe(
      `Stopped at step ${stopped} of 600 when the project was last open. Resume it to train it to its end.`
    )
    expect(again.run(second).message).toMatch(/^Waited in the queue/)
    await first.engine.training.control(again, [running, second, third], 'resume')
    await Promise.all([running, second, third].map((id) => first.engine.training.finished(id)))
    expect([running, second, third].map((id) => again.run(id).status)).toEqual(['done', 'done', 'done'])
    await first.engine.call('project.close', { training: 'stop' })
    expect(await readRunQueue(session.folder)).toEqual([])
  })
})

describe('a retry', () => {
  it('trains a run once more from its first step, to the same end', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    const [id] = await engine.training.start(session, trainingRequest())
    await engine.training.finished(id)
    const before = await finalState(session, id)
    await engine.training.retry(session, [id])
    expect(session.run(id)).toMatchObject({ step: 0, last: {} })
    await engine.training.finished(id)
    expect(session.run(id)).toMatchObject({ status: 'done', step: 6 })
    expect(await finalState(session, id)).toEqual(before)
    expect(readdirSync(session.runFolder(id)).filter((name) => name.includes('tfevents'))).toHaveLength(2)
  })
})

describe('the best checkpoint', () => {
  it('stays, is told, and can be forked, while newer ones go', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    // At this rate an early epoch is the best.
    const params = { ...tinyMnist, epochs: 6, learningRate: 0.3, optimizer: 'sgd', momentum: 0.95 }
    const record = { ...trainingRequest().record, keepCheckpoints: 2, keepBest: true }
    const [run] = await engine.training.start(session, trainingRequest({ params, record }))
    await engine.training.finished(run)
    const { best, step: end } = session.run(run)
    expect(session.run(run).status).toBe('done')
    expect(best).toMatchObject({ metric: 'loss/val', better: 'lower' })
    expect(best!.step).toBeLessThan(end - 2)
    const { steps } = await engine.call('runs.checkpoints', { runId: run })
    expect(steps).toEqual([best!.step, end - 2, end])
    const [series] = await engine.call('runs.series', { runIds: [run], tags: ['loss/val'], mostPoints: 100 })
    expect(Math.min(...series.values)).toBeCloseTo(best!.value, 5)
    const fork = await engine.training.fork(session, { runId: run, step: best!.step, name: 'fork', params: {} })
    await engine.training.finished(fork)
    expect(session.run(fork)).toMatchObject({ status: 'done' })
    await engine.training.retry(session, [run])
    expect(session.run(run).best).toBeNull()
    await engine.training.finished(run)
    expect(session.run(run).best).toEqual(best)
  })
})

describe('a fork', () => {
  it('without changes ends where its parent ends', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    const params = { ...tinyMnist, epochs: 4 }
    const record = { ...trainingRequest().record, keepCheckpoints: 4 }
    const [parent] = await engine.training.start(session, trainingRequest({ params, record }))
    await engine.training.finished(parent)
    const { steps } = await engine.call('runs.checkpoints', { runId: parent })
    expect(steps).toEqual([2, 4, 6, 8])
    const fork = await engine.training.fork(session, { runId: parent, step: 4, name: 'fork', params: {} })
    await engine.training.finished(fork)
    expect(session.run(fork)).toMatchObject({ status: 'done', step: 8, group: session.run(parent).group })
    expect(session.run(fork).spec!.parent).toEqual({ runId: parent, step: 4 })
    const [mine, theirs] = [await finalState(session, fork), await finalState(session, parent)]
    expect(mine.weights).toEqual(theirs.weights)
    expect(mine.optimizer).toEqual(theirs.optimizer)
    const [series] = await engine.call('runs.series', { runIds: [fork], tags: ['loss/val'], mostPoints: 100 })
    const [original] = await engine.call('runs.series', { runIds: [parent], tags: ['loss/val'], mostPoints: 100 })
    expect([...series.steps]).toEqual([4, 6, 8])
    expect([...series.values]).toEqual([...original.values].slice(-3))
  })

  it('with another optimizer and more epochs goes its own way', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    const [parent] = await engine.training.start(session, trainingRequest())
    await engine.training.finished(parent)
    const params = { optimizer: 'sgd', learningRate: 0.05, epochs: 6 }
    const fork = await engine.training.fork(session, { runId: parent, step: 6, name: 'fork', params })
    await engine.training.finished(fork)
    expect(session.run(fork)).toMatchObject({ status: 'done', step: 12, message: null })
    expect((await finalState(session, fork)).optimizer[0].name).toMatch(/^momentum\//)
  })

  it.each([
    [{ params: { batchSize: 16 } }, /Batch size \(batchSize\) stays 32\. Start a new run to change it\./],
    [{ params: { hidden1: 5 } }, /Hidden layer 1 \(hidden1\) stays 12/],
    [{ params: { epochs: 2 } }, /begins at step 6, but would end at step 4\. Give it more epochs\./],
    [{ step: 5, params: { epochs: 9 } }, /has no checkpoint of step 5\. It has those of steps 4, 6\./],
    [{ runId: 'nobody' }, /There is no run "nobody"/]
  ])('is refused in words: %j', async (change, message) => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    const [parent] = await engine.training.start(session, trainingRequest())
    await engine.training.finished(parent)
    const before = readdirSync(join(session.folder, 'runs'))
    const reply = await engine.handle('training.fork', { runId: parent, step: 6, name: 'fork', params: {}, ...change })
    expect(reply).toMatchObject({ ok: false, error: { message: expect.stringMatching(message) as string } })
    expect(readdirSync(join(session.folder, 'runs'))).toEqual(before)
  })
})
