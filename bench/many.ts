/**
 * A project of 10,000 runs: copies of the sample's, about two gigabytes of event files. Listed by the command line, opened, and
 * asked for the tags of all runs: the first time, from the index as after a restart, and once more by the same workers; then filtered by expressions.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Engine } from '../src/engine/engine'
import { TrustedFolders } from '../src/engine/project/trusted-folders'
import { createWorkerLauncher } from '../src/host/worker-launcher'
import { placesFor } from '../src/host/paths'
import { createProject } from '../src/project/project-folder'
import { printTable } from './timing'

const runs = 10_000
const curve = { tag: 'loss/train', x: 'step', attempts: 'latest', smoothing: 0, mostPoints: 500 } as const

const expressions: [string, string][] = [
  [
    'expression over hyperparameters and fields',
    'lr > 1e-4 and experiment == "mnist" and seed % 3 == 1 and name ~ "s1"'
  ],
  ['expression over a metric', 'last("accuracy/val") > 0.9 and min("loss/val") < 1'],
  ['the same series, another limit', 'last("accuracy/val") > 0.9 and min("loss/val") < 1.1'],
  ['a series that was not asked for yet', 'mean("weights/l2") > 1'],
  ['another, of known series', 'last("accuracy/val") > 0.95 or max("loss/val") > 2'],
  ['and once more', 'last("accuracy/val") > 0.96 or max("loss/val") > 2']
]

interface Opened {
  open: number
  asked: number
  more: number
  light: number
  filters: Record<string, number>
  tags: number
}

export async function benchMany(root: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'phasescope-bench-'))
  // The projects and choices of whoever measures stay out of it.
  process.env.PHASESCOPE_USER_DATA = join(work, 'user')
  try {
    const project = join(work, 'project')
    await copies(join(root, 'resources', 'sample', 'runs'), project)
    const began = performance.now()
    const list = spawnSync(
      process.execPath,
      [join(root, 'bin', 'phasescope.js'), 'runs', '--project', project, '--json'],
      {
        maxBuffer: 1e9
      }
    )
    const listed = performance.now() - began
    if (list.status !== 0) throw new Error(list.stderr.toString())
    await new TrustedFolders(process.env.PHASESCOPE_USER_DATA).set(project, true)
    const first = await opened(root, project)
    const again = await opened(root, project)
    const seconds = (ms: number): string => (ms / 1000).toFixed(2)
    printTable(
      `${runs.toLocaleString('en')} runs, seconds`,
      ['', 'the first time', 'after a restart'],
      [
        ['runs --json', seconds(listed), ''],
        ['project opened and its runs listed', seconds(first.open), seconds(again.open)],
        [`tags of all runs (${first.tags})`, seconds(first.asked), seconds(again.asked)],
        ['the longest light question meanwhile', seconds(first.light), seconds(again.light)],
        ['tags of all runs, asked again', seconds(first.more), seconds(again.more)],
        ...expressions.map(([what]) => [what, seconds(first.filters[what]), seconds(again.filters[what])])
      ]
    )
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

async function copies(from: string, project: string): Promise<void> {
  await createProject(project, 'Many')
  const samples = readdirSync(from)
  for (let i = 0; i < runs; i++) {
    const sample = samples[i % samples.length]
    const id = `many-${String(i).padStart(4, '0')}`
    const home = join(project, 'runs', id)
    mkdirSync(home)
    for (const name of readdirSync(join(from, sample))) {
      if (name !== 'run.json') cpSync(join(from, sample, name), join(home, name))
    }
    const manifest = readFileSync(join(from, sample, 'run.json'), 'utf8')
    writeFileSync(join(home, 'run.json'), manifest.replaceAll(sample, id))
  }
}

async function opened(root: string, folder: string): Promise<Opened> {
  const buildFolder = join(root, 'out', 'main')
  const engine = new Engine({
    launcher: createWorkerLauncher(buildFolder),
    places: placesFor(buildFolder),
    host: 'browser',
    version: '0',
    cores: 2
  })
  try {
    let began = performance.now()
    await engine.openFolder(folder)
    const runIds = (await engine.call('runs.list', {})).map(({ id }) => id)
    const open = performance.now() - began
    began = performance.now()
    const asking = engine.call('recordings.tags', { runIds })
    let [done, light] = [false, 0]
    void asking.then(() => (done = true))
    while (!done) {
      const from = performance.now()
      await engine.call('recordings.scalars', { runIds: runIds.slice(0, 5), ...curve })
      light = Math.max(light, performance.now() - from)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const { tags } = await asking
    const asked = performance.now() - began
    began = performance.now()
    await engine.call('recordings.tags', { runIds })
    const more = performance.now() - began
    const filters: Record<string, number> = {}
    for (const [what, text] of expressions) {
      began = performance.now()
      const { problem } = await engine.call('runs.filter', { text, analysisId: null })
      if (problem) throw new Error(problem.text)
      filters[what] = performance.now() - began
    }
    return { open, asked, light, more, filters, tags: tags.length }
  } finally {
    await engine.close()
  }
}
