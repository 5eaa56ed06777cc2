/** Importing through the engine, with real worker threads: what arrives, what is left out, and what is left behind. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Rng } from '../../numeric/rng'
import { RunReader } from '../../project/run-reader'
import { temporaryFolder, withReadOnly, writeText } from '../../project/testing/folders'
import { goldenText } from '../../testing/golden'
import type { Engine } from '../engine'
import type { ProjectSession } from '../project/project-session'
import { Staging } from './staging'
import { nextEvent, testEngine } from '../testing/engines'

async function opened(): Promise<{ engine: Engine; session: ProjectSession; home: string }> {
  const { engine, home } = testEngine()
  return { engine, home, session: await engine.openOrCreateFolder(join(home, 'project'), 'test') }
}

const request = (...paths: string[]) => ({ job: 'test-import', paths, stepColumns: {} })

/** tag -> [step, value] of a run, as the views and the analysis read it. */
function recorded(session: ProjectSession, runId: string): Record<string, [number, number][]> {
  const reader = new RunReader(session.runFolder(runId))
  reader.refresh()
  expect(reader.log.problems).toEqual([])
  return Object.fromEntries(
    reader.log.series().flatMap(({ tag, scalars }) => {
      if (!scalars) return []
      const { steps, values, length } = scalars.view('latest')
      return [[tag, Array.from({ length }, (_, i): [number, number] => [steps[i], values[i]])]]
    })
  )
}

/** A double of any size, now and then a special one. */
function anyDouble(rng: Rng): number {
  const special = [0, -0, NaN, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE, 1 / 3, 2 ** 53 + 2]
  if (rng.uniform() < 0.15) return special[rng.integer(special.length)]
  return (rng.uniform() - 0.5) * 10 ** (rng.integer(600) - 300)
}

const text = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))

describe('a file that ends the worker that reads it', () => {
  it('costs that file, and the others are imported', async () => {
    const { engine, home } = testEngine({ heapMb: 48 })
    const session = await engine.openOrCreateFolder(join(home, 'project'), 'test')
    const folder = join(temporaryFolder(), 'mixed')
    for (const seed of [0, 1, 2]) writeText(join(folder, `seed${seed}.csv`), 'step,loss\n0,1\n1,0.5\n')
    // More records than a heap of 48 MB holds.
    writeText(join(folder, 'seed3.jsonl'), '{"step": 0, "loss": 1, "note": [[],[],[],[],[],[]]}\n'.repeat(400_000))
    const inspected = await engine.imports.inspect(request(folder))
    const lost =
      'mixed/seed3.jsonl: reading it ended the worker (it ran out of memory). It is left out; import it alone, or a part of it.'
    expect(inspected.sources.map(({ file, problem }) => [file, problem])).toEqual([
      ...[0, 1, 2].map((seed) => [`mixed/seed${seed}.csv`, null]),
      ['mixed/seed3.jsonl', lost]
    ])
    const { runIds, sources } = await engine.imports.run(session, request(folder), null)
    expect(runIds).toHaveLength(3)
    expect(sources.map(({ problem }) => problem)).toEqual([null, null, null, lost])
    expect(recorded(session, runIds[0])).toEqual({
      'loss/train': [
        [0, 1],
        [1, 0.5]
      ]
    })
    expect(readdirSync(join(session.folder, 'runs'))).toHaveLength(3)
  })
})

