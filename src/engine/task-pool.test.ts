/** The pool over real threads: some do their work, some die in every way a thread can. */
import { existsSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createWorkerLauncher } from '../host/worker-launcher'
import { temporaryFolder } from '../project/testing/folders'
import type { WorkerLauncher } from './ports'
import { questions } from './questions'
import { TaskPool } from './task-pool'
import type { PoolRules } from './task-pool'
import { buildFolder, misbehaving, tinyMnist, trainingRequest } from './testing/engines'

const { record } = trainingRequest()
const draft = { experiment: 'mnist', params: tinyMnist, data: null, network: null, hooks: ['fc1'], record }

function pool(launcher: WorkerLauncher, size = 1, rules?: PoolRules): TaskPool {
  const made = new TaskPool(launcher, size, rules)
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

/**
 * Answers with its place among all answers of all workers, whatever is asked; a tag `gate` waits until its file is there.
 * Which worker it was is told by its thread.
 */
const answering = (folder: string): string => `
import { appendFileSync, existsSync, readFileSync, watch } from 'node:fs'
import { threadId } from 'node:worker_threads'
const folder = ${JSON.stringify(folder)}
const answer = (id, input) => {
  appendFileSync(folder + '/order', input.tag + '\\n')
  parentPort.postMessage({ id, ok: true, value: { tag: input.tag, thread: threadId } })
}
parentPort.on('message', ({ id, input }) => {
  appendFileSync(folder + '/begun', input.tag + '\\n')
  const gate = folder + '/' + input.tag + '.open'
  if (!input.tag.startsWith('gate')) return answer(id, input)
  const watcher = watch(folder, () => {
    if (!existsSync(gate)) return
    watcher.close()
    answer(id, input)
  })
  if (existsSync(gate)) { watcher.close(); answer(id, input) }
})`

describe('questions of the views', () => {
  interface Answer {
    tag: string
    thread: number
  }
  const source = (n: number) => ({ runId: `r${n}`, folder: `/runs/r${n}`, place: null, label: `r${n}`, seed: null })

  function asked(size = 2) {
    const folder = temporaryFolder()
    const workers = pool(misbehaving('compute', answering(folder)), size, questions)
    const ask = (tag: string, runs: number | number[], signal?: AbortSignal): Promise<Answer> => {
      const numbers = typeof runs === 'number' ? Array.from({ length: runs }, (_, i) => i) : runs
      const query = { runs: numbers.map(source), tag, kind: 'text', attempts: 'latest' as const }
      return workers.run('points', query, signal) as unknown as Promise<Answer>
    }
    const lines = (file: string): string[] =>
      existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8').trim().split('\n') : []
    const open = (gate: string): void => writeFileSync(join(folder, `${gate}.open`), '')
    /** Until a worker has begun a question. */
    const begun = (tag: string): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!lines('begun').includes(tag)) return
          watcher.close()
          resolve()
        }
        const watcher = watch(folder, look)
        look()
      })
    return { workers, ask, lines, open, begun }
  }

  it('that are light go before heavy ones, and are answered while a heavy one runs', async () => {
    const { ask, lines, open, begun } = asked()
    const heavy = ask('gate-heavy', 5000)
    await begun('gate-heavy')
    const second = ask('second heavy', 4000)
    const light = await Promise.all([ask('three', 3), ask('one', 1), ask('two', 2)])
    expect(light.map(({ tag }) => tag)).toEqual(['three', 'one', 'two'])
    expect(lines('order')).toEqual(['three', 'one', 'two'])
    open('gate-heavy')
    await Promise.all([heavy, second])
    // The second heavy one has waited for the first, though a worker had nothing to do.
    expect(lines('order').slice(3)).toEqual(['gate-heavy', 'second heavy'])
  })

  it('are not passed for ever', async () => {
    const { ask, lines, open, begun } = asked(1)
    const first = ask('gate', 1)
    await begun('gate')
    const all = [first, ask('larger', 50), ...Array.from({ length: 40 }, (_, i) => ask(`small ${i}`, 1))]
    open('gate')
    await Promise.all(all)
    expect(lines('order').indexOf('larger')).toBe(21)
  })

  it('that are the same are answered once while they wait, and each asker may leave', async () => {
    const { ask, lines, open, begun } = asked(1)
    const first = ask('gate', 1)
    await begun('gate')
    const leaves = new AbortController()
    const same = [ask('same', 2, leaves.signal), ask('same', 2), ask('same', 2)]
    const other = ask('same', 3)
    leaves.abort()
    await expect(same[0]).rejects.toMatchObject({ code: 'cancelled' })
    open('gate')
    expect((await Promise.all([first, ...same.slice(1), other])).map(({ tag }) => tag)).toEqual([
      ...['gate', 'same', 'same', 'same']
    ])
    expect(lines('begun')).toEqual(['gate', 'same', 'same'])
  })

  it('go to the worker that has read their runs', async () => {
    const { ask, open, begun } = asked()
    const first = ask('gate-a', [1, 2, 3])
    await begun('gate-a')
    const { thread: other } = await ask('b', [7, 8])
    open('gate-a')
    const { thread } = await first
    expect(thread).not.toBe(other)
    expect((await ask('c', [8])).thread).toBe(other)
    expect((await ask('d', [2])).thread).toBe(thread)
    expect((await ask('e', [7, 8, 9])).thread).toBe(other)
  })

  it('whose asker has gone end: waiting ones at once, and a worker is only given up when they take long', async () => {
    const { ask, lines, open, begun } = asked(1)
    const gone = new AbortController()
    const running = ask('gate-short', 1, gone.signal)
    await begun('gate-short')
    const waiting = ask('never', 1, gone.signal)
    gone.abort()
    await expect(running).rejects.toMatchObject({ code: 'cancelled' })
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    open('gate-short')
    const { thread } = await ask('next', 1)
    expect(lines('begun')).toEqual(['gate-short', 'next'])

    const left = new AbortController()
    const endless = ask('gate-endless', 1, left.signal)
    await begun('gate-endless')
    left.abort()
    await expect(endless).rejects.toMatchObject({ code: 'cancelled' })
    // Its gate is never opened: only the end of the worker lets this one begin, in another.
    expect((await ask('after', 1)).thread).not.toBe(thread)
  })
})
