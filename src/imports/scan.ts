/** Files to import: finding them in what the user chose. Names are relative to the choice. */
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { PhasescopeError } from '../contract/errors'
import { isSettings, whyLeft } from '../contract/left-files'
import { epochOfFile, naturalOrder, seedFromName, stemOf } from '../formats/file-names'
import { largest } from '../numeric/statistics'
import { byCodePoints, findLogRuns, isEventFile } from '../project/log-folder'
import type { LogRun } from '../project/log-folder'
import { joinRuns, trainingFolder } from './belonging'
import { checkpointSources } from './checkpoints/sources'
import { downloadOf } from './formats/downloads'
import { yamlField } from './formats/mlflow'
import { holdsRecordedValues } from './formats/npz'
import { numberSiblings, seedBeside } from './seeds'
import type { Holding, ImportFile, LeftFile, ScannedSources } from './sources'
import { type Peeked, peekTable, tableName } from './tables'
import { walkFolder, type WalkedFile, type WalkedFolder } from './walk'

/** Groups of files that were chosen without a folder. */
const looseGroup = 'Imported runs'

/**
 * Everything in the chosen files and folders that can be a run, in natural order.
 * @param loose folder that is no place of the user's own, so that its name means nothing
 * @throws PhasescopeError when a choice does not exist or holds too much
 */
export async function scanSources(paths: readonly string[], loose: string | null = null): Promise<ScannedSources> {
  const found = new Found()
  const single = new Map<string, string[]>()
  for (const path of new Set(paths.map((one) => resolve(one)))) {
    const info = await stat(path).catch(() => null)
    if (!info) throw new PhasescopeError('not-found', `${path} does not exist. Check the path.`)
    if (info.isDirectory()) await scanFolder(path, found)
    else if (!info.isFile()) throw new PhasescopeError('bad-request', `${path} is neither a file nor a folder.`)
    else single.set(dirname(path), [...(single.get(dirname(path)) ?? []), basename(path)])
  }
  for (const [folder, names] of single) await scanFiles(folder, names, folder === loose, found)
  const { files, left } = found
  await seedsFromSettings(files, found.folders)
  joinRuns(files)
  numberSiblings(files)
  makeDistinct(files)
  return { files, left }
}

class Found {
  readonly files: ImportFile[] = []
  readonly left: LeftFile[] = []
  /** The folder of each training on the disk, by its place below the choice. */
  readonly folders = new Map<string, string>()
}

async function scanFolder(root: string, found: Found): Promise<void> {
  const walked = await walkFolder(root)
  for (const { prefix, folder } of walked) found.folders.set(prefix, folder)
  // Paths of files that are part of a run, or told about already.
  const used = new Set<string>()
  for (const own of walked) {
    await recordedArchives(own, used, found)
    if (own.prefix.endsWith('/plots/metrics')) dvcliveRun(own, walked, used, found)
  }
  const others = foundFiles(walked).filter(({ path }) => !used.has(path))
  const { sources, used: parts } = checkpointSources(dirname(root), others, basename(root))
  for (const part of parts) used.add(part)
  for (const own of walked) if (isMlflowRun(own)) await mlflowRun(own, walked, used, found)
  for (const run of await findLogRuns(root)) {
    if (run.files.size === 0) continue
    found.files.push(logRun(root, run))
    const prefix = run.name === '.' ? basename(root) : `${basename(root)}/${run.name.replaceAll('\\', '/')}`
    for (const name of run.files.keys()) used.add(`${prefix}/${name}`)
  }
  const states = await newestStates(walked, found.left)
  for (const own of walked) {
    const files = own.files.filter(({ name }) => !used.has(`${own.prefix}/${name}`) && !isEventFile(name))
    const told = states.left
    await scanNames(own, files.filter(({ name }) => !told.has(`${own.prefix}/${name}`)), found) // prettier-ignore
  }
  found.files.push(...sources)
}

function foundFiles(walked: readonly WalkedFolder[]): { path: string; bytes: number; modifiedMs: number }[] {
  return walked.flatMap(({ prefix, files }) =>
    files.map(({ name, bytes, modifiedMs }) => ({ path: `${prefix}/${name}`, bytes, modifiedMs }))
  )
}

