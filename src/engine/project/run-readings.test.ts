/** What is said of runs by a real engine over real threads: asked for, in lists, in expressions, as an alert, and by changed thresholds. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Engine } from '../engine'
import { nextEvent, testEngine, tinyMnist, trainingRequest } from '../testing/engines'

/** A network whose loss goes away, within a second. */
const wild = { ...tinyMnist, epochs: 12, initScale: 1, weightDecay: 0, optimizer: 'sgd', learningRate: 10 }

async function opened(follow = true): Promise<{ engine: Engine; folder: string }> {
  const { engine, home } = testEngine({ follow })
  const folder = join(home, 'projects', 'p')
  mkdirSync(join(home, 'projects'), { recursive: true })
  await engine.openOrCreateFolder(folder, 'p')
  return { engine, folder }
}

async function trained(engine: Engine, params: Record<string, number | string> = wild): Promise<string> {
  const [id] = await engine.training.start(engine.project, trainingRequest({ params }))
  await engine.training.finished(id)
  return id
}

const leadIn = async (engine: Engine, id: string) =>
  (await engine.call('runs.list', {})).find((run) => run.id === id)?.lead

it('a run that goes away is read, leads in the list, is kept, and is found by an expression', async () => {
  const { engine, folder } = await opened()
  const id = await trained(engine)
  const [lead] = await engine.call('diagnosis.run', { runId: id })
  expect(lead).toMatchObject({ rule: 'diverged', severity: 'problem', change: { learningRate: 1 } })
  await expect.poll(() => leadIn(engine, id)).toEqual({ rule: 'diverged', severity: 'problem' })
  const kept = join(folder, '.cache', 'readings.json')
  await expect.poll(() => existsSync(kept) && readFileSync(kept, 'utf8')).toContain('"rule":"diverged"')
  const filter = (text: string) => engine.call('runs.filter', { text, analysisId: null })
  expect((await filter('reading == "diverged" and severity == "problem"')).runIds).toEqual([id])
  expect((await filter('reading == "leak"')).runIds).toEqual([])
})

it('whoever asks by an expression gets all runs read first, also where nobody watches', async () => {
  const { engine } = await opened(false)
  const id = await trained(engine)
  expect(await leadIn(engine, id)).toBeUndefined()
  expect((await engine.call('runs.filter', { text: 'reading == "diverged"', analysisId: null })).runIds).toEqual([id])
  const { columns } = await engine.call('runs.values', { columns: ['severity'], analysisId: null })
  expect(columns[0].values).toEqual(['problem'])
})

it('is told once while it trains', async () => {
  const { engine } = await opened()
  const told: string[] = []
  engine.on('diagnosis.found', ({ reading }) => told.push(reading.rule))
  const found = nextEvent(engine, 'diagnosis.found')
  // Each layer multiplies by forty: seen at the first point, and as true at every later one.
  const params = { ...tinyMnist, epochs: 100_000, initScale: 100, learningRate: 1e-9 }
  const record = { ...trainingRequest().record, metricsEvery: 20 }
  const hooks = ['fc1', 'fc2', 'fc3']
  const [id] = await engine.training.start(engine.project, trainingRequest({ params, hooks, record }))
  expect(await found).toMatchObject({ runId: id, reading: { rule: 'exploding', severity: 'warning' } })
  // Read again five seconds later, and not told again.
  const entry = () => engine.log.all().filter(({ text }) => text.includes('each layer makes them larger'))
  await new Promise((resolve) => setTimeout(resolve, 6500))
  await engine.training.control(engine.project, [id], 'cancel')
  await engine.training.finished(id)
  expect(told.filter((rule) => rule === 'exploding')).toHaveLength(1)
  expect(entry()).toHaveLength(1)
})

