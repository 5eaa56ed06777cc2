/** Data sets through the engine's requests, with real worker threads. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { DatasetInfo } from '../../domain/data'
import { Rng } from '../../numeric/rng'
import { loadDataset } from '../../project/datasets'
import { temporaryFolder } from '../../project/testing/folders'
import type { Engine } from '../engine'
import { testEngine } from '../testing/engines'

async function opened(): Promise<{ engine: Engine; project: string }> {
  const { engine, home } = testEngine()
  const { folder } = await engine.openOrCreateFolder(join(home, 'project'), 'test')
  return { engine, project: folder }
}

/** As the renderer asks: everything is validated, an error is an answer. */
async function ask(engine: Engine, name: string, params: unknown): Promise<unknown> {
  const reply = await engine.handle(name, params)
  if (!reply.ok) throw new Error(reply.error.message)
  return reply.value
}

async function grantOf(engine: Engine, path: string): Promise<string> {
  return ((await ask(engine, 'paths.typed', { path })) as { grant: string }).grant
}

/** CIFAR-10 in its binary version, `records` in each of six files. */
function cifarFolder(records: number): string {
  const folder = join(temporaryFolder(), 'cifar-10-batches-bin')
  mkdirSync(folder)
  const rng = new Rng(1)
  const bytes = Uint8Array.from({ length: records * 3073 }, (_, i) => (i % 3073 === 0 ? rng.integer(10) : i & 255))
  for (let batch = 1; batch <= 5; batch++) writeFileSync(join(folder, `data_batch_${batch}.bin`), bytes)
  writeFileSync(join(folder, 'test_batch.bin'), bytes)
  return folder
}

const job = 'test-data-1'

describe('data sets of a project', () => {
  it('come from a typed path, after a question, and are listed, loaded and removed', async () => {
    const { engine, project } = await opened()
    const file = join(temporaryFolder(), 'houses.csv')
    const rows = Array.from({ length: 40 }, (_, i) => `${(i * 7) % 11},${i % 4},${i / 3}`)
    writeFileSync(file, `rooms,kind,price\n${rows.join('\n')}\n`)
    const grant = await grantOf(engine, file)
    expect(await ask(engine, 'data.inspect', { job, grant, choices: {} })).toMatchObject({
      label: 'houses.csv',
      name: 'houses',
      found: null,
      problem: null,
      question: { about: 'label', options: ['rooms', 'kind', 'price'].map((value) => ({ value, label: value })) }
    })
    const choices = { label: 'kind' }
    expect(await ask(engine, 'data.inspect', { job, grant, choices })).toMatchObject({
      question: null,
      problem: null,
      found: { kind: 'table', inputShape: [2], classes: 4, classCounts: [10, 10, 10, 10], train: 40, pictures: [] }
    })
    const added = (await ask(engine, 'data.add', { job, grant, name: 'Houses', choices })) as DatasetInfo
    expect(added).toMatchObject({ id: 'houses', train: 40, validation: 0, source: { files: ['houses.csv'] } })
    expect(await ask(engine, 'data.list', {})).toEqual({ datasets: [added], problems: [] })
    const { dataset } = await loadDataset(project, 'houses')
    expect([...dataset.train.labels.subarray(0, 5)]).toEqual([0, 1, 2, 3, 0])
    await ask(engine, 'data.remove', { id: 'houses' })
    expect(await ask(engine, 'data.list', {})).toEqual({ datasets: [], problems: [] })
  })

  it('that cannot be read are told in one sentence, and nothing is left behind', async () => {
    const { engine, project } = await opened()
    const file = join(temporaryFolder(), 'x.npy')
    writeFileSync(file, 'hello')
    const grant = await grantOf(engine, file)
    const problem = 'x.npy is no .npy file: it does not begin with \\x93NUMPY. Save it with numpy.save.'
    expect(await ask(engine, 'data.inspect', { job, grant, choices: {} })).toMatchObject({ problem, found: null })
    await expect(ask(engine, 'data.add', { job, grant, name: 'x', choices: {} })).rejects.toThrow(problem)
    expect(existsSync(join(project, 'data')) ? readdirSync(join(project, 'data')) : []).toEqual([])
    await expect(ask(engine, 'data.remove', { id: '../runs' })).rejects.toThrow('is no data set of this project')
  })

  it('of tens of thousands of pictures leave the host free to answer others, and a cancel leaves nothing', async () => {
    const { engine, project } = await opened()
    const grant = await grantOf(engine, cifarFolder(5000))
    const answered: string[] = []
    const inspected = ask(engine, 'data.inspect', { job, grant, choices: {} }).finally(() => answered.push('pictures'))
    // A host that turned pictures itself would answer nothing else meanwhile.
    for (let i = 0; i < 20; i++) {
      await ask(engine, 'data.list', {})
      await new Promise((done) => setImmediate(done))
    }
    answered.push('others')
    const found = await inspected
    expect(answered).toEqual(['others', 'pictures'])
    expect(found).toMatchObject({
      found: { kind: 'CIFAR-10', train: 25000, validation: 5000, inputShape: [32, 32, 3] }
    })
    expect((found as { found: { pictures: unknown[] } }).found.pictures).toHaveLength(16)

    const adding = ask(engine, 'data.add', { job, grant, name: 'big', choices: {} })
    const outcome = adding.then(
      () => 'added',
      (error: Error) => error.message
    )
    const folder = join(project, 'data')
    const begun = (): boolean => existsSync(folder) && readdirSync(folder).length > 0
    await vi.waitUntil(begun, { timeout: 20_000, interval: 2 })
    await ask(engine, 'data.cancel', { job })
    expect(await outcome).toBe('Cancelled.')
    expect(await ask(engine, 'data.list', {})).toEqual({ datasets: [], problems: [] })
    await engine.data.settle()
    expect(readdirSync(join(project, 'data'))).toEqual([])
    const again = (await ask(engine, 'data.add', { job, grant, name: 'big', choices: {} })) as DatasetInfo
    expect([again.id, again.train]).toEqual(['big', 25000])
  })
})
