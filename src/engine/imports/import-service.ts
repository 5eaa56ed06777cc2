/** Imports recorded series as runs: reads and writes in worker threads, and lets them appear whole or not at all. */
import { randomBytes } from 'node:crypto'
import { readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { ImportSource } from '../../domain/import-source'
import { PhasescopeError } from '../../domain/errors'
import type { EventName, EventPayload } from '../../contract/events'
import { describeFileError, makeFolder, syncFolder, writeJson } from '../../project/files'
import type { ImportFile, LeftFile, ScannedSources } from '../../imports/sources'
import type { LogLink } from '../../project/log-links'
import type { RunManifest } from '../../project/manifests'
import { guard } from '../../project/places'
import { lives } from '../../project/processes'
import { newId } from '../../project/project-folder'
import { importCheckpoints } from './checkpoints'
import { alignRuns } from './alignment'
import { answer, besideFollowed, joinedManifest, partsOfRuns, type RunAnswer, saidTogether, tellShared } from './runs'
import { lostTo, unreadable } from './problems'
import type { Log } from '../log'
import type { Places, WorkerLauncher } from '../ports'
import type { ProjectSession } from '../project/project-session'
import { MeasuredCheckpoints } from './measured-checkpoints'
import { Staging } from './staging'
import { TaskPool } from '../task-pool'

export interface ImportRequest {
  job: string
  paths: string[]
  /** File to the column that counts its steps. */
  stepColumns: Record<string, string>
  /** The same for all files without an entry. */
  stepColumn?: string
  /** Of checkpoints: modules whose weights are measured, or patterns of them; null: those that are chosen unasked. */
  hooks?: string[] | null
  /** What the user says of runs, by the key of each (`ImportSource.run`). */
  answers?: Record<string, RunAnswer>
  /** Nothing is joined: each source is a run of its own. */
  apart?: boolean
  /** Read TensorBoard logs where they lie instead of copying them. */
  follow?: boolean
}

export interface Inspection {
  sources: ImportSource[]
  /** Every other file that was seen, with the reason. */
  left: LeftFile[]
  /** Whether logs among them could be followed where they lie. */
  canFollow: boolean
}

export interface Imported {
  runIds: string[]
  /** Every file with what became of it. */
  sources: ImportSource[]
}

export interface ImportServiceOptions {
  launcher: WorkerLauncher
  places: Places
  cores: number
  versions: Record<string, string>
  log: Log
  push<N extends EventName>(name: N, payload: EventPayload<N>): void
}

const pending = '.importing-'
/** The log keeps a thousand lines, and an import must not push out all others. */
const mostLogged = 50

export class ImportService {
  readonly staging: Staging
  /** A pool of its own: imports wait behind no fit, and curves behind no import. */
  private readonly pool: TaskPool
  private readonly measurements: MeasuredCheckpoints
  private readonly jobs = new Map<string, { abort: AbortController; writes: boolean; ended: Promise<unknown> }>()

  constructor(private readonly options: ImportServiceOptions) {
    this.pool = new TaskPool(options.launcher, Math.min(2, options.cores))
    this.staging = new Staging(join(options.places.userData, 'staging'))
    void this.staging.clean()
    const measured = join(options.places.userData, 'measured')
    this.measurements = new MeasuredCheckpoints(measured, options.versions)
    void this.measurements.sweep()
  }

  /** Imports that write into the project. */
  get running(): number {
    return [...this.jobs.values()].filter((job) => job.writes).length
  }

  cancel(job: string): void {
    this.jobs.get(job)?.abort.abort()
  }

  /** Ends every import and waits until nothing of them is left. */
  async settle(): Promise<void> {
    for (const { abort } of this.jobs.values()) abort.abort()
    await Promise.allSettled([...this.jobs.values()].map((job) => job.ended))
  }

  async close(): Promise<void> {
    await this.settle()
    await this.pool.close()
    await this.staging.close()
  }

  /** What the chosen files hold and what would become of them. Nothing is written. */
  inspect(request: ImportRequest): Promise<Inspection> {
    return this.during(request.job, false, async (signal) => {
      const { files: found, left } = await this.scan(request, signal)
      const refused = request.follow && this.canFollow(request, found) ? besideFollowed(found) : []
      const files = found.filter(({ file }) => !refused.some((source) => source.file === file))
      const inspect = (file: ImportFile): Promise<ImportSource> => this.inspectOne(file, request, signal)
      const sources = await this.forEach(request.job, 'Reading', files, signal, inspect)
      alignRuns(files, new Map(sources.map((source) => [source.file, source])))
      for (const parts of partsOfRuns(sources)) tellShared(parts)
      return { sources: [...sources, ...refused], left, canFollow: this.canFollow(request, found) }
    })
  }

  /** @param name group of the runs; null: the folder that each file lies in */
  run(session: ProjectSession, request: ImportRequest, name: string | null): Promise<Imported> {
    return this.during(request.job, true, async (signal) => {
      const { files } = await this.scan(request, signal)
      const runsFolder = join(session.folder, 'runs')
      await sweep(runsFolder)
      const folder = join(runsFolder, `${pending}${process.pid}-${randomBytes(4).toString('hex')}`)
      const links = new Map<string, LogLink>()
      const refused: ImportSource[] = []
      if (request.follow && this.canFollow(request, files)) {
        for (const { holds } of files)
          if (holds.kind === 'log' && !links.has(holds.root)) links.set(holds.root, session.linkTo(holds.root))
        refused.push(...besideFollowed(files))
      }
      const isRefused = new Set(refused.map(({ file }) => file))
      const possible = files.filter(({ file }) => !isRefused.has(file))
      const looked = await this.lookAtParts(possible, request, signal)
      const manifests = this.manifestsFor(possible, name, links)
      const wanted = possible.filter((file) => !isFollowed(session, manifests.get(file.run)!))
      await makeFolder(folder)
      try {
        const { sources, parts, keys } = await this.write(wanted, looked, manifests, folder, request, signal)
        if (signal.aborted) throw new PhasescopeError('cancelled', 'Cancelled.')
        const runs: RunManifest[] = []
        for (const own of parts.values()) {
          const run = joinedManifest(own)
          if (own.length > 1) await writeJson(join(folder, run.id, 'run.json'), run)
          runs.push(run)
        }
        // From here on it is renames only, which take no time; whatever happens, each run is whole or not there.
        for (const run of runs) await moveRun(join(folder, run.id), session.runFolder(run.id))
        await syncFolder(runsFolder)
        if (links.size > 0) await session.follow([...links.values()])
        session.adoptRuns(runs)
        await this.measurements.forget(keys)
        const told = [...sources, ...refused]
        this.report(told, runs.length)
        return { runIds: runs.map((run) => run.id), sources: told }
      } finally {
        // Tasks that still go on, because of a cancel or because another one failed, end here. A worker that dies this
        // moment may write a last file, so removing is tried again.
        this.cancel(request.job)
        await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }).catch(() => undefined)
      }
    })
  }

  /** What has parts is looked at first: what each counts, and which of them holds a series that another holds again. */
  private async lookAtParts(
    files: ImportFile[],
    request: ImportRequest,
    signal: AbortSignal
  ): Promise<Map<string, ImportSource>> {
    const counts = new Map<string, number>()
    for (const { run } of files) counts.set(run, (counts.get(run) ?? 0) + 1)
    const parts = files.filter((file) => isSet(file) || counts.get(file.run)! > 1)
    const inspect = (file: ImportFile): Promise<ImportSource> => this.inspectOne(file, request, signal)
    const sources = await this.forEach(request.job, 'Reading', parts, signal, inspect)
    const looked = new Map(sources.map((source) => [source.file, source]))
    alignRuns(files, looked)
    return looked
  }

  /** Writes every source into the folder of its run, event files and tables before checkpoints. @returns the parts of each run */
  private async write(
    files: ImportFile[],
    inspected: ReadonlyMap<string, ImportSource>,
    manifests: ReadonlyMap<string, RunManifest>,
    folder: string,
    request: ImportRequest,
    signal: AbortSignal
  ): Promise<{ sources: ImportSource[]; parts: Map<string, RunManifest[]>; keys: (string | null)[] }> {
    const { job } = request
    const runs = new Map<string, ImportFile[]>()
    for (const file of files) runs.set(file.run, [...(runs.get(file.run) ?? []), file])
    const renamed = new Map<string, Record<string, string | null>>()
    for (const parts of partsOfRuns([...inspected.values()]))
      for (const [file, tags] of tellShared(parts)) renamed.set(file, tags)

    const done: { file: ImportFile; source: ImportSource; manifest: RunManifest | null }[] = []
    const single = [...runs.values()].map((own) => own.filter((file) => !isSet(file))).filter((own) => own.length > 0)
    const singles = single.flat()
    let ended = 0
    const progress = (): void =>
      this.options.push('import.progress', { job, done: ended, total: singles.length, text: 'Importing' })
    if (singles.length > 0) progress()
    await Promise.all(
      single.map(async (own) => {
        for (const file of own) {
          const manifest = manifests.get(file.run)!
          const task = {
            file,
            stepColumn: stepColumnFor(file, request),
            renamed: renamed.get(file.file) ?? {},
            folder: join(folder, manifest.id),
            manifest
          }
          const result = await this.pool
            .run('importFile', task, signal)
            .catch((error: unknown) => ({ source: unreadable(file, lostTo(file.file, error)), manifest: null }))
          const told = inspected.get(file.file) ?? result.source
          done.push({ file, source: result.source.problem === null ? told : result.source, manifest: result.manifest })
          ended += 1
          if (!signal.aborted) progress()
        }
      })
    )
    const sets = files.filter(isSet).map((file) => {
      const manifest = manifests.get(file.run)!
      const source = inspected.get(file.file)!
      return { file, source, manifest, renamed: renamed.get(file.file) ?? {}, folder: join(folder, manifest.id) }
    })
    const measuring = (made: number, total: number): void =>
      this.options.push('import.progress', { job, done: made, total, text: 'Measuring checkpoints' })
    const measured = await importCheckpoints(this.pool, this.measurements, sets, signal, measuring)
    measured.done.forEach(({ source, manifest }, i) => done.push({ file: sets[i].file, source, manifest }))
    // In the order in which they were found, whichever was read first.
    const place = new Map(files.map((file, i) => [file, i]))
    done.sort((a, b) => place.get(a.file)! - place.get(b.file)!)
    const parts = new Map<string, RunManifest[]>()
    for (const { file, manifest } of done) if (manifest) parts.set(file.run, [...(parts.get(file.run) ?? []), manifest])
    return { sources: done.map(({ source }) => source), parts, keys: measured.keys }
  }

  private async during<T>(job: string, writes: boolean, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.jobs.has(job)) throw new PhasescopeError('busy', 'This import is already going on.')
    const abort = new AbortController()
    // A task that failed leaves others of the same job behind it in the queue: they end with the signal.
    const ended = work(abort.signal).finally(() => {
      abort.abort()
      this.jobs.delete(job)
    })
    this.jobs.set(job, { abort, writes, ended })
    return ended
  }

  private inspectOne(file: ImportFile, request: ImportRequest, signal: AbortSignal): Promise<ImportSource> {
    const task = { file, stepColumn: stepColumnFor(file, request), hooks: request.hooks ?? null }
    return this.pool
      .run('importInspect', task, signal)
      .catch((error: unknown) => unreadable(file, lostTo(file.file, error)))
  }

  private async scan(request: ImportRequest, signal: AbortSignal): Promise<ScannedSources> {
    const { paths, job, answers = {} } = request
    this.options.push('import.progress', { job, done: 0, total: 0, text: 'Looking for files' })
    const folder = dirname(paths[0])
    const loose = this.staging.owns(folder) ? folder : null
    const found = await this.pool.run('importScan', { paths, loose, partOf: saidTogether(answers) }, signal)
    answer(found.files, answers, request.apart ?? false)
    return found
  }

  private async forEach<T>(
    job: string,
    text: string,
    files: ImportFile[],
    signal: AbortSignal,
    work: (file: ImportFile) => Promise<T>
  ): Promise<T[]> {
    let done = 0
    const progress = (): void => this.options.push('import.progress', { job, done, total: files.length, text })
    progress()
    return Promise.all(
      files.map(async (file) => {
        const result = await work(file)
        done += 1
        if (!signal.aborted) progress()
        return result
      })
    )
  }

  /** Folders that the user has chosen stay where they are; what was dropped is a copy, and a file no folder. */
  private canFollow({ paths }: ImportRequest, files: ImportFile[]): boolean {
    const logs = files.flatMap(({ holds }) => (holds.kind === 'log' ? [holds] : []))
    const chosen = new Set(paths.map((path) => resolve(path)))
    return logs.length > 0 && logs.every(({ root }) => chosen.has(root) && !this.staging.owns(dirname(root)))
  }

  /** The manifest to be of each run, by its key. */
  private manifestsFor(
    files: ImportFile[],
    name: string | null,
    links: ReadonlyMap<string, LogLink>
  ): Map<string, RunManifest> {
    const createdAt = new Date().toISOString()
    const groups = new Map<string, { id: string; stem: string; seeds: Set<number> }>()
    const manifests = new Map<string, RunManifest>()
    for (const file of files) {
      if (manifests.has(file.run)) continue
      const groupName = name ?? file.group
      const group = groups.get(groupName) ?? { id: newId('group'), stem: newId(slug(groupName)), seeds: new Set() }
      groups.set(groupName, group)
      const ending = file.seed === null || group.seeds.has(file.seed) ? `n${manifests.size + 1}` : `s${file.seed}`
      if (file.seed !== null) group.seeds.add(file.seed)
      const log = files.flatMap(({ run, holds }) => (run === file.run && holds.kind === 'log' ? [holds] : []))[0]
      const link = log && links.get(log.root)
      manifests.set(file.run, {
        schemaVersion: 1,
        id: `${group.stem}-${ending}`,
        name: file.name,
        group: link?.id ?? group.id,
        groupName,
        spec: null,
        imported: null,
        log: link ? { folder: link.id, run: log.run } : null,
        status: 'done',
        message: null,
        createdAt,
        startedAt: null,
        finishedAt: createdAt,
        step: 0,
        totalSteps: 0,
        epoch: 0,
        totalEpochs: 0,
        elapsedSeconds: 0,
        last: {},
        notes: '',
        tags: [],
        versions: this.options.versions
      })
    }
    return manifests
  }

  private report(sources: ImportSource[], runs: number): void {
    const imported = sources.filter((source) => source.problem === null)
    const problems = sources.flatMap(({ problem }) => problem ?? [])
    for (const problem of problems.slice(0, mostLogged)) this.options.log.add('warning', 'Import', problem)
    // The same note on hundreds of files is one line.
    const notes = new Map<string, string[]>()
    for (const { file, notes: said } of imported) {
      for (const note of said) notes.set(note, [...(notes.get(note) ?? []), file])
    }
    for (const [note, files] of [...notes].slice(0, mostLogged)) {
      const where = files.length === 1 ? files[0] : `${files[0]} and ${files.length - 1} more`
      this.options.log.add('info', `Import of ${where}`, note)
    }
    const left = sources.length - imported.length
    const text = `${runs} ${runs === 1 ? 'run' : 'runs'} imported`
    this.options.log.add('info', 'Import', left === 0 ? `${text}.` : `${text}, ${left} left out.`)
  }
}

function isSet({ holds }: ImportFile): boolean {
  return holds.kind === 'checkpoints'
}

function isFollowed(session: ProjectSession, { log }: RunManifest): boolean {
  return log !== null && session.runsOfLog(log.folder).some((run) => run.log!.run === log.run)
}

function stepColumnFor(file: ImportFile, { stepColumns, stepColumn }: ImportRequest): string | null {
  return Object.hasOwn(stepColumns, file.file) ? stepColumns[file.file] : (stepColumn ?? null)
}

function slug(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return plain.slice(0, 40) || 'import'
}

async function moveRun(from: string, to: string): Promise<void> {
  await makeFolder(dirname(to))
  await rename(from, to).catch((error: unknown) => {
    throw describeFileError(error, to, 'written')
  })
}

/** What an import of a process that is gone has left behind. */
async function sweep(runsFolder: string): Promise<void> {
  await guard(runsFolder)
  for (const name of await readdir(runsFolder).catch(() => [])) {
    if (!name.startsWith(pending) || lives(Number(name.slice(pending.length).split('-')[0]))) continue
    await rm(join(runsFolder, name), { recursive: true, force: true }).catch(() => undefined)
  }
}