/** The files of one folder that are recorded values, and why the others are not. */
async function scanNames(own: WalkedFolder, files: readonly WalkedFile[], found: Found): Promise<void> {
  const { folder, prefix } = own
  const rest = await epochsAndDownloads(folder, prefix, files, false, found)
  const tables: ImportFile[] = []
  const hasEpochs = files.some(({ name }) => epochOfFile(name) !== null)
  for (const { name, bytes, modifiedMs } of rest) {
    const file = `${prefix}/${name}`
    if (hasEpochs) {
      found.left.push({
        file,
        reason: 'it lies beside the epochs of a run of visualizing-training, which hold its values'
      })
      continue
    }
    const kind = tableName(name) === 'possible' && isSettings(name) ? null : tableName(name)
    const labels = /^(metadata|labels?|tensors?|vectors|embeddings?)\.tsv$/i.test(name)
    const peeked = kind === null || labels ? null : await peekTable(join(folder, name), file, bytes)
    const isTable =
      peeked !== null &&
      (kind === 'table' || peeked.kind === 'unsure' || (peeked.kind === 'runs' && isLog(name, peeked)))
    if (!isTable) {
      const why = labels ? 'labels or vectors of an embedding' : whyLeft(file)
      found.left.push({ file, reason: why })
      continue
    }
    const parts = peeked.kind === 'runs' ? peeked.parts : [{ part: null, seed: null }]
    const base = tableSource(join(folder, name), file, prefix, basename(folder), { bytes, modifiedMs })
    for (const { part, seed } of parts) tables.push(part === null ? { ...base, seed: base.seed ?? seed } : partOf(base, part, seed)) // prettier-ignore
  }
  // In a folder of its own, the folder's name tells more: seed_3/metrics.csv.
  const names = new Set(tables.map(({ file }) => stemOf(file.split(partMark)[0])))
  const training = trainingFolder(prefix).split('/')
  const called = training[training.length - 1]
  const folderSeed = seedFromName(called)
  if (names.size === 1 && tables.every(({ seed }) => seed === null) && (folderSeed !== null || prefix.includes('/'))) {
    for (const table of tables) {
      const isPart = table.file.includes(partMark)
      if (!isPart) Object.assign(table, { seed: folderSeed, name: called })
      if (prefix.includes('/')) table.group = isPart ? called : (training[training.length - 2] ?? called)
    }
  }
  for (const table of tables) if (/(^|\/)trainer_state\.json$/.test(table.file)) nameByTraining(table)
  found.files.push(...tables)
}

/** Hugging Face: `output/checkpoint-200/trainer_state.json` is the history of the training in `output`. */
function nameByTraining(table: ImportFile): void {
  const home = trainingOfState(table.home)
  if (home === table.home) return
  const parts = home.split('/')
  const name = parts[parts.length - 1]
  Object.assign(table, { home, name, group: parts[parts.length - 2] ?? name, seed: seedFromName(name) })
}

/** One JSON object is a result or settings; a text is a table when something counts its rows. */
function isLog(name: string, { parts }: Extract<Peeked, { kind: 'runs' }>): boolean {
  const isDocument = /\.json(\.gz)?$/i.test(name)
  return parts.some(({ rows, columns, counted }) =>
    isDocument ? rows > 1 && columns.length > 0 : rows > 0 && columns.length > 1 && counted
  )
}

/** Run folders of visualizing-training, and TensorBoard's downloads. @returns the other files */
async function epochsAndDownloads(
  folder: string,
  prefix: string,
  files: readonly WalkedFile[],
  isLoose: boolean,
  found: Found
): Promise<WalkedFile[]> {
  const epochs = files.filter(({ name }) => epochOfFile(name) !== null)
  if (epochs.length > 0) found.files.push(epochRun(folder, epochs, prefix, isLoose))
  const downloads = new Map<string, { file: WalkedFile; tag: string }[]>()
  for (const file of files) {
    const download = downloadOf(file.name)
    if (download) downloads.set(download.run, [...(downloads.get(download.run) ?? []), { file, tag: download.tag }])
  }
  for (const [run, series] of downloads) {
    found.files.push({
      ...sourceOf(`${prefix}/run-${run}-tag-*`, run, isLoose ? looseGroup : basename(folder), prefix),
      ...sizeOf(series.map(({ file }) => file)),
      holds: { kind: 'downloads', folder, series: series.map(({ file, tag }) => ({ name: file.name, tag })) }
    })
  }
  return files.filter((file) => !epochs.includes(file) && downloadOf(file.name) === null)
}