describe('an imported run', () => {
  it('has exactly the doubles of its file, whatever the file looks like', async () => {
    const { engine, session } = await opened()
    const folder = join(temporaryFolder(), 'random')
    const expected = new Map<string, Record<string, [number, number][]>>()
    const seed = Date.now() % 1e6
    const rng = new Rng(seed)
    for (let file = 0; file < 24; file++) {
      const columns = Array.from({ length: 1 + rng.integer(6) }, (_, c) => (c === 0 ? 'train_loss' : `metric ${c}`))
      const tags = columns.map((name) => (name === 'train_loss' ? 'loss/train' : name))
      const series: Record<string, [number, number][]> = {}
      const rows: { step: number; cells: (number | null)[] }[] = []
      for (let step = rng.integer(5), i = 0; i < 2 + rng.integer(40); i++, step += 1 + rng.integer(1000)) {
        // The first rows are whole, so that no column is empty.
        const cells = columns.map(() => (i > 0 && rng.uniform() < 0.2 ? null : anyDouble(rng)))
        rows.push({ step, cells })
        cells.forEach((cell, c) => {
          if (cell !== null) (series[tags[c]] ??= []).push([step, cell])
        })
      }
      if (rng.uniform() < 0.3) rows.sort(() => rng.uniform() - 0.5)
      const name = `seed${file}`
      const content =
        file % 2 === 0
          ? [
              ['step', ...columns].join(),
              ...rows.map(({ step, cells }) => [step, ...cells.map((c) => (c === null ? '' : text(c)))].join())
            ].join(rng.uniform() < 0.5 ? '\n' : '\r\n')
          : rows
              .map(({ step, cells }) => {
                const fields = cells.flatMap((c, i) => (c === null ? [] : [`"${columns[i]}": ${text(c)}`]))
                return `{${[`"step": ${step}`, ...fields].join(', ')}}`
              })
              .join('\n')
      writeText(join(folder, `${name}.${file % 2 === 0 ? 'csv' : 'jsonl'}`), content)
      expected.set(name, series)
    }
    const { runIds, sources } = await engine.imports.run(session, request(folder), null)
    expect(
      sources.flatMap((source) => source.problem ?? []),
      `seed ${seed}`
    ).toEqual([])
    expect(runIds).toHaveLength(24)
    for (const run of session.listRuns()) {
      expect(recorded(session, run.id), `${run.name}, seed ${seed}`).toEqual(expected.get(run.name))
      expect(run).toMatchObject({ spec: null, status: 'done', groupName: 'random', message: null })
      expect(run.imported!.seed).toBe(Number(run.name.slice(4)))
    }
  })

  it('is like any other: listed, drawn, fitted, kept, removed, and never continued', async () => {
    const { engine, session, home } = await opened()
    const folder = join(temporaryFolder(), 'parity')
    for (const seed of [0, 1, 2]) writeText(join(folder, `seed${seed}.csv`), goldenText(`runs/parity/seed${seed}.csv`))
    const told = nextEvent(engine, 'runs.changed', ({ runs }) => runs.length === 3)
    const { runIds } = await engine.imports.run(session, request(folder), 'Sparse parity')
    expect((await told).runs.map((run) => run.id)).toEqual(runIds)
    const { scalars } = await engine.call('runs.tags', { runIds })
    expect(scalars).toEqual(
      expect.arrayContaining(['epoch', 'loss/val', 'accuracy/val', 'weights/l2', 'weights/var_b'])
    )
    const [loss] = await engine.call('runs.series', { runIds: [runIds[0]], tags: ['loss/val'], mostPoints: 500 })
    expect([loss.steps[1], loss.epochs[1]]).toEqual([128, 3])
    await expect(
      engine.call('training.continue', { backend: null, force: false, runIds: [runIds[0]] })
    ).rejects.toThrow('seed0 was imported; it cannot be trained on.')
    const again = testEngine().engine
    const reread = await again.openFolder(join(home, 'project'))
    expect(reread.listRuns()).toEqual(session.listRuns())
    expect(reread.listRuns().map((run) => [run.name, run.groupName, run.imported?.file])).toEqual(
      [0, 1, 2].map((seed) => [`seed${seed}`, 'Sparse parity', `parity/seed${seed}.csv`])
    )
    await session.removeRuns([runIds[1]])
    expect(readdirSync(join(home, 'project', 'runs')).sort()).toEqual([runIds[0], runIds[2]].sort())
  })
})

