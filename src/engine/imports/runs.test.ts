/** Runs that are made of several sources, through the engine with real worker threads. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeSafetensors } from '../../formats/safetensors'
import { RunReader } from '../../project/run-reader'
import { RunWriter } from '../../project/run-writer'
import { temporaryFolder, writeText } from '../../project/testing/folders'
import type { Engine } from '../engine'
import type { ProjectSession } from '../project/project-session'
import { testEngine } from '../testing/engines'

async function opened(): Promise<{ engine: Engine; session: ProjectSession }> {
  const { engine, home } = testEngine()
  return { engine, session: await engine.openOrCreateFolder(join(home, 'project'), 'test') }
}

const request = (...paths: string[]) => ({ job: 'test-import', paths, stepColumns: {} })

/** tag -> [step, value] of a run. */
function recorded(session: ProjectSession, runId: string): Record<string, [number, number][]> {
  const reader = new RunReader(session.runFolder(runId))
  reader.refresh()
  return Object.fromEntries(
    reader.log.series().map(({ tag, scalars }) => {
      const { steps, values, length } = scalars!.view('latest')
      return [tag, Array.from({ length }, (_, i): [number, number] => [steps[i], values[i]])]
    })
  )
}

/** fc.weight [2, 2]. */
function oneMatrix(scale: number): Uint8Array {
  return encodeSafetensors([{ name: 'fc.weight', shape: [2, 2], data: Float32Array.of(scale, 2, 3, 4) }])
}