async function scanFiles(folder: string, names: readonly string[], isLoose: boolean, found: Found): Promise<void> {
  const prefix = isLoose ? looseGroup : basename(folder)
  found.folders.set(prefix, folder)
  const files = await Promise.all(
    names.map(async (name): Promise<WalkedFile> => {
      const { size, mtimeMs } = await stat(join(folder, name))
      return { name, bytes: size, modifiedMs: mtimeMs }
    })
  )
  const logs = files.filter(({ name }) => isEventFile(name)).sort((a, b) => byCodePoints(a.name, b.name))
  if (logs.length > 0) {
    const sizes = new Map(logs.map(({ name, bytes }) => [name, bytes]))
    const modifiedMs = largest(logs.map((file) => file.modifiedMs))
    found.files.push(logRun(folder, { name: '.', folder, files: sizes, modifiedMs }, isLoose))
  }
  const all = files.map(({ name, bytes, modifiedMs }) => ({ path: name, bytes, modifiedMs }))
  const archives = new Set<string>()
  await recordedArchives({ folder, prefix, files, folders: [] }, archives, found)
  const isArchive = (name: string): boolean => archives.has(`${prefix}/${name}`)
  const checkpoints = checkpointSources(folder, all.filter(({ path }) => !isArchive(path)), prefix) // prettier-ignore
  found.files.push(...checkpoints.sources)
  const others = files.filter(
    (file) => !logs.includes(file) && !checkpoints.used.has(file.name) && !isArchive(file.name)
  )
  const rest = await epochsAndDownloads(folder, prefix, others, isLoose, found)
  // Whatever was chosen by itself is a source, so that its refusal can be told.
  for (const { name, bytes, modifiedMs } of rest.sort((a, b) => naturalOrder(a.name, b.name))) {
    const base = tableSource(join(folder, name), name, prefix, prefix, { bytes, modifiedMs })
    const peeked = await peekTable(join(folder, name), name, bytes)
    const parts = peeked.kind === 'runs' ? peeked.parts : [{ part: null, seed: null }]
    for (const { part, seed } of parts) found.files.push(part === null ? { ...base, seed: base.seed ?? seed } : partOf(base, part, seed)) // prettier-ignore
  }
}

function sourceOf(file: string, name: string, group: string, home: string): Omit<ImportFile, 'holds'> {
  return {
    ...{ file, run: file, name, group, seed: seedFromName(name), seedFrom: null, bytes: 0, modifiedMs: 0 },
    ...{ home, prefix: null, notes: [] }
  }
}

function sizeOf(files: readonly WalkedFile[]): { bytes: number; modifiedMs: number } {
  return {
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    modifiedMs: largest(files.map(({ modifiedMs }) => modifiedMs))
  }
}

function tableSource(
  path: string,
  file: string,
  home: string,
  group: string,
  size: { bytes: number; modifiedMs: number }
): ImportFile {
  const holds: Holding = { kind: 'table', path, part: null }
  return { ...sourceOf(file, stemOf(basename(path).replace(/\.gz$/i, '')), group, home), ...size, holds }
}

/** Between the name of a file and that of a run in it. */
const partMark = ' › '

/** One of several runs in a file; they are a group. */
function partOf(base: ImportFile, part: string, seed: number | null): ImportFile {
  const holds: Holding = { ...(base.holds as Extract<Holding, { kind: 'table' }>), part }
  const file = `${base.file}${partMark}${part}`
  const name = seed !== null && /^\d+$/.test(part) ? `seed ${part}` : part
  return { ...base, file, run: file, name, group: base.name, seed: seed ?? seedFromName(part), holds }
}