describe('what was chosen', () => {
  it('may hold bad files: they are named with their place, and the good ones are imported', async () => {
    const { engine, session } = await opened()
    const folder = join(temporaryFolder(), 'mixed')
    writeText(join(folder, 'seed2.csv'), 'step,a\n1,2\n2,3')
    writeText(join(folder, 'seed10.csv'), 'step,a\n1,2\n2,3')
    writeText(join(folder, 'ragged.csv'), 'step,a\n1,2\n2\n')
    writeText(join(folder, 'time.csv'), 'time,a\n1,2\n2,3')
    writeText(join(folder, 'cut.jsonl'), '{"step": 1, "a": 2}\n{"step": 2, "a')
    writeText(join(folder, 'config.json'), '[1, 2]')
    writeText(join(folder, 'README.txt'), 'Runs of last week')
    writeText(join(folder, 'others', 'list.json'), '[1, 2]')
    writeText(join(folder, 'picture.png'), 'x')
    writeText(join(folder, '.hidden.csv'), 'x')
    writeFileSync(join(folder, 'binary.csv'), Uint8Array.from([115, 0, 1, 2]))
    writeFileSync(join(folder, 'latin.csv'), Uint8Array.from([115, 44, 97, 10, 0xe4, 44, 49]))
    writeFileSync(join(folder, 'others', 'sheet.txt'), Buffer.from('\ufeffstep\ta\n1\t2,5\n', 'utf16le'))
    const { sources, left } = await engine.imports.inspect(request(folder))
    const { runIds } = await engine.imports.run(session, request(folder), null)
    expect(session.listRuns().map((run) => run.name)).toEqual(['seed2', 'seed10', 'others'])
    expect(runIds).toHaveLength(3)
    expect(left).toEqual([
      { file: 'mixed/config.json', reason: 'settings' },
      { file: 'mixed/picture.png', reason: 'a picture' },
      { file: 'mixed/README.txt', reason: 'a text that is no table' },
      { file: 'mixed/others/list.json', reason: 'a JSON document without recorded series' }
    ])
    expect(sources.flatMap(({ problem }) => problem ?? [])).toEqual([
      'mixed/binary.csv is not a text file. Choose CSV, JSON lines or epochN.json files.',
      'mixed/cut.jsonl, line 2, column 13: this is not JSON: a text in quotes does not end. Each line must be one complete object such as {"step": 1, "loss": 0.5}; correct the line or remove it.',
      'mixed/latin.csv, line 2: this is not UTF-8 text. Save the file as UTF-8.',
      'mixed/ragged.csv, line 3: 2 columns expected, 1 found. Complete the line so that it matches the header in line 1, or remove it.',
      'mixed/time.csv: No column is called step, iteration, batch or epoch, so say which one counts steps. Its columns are "time", "a"; row numbers will do, too.'
    ])
  })

  it('is asked which column counts steps, once for all files or for one', async () => {
    const { engine, session } = await opened()
    const folder = join(temporaryFolder(), 'clock')
    writeText(join(folder, 'a.csv'), 'time,a\n10,2\n20,3')
    writeText(join(folder, 'b.csv'), 'time,a\n11,2\n21,3')
    const steps = async (change: object): Promise<unknown[]> => {
      const { sources } = await engine.imports.inspect({ ...request(folder), ...change })
      return sources.map(({ stepColumn, firstStep, lastStep }) => [stepColumn, firstStep, lastStep])
    }
    expect(await steps({ stepColumn: 'time' })).toEqual([
      ['time', 10, 20],
      ['time', 11, 21]
    ])
    expect(await steps({ stepColumns: { 'clock/b.csv': '#row' } })).toEqual([
      [null, null, null],
      ['#row', 0, 1]
    ])
    const row = await engine.imports.run(session, { ...request(folder), stepColumn: 'row' }, null)
    expect(row.runIds).toHaveLength(2)
  })

  it('may be run folders of visualizing-training, several at once', async () => {
    const { engine, session } = await opened()
    const folder = join(temporaryFolder(), 'grokking')
    const files = new URL('../../../testdata/package-files/', import.meta.url)
    for (const run of ['parity_seed0', 'modular_noln_seed0']) {
      for (const file of readdirSync(new URL(run, files))) {
        const name = file.replace(/\.gz$/, '')
        writeText(join(folder, run, name), goldenText(`package-files/${run}/${name}`))
      }
    }
    writeText(join(folder, 'broken_seed7', 'epoch3.json'), '{"train_loss": 1')
    writeText(join(folder, 'broken_seed7', 'epoch10.json'), '{"train_loss": 1}')
    const { runIds, sources } = await engine.imports.run(session, request(folder), null)
    expect(session.listRuns().map((run) => [run.name, run.groupName, run.imported])).toEqual([
      [
        'modular_noln_seed0',
        'grokking',
        { format: 'visualizing-training', file: 'grokking/modular_noln_seed0', seed: 0 }
      ],
      ['parity_seed0', 'grokking', { format: 'visualizing-training', file: 'grokking/parity_seed0', seed: 0 }]
    ])
    expect(recorded(session, runIds[0]).epoch.map(([step]) => step)).toEqual([0, 40, 64, 188, 220, 416])
    expect(sources.find(({ problem }) => problem)!.problem).toMatch(
      /^grokking\/broken_seed7\/epoch3.json, line 1, column 17: this is not JSON: it ends too early\./
    )
  })

  it('may be files of several folders with equal names', async () => {
    const { engine, session } = await opened()
    const folder = join(temporaryFolder(), 'sweep')
    for (const seed of [1, 2]) writeText(join(folder, `seed_${seed}`, 'metrics.csv'), 'step,a\n1,2\n')
    writeText(join(folder, 'more', 'x.csv'), 'step,a\n1,2\n')
    writeText(join(folder, 'more', 'y.csv'), 'step,a\n1,2\n')
    const { runIds } = await engine.imports.run(session, request(folder, join(folder, 'more', 'x.csv')), null)
    expect(runIds).toHaveLength(5)
    expect(session.listRuns().map((run) => [run.groupName, run.name, run.imported!.seed])).toEqual([
      ['sweep', 'seed_1', 1],
      ['sweep', 'seed_2', 2],
      ['sweep/more', 'x', null],
      ['more', 'x', null],
      ['sweep/more', 'y', null]
    ])
    await expect(engine.imports.run(session, request(join(folder, 'none')), null)).rejects.toThrow('does not exist')
  })
})

