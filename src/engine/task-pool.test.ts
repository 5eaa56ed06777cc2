/** The pool over real threads: some do their work, some die in every way a thread can. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { createWorkerLauncher } from '../host/worker-launcher'
import type { WorkerLauncher } from './ports'
import { TaskPool } from './task-pool'
import { buildFolder, misbehaving, tinyMnist, trainingRequest } from './testing/engines'

const { record } = trainingRequest()
const draft = { experiment: 'mnist', params: tinyMnist, data: null, network: null, hooks: ['fc1'], record }

function pool(launcher: WorkerLauncher, size = 1): TaskPool {
  const made = new TaskPool(launcher, size)
  onTestFinished(() => made.close())
  return made
}

/** Answers its tasks with how many it has had, unless the task's experiment says otherwise. */
const counting = `
let tasks = 0
parentPort.on('message', ({ id, input }) => {
  tasks += 1
  if (input.experiment === 'hang') return
  if (input.experiment === 'die') throw new Error('a bug in a worker')
  parentPort.postMessage({ id, ok: true, value: { tasks } })
})`

function task(pool: TaskPool, experiment: string, signal?: AbortSignal): Promise<unknown> {
  return pool.run('describe', { ...draft, experiment }, signal)
}

describe('a pool of workers', () => {
  it('runs the real tasks, more of them than it has threads', async () => {
    const workers = pool(createWorkerLauncher(buildFolder), 2)
    const described = await Promise.all(Array.from({ length: 8 }, () => workers.run('describe', draft)))
    for (const one of described) expect(one).toMatchObject({ problems: [], stepsPerEpoch: 2, totalSteps: 6 })
    expect(workers.busy).toBe(0)
  })

  it('passes the error of a task on, and the worker lives', async () => {
    const workers = pool(createWorkerLauncher(buildFolder))
    const missing = {
      run: { runId: 'x', folder: '/none', place: null, label: 'x', seed: 0 },
      analysisFile: '/none/a.json',
      states: 2,
      unfinished: false
    }
    await expect(workers.run('decode', missing)).rejects.toMatchObject({
      code: 'not-found',
      message: '/none/a.json could not be read: it does not exist.'
    })
    expect((await workers.run('describe', draft)).problems).toEqual([])
  })

  it('lets idle workers go, and starts new ones for the next task', async () => {
    const workers = pool(createWorkerLauncher(buildFolder))
    expect((await workers.run('describe', draft)).problems).toEqual([])
    const busy = workers.run('describe', draft)
    await workers.rest()
    expect((await busy).problems).toEqual([])
    await workers.rest()
    expect((await workers.run('describe', draft)).problems).toEqual([])
  })

  it.each([
    [
      'throws',
      `parentPort.on('message', () => { throw new Error('a bug in a worker') })`,
      /it met an unexpected error \(a bug in a worker\)/
    ],
    [
      'rejects and nobody listens',
      `parentPort.on('message', () => { void Promise.reject(new Error('lost')) })`,
      /unexpected error \(lost\)/
    ],
    ['exits', `parentPort.on('message', () => process.exit(7))`, /it ended unexpectedly with code 7/],
    ['does not even load', `import './no-such-file.js'`, /unexpected error \(Cannot find module/],
    [
      'runs out of memory',
      `parentPort.on('message', () => { const kept = []; for (;;) kept.push({ text: 'x'.repeat(100), at: kept.length }) })`,
      /it ran out of memory/
    ]
  ])('rejects the task of a worker that %s', async (_name, program, reason) => {
    const workers = pool(misbehaving('compute', program, 32))
    await expect(task(workers, 'any')).rejects.toMatchObject({
      code: 'worker-died',
      message: expect.stringMatching(reason) as string
    })
    // The pool starts another thread for the next one; that it dies as well shows that it was asked.
    await expect(task(workers, 'any')).rejects.toMatchObject({ code: 'worker-died' })
  })

  it('goes on with the waiting tasks in a new thread when one dies', async () => {
    const workers = pool(misbehaving('compute', counting))
    const results = await Promise.allSettled(['a', 'die', 'b', 'c'].map((name) => task(workers, name)))
    expect(
      results.map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as Error).message))
    ).toEqual([{ tasks: 1 }, expect.stringMatching(/a bug in a worker/), { tasks: 1 }, { tasks: 2 }])
  })

  it('ends a hanging task when it is cancelled, and goes on with the next', async () => {
    const workers = pool(misbehaving('compute', counting))
    const abort = new AbortController()
    const hanging = task(workers, 'hang', abort.signal)
    const next = task(workers, 'a')
    abort.abort()
    await expect(hanging).rejects.toMatchObject({ code: 'cancelled' })
    expect(await next).toEqual({ tasks: 1 })
  })

  it('takes a cancelled task out of the queue without touching the running one', async () => {
    const workers = pool(misbehaving('compute', counting))
    const abort = new AbortController()
    const first = task(workers, 'a')
    const waiting = task(workers, 'die', abort.signal)
    abort.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    expect(await first).toEqual({ tasks: 1 })
    expect(await task(workers, 'b')).toEqual({ tasks: 2 })
    await expect(task(workers, 'a', abort.signal)).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('rejects what is outstanding when it is closed, and takes nothing more', async () => {
    const workers = pool(misbehaving('compute', counting))
    const outcomes = ['hang', 'a'].map((name) => task(workers, name).catch((error: { code: string }) => error.code))
    await workers.close()
    expect(await Promise.all(outcomes)).toEqual(['cancelled', 'cancelled'])
    await expect(task(workers, 'a')).rejects.toMatchObject({ code: 'cancelled' })
  })
})
