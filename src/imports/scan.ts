/** Files to import: finding them in what the user chose, and reading one of them. Names are relative to the choice. */
import { createReadStream } from 'node:fs'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { PhasescopeError } from '../contract/errors'
import { type CheckpointUnit, type FoundFile } from './checkpoints/units'
import { readDelimited } from '../formats/delimited'
import { epochOfFile, naturalOrder, seedFromName, seedsOfSiblings, stemOf } from '../formats/file-names'
import { FormatError } from '../formats/format-error'
import { readJsonLines } from '../formats/json-lines'
import { checkEpochs, collateEpochs, readEpoch } from './epoch-files'
import type { ImportFormat, RawTable } from '../formats/types'
import { checkpointSources } from './checkpoints/sources'
import { unreadable } from './checkpoints/open'
import { describeFileError } from '../project/files'
import { byCodePoints, findLogRuns, isEventFile } from '../project/log-folder'
import type { LogRun } from '../project/log-folder'
import { largest } from '../numeric/statistics'

/** One run to be: a file, or the epoch files of a run folder. */
export interface ImportFile {
  /** Unique within one import: the path below the chosen folder, that folder's name first. */
  file: string
  /** Name of the run to be. */
  name: string
  group: string
  seed: number | null
  /** The file, or the folder of the parts. */
  path: string
  /** `epochN.json` files of visualizing-training, or null for a file that stands alone. */
  parts: { name: string; epoch: number }[] | null
  bytes: number
  modifiedMs: number
  /** A run of TensorBoard logs: the chosen folder, the run's name below it, and its event files in `path`. */
  log: { root: string; run: string; files: string[] } | null
  /** Checkpoints of one training, as another program has written them. */
  checkpoints: CheckpointSet | null
}

export interface CheckpointSet {
  /** Folder that the units' paths are below. */
  root: string
  units: CheckpointUnit[]
  /** What was left out, in sentences. */
  notes: string[]
}

export interface ScannedSources {
  files: ImportFile[]
  /** Files of other kinds that lie beside them. */
  ignored: string[]
}

export interface ReadFile {
  format: ImportFormat
  table: RawTable
}

const tableEndings = new Set(['.csv', '.tsv', '.jsonl', '.ndjson'])
/** Beside tables such files are notes and settings; only where there are no tables, they may be some. */
const otherEndings = new Set(['.txt', '.json'])
const mostEntries = 50_000
const deepest = 8
const mostBytes = 256 * 1024 * 1024
/** Groups of files that were chosen without a folder. */
const looseGroup = 'Imported runs'

/**
 * Everything in the chosen files and folders that can be a run, in natural order. Hidden files are not looked at.
 * @param loose folder that is no place of the user's own, so that its name means nothing
 * @throws PhasescopeError when a choice does not exist or holds too much
 */