/** One run of TensorBoard logs; its name is the path below the chosen folder. */
function logRun(root: string, run: LogRun, isLoose = false): ImportFile {
  const top = isLoose ? looseGroup : basename(root)
  const name = run.name === '.' ? top : run.name.replaceAll('\\', '/')
  const file = run.name === '.' ? top : `${top}/${name}`
  return {
    ...sourceOf(file, name, top, file),
    seed: seedFromName(basename(name)),
    bytes: [...run.files.values()].reduce((sum, size) => sum + size, 0),
    modifiedMs: run.modifiedMs,
    holds: { kind: 'log', root, run: run.name, folder: run.folder, files: [...run.files.keys()] }
  }
}

function epochRun(folder: string, files: readonly WalkedFile[], prefix: string, isLoose: boolean): ImportFile {
  const name = isLoose ? looseGroup : basename(folder)
  const parts = files.map((part) => ({ name: part.name, epoch: epochOfFile(part.name)! }))
  return {
    ...sourceOf(prefix, name, isLoose ? looseGroup : prefix.includes('/') ? basename(dirname(folder)) : name, prefix),
    ...(isLoose && { seed: null }),
    ...sizeOf(files),
    holds: { kind: 'epochs', folder, parts: parts.sort((a, b) => a.epoch - b.epoch) }
  }
}

/** NumPy archives of what was recorded lie beside weights of the same kind of file. */
async function recordedArchives(
  { folder, prefix, files }: WalkedFolder,
  used: Set<string>,
  found: Found
): Promise<void> {
  for (const { name, bytes, modifiedMs } of files) {
    if (!/\.npz$/i.test(name) || !(await holdsRecordedValues(join(folder, name), bytes))) continue
    used.add(`${prefix}/${name}`)
    const holds: Holding = { kind: 'npz', path: join(folder, name) }
    found.files.push({ ...tableSource(join(folder, name), `${prefix}/${name}`, prefix, basename(folder), { bytes, modifiedMs }), holds }) // prettier-ignore
  }
}

/** @param plots the folder plots/metrics of the run */
function dvcliveRun(plots: WalkedFolder, walked: readonly WalkedFolder[], used: Set<string>, found: Found): void {
  const home = plots.prefix.slice(0, -'/plots/metrics'.length)
  const metrics = filesBelow(walked, plots.prefix).filter(({ name }) => /\.tsv$/i.test(name))
  if (metrics.length === 0) return
  for (const { name } of metrics) used.add(`${plots.prefix}/${name}`)
  const parts = home.split('/')
  const name = parts[parts.length - 1]
  found.files.push({
    ...sourceOf(home, name, parts[parts.length - 2] ?? name, home),
    ...sizeOf(metrics),
    holds: { kind: 'dvclive', folder: dirname(dirname(plots.folder)), metrics: metrics.map((file) => file.name) }
  })
}

/** Files in a folder and everywhere below it, by their paths in it. */
function filesBelow(walked: readonly WalkedFolder[], prefix: string): WalkedFile[] {
  return walked.flatMap((one) => {
    if (one.prefix !== prefix && !one.prefix.startsWith(`${prefix}/`)) return []
    const inner = one.prefix.slice(prefix.length + 1)
    return one.files.map((file) => ({ ...file, name: inner === '' ? file.name : `${inner}/${file.name}` }))
  })
}

function isMlflowRun({ files, folders }: WalkedFolder): boolean {
  return files.some(({ name }) => name === 'meta.yaml') && folders.includes('metrics')
}

