/** Checkpoints through the engine, with real worker threads: the run that comes of them, and what does not come. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeSafetensors } from '../../formats/safetensors'
import { RunReader } from '../../project/run-reader'
import { temporaryFolder } from '../../project/testing/folders'
import type { Engine } from '../engine'
import type { ProjectSession } from '../project/project-session'
import { testEngine } from '../testing/engines'

const testdata = fileURLToPath(new URL('../../../testdata/checkpoints/', import.meta.url))

async function opened(): Promise<{ engine: Engine; session: ProjectSession }> {
  const { engine, home } = testEngine()
  return { engine, session: await engine.openOrCreateFolder(join(home, 'project'), 'test') }
}

/** A folder of its own with the checkpoints of PyTorch, under names of its own. */
function folderOf(names: Record<string, string>): string {
  const folder = join(temporaryFolder(), 'training')
  for (const [name, from] of Object.entries(names)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    cpSync(join(testdata, from), join(folder, name), { recursive: true })
  }
  return folder
}

const three = {
  'ckpt_000000.pt': 'torch/ckpt_000000.pt',
  'ckpt_000100.pt': 'torch/ckpt_000100.pt',
  'ckpt_000200.pt': 'torch/ckpt_000200.pt'
}
const request = (path: string, more: object = {}) => ({ job: 'test-import', paths: [path], stepColumns: {}, ...more })

function recorded(session: ProjectSession, runId: string): Map<string, [number, number][]> {
  const reader = new RunReader(session.runFolder(runId))
  reader.refresh()
  expect(reader.log.problems).toEqual([])
  return new Map(
    reader.log.series().map(({ tag, scalars }) => {
      const { steps, values, length } = scalars!.view('latest')
      return [tag, Array.from({ length }, (_, i): [number, number] => [steps[i], values[i]])]
    })
  )
}