it('follows links once and refuses what is no file', async () => {
  const { engine } = await opened()
  const folder = join(temporaryFolder(), 'linked')
  writeText(join(folder, 'a.csv'), 'step,a\n1,2\n')
  symlinkSync(folder, join(folder, 'again'))
  expect((await engine.imports.inspect(request(folder))).sources.map(({ file }) => file)).toEqual(['linked/a.csv'])
  await expect(engine.imports.inspect(request('/dev/null'))).rejects.toThrow('neither a file nor a folder')
})

it('refuses a file that is too large for one run, without reading it', async () => {
  const { engine } = await opened()
  const path = join(temporaryFolder(), 'huge.csv')
  writeText(path, 'step,a\n1,2\n')
  truncateSync(path, 300 * 2 ** 20)
  const { sources } = await engine.imports.inspect(request(path))
  expect(sources[0].problem).toBe(
    'huge.csv has 300 MB; files up to 256 MB can be imported. Leave out columns or rows, or split it.'
  )
})

describe('an import that does not come to its end', () => {
  const many = (): string => {
    const folder = join(temporaryFolder(), 'many')
    const rows = Array.from({ length: 2000 }, (_, step) => `${step},${step / 3},${step / 7}`).join('\n')
    for (let seed = 0; seed < 30; seed++) writeText(join(folder, `seed${seed}.csv`), `step,a,b\n${rows}`)
    return folder
  }

  it('leaves nothing when it is cancelled, and the next one works', async () => {
    const { engine, session, home } = await opened()
    const folder = many()
    const importing = engine.imports.run(session, request(folder), null)
    await nextEvent(engine, 'import.progress', ({ done }) => done >= 3)
    engine.imports.cancel('test-import')
    await expect(importing).rejects.toMatchObject({ code: 'cancelled' })
    expect(readdirSync(join(home, 'project', 'runs'))).toEqual([])
    expect(session.listRuns()).toEqual([])
    expect((await engine.imports.run(session, request(folder), null)).runIds).toHaveLength(30)
  })

  it('leaves nothing when its project is closed', async () => {
    const { engine, session, home } = await opened()
    const importing = engine.imports.run(session, request(many()), null)
    const ended = expect(importing).rejects.toMatchObject({ code: 'cancelled' })
    await nextEvent(engine, 'import.progress', ({ done }) => done >= 3)
    await engine.call('project.close', { training: 'stop' })
    await ended
    expect(readdirSync(join(home, 'project', 'runs'))).toEqual([])
  })

  it('says why when the project cannot be written', async () => {
    const { engine, session, home } = await opened()
    const folder = many()
    await withReadOnly(join(home, 'project'), async () => {
      await expect(engine.imports.run(session, request(folder), null)).rejects.toMatchObject({ code: 'read-only' })
    })
    expect(session.listRuns()).toEqual([])
    expect(readdirSync(join(home, 'project', 'runs'))).toEqual([])
  })

  it('is swept away by the next one when its process died', async () => {
    const { engine, session, home } = await opened()
    const left = join(home, 'project', 'runs', '.importing-999999999-abcd')
    mkdirSync(left, { recursive: true })
    expect((await engine.openFolder(join(home, 'project'))).listRuns()).toEqual([])
    const folder = temporaryFolder()
    writeText(join(folder, 'a.csv'), 'step,a\n1,2')
    await engine.imports.run(engine.project, request(folder), null)
    expect(existsSync(left)).toBe(false)
    expect(session).toBeDefined()
  })
})

