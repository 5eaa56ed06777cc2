/** Log folders that a project follows: what another process writes appears, each point once, and nothing is lost. */
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EventPayload } from '../../contract/events'
import { encodeFileVersion, encodeScalars, frameRecord } from '../../events'
import type { Engine } from '../engine'
import { temporaryFolder } from '../../project/testing/folders'
import { testEngine } from '../testing/engines'

const fileName = 'events.out.tfevents.1700000000.host.1.0'

function logFile(folder: string, steps: number[], tag = 'loss'): Uint8Array {
  mkdirSync(folder, { recursive: true })
  const bytes = Buffer.concat([
    frameRecord(encodeFileVersion(1000)),
    ...steps.map((step) => frameRecord(encodeScalars(1000 + step, step, { [tag]: step / 2 })))
  ])
  writeFileSync(join(folder, fileName), bytes)
  return bytes
}

async function following(logs: string, follow = true) {
  const { engine, home } = testEngine({ follow: true })
  const session = await engine.openOrCreateFolder(join(home, 'project'), 'test')
  const { runIds } = await imported(engine, logs, follow)
  return { engine, home, session, runIds }
}

const imported = (engine: Engine, logs: string, follow: boolean) =>
  engine.imports.run(engine.project, { job: 'test-job', paths: [logs], stepColumns: {}, follow }, null)

async function stepsOf(engine: Engine, runId: string, tag = 'loss'): Promise<number[]> {
  const query = { runIds: [runId], tag, x: 'step', attempts: 'latest', smoothing: 0, mostPoints: 100_000 } as const
  const { curves } = await engine.call('recordings.scalars', { ...query, runIds: [runId] })
  return [...(curves[0]?.steps ?? [])]
}

async function until<T>(look: () => T | Promise<T>, isDone: (value: T) => boolean, seconds = 20): Promise<T> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const value = await look()
    if (isDone(value) || Date.now() > end) return value
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('a followed log', () => {
  it('shows every point once while another process appends it in odd pieces', async () => {
    const { engine, home } = testEngine({ follow: true })
    const logs = join(home, 'logs')
    const whole = logFile(join(logs, 'run'), [...Array(400).keys()])
    writeFileSync(join(home, 'whole'), whole)
    writeFileSync(join(logs, 'run', fileName), whole.subarray(0, 40))
    await engine.openOrCreateFolder(join(home, 'project'), 'test')
    const grew: EventPayload<'runs.grew'>[] = []
    engine.on('runs.grew', (event) => grew.push(event))
    const writer = `
      const { readFileSync, appendFileSync } = require('node:fs')
      const whole = readFileSync(${JSON.stringify(join(home, 'whole'))})
      let at = 40
      const next = () => {
        const size = 1 + ((at * 7919) % 1531)
        appendFileSync(${JSON.stringify(join(logs, 'run', fileName))}, whole.subarray(at, at + size))
        at += size
        if (at < whole.length) setTimeout(next, 120)
      }
      next()`
    spawn(process.execPath, ['-e', writer])
    await until(
      () => existsSync(join(logs, 'run', fileName)) && readdirSync(join(logs, 'run')).length > 0,
      (there) => there
    )
    // The first record is whole by now or soon; a log without any event is no run yet.
    const { runIds } = await until(
      () => imported(engine, logs, true),
      (result) => result.runIds.length === 1
    )
    const [runId] = runIds
    const steps = await until(
      () => stepsOf(engine, runId),
      (found) => found.length >= 400
    )
    expect(steps).toEqual([...Array(400).keys()])
    // The points may have been read before the follower looked the next time.
    await until(
      () => grew.length,
      (count) => count > 0
    )
    expect(grew.every((event) => event.runId === runId)).toBe(true)
  })

  it('finds runs and files that appear later, and forgets removed ones for good', async () => {
    const { home } = testEngine()
    const logs = join(home, 'logs')
    logFile(join(logs, 'seed_1'), [0, 1])
    const { engine, session, runIds } = await following(logs)
    expect(runIds).toHaveLength(1)
    expect(session.listRuns()[0]).toMatchObject({ name: 'seed_1', groupName: 'logs', imported: { seed: 1 } })
    logFile(join(logs, 'seed_2'), [0, 1, 2])
    const two = await until(
      () => session.listRuns(),
      (runs) => runs.length === 2
    )
    const second = two.find((run) => run.name === 'seed_2')!
    expect(second).toMatchObject({ group: two[0].group, imported: { seed: 2, format: 'tensorboard' } })
    expect(await stepsOf(engine, second.id)).toEqual([0, 1, 2])
    // A second file of the same run, as after a restart.
    const later = frameRecord(encodeScalars(2000, 1, { loss: 9 }))
    writeFileSync(join(logs, 'seed_2', fileName.replace('1700000000', '1700000100')), later)
    expect(
      await until(
        () => stepsOf(engine, second.id),
        (steps) => steps.length === 2
      )
    ).toEqual([0, 1])
    await until(
      () => session.run(second.id).step,
      (step) => step === 1
    )
    await engine.call('runs.remove', { runIds: [second.id] })
    appendFileSync(join(logs, 'seed_2', fileName), frameRecord(encodeScalars(3000, 9, { loss: 1 })))
    logFile(join(logs, 'seed_3'), [0])
    const rest = await until(
      () => session.listRuns(),
      (runs) => runs.some((run) => run.name === 'seed_3')
    )
    expect(rest.map((run) => run.name).sort()).toEqual(['seed_1', 'seed_3'])
    expect(existsSync(join(logs, 'seed_2', fileName))).toBe(true)
  })

  it('says of a run whose files were moved away that they are gone, for as long as they are', async () => {
    const logs = join(temporaryFolder(), 'logs')
    logFile(join(logs, 'a'), [0, 1])
    logFile(join(logs, 'b'), [0, 1])
    const { session } = await following(logs)
    const told = (): (string | null)[] =>
      session
        .listRuns()
        .map(({ message }) => message)
        .sort()
    renameSync(join(logs, 'b'), join(logs, '..', 'aside'))
    const gone = 'Its event files are no longer in the log folder.'
    expect(await until(told, (messages) => messages.includes(gone))).toEqual([gone, null].sort())
    renameSync(join(logs, '..', 'aside'), join(logs, 'b'))
    expect(await until(told, (messages) => !messages.includes(gone))).toEqual([null, null])
  })

  it('says when the folder is gone, reads it again when it is back, and can be told where it is now', async () => {
    const { home } = testEngine()
    const logs = join(home, 'logs')
    logFile(join(logs, 'a'), [0, 1])
    const { engine, runIds } = await following(logs)
    renameSync(logs, join(home, 'moved'))
    const [folder] = await until(
      () => engine.call('logs.list', {}),
      ([one]) => one.problem !== null
    )
    expect(folder.problem).toMatch(/logs could not be read: it does not exist/)
    const { problems, tags } = await engine.call('recordings.tags', { runIds })
    expect(tags).toEqual([])
    expect(problems[0].text).toMatch(/does not exist/)
    await (engine.call as (name: string, params: unknown) => Promise<unknown>)('logs.relocate', {
      id: folder.id,
      grant: await grantFor(engine, join(home, 'moved'))
    })
    await until(
      () => engine.call('logs.list', {}),
      ([one]) => one.problem === null
    )
    expect(await stepsOf(engine, runIds[0])).toEqual([0, 1])
    await engine.call('logs.unfollow', { id: folder.id })
    expect(engine.project.listRuns()).toEqual([])
    expect(existsSync(join(home, 'moved', 'a', fileName))).toBe(true)
  })

  it('is one and the same after the project was opened again, and is not imported twice', async () => {
    const { home } = testEngine()
    const logs = join(home, 'logs')
    logFile(join(logs, 'a'), [0, 1])
    const { engine, session, runIds } = await following(logs)
    expect((await imported(engine, logs, true)).runIds).toEqual([])
    const again = await engine.openFolder(session.folder)
    expect(again.listRuns().map((run) => run.id)).toEqual(runIds)
    logFile(join(logs, 'b'), [0])
    await until(
      () => again.listRuns(),
      (runs) => runs.length === 2
    )
    expect(again.listRuns().map((run) => run.name)).toEqual(['a', 'b'])
  })
})

