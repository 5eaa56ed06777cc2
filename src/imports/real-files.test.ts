/** Folders that other tools have written (testdata/imports), against the tools' own reading of them. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RunReader } from '../project/run-reader'
import { withUnpacked } from './packed-logs'
import { pointsOf } from './points'
import { scanSources } from './scan'
import type { ImportFile } from './sources'
import { findStepColumn } from './step-column'
import { readRecorded } from './tables'

const root = join(import.meta.dirname, '../../testdata/imports')

interface Series {
  steps: number[]
  values: (number | string)[]
}
interface Expected {
  runs: { name: string; seed: number | null; source: string; series: Record<string, Series> }[]
}

/** What is read otherwise than the tool does, and why. */
const otherwise: Record<string, string> = {
  // Without a column for it: the sum of the episodes' lengths, where the tool counts episodes.
  'stable-baselines3 monitor.csv': 'values',
  // Validation counts epochs in the file; it is at the step of the training before.
  'mmengine scalars.json': 'training',
  // The file of an offline run is not read, and said so.
  'wandb .wandb': 'left'
}

const tools = readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []))

describe.each(tools)('%s', (tool) => {
  const folder = join(root, tool)
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected

  it('has every value that the tool itself reads', async () => {
    const { files, left } = await scanSources([folder])
    for (const { source, series, seed } of expected.runs) {
      const how = Object.entries(otherwise).find(([key]) => `${tool} ${source}`.startsWith(key.split(' ')[0]) && source.endsWith(key.split(' ')[1]))?.[1] // prettier-ignore
      if (how === 'left') {
        expect(left.map(({ file }) => file)).toContain(`${tool}/${source}`)
        continue
      }
      const file = files.find((one) => holdsSource(one, `${tool}/${source}`))
      expect(file, source).toBeDefined()
      if (file!.seed !== null) expect([source, file!.seed]).toEqual([source, seed])
      const read = await columnsOf(file!)
      for (const [name, { steps, values }] of Object.entries(series)) {
        const points = new Map(steps.map((step, i) => [step, Number(values[i])]))
        const own = read.get(name.replace('mean of ', '')) ?? read.get(name.replaceAll('/', '_'))
        // What counts the steps is no series beside them.
        if (own === undefined && steps.every((step, i) => step === values[i])) continue
        expect(own, `${source}: ${name} among ${[...read.keys()].join(', ')}`).toBeDefined()
        if (how === 'values') expect([...own!.values()]).toEqual(values.map(Number))
        else if (how === 'training') expect(values.map(Number)).toEqual(expect.arrayContaining([...own!.values()]))
        else expect([name, Object.fromEntries(own!)]).toEqual([name, Object.fromEntries(points)])
      }
    }
  })

  it('gives its seeds, and no training two runs', async () => {
    const { files } = await scanSources([folder])
    const own = files.filter(({ file }) => basename(file) !== 'expected.json')
    const seeds = new Map<string, Set<number | null>>()
    for (const file of own) seeds.set(file.run, (seeds.get(file.run) ?? new Set()).add(file.seed))
    // All parts of a run have its seed.
    for (const [run, found] of seeds) expect([run, found.size]).toEqual([run, 1])
  })
})

/** Where what a tool writes says its seeds, one run for each training comes of its folder. */
it.each([
  ['lightning', { version_0: 1, version_1: 2 }],
  ['lightning-phases', { version_0: 1, version_1: 2 }],
  ['transformers', { 'gpt2-counting-seed1': 1, 'gpt2-counting-seed2': 2 }],
  ['keras', { seed_1: 1, seed_2: 2 }],
  ['stable-baselines3', { ppo_seed1: 1, ppo_seed2: 2 }],
  ['mlflow', { 'mlp-seed1': 1, 'mlp-seed2': 2 }],
  ['sacred', { '1': 1, '2': 2 }],
  ['mmengine', { mlp_seed1: 1, mlp_seed2: 2 }],
  ['dvclive', { dvclive_seed1: 1, dvclive_seed2: 2 }],
  ['ultralytics', { train1: 1, train2: 2 }],
  ['ultralytics-8.1', { train1: 1, train2: 2 }],
  ['fastai', { history_seed1: 1, history_seed2: 2 }]
])('makes one run of each training of %s', async (tool, runs) => {
  const { files } = await scanSources([join(root, tool)])
  const own = files.filter(({ file, run }) => basename(file) !== 'expected.json' && file === run)
  expect(Object.fromEntries(own.map(({ name, seed }) => [name, seed]))).toEqual(runs)
})

function holdsSource({ file, holds }: ImportFile, source: string): boolean {
  if (holds.kind === 'log') return file === dirname(source) && holds.files.includes(basename(source))
  if (holds.kind === 'files' && holds.format === 'downloads')
    return dirname(file) === dirname(source) && holds.names.includes(basename(source))
  if (holds.kind === 'files' && holds.format === 'dvclive') return source.startsWith(`${file}/plots/metrics/`)
  return file === source
}

/** Column to step to value; of a step that is there twice, the last. */
async function columnsOf(file: ImportFile): Promise<Map<string, Map<number, number>>> {
  const found = new Map<string, Map<number, number>>()
  const { holds } = file
  if (holds.kind === 'checkpoints') return found
  if (holds.kind === 'log') {
    return withUnpacked(file.file, holds, (folder, files) => {
      const reader = new RunReader(folder, new Set(files))
      reader.refresh()
      for (const { tag, scalars } of reader.log.series()) {
        if (!scalars) continue
        const { steps, values, length } = scalars.view('latest')
        found.set(tag, new Map(Array.from({ length }, (_, i) => [steps[i], values[i]])))
      }
      return found
    })
  }
  const { table, step } = await readRecorded(holds, file.file)
  const { column } = step ?? findStepColumn(table)
  const { steps, series } = pointsOf(table, column!, file.file)
  for (const { column: name, values, present } of series)
    found.set(name, new Map([...steps].flatMap((at, i): [number, number][] => (present[i] === 1 ? [[at, values[i]]] : [])))) // prettier-ignore
  return found
}