export async function scanSources(paths: readonly string[], loose: string | null = null): Promise<ScannedSources> {
  const found: ScannedSources = { files: [], ignored: [] }
  const chosen = [...new Set(paths.map((path) => resolve(path)))]
  const single = new Map<string, string[]>()
  let entries = 0

  // A link may lead back to a folder above it.
  const walked = new Set<string>()
  let walkedFiles: FoundFile[] = []
  const walk = async (folder: string, prefix: string, depth: number): Promise<void> => {
    const real = await realpath(folder)
    if (walked.has(real)) return
    walked.add(real)
    const names = (await entriesOf(folder, prefix)).filter((name) => !name.startsWith('.')).sort(naturalOrder)
    entries += names.length
    if (entries > mostEntries) {
      const text = `${basename(chosen[0])} holds more than ${mostEntries} files. Choose the folder with the runs themselves.`
      throw new PhasescopeError('bad-request', text)
    }
    const files: string[] = []
    const folders: string[] = []
    // The checkpoints of our own runs are for continuing them: their metrics are recorded already.
    const isRun = names.includes('run.json')
    for (const name of names) {
      const info = await stat(join(folder, name)).catch(() => null)
      if (info?.isDirectory()) {
        if (!isRun || name !== 'checkpoints') folders.push(name)
      } else if (info?.isFile()) {
        files.push(name)
        walkedFiles.push({ path: `${prefix}/${name}`, bytes: info.size, modifiedMs: info.mtimeMs })
      }
    }
    await take(folder, files, prefix)
    if (depth < deepest) for (const name of folders) await walk(join(folder, name), `${prefix}/${name}`, depth + 1)
  }

  const take = async (folder: string, names: string[], prefix: string): Promise<void> => {
    const epochs = names.filter((name) => epochOfFile(name) !== null)
    if (epochs.length > 0) found.files.push(await epochRun(folder, epochs, prefix, folder === loose))
    const ending = (endings: Set<string>) => names.filter((name) => endings.has(extname(name).toLowerCase()))
    const sure = ending(tableEndings)
    const tables = epochs.length > 0 ? [] : sure.length > 0 ? sure : ending(otherEndings)
    for (const name of tables) {
      const item = await tableFile(join(folder, name), `${prefix}/${name}`, basename(folder))
      // In a folder of its own, the folder's name tells more: seed_3/metrics.csv.
      const folderSeed = seedFromName(basename(folder))
      if (tables.length === 1 && item.seed === null && (folderSeed !== null || prefix.includes('/'))) {
        item.seed = folderSeed
        item.name = basename(folder)
        if (prefix.includes('/')) item.group = basename(dirname(folder))
      }
      found.files.push(item)
    }
    const used = new Set([...epochs, ...tables])
    found.ignored.push(
      ...names.filter((name) => !used.has(name) && !isEventFile(name)).map((name) => `${prefix}/${name}`)
    )
  }

  for (const path of chosen) {
    const info = await stat(path).catch(() => null)
    if (!info) throw new PhasescopeError('not-found', `${path} does not exist. Check the path.`)
    if (info.isDirectory()) {
      const logs = (await findLogRuns(path)).filter((run) => run.files.size > 0)
      const before = found.files.length
      walkedFiles = []
      await walk(path, basename(path), 0)
      const checkpoints = checkpointSources(dirname(path), walkedFiles, basename(path))
      if (checkpoints.sources.length > 0) {
        // Settings and notes that lie among checkpoints are no recorded series, and parts of checkpoints no other files.
        const isNote = (file: string): boolean => otherEndings.has(extname(file).toLowerCase())
        const tables = found.files.splice(before)
        found.files.push(...tables.filter(({ file, parts }) => parts !== null || !isNote(file)))
        found.ignored.push(
          ...tables.filter(({ file, parts }) => parts === null && isNote(file)).map(({ file }) => file)
        )
        found.ignored = found.ignored.filter((file) => !checkpoints.used.has(file))
      }
      // Tables that lie among logs belong to them (embeddings, settings): whoever means them chooses them by themselves.
      if (logs.length > 0) found.ignored.push(...found.files.splice(before).map(({ file }) => file))
      found.files.push(...logs.map((run) => logRun(path, run)), ...checkpoints.sources)
    } else if (!info.isFile()) throw new PhasescopeError('bad-request', `${path} is neither a file nor a folder.`)
    else single.set(dirname(path), [...(single.get(dirname(path)) ?? []), basename(path)])
  }
  for (const [folder, names] of single) {
    const logs = names.filter(isEventFile).sort(byCodePoints)
    if (logs.length > 0) {
      const infos = await Promise.all(logs.map((name) => stat(join(folder, name))))
      const files = new Map(logs.map((name, i) => [name, infos[i].size]))
      const modifiedMs = largest(infos.map((info) => info.mtimeMs))
      found.files.push(logRun(folder, { name: '.', folder, files, modifiedMs }, folder === loose))
    }
    const epochs = names.filter((name) => epochOfFile(name) !== null)
    const prefix = folder === loose ? looseGroup : basename(folder)
    if (epochs.length > 0) found.files.push(await epochRun(folder, epochs, prefix, folder === loose))
    const infos = await Promise.all(names.map((name) => stat(join(folder, name))))
    const all = names.map((name, i) => ({ path: name, bytes: infos[i].size, modifiedMs: infos[i].mtimeMs }))
    const checkpoints = checkpointSources(folder, all, prefix)
    found.files.push(...checkpoints.sources)
    const taken = new Set([...epochs, ...logs, ...checkpoints.used])
    for (const name of names.filter((other) => !taken.has(other)).sort(naturalOrder)) {
      found.files.push(await tableFile(join(folder, name), name, prefix))
    }
  }
  numberSiblings(found.files)
  makeDistinct(found.files)
  return found
}

/** Runs of one group that nothing but a number tells apart have it for a seed. Checkpoints are told apart by their paths. */
function numberSiblings(files: readonly ImportFile[]): void {
  const groups = new Map<string, ImportFile[]>()
  for (const file of files) if (!file.checkpoints) groups.set(file.group, [...(groups.get(file.group) ?? []), file])
  for (const siblings of groups.values()) {
    if (siblings.some(({ seed }) => seed !== null)) continue
    const seeds = seedsOfSiblings(siblings.map(({ name }) => name))
    siblings.forEach((file, i) => (file.seed = seeds?.[i] ?? null))
  }
}

async function entriesOf(folder: string, name: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    throw describeFileError(error, name, 'read')
  })
}

async function tableFile(path: string, file: string, group: string): Promise<ImportFile> {
  const { size, mtimeMs } = await stat(path)
  const name = stemOf(basename(path))
  return {
    file,
    name,
    group,
    seed: seedFromName(name),
    path,
    parts: null,
    bytes: size,
    modifiedMs: mtimeMs,
    log: null,
    checkpoints: null
  }
}