it('runs that another process trains in the open project appear, move and end', async () => {
  const { engine, home } = testEngine({ follow: true })
  const session = await engine.openOrCreateFolder(join(home, 'project'), 'test')
  const grew: string[] = []
  engine.on('runs.grew', ({ runId }) => grew.push(runId))
  const settings = [
    'epochs=120',
    'trainSamples=512',
    'validationSamples=32',
    'batchSize=16',
    'hidden1=64',
    'hidden2=16'
  ]
  const program = fileURLToPath(new URL('../../../bin/phasescope.js', import.meta.url))
  const train = spawn(process.execPath, [
    ...[program, 'train', 'mnist', '--project', session.folder, '--seeds', '0'],
    ...settings.flatMap((setting) => ['--set', setting])
  ])
  onTestFinished(() => void train.kill('SIGKILL'))
  const [run] = await until(
    () => session.listRuns(),
    (runs) => runs[0]?.status === 'running',
    60
  )
  expect(run.status).toBe('running')
  await until(
    () => grew.length,
    (count) => count > 0,
    60
  )
  expect([...new Set(grew)]).toEqual([run.id])
  const [ended] = await until(
    () => session.listRuns(),
    (runs) => runs[0].status === 'done',
    60
  )
  expect(ended).toMatchObject({ status: 'done', step: ended.totalSteps })
})

it('a log of nothing but NaN and infinities is a run like any other', async () => {
  const { home } = testEngine()
  const folder = join(home, 'logs', 'odd')
  mkdirSync(folder, { recursive: true })
  const values = { epoch: Number.NaN, 'loss/train': Number.NaN, 'loss/val': -Infinity }
  const events = [encodeFileVersion(Number.NaN), encodeScalars(Number.NaN, 3, values)]
  writeFileSync(join(folder, fileName), Buffer.concat(events.map(frameRecord)))
  const { engine, session, runIds } = await following(join(home, 'logs'))
  expect(session.run(runIds[0])).toMatchObject({
    step: 3,
    epoch: 3,
    last: { 'loss/train': 'NaN', 'loss/val': '-Infinity' }
  })
  const again = await engine.openFolder(session.folder)
  expect(again.info().problems).toEqual([])
  expect(again.listRuns()).toHaveLength(1)
})

describe('a copied log', () => {
  it('stays whole when the original is gone', async () => {
    const { home } = testEngine()
    const logs = join(home, 'logs')
    logFile(join(logs, 'deep', 'er'), [0, 1, 5])
    logFile(logs, [7])
    const { engine, session, runIds } = await following(logs, false)
    expect(
      session
        .listRuns()
        .map((run) => [run.name, run.step])
        .sort()
    ).toEqual([
      ['deep/er', 5],
      ['logs', 7]
    ])
    rmSync(logs, { recursive: true })
    const found = await Promise.all(runIds.map((id) => stepsOf(engine, id)))
    expect(found.map((steps) => steps.join()).sort()).toEqual(['0,1,5', '7'])
    expect(await engine.call('logs.list', {})).toEqual([])
  })
})

async function grantFor(engine: Engine, path: string): Promise<string> {
  return (await engine.call('paths.typed', { path })).grant
}