describe('a folder of checkpoints', () => {
  it('becomes a run with weight metrics at its steps', async () => {
    const { engine, session } = await opened()
    const folder = folderOf(three)
    const hooks = ['square_5x5', 'conv*']
    const inspected = (await engine.imports.inspect(request(folder, { hooks }))).sources
    expect(inspected).toMatchObject([
      {
        file: 'training/ckpt_*',
        format: 'checkpoints',
        rows: 3,
        stepColumn: 'ckpt',
        firstStep: 0,
        lastStep: 200,
        problem: null
      }
    ])
    expect(inspected[0].checkpoints!.hooks).toEqual(['square_5x5', 'conv_4d_3x2x3x3', 'conv_4d_1x1'])
    expect(inspected[0].checkpoints!.modules).toHaveLength(13)
    const progress: [number, number][] = []
    engine.on(
      'import.progress',
      ({ done, total, text }) => text === 'Measuring checkpoints' && progress.push([done, total])
    )
    const { runIds } = await engine.imports.run(session, request(folder, { hooks }), null)
    expect(progress).toEqual([0, 1, 2, 3].map((done) => [done, 3]))
    const series = recorded(session, runIds[0])
    // 14 metrics of three modules and their means.
    expect(series.size).toBe(14 * 4)
    expect(series.get('weights/square_5x5/trace')!.map(([step]) => step)).toEqual([0, 100, 200])
    const traces = series.get('weights/square_5x5/trace')!.map(([, value]) => value)
    expect(traces[0]).toBeCloseTo(-1.0120264, 6)
    expect(traces[1]).toBe(-traces[0])
    const mean = ['square_5x5', 'conv_4d_3x2x3x3', 'conv_4d_1x1'].map((hook) => series.get(`weights/${hook}/l2`)![0][1])
    expect(series.get('weights/l2')![0][1]).toBeCloseTo((mean[0] + mean[1] + mean[2]) / 3, 12)
    const manifest = session.run(runIds[0])
    expect(manifest.imported).toEqual({ format: 'checkpoints', file: 'training/ckpt_*', seed: null })
    expect(manifest).toMatchObject({ spec: null, status: 'done', name: 'training', step: 200 })
  })

  it('of several seeds becomes one run each; epochs in the names are recorded', async () => {
    const { engine, session } = await opened()
    const from = Object.values(three)
    const folder = folderOf({
      'seed_1/epoch=1-step=10.ckpt': from[0],
      'seed_1/epoch=2-step=20.ckpt': from[1],
      'seed_2/epoch=1-step=10.ckpt': from[1]
    })
    const { runIds, sources } = await engine.imports.run(session, request(folder, { hooks: ['square_5x5'] }), null)
    expect(sources.map(({ file, name, seed, group }) => [file, name, seed, group])).toEqual([
      ['training/seed_1/epoch=*-step=*', 'seed_1', 1, 'training'],
      ['training/seed_2/epoch=1-step=10.ckpt', 'seed_2', 2, 'training']
    ])
    expect(recorded(session, runIds[0]).get('epoch')).toEqual([
      [10, 1],
      [20, 2]
    ])
  })

  it('may hold bad ones: they are named, and the good ones are imported', async () => {
    const { engine, session } = await opened()
    const folder = folderOf({ ...three, 'optimizer.pt': three['ckpt_000000.pt'], 'best.pt': three['ckpt_000000.pt'] })
    writeFileSync(join(folder, 'ckpt_000300.pt'), readFileSync(join(folder, 'ckpt_000200.pt')).subarray(0, 9000))
    writeFileSync(join(folder, 'ckpt_000400.pt'), Buffer.from('\x80\x04cos\nsystem\n.', 'latin1'))
    writeFileSync(join(folder, 'config.json'), '{"lr": 1}')
    const { runIds, sources } = await engine.imports.run(session, request(folder, { hooks: ['square_5x5'] }), null)
    expect(sources).toHaveLength(1)
    const notes = sources[0].notes.join('\n')
    expect(notes).toContain('training/best.pt was left out: it is of step 0, which training/ckpt_000000.pt is, too.')
    expect(notes).toContain('training/ckpt_000300.pt is no whole zip archive')
    expect(notes).toContain('training/ckpt_000400.pt needs os.system for its tensors, which is not run here')
    expect(notes).toContain('The parameters are those in "model"; "optimizer", "step", "loss" not looked at.')
    expect(
      recorded(session, runIds[0])
        .get('weights/square_5x5/l1')!
        .map(([step]) => step)
    ).toEqual([0, 100, 200])
  })

  it('may change its shapes and lose modules: it is told, and the means wait for all', async () => {
    const { engine, session } = await opened()
    const folder = join(temporaryFolder(), 'training')
    mkdirSync(folder)
    const array = (name: string, shape: number[]) => ({
      name,
      shape,
      data: new Float32Array(shape[0] * shape[1]).fill(1)
    })
    const write = (step: number, ...arrays: ReturnType<typeof array>[]): void =>
      writeFileSync(join(folder, `step${step}.safetensors`), encodeSafetensors(arrays))
    write(1, array('a.weight', [2, 2]), array('b.weight', [2, 2]))
    write(2, array('a.weight', [3, 2]))
    write(3, array('a.weight', [3, 2]), array('b.weight', [2, 2]))
    const { runIds, sources } = await engine.imports.run(session, request(folder), null)
    const series = recorded(session, runIds[0])
    expect(series.get('weights/a/l1')).toEqual([
      [1, 4],
      [2, 6],
      [3, 6]
    ])
    expect(series.get('weights/b/l1')!.map(([step]) => step)).toEqual([1, 3])
    expect(series.get('weights/l1')).toEqual([
      [1, 4],
      [3, 5]
    ])
    expect(sources[0].notes).toEqual([
      'Shapes that change: a.weight ([2, 2], [3, 2] at step 2).',
      'Step 2: no weights in "b", so no point there and none in the means over all hook points.'
    ])
  })

  it('is no run when none can be read, or no module is chosen; the reason is told', async () => {
    const { engine, session } = await opened()
    const folder = folderOf({ 'ckpt_1.pt': 'types/legacy.pt' })
    const bad = await engine.imports.run(session, request(folder), null)
    expect(bad.runIds).toEqual([])
    expect(bad.sources[0].problem).toMatch(
      /^training\/ckpt_1.pt: none of 1 checkpoint can be read. training\/ckpt_1.pt is of the format before torch 1.6/
    )
    const unknown = await engine.imports.run(session, request(folderOf(three), { hooks: ['mlp'] }), null)
    expect(unknown.runIds).toEqual([])
    expect(unknown.sources[0].problem).toMatch(
      /^training\/ckpt_\*: no hook point is chosen. Choose modules; there are "square_5x5"/
    )
  })

  it('asks which number counts steps, and takes the answer or a pattern', async () => {
    const { engine } = await opened()
    const from = Object.values(three)
    const folder = folderOf({ '1_30.pt': from[0], '2_20.pt': from[1] })
    const [asked] = (await engine.imports.inspect(request(folder))).sources
    expect(asked).toMatchObject({
      stepColumn: null,
      stepCandidates: ['number 1', 'number 2'],
      columns: ['number 1', 'number 2']
    })
    const [answered] = (await engine.imports.inspect(request(folder, { stepColumn: 'number 2' }))).sources
    expect(answered).toMatchObject({ problem: null, firstStep: 20, lastStep: 30 })
    const [pattern] = (await engine.imports.inspect(request(folder, { stepColumn: '{epoch}_{step}.pt' }))).sources
    expect(pattern.checkpoints!.steps).toEqual([
      { at: 1, step: 20, epoch: 2 },
      { at: 0, step: 30, epoch: 1 }
    ])
  })

  it('leaves nothing when it is cancelled', async () => {
    const { engine, session } = await opened()
    const folder = folderOf(three)
    engine.on('import.progress', ({ job, text }) => text === 'Measuring checkpoints' && engine.imports.cancel(job))
    await expect(engine.imports.run(session, request(folder), null)).rejects.toMatchObject({ code: 'cancelled' })
    expect(readdirSync(join(session.folder, 'runs'))).toEqual([])
    rmSync(folder, { recursive: true })
  })

  it('goes on after a cancel with what it has measured, and forgets it when it is a run', async () => {
    const { engine, home } = testEngine()
    const session = await engine.openOrCreateFolder(join(home, 'project'), 'test')
    const folder = join(temporaryFolder(), 'training')
    mkdirSync(folder)
    for (let step = 0; step < 8; step++) {
      const values = Float32Array.from({ length: 600 * 500 }, (_, i) => Math.sin(i * (step + 1)) / 9)
      // What is not finite comes back, too.
      if (step === 0) values[7] = NaN
      writeFileSync(
        join(folder, `ckpt_${step}.safetensors`),
        encodeSafetensors([{ name: 'fc.weight', shape: [600, 500], data: values }])
      )
    }
    const measured = join(home, 'user', 'measured')
    const stop = engine.on('import.progress', ({ job, text, done }) => {
      if (text === 'Measuring checkpoints' && done >= 2) engine.imports.cancel(job)
    })
    await expect(engine.imports.run(session, request(folder), null)).rejects.toMatchObject({ code: 'cancelled' })
    stop()
    const kept = readdirSync(measured)
    expect(kept.length).toBeGreaterThanOrEqual(2)
    // One is marked, so that it is seen to be taken from there.
    const marked = join(measured, kept[0])
    const text = readFileSync(marked, 'utf8')
    writeFileSync(marked, text.replace(/"weights\/fc\/trace",[^\]]*/, '"weights/fc/trace",12345'))
    const { runIds } = await engine.imports.run(session, request(folder), null)
    const series = recorded(session, runIds[0])
    expect(series.get('weights/fc/l2')!.map(([step]) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(series.get('weights/fc/l2')![0][1]).toBeNaN()
    expect(series.get('weights/fc/trace')!.filter(([, value]) => value === 12345)).toHaveLength(1)
    expect(readdirSync(measured)).toEqual([])
  })

  it('of a run of our own is not imported again', async () => {
    const { engine } = await opened()
    const folder = folderOf({ 'checkpoints/5/weights.safetensors': 'safetensors/step=0.safetensors' })
    writeFileSync(join(folder, 'run.json'), '{"schemaVersion": 1}')
    const { sources } = await engine.imports.inspect(request(folder))
    expect(sources.filter(({ format }) => format === 'checkpoints')).toEqual([])
  })
})