/** One run of TensorBoard logs; its name is the path below the chosen folder. */
function logRun(root: string, run: LogRun, isLoose = false): ImportFile {
  const top = isLoose ? looseGroup : basename(root)
  const name = run.name === '.' ? top : run.name.replaceAll('\\', '/')
  return {
    file: run.name === '.' ? top : `${top}/${name}`,
    name,
    group: top,
    seed: seedFromName(basename(name)),
    path: run.folder,
    parts: null,
    bytes: [...run.files.values()].reduce((sum, size) => sum + size, 0),
    modifiedMs: run.modifiedMs,
    log: { root, run: run.name, files: [...run.files.keys()] },
    checkpoints: null
  }
}

async function epochRun(folder: string, names: string[], prefix: string, isLoose: boolean): Promise<ImportFile> {
  const infos = await Promise.all(names.map((name) => stat(join(folder, name))))
  const name = isLoose ? looseGroup : basename(folder)
  return {
    file: prefix,
    name,
    group: isLoose ? looseGroup : prefix.includes('/') ? basename(dirname(folder)) : name,
    seed: isLoose ? null : seedFromName(name),
    path: folder,
    parts: names.map((part) => ({ name: part, epoch: epochOfFile(part)! })).sort((a, b) => a.epoch - b.epoch),
    bytes: infos.reduce((sum, info) => sum + info.size, 0),
    modifiedMs: largest(infos.map((info) => info.mtimeMs)),
    log: null,
    checkpoints: null
  }
}

/** Files of equal names from different folders; and runs of equal names in one group, told apart by their folders. */
function makeDistinct(files: ImportFile[]): void {
  const seen = new Map<string, number>()
  for (const item of files) {
    const count = (seen.get(item.file) ?? 0) + 1
    seen.set(item.file, count)
    if (count > 1) item.file = `${item.file} (${count})`
  }
  const names = new Map<string, ImportFile[]>()
  for (const item of files) {
    const key = `${item.group}/${item.name}`
    names.set(key, [...(names.get(key) ?? []), item])
  }
  for (const same of names.values()) {
    if (same.length > 1) for (const item of same) item.name = item.file.replace(/\.[^./]+$/, '')
  }
}

/** @throws FormatError when the file is not what it should be, PhasescopeError when it cannot be read at all */
export async function readSource(source: ImportFile): Promise<ReadFile> {
  if (source.parts) {
    checkEpochs(source.parts, source.file)
    const points = []
    for (const { name, epoch } of source.parts) {
      const part = `${source.file}/${name}`
      points.push(readEpoch(await readText(join(source.path, name), part), epoch, part))
    }
    return { format: 'visualizing-training', table: collateEpochs(points) }
  }
  const text = await readText(source.path, source.file)
  const ending = extname(source.path).toLowerCase()
  const isJson = ending === '.jsonl' || ending === '.ndjson' || /^\s*\{/.test(text)
  if (isJson) return { format: 'json-lines', table: readJsonLines(text, source.file) }
  if (ending === '.json') {
    const remedy = 'Write one JSON object per line, or choose a run folder with epochN.json files.'
    throw new FormatError(source.file, null, `is a JSON document that Phasescope does not know. ${remedy}`)
  }
  return { format: 'csv', table: readDelimited(text, source.file) }
}

async function readText(path: string, file: string): Promise<string> {
  const { size } = await stat(path).catch((error: unknown) => refuse(file, error))
  if (size > mostBytes) {
    const limit = `files up to ${mostBytes / 2 ** 20} MB can be imported`
    throw new FormatError(
      file,
      null,
      `has ${Math.round(size / 2 ** 20)} MB; ${limit}. Leave out columns or rows, or split it.`
    )
  }
  // Before a large file is read whole: whether it is text at all.
  if (isBinary(await beginning(path).catch((error: unknown) => refuse(file, error)))) {
    throw new FormatError(file, null, 'is not a text file. Choose CSV, JSON lines or epochN.json files.')
  }
  const bytes = await readFile(path).catch((error: unknown) => refuse(file, error))
  return decodeText(bytes, file)
}

async function beginning(path: string): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of createReadStream(path, { end: 65_535 })) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null
}

function isBinary(bytes: Uint8Array): boolean {
  return utf16Of(bytes) === null && bytes.includes(0)
}

/** UTF-8, or UTF-16 where the file begins with its mark, as spreadsheets save "Unicode text". */
function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder(utf16Of(bytes) ?? 'utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new FormatError(file, `line ${firstBadLine(bytes)}`, 'this is not UTF-8 text. Save the file as UTF-8.')
  }
}

function firstBadLine(bytes: Uint8Array): number {
  let line = 1
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(10, start)
    const stop = end < 0 ? bytes.length : end
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, stop))
    } catch {
      return line
    }
    start = stop + 1
  }
  return line
}

function refuse(file: string, error: unknown): never {
  throw unreadable(file, error)
}