describe('files dropped on a window', () => {
  const bytes = (content: string): Uint8Array => new TextEncoder().encode(content)

  it('come in pieces, are imported, and go away', async () => {
    const { engine, home } = await opened()
    const { staging } = await engine.call('import.stage', {})
    const write = (name: string, offset: number, content: string) =>
      engine.call('import.stageFile', { staging, name, offset, data: bytes(content) })
    await write('digits/seed0.csv', 0, 'step,a\n1,')
    await write('digits/seed0.csv', 9, '2\n')
    await write('loose.csv', 0, 'step,a\n1,5\n')
    await expect(write('loose.csv', 3, 'x')).rejects.toThrow('not received in order')
    const { grant, label } = await engine.call('import.stageEnd', { staging })
    expect(label).toMatch(/digits|loose/)
    const job = 'dropped-files'
    const { sources } = await engine.call('import.inspect', { job, grant, stepColumns: {} })
    expect(sources.map(({ file, group, rows }) => [file, group, rows])).toEqual([
      ['digits/seed0.csv', 'digits', 1],
      ['loose.csv', 'Imported runs', 1]
    ])
    const { runIds, leftOut } = await engine.call('import.run', {
      job,
      grant,
      stepColumns: {},
      name: null,
      follow: false
    })
    expect([runIds.length, leftOut]).toEqual([2, []])
    for (const run of engine.project.listRuns()) expect(JSON.stringify(run)).not.toContain(home)
    await engine.call('import.discard', { staging })
    expect(readdirSync(join(home, 'user', 'staging'))).toEqual([])
    await expect(engine.call('import.stageEnd', { staging })).rejects.toThrow('Drop them again')
  })

  it.each([
    '../x.csv',
    '/etc/passwd',
    'a//b.csv',
    'a\\..\\..\\b.csv',
    'c:\\x.csv',
    'x\u0000.csv',
    `${'a/'.repeat(20)}b`
  ])('may not be called %j', async (name) => {
    const { engine, home } = await opened()
    const { staging } = await engine.call('import.stage', {})
    const reply = await engine.handle('import.stageFile', { staging, name, offset: 0, data: bytes('x') })
    expect(reply).toMatchObject({ ok: false, error: { code: 'bad-request' } })
    expect(existsSync(join(home, 'user', 'staging'))).toBe(false)
  })

  it('that a process left behind are gone with the next start', async () => {
    const root = join(temporaryFolder(), 'staging')
    writeText(join(root, '999999999-abc', 'a.csv'), 'x')
    writeText(join(root, `${process.pid}-old`, 'a.csv'), 'x')
    const staging = new Staging(root)
    const { staging: id } = staging.begin()
    await staging.write(id, 'b.csv', 0, bytes('step,a'))
    await staging.clean()
    expect(readdirSync(root)).toEqual([id])
    expect(readFileSync(join(root, id, 'b.csv'), 'utf8')).toBe('step,a')
    await staging.discard(id)
    expect(readdirSync(root)).toEqual([])
  })
})
