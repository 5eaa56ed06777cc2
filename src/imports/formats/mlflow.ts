/** Runs of MLflow's file store: `<experiment>/<run>/metrics/<name>` with lines "timestamp value step", milliseconds since 1970. */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readCell } from '../../formats/cells'
import { naturalOrder } from '../../formats/file-names'
import { plural } from '../../formats/format-error'
import { fixedStep } from '../recorded'
import type { ImportFile } from '../sources'
import { type LongPoint, tableOfPoints } from '../table-builder'
import { readText } from '../text'
import type { FileTree } from '../tree'
import type { WalkedFolder } from '../walk'
import { type FolderFormat, foundRun, namesOfPath } from './folder-format'

export const mlflow: FolderFormat = {
  id: 'mlflow',
  async find(tree) {
    const found: ImportFile[] = []
    for (const own of tree.folders) {
      if (!own.files.some(({ name }) => name === 'meta.yaml') || !own.folders.includes('metrics')) continue
      const run = await runIn(own, tree)
      if (run) found.push(run)
    }
    return found
  },
  /** @param folder `metrics` of the run, below which the paths are the metrics' names */
  async read(folder, names, file) {
    const points: LongPoint[] = []
    let odd = 0
    for (const series of names) {
      const text = await readText(join(folder, series), `${file}/metrics/${series}`)
      for (const line of text.split('\n')) {
        if (line.trim() === '') continue
        const [time, value, step] = line.trim().split(/\s+/).map(readCell)
        if (typeof value !== 'number' || typeof time !== 'number') odd += 1
        else points.push({ series, step: typeof step === 'number' ? step : 0, value, wallTime: time / 1000 })
      }
    }
    const notes = odd > 0 ? [`${plural(odd, 'line')} left out that ${odd === 1 ? 'is' : 'are'} no point.`] : []
    const table = tableOfPoints(points, 'step', notes)
    return { format: 'mlflow', part: null, seed: null, table, step: fixedStep('step') }
  }
}

async function runIn({ folder, prefix }: WalkedFolder, tree: FileTree): Promise<ImportFile | null> {
  const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')
  const meta = await read(join(folder, 'meta.yaml'))
  if (!/^(run_id|run_uuid|lifecycle_stage|artifact_uri):/m.test(meta)) return null
  for (const part of ['metrics', 'params', 'tags'])
    for (const { name } of tree.below(`${prefix}/${part}`)) tree.take(`${prefix}/${part}/${name}`)
  tree.take(`${prefix}/meta.yaml`)
  tree.take(`${prefix.slice(0, prefix.lastIndexOf('/'))}/meta.yaml`)
  const metrics = tree.below(`${prefix}/metrics`).sort((a, b) => naturalOrder(a.name, b.name))
  if (metrics.length === 0) {
    tree.leave(prefix, 'an MLflow run without metrics')
    return null
  }
  const own = namesOfPath(prefix)
  const tag = (await read(join(folder, 'tags', 'mlflow.runName'))).trim()
  const name = tag || (yamlField(meta, 'run_name') ?? own.name)
  const experiment = yamlField(await read(join(dirname(folder), 'meta.yaml')), 'name')
  const place = { file: prefix, name, group: experiment ?? own.group, home: prefix }
  const run = foundRun('mlflow', place, join(folder, 'metrics'), metrics)
  const seed = Number((await read(join(folder, 'params', 'seed'))).trim() || NaN)
  return Number.isSafeInteger(seed) ? { ...run, seed, seedFrom: 'params/seed' } : run
}

/** What a meta.yaml or a tag's file says in one line: `run_name: tall-hill`. */
function yamlField(text: string, field: string): string | null {
  const value = new RegExp(`^${field}:[ \\t]*(.*)$`, 'm').exec(text)?.[1].trim()
  if (value === undefined || value === '' || value === 'null' || value === '~') return null
  return value.replace(/^(['"])(.*)\1$/, '$2')
}