describe('a folder with everything of a training', () => {
  it('is one run: its event files as they were, tables and weights beside them, on one axis', async () => {
    const { engine, session } = await opened()
    const folder = join(temporaryFolder(), 'out')
    mkdirSync(join(folder, 'run a'), { recursive: true })
    const log = new RunWriter(join(folder, 'run a'), 0)
    for (const step of [0, 10, 20]) log.exactScalars(step, 1.7e9, [['loss/train', step / 7], ['epoch', step / 10]]) // prettier-ignore
    log.close()
    writeText(join(folder, 'run a', 'metrics.csv'), 'step,loss,acc\n0,0,\n5,,0.1\n15,,0.3\n')
    for (const epoch of [1, 2]) writeFileSync(join(folder, 'run a', `epoch_${epoch}.safetensors`), oneMatrix(epoch))
    const { sources } = await engine.imports.inspect(request(folder))
    expect(new Set(sources.map(({ run }) => run)).size).toBe(1)
    const { runIds } = await engine.imports.run(session, request(folder), null)
    expect(runIds).toHaveLength(1)
    const series = recorded(session, runIds[0])
    expect(series['loss/train']).toEqual([[0, 0], [10, 10 / 7], [20, 20 / 7]]) // prettier-ignore
    expect(series['accuracy/train']).toEqual([[5, 0.1], [15, 0.3]]) // prettier-ignore
    // Named by epochs, and measured where the log says that these ended.
    expect(series['weights/fc/l2'].map(([step]) => step)).toEqual([10, 20])
    const [run] = session.listRuns()
    expect([run.step, run.imported?.beside?.map(({ format }) => format)]).toEqual([20, ['csv', 'checkpoints']])
  })

  it('is its event files alone where these are followed, and the reading says so', async () => {
    const { engine, session } = await opened()
    const folder = join(temporaryFolder(), 'out')
    mkdirSync(join(folder, 'a'), { recursive: true })
    const log = new RunWriter(join(folder, 'a'), 0)
    for (const step of [0, 10]) log.exactScalars(step, 1.7e9, [['loss/train', step]])
    log.close()
    writeText(join(folder, 'a', 'metrics.csv'), 'step,acc\n0,1\n10,2\n')
    writeFileSync(join(folder, 'a', 'step_10.safetensors'), oneMatrix(1))
    const followed = { ...request(folder), follow: true }
    const { sources } = await engine.imports.inspect(followed)
    const said = sources.map(({ name, problem }) => [name, problem !== null])
    expect(said).toEqual([
      ['a', false],
      ['a · weights', false],
      ['a', true]
    ])
    expect(sources[2].problem).toContain('Copy the logs into the project to have both in one run.')
    await engine.imports.run(session, followed, null)
    expect(session.listRuns().map((run) => [run.name, run.log !== null]).sort()).toEqual([['a · weights', false], ['a', true]]) // prettier-ignore
  })

  it('is several where somebody says so, with the names and seeds that they give', async () => {
    const { engine, session } = await opened()
    const folder = join(temporaryFolder(), 'out')
    writeText(join(folder, 'a', 'train.csv'), 'step,loss\n0,1\n1,2\n')
    writeText(join(folder, 'a', 'val.csv'), 'step,loss\n0,3\n1,4\n')
    writeText(join(folder, 'b', 'log.csv'), 'step,loss\n0,1\n1,2\n')
    const { sources } = await engine.imports.inspect(request(folder))
    const [joined, , alone] = sources.map(({ run }) => run)
    const answers = { [joined]: { apart: true }, [alone]: { name: 'the other', seed: 12 } }
    await engine.imports.run(session, { ...request(folder), answers }, null)
    const runs = session.listRuns().map(({ name, imported }) => [name, imported?.seed])
    expect(runs.sort()).toEqual([['a · train.csv', null], ['a · val.csv', null], ['the other', 12]]) // prettier-ignore
  })

  it('asks of which log weights are where several may be meant, and joins what is said to be one', async () => {
    const { engine, session } = await opened()
    const folder = join(temporaryFolder(), 'out')
    writeText(join(folder, 'one.csv'), 'step,loss\n10,1\n20,2\n')
    writeText(join(folder, 'two.csv'), 'step,loss\n10,3\n20,4\n')
    for (const step of [10, 20]) writeFileSync(join(folder, `step_${step}.safetensors`), oneMatrix(step))
    const { sources } = await engine.imports.inspect(request(folder))
    const weights = sources.find(({ format }) => format === 'checkpoints')!
    expect(weights.mayBeOf).toEqual(['out/one.csv', 'out/two.csv'])
    expect(new Set(sources.map(({ run }) => run)).size).toBe(3)
    const own = { ...request(folder), answers: { [weights.run]: { partOf: null } } }
    expect((await engine.imports.inspect(own)).sources.map(({ mayBeOf }) => mayBeOf)).toEqual(Array(3).fill(undefined))
    const answers = { [weights.run]: { partOf: 'out/two.csv' } }
    await engine.imports.run(session, { ...request(folder), answers }, null)
    const read = session.listRuns().map(({ id, name }) => [name, Object.keys(recorded(session, id)).slice(0, 2)])
    expect(read.sort()).toEqual([['one', ['loss/train']], ['two', ['loss/train', 'weights/fc/l1']]]) // prettier-ignore
  })

  it('never joins two sets of weights, and follows a name that was given before', async () => {
    const { engine } = await opened()
    const folder = join(temporaryFolder(), 'out')
    for (const run of ['a', 'b']) writeFileSync((mkdirSync(join(folder, run), { recursive: true }), join(folder, run, 'step_10.safetensors')), oneMatrix(1)) // prettier-ignore
    writeText(join(folder, 'log.csv'), 'step,loss\n10,1\n20,2\n')
    const { sources } = await engine.imports.inspect(request(folder))
    const [a, b] = sources.filter(({ format }) => format === 'checkpoints').map(({ run }) => run)
    const log = sources.find(({ format }) => format === 'csv')!.run
    const two = await engine.imports.inspect({ ...request(folder), answers: { [b]: { partOf: a } } })
    expect(new Set(two.sources.map(({ run }) => run)).size).toBe(3)
    expect(two.sources.flatMap(({ notes }) => notes).join(' ')).toContain('a run has one log and one set of weights')
    const named = { [log]: { name: 'the log', seed: 5 }, [b]: { partOf: log } }
    const joined = (await engine.imports.inspect({ ...request(folder), answers: named })).sources
    const whole = joined.filter(({ run }) => run === joined.find(({ file }) => file === log)!.run)
    expect(whole.map(({ name, seed }) => [name, seed])).toEqual([['the log', 5], ['the log', 5]]) // prettier-ignore
  })

  it('is two where its logs say other things under one name: neither is lost', async () => {
    const { engine, session } = await opened()
    const folder = join(temporaryFolder(), 'out', 'a')
    writeText(join(folder, 'metrics.csv'), 'step,loss,lr\n0,9,1\n1,8,1\n2,7,1\n')
    writeText(join(folder, 'progress.csv'), 'step,loss,acc\n0,3,0.1\n1,2,0.2\n')
    // The same numbers in fewer digits are the same.
    writeText(join(folder, 'results.csv'), 'step,loss,f1\n0,9.00001,0.3\n')
    const { runIds } = await engine.imports.run(session, request(folder), null)
    const read = session.listRuns().map(({ id, name }) => [name, recorded(session, id)] as const)
    expect(runIds).toHaveLength(2)
    expect(Object.fromEntries(read)).toEqual({
      metrics: { 'loss/train': [[0, 9], [1, 8], [2, 7]], lr: [[0, 1], [1, 1], [2, 1]], f1: [[0, 0.3]] }, // prettier-ignore
      'metrics · progress.csv': { 'loss/train': [[0, 3], [1, 2]], 'accuracy/train': [[0, 0.1], [1, 0.2]] } // prettier-ignore
    })
  })

  it('keeps a series twice that may be another: it begins elsewhere, or goes on for longer', async () => {
    const { engine, session } = await opened()
    const folder = join(temporaryFolder(), 'out', 'a')
    writeText(join(folder, 'metrics.csv'), 'step,loss\n0,9\n1,8\n2,7\n')
    writeText(join(folder, 'progress.csv'), 'step,loss\n10,3\n')
    const { runIds } = await engine.imports.run(session, request(folder), null)
    expect(recorded(session, runIds[0])).toEqual({
      'loss/train': [[0, 9], [1, 8], [2, 7]], // prettier-ignore
      'loss/train (progress.csv)': [[10, 3]]
    })
  })

  it('is two where its checkpoints count what the log does not know', async () => {
    const { engine } = await opened()
    const folder = join(temporaryFolder(), 'out')
    writeText(join(folder, 'a', 'metrics.csv'), 'step,loss\n0,1\n500,2\n')
    for (const epoch of [1, 2]) writeFileSync(join(folder, 'a', `epoch_${epoch}.safetensors`), oneMatrix(epoch))
    const { sources } = await engine.imports.inspect(request(folder))
    expect(sources.map(({ name, run, file }) => [name, run === file])).toEqual([['a', true], ['a · weights', true]]) // prettier-ignore
    expect(sources[1].notes.join(' ')).toContain('counts "epoch", and out/a/metrics.csv counts "step"')
  })
})