async function mlflowRun(
  { folder, prefix, files }: WalkedFolder,
  walked: readonly WalkedFolder[],
  used: Set<string>,
  found: Found
): Promise<void> {
  const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')
  const meta = await read(join(folder, 'meta.yaml'))
  if (!/^(run_id|run_uuid|lifecycle_stage|artifact_uri):/m.test(meta)) return
  const below = (part: string): WalkedFile[] => filesBelow(walked, `${prefix}/${part}`)
  const metrics = below('metrics')
  for (const part of ['metrics', 'params', 'tags'])
    for (const { name } of below(part)) used.add(`${prefix}/${part}/${name}`)
  used.add(`${prefix}/meta.yaml`)
  if (metrics.length === 0) {
    found.left.push({ file: prefix, reason: 'an MLflow run without metrics' })
    return
  }
  const tag = (await read(join(folder, 'tags', 'mlflow.runName'))).trim()
  const name = tag || (yamlField(meta, 'run_name') ?? basename(folder))
  const experiment = yamlField(await read(join(dirname(folder), 'meta.yaml')), 'name')
  const seed = Number((await read(join(folder, 'params', 'seed'))).trim() || NaN)
  used.add(`${prefix.slice(0, prefix.lastIndexOf('/'))}/meta.yaml`)
  found.files.push({
    ...sourceOf(prefix, name, experiment ?? basename(dirname(folder)), prefix),
    ...(Number.isSafeInteger(seed) && { seed, seedFrom: 'params/seed' }),
    ...sizeOf([...metrics, ...files.slice(0, 1)]),
    bytes: metrics.reduce((sum, { bytes }) => sum + bytes, 0),
    holds: { kind: 'mlflow', folder, metrics: metrics.map((file) => file.name).sort(naturalOrder) }
  })
}

/**
 * Hugging Face writes the whole history so far into each checkpoint: of a training's trainer_state.json files the longest is read.
 * @param left is told of the others
 */
async function newestStates(walked: readonly WalkedFolder[], left: LeftFile[]): Promise<{ left: Set<string> }> {
  const states = new Map<string, { file: string; rows: number }[]>()
  for (const { folder, prefix, files } of walked) {
    const state = files.find(({ name }) => name === 'trainer_state.json')
    if (!state) continue
    const file = `${prefix}/${state.name}`
    const peeked = await peekTable(join(folder, state.name), file, state.bytes)
    const training = trainingOfState(prefix)
    const rows = peeked.kind === 'runs' ? peeked.parts[0].rows : 0
    states.set(training, [...(states.get(training) ?? []), { file, rows }])
  }
  const others = new Set<string>()
  for (const same of states.values()) {
    // Without a history, as in the middle of nothing, they are settings like others.
    if (same.every(({ rows }) => rows === 0)) continue
    const [kept, ...rest] = same.sort((a, b) => b.rows - a.rows || a.file.length - b.file.length)
    for (const { file } of rest) {
      others.add(file)
      left.push({ file, reason: `a beginning of the same history as ${kept.file}` })
    }
  }
  return { left: others }
}

/** `output/checkpoint-200` is of the training in `output`. */
function trainingOfState(prefix: string): string {
  return prefix.replace(/\/checkpoint-\d+$/, '')
}

/** Seeds that no name tells, from the settings in the folder of the training or just above it. */
async function seedsFromSettings(files: readonly ImportFile[], folders: ReadonlyMap<string, string>): Promise<void> {
  const asked = new Map<string, Awaited<ReturnType<typeof seedBeside>>>()
  for (const file of files) {
    if (file.seed !== null || file.file.includes(partMark)) continue
    const folder = folders.get(file.home)
    if (folder === undefined) continue
    if (!asked.has(folder)) asked.set(folder, await seedBeside(folder))
    const beside = asked.get(folder)
    if (!beside) continue
    file.seed = beside.seed
    file.seedFrom = beside.from
  }
}

/** Files of equal names from different folders; and runs of equal names in one group, told apart by their folders. */
function makeDistinct(files: ImportFile[]): void {
  const seen = new Map<string, number>()
  for (const item of files) {
    const count = (seen.get(item.file) ?? 0) + 1
    seen.set(item.file, count)
    if (count === 1) continue
    const isAlone = item.run === item.file
    item.file = `${item.file} (${count})`
    if (isAlone) item.run = item.file
  }
  const names = new Map<string, ImportFile[]>()
  for (const item of files) {
    const key = `${item.group}/${item.name}`
    names.set(key, [...(names.get(key) ?? []), item])
  }
  for (const same of names.values()) {
    if (new Set(same.map(({ run }) => run)).size > 1)
      for (const item of same) item.name = item.holds.kind === 'table' ? item.run.replace(/\.[^./]+$/, '') : item.home
  }
}
