/** Seeds of runs that no name tells: in the settings beside them, or by a number that alone tells siblings apart. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { seedsOfSiblings } from '../formats/file-names'
import { JsonError, parseJson } from '../formats/json'
import { type ImportFile, isPartOfFile } from './sources'

/** Settings that Lightning, Ray, Sacred, Hydra and most scripts write beside a training, best first. */
const settingsNames = [
  'hparams.yaml',
  'params.json',
  'config.json',
  'config.yaml',
  'config.yml',
  'hparams.json',
  'args.json',
  'args.yaml',
  '.hydra/config.yaml'
]
const seedNames = /^(seed|seed_everything|random_seed|manual_seed|global_seed|rng_seed)$/i
const mostBytes = 1024 * 1024
const deepest = 3

/** The seed in the settings of a folder, and the name of the file that says it; null where none does. */
async function seedBeside(folder: string): Promise<{ seed: number; from: string } | null> {
  for (const from of settingsNames) {
    const path = join(folder, from)
    const info = await stat(path).catch(() => null)
    if (!info?.isFile() || info.size > mostBytes) continue
    const text = await readFile(path, 'utf8').catch(() => '')
    const seed = from.endsWith('.json') ? seedOfJson(text) : seedOfYaml(text)
    if (seed !== null) return { seed, from }
  }
  return null
}

function seedOfJson(text: string): number | null {
  try {
    return seedIn(parseJson(text), 0)
  } catch (error) {
    if (error instanceof JsonError) return null
    throw error
  }
}

function seedIn(value: unknown, depth: number): number | null {
  if (typeof value !== 'object' || value === null || depth === deepest) return null
  const entries = Object.entries(value)
  for (const [key, item] of entries)
    if (seedNames.test(key) && Number.isSafeInteger(item) && (item as number) >= 0) return item as number
  for (const [, item] of entries) {
    const seed = seedIn(item, depth + 1)
    if (seed !== null) return seed
  }
  return null
}

/** One line `seed: 3`, also inside of something; no more of YAML is needed for it. */
function seedOfYaml(text: string): number | null {
  for (const [, key, value] of text.matchAll(/^[ \t]{0,8}([A-Za-z_]+):[ \t]*(\d{1,15})[ \t]*(?:#.*)?$/gm))
    if (seedNames.test(key)) return Number(value)
  return null
}

/** Seeds that no name tells, from the settings in the folder of the training. @param folders on the disk, by places below the choice */
export async function seedsFromSettings(
  files: readonly ImportFile[],
  folders: ReadonlyMap<string, string>
): Promise<void> {
  const asked = new Map<string, Awaited<ReturnType<typeof seedBeside>>>()
  for (const file of files) {
    // Settings beside a file with several runs are not those of one.
    if (file.seed !== null || isPartOfFile(file)) continue
    const folder = folders.get(file.home)
    if (folder === undefined) continue
    if (!asked.has(folder)) asked.set(folder, await seedBeside(folder))
    const beside = asked.get(folder)
    if (beside) Object.assign(file, { seed: beside.seed, seedFrom: beside.from })
  }
}

/** Runs of one group that nothing but a number tells apart have it for a seed. Checkpoints are told apart by their paths. */
export function numberSiblings(files: readonly ImportFile[]): void {
  const groups = new Map<string, Map<string, ImportFile[]>>()
  for (const file of files) {
    const runs = groups.get(file.group) ?? new Map<string, ImportFile[]>()
    groups.set(file.group, runs)
    runs.set(file.run, [...(runs.get(file.run) ?? []), file])
  }
  for (const runs of groups.values()) {
    const siblings = [...runs.values()].filter((own) => own.some(({ holds }) => holds.kind !== 'checkpoints'))
    if (siblings.some(([{ seed }]) => seed !== null)) continue
    const seeds = seedsOfSiblings(siblings.map(([{ name }]) => name))
    siblings.forEach((own, i) => {
      for (const file of own)
        if (seeds) Object.assign(file, { seed: seeds[i], seedFrom: 'the numbers of its siblings' })
    })
  }
}