it('a threshold is changed within its bounds, counts at once, and is taken back; a damaged file is set aside', async () => {
  const { engine, folder } = await opened()
  const id = await trained(engine, { ...wild, optimizer: 'adamw', learningRate: 1e-9, epochs: 10 })
  const rules = async () => (await engine.call('diagnosis.run', { runId: id })).map(({ rule }) => rule)
  expect(await rules()).toContain('rate-too-low')
  await expect.poll(() => leadIn(engine, id)).toMatchObject({ rule: 'rate-too-low' })
  const change = (name: string, value: number | null) =>
    engine.handle('diagnosis.threshold', { rule: 'rate-too-low', name, value })
  expect(await change('ratio', 7)).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining('it must be from 0 to 1') as string }
  })
  expect(await change('toString', 0)).toMatchObject({ ok: false })
  expect(await change('ratio', 1e-30)).toEqual({ ok: true, value: { changes: { 'rate-too-low': { ratio: 1e-30 } } } })
  expect(await rules()).not.toContain('rate-too-low')
  await expect.poll(() => leadIn(engine, id)).not.toMatchObject({ rule: 'rate-too-low' })
  expect(await change('ratio', null)).toEqual({ ok: true, value: { changes: {} } })
  expect(await rules()).toContain('rate-too-low')

  const file = join(folder, 'readings.json')
  writeFileSync(file, '{"schemaVersion":1,"thresholds":{"mood":{}}}')
  const { problem, rules: told } = await engine.call('diagnosis.rules', {})
  expect(problem).toContain('readings.json was not read, so readings use their usual thresholds: at "thresholds')
  expect(told.every(({ thresholds }) => thresholds.every(({ now, usual }) => now === usual))).toBe(true)
  expect(await change('ratio', 0.5)).toMatchObject({ ok: true })
  expect(readdirSync(folder).filter((name) => /^readings-.*\.json$/.test(name))).toHaveLength(1)
})

it('a run that is removed while it is about to be read is no mistake that nobody catches', async () => {
  const rejected: unknown[] = []
  const note = (error: unknown): void => void rejected.push(error)
  process.on('unhandledRejection', note)
  const { engine } = await opened()
  const id = await trained(engine)
  const asked = engine.handle('diagnosis.run', { runId: id })
  const filtered = engine.handle('runs.filter', { text: 'reading == "diverged"', analysisId: null })
  await engine.call('runs.remove', { runIds: [id] })
  await Promise.all([asked, filtered])
  await new Promise((resolve) => setTimeout(resolve, 50))
  process.off('unhandledRejection', note)
  expect(rejected).toEqual([])
})

it('what healthy runs of the same recipe did is learned from five of them', async () => {
  const { engine } = await opened()
  const params = { ...tinyMnist, initScale: 1, weightDecay: 0, epochs: 40, learningRate: 0.01 }
  const ids = await engine.training.start(engine.project, trainingRequest({ params, seeds: [0, 1, 2, 3, 4] }))
  await Promise.all(ids.map((id) => engine.training.finished(id)))
  // Seeds of a group are compared with each other, too: at a threshold that low one of them lies apart.
  const rules = async () => {
    const all = await Promise.all(ids.map((runId) => engine.call('diagnosis.run', { runId })))
    return all.flat().map(({ rule }) => rule)
  }
  expect(await rules()).not.toContain('unlike-seeds')
  for (const [name, value] of Object.entries({ sigmas: 1, seeds: 4, points: 1 }))
    await engine.call('diagnosis.threshold', { rule: 'unlike-seeds', name, value })
  expect(await rules()).toContain('unlike-seeds')
  await engine.call('diagnosis.threshold', { rule: 'unlike-seeds', name: 'seeds', value: 1000 })
  const slow = await trained(engine, { ...params, learningRate: 1e-6 })
  const readings = await engine.call('diagnosis.run', { runId: slow })
  expect(readings.find(({ rule }) => rule === 'unlike-healthy')?.text).toContain('in the 5 runs that came to something')
  // Lists say what is wrong with a run by itself.
  await expect.poll(() => leadIn(engine, slow)).toMatchObject({ rule: 'rate-too-low' })
})
