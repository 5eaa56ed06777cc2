/**
 * The reading that leads, for every run of the project that is shown: for the run table, and while a run trains as an alert. Runs are
 * read one at a time, behind all other questions. What has been told of runs that are over is kept beside them (`.cache/`).
 */
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EventName, EventPayload } from '../../contract/events'
import { leadOf, leadReading, type LeadReading, type Reading } from '../../domain/reading'
import { isUnfinished, kindOfRun, type RunInfo, type RunSpec } from '../../domain/run'
import { z } from '../../domain/words'
import { readJson, writeFileAtomic } from '../../project/files'
import { readRoles } from '../../project/roles-file'
import { readThresholds } from '../../project/thresholds-file'
import type { DiagnosedMate, DiagnoseTask } from '../../recordings/diagnosis'
import type { TaskPool } from '../task-pool'
import type { ProjectSession } from './project-session'

/** A run that trains is read again at most so often. */
const againMs = 5000
/** Of more runs than that, only those are read that somebody looks at: reading ten thousand takes minutes. */
const mostRead = 500

const keptFile = z.object({
  version: z.literal(1),
  /** Roles and thresholds that they were told by. */
  by: z.string(),
  runs: z.record(z.string(), z.object({ at: z.string(), lead: leadReading }))
})

/** All that has to be known of a run to read its lead, and while it trains its alerts; the runs are looked up before the first wait, after which they may be gone. */
export async function diagnoseTask(session: ProjectSession, runId: string): Promise<DiagnoseTask> {
  return withSaid(session, { ...mateOf(session, runId), whole: false, mates: [], seeds: seedsOf(session, runId) })
}

/** The same for everything that can be said of it. */
export async function wholeDiagnoseTask(session: ProjectSession, runId: string): Promise<DiagnoseTask> {
  const mates = matesOf(session, runId).map(({ id }) => mateOf(session, id))
  return withSaid(session, { ...mateOf(session, runId), whole: true, mates, seeds: seedsOf(session, runId) })
}

async function withSaid(session: ProjectSession, task: Omit<DiagnoseTask, 'said' | 'changes'>): Promise<DiagnoseTask> {
  const [{ chosen }, { changes }] = await Promise.all([readRoles(session.folder), readThresholds(session.folder)])
  return { ...task, said: chosen, changes }
}

function mateOf(session: ProjectSession, id: string): DiagnosedMate {
  const { spec, facts, totalSteps, status } = session.run(id)
  const [run] = session.sources([id])
  return { run, spec, facts: facts ?? null, ended: !isUnfinished(status), totalSteps }
}

/** Runs of its group that differ in their seed alone, the newest of them; what is over is read by itself in lists. */
function seedsOf(session: ProjectSession, runId: string): DiagnosedMate[] {
  const run = session.run(runId)
  const { spec } = run
  if (!spec) return []
  const recipe = recipeOf(spec)
  const same = ({ id, group, spec: other, step }: RunInfo): boolean =>
    id !== runId &&
    group === run.group &&
    step > 0 &&
    other !== null &&
    other.seed !== spec.seed &&
    recipeOf(other) === recipe
  return session
    .listRuns()
    .filter(same)
    .slice(-mostMates)
    .map(({ id }) => mateOf(session, id))
}

/** All that makes a run but its seed, as text. */
function recipeOf({ seed: _seed, streams: _streams, backend: _backend, ...recipe }: RunSpec): string {
  return JSON.stringify(recipe)
}

/** Runs that are done and whose steps are those of this one: the newest of them. */
function matesOf(session: ProjectSession, runId: string): RunInfo[] {
  const run = session.run(runId)
  const { spec } = run
  if (!spec) return []
  const same = ({ id, spec: other, status, lead }: RunInfo): boolean =>
    id !== runId &&
    other !== null &&
    status === 'done' &&
    lead?.severity !== 'problem' &&
    kindOfRun({ spec: other }) === kindOfRun(run) &&
    other.hooks.join('\0') === spec.hooks.join('\0') &&
    alike.every((key) => other.params[key] === spec.params[key])
  return session.listRuns().filter(same).slice(-mostMates)
}

/** Hyperparameters that say what a step is, and what learns. */
const alike = ['batchSize', 'trainSamples', 'trainFraction', 'model', 'operation', 'p', 'n', 'k']
const mostMates = 24

export class RunReadings {
  private session: ProjectSession | null = null
  private by = ''
  private readonly kept = new Map<string, { at: string; lead: LeadReading }>()
  private readonly stale = new Set<string>()
  /** When a run was read last. */
  private readonly readAt = new Map<string, number>()
  /** What has been said of runs that train, so that it is said once. */
  private readonly said = new Map<string, Set<string>>()
  private reading: Promise<void> | null = null
  private timer: NodeJS.Timeout | null = null
  /** What is being written into the project. */
  private keeping: Promise<void> = Promise.resolve()
  /** Grows with every project and every change of thresholds: what comes after it is dropped. */
  private version = 0

  constructor(
    private readonly queries: TaskPool,
    private readonly push: <N extends EventName>(session: ProjectSession, name: N, payload: EventPayload<N>) => void
  ) {}

  /** From now on for this project. */
  async begin(session: ProjectSession | null): Promise<void> {
    this.session = session
    this.said.clear()
    await this.changed()
    // Nothing is written into a project that has been closed.
    await this.keeping
  }

  /** A threshold or a role was changed: everything is told anew. */
  async changed(): Promise<void> {
    const { session } = this
    const mine = ++this.version
    this.stale.clear()
    this.kept.clear()
    this.readAt.clear()
    if (!session) return
    const [{ chosen }, { changes }] = await Promise.all([readRoles(session.folder), readThresholds(session.folder)])
    const by = JSON.stringify([chosen, changes])
    const file = await readJson(cacheOf(session)).then(
      (value) => keptFile.safeParse(value),
      () => null
    )
    if (mine !== this.version) return
    this.by = by
    if (file?.success && file.data.by === by) {
      for (const [id, one] of Object.entries(file.data.runs)) this.kept.set(id, one)
    }
    this.look(session.listRuns().map(({ id }) => id))
  }

  /** Runs that are new, or whose manifests have changed; those that train are looked at as they grow. */
  look(runIds: readonly string[], most = mostRead): void {
    const { session } = this
    if (!session) return
    const unread: string[] = []
    for (const id of runIds) {
      if (!session.has(id)) continue
      const run = session.run(id)
      const at = overAt(run)
      if (at === null) continue
      const known = this.kept.get(id)
      if (known?.at === at) session.showLead(id, known.lead)
      else unread.push(id)
    }
    // The newest first: it is what somebody looks at.
    const room = Math.max(0, most - this.stale.size)
    for (const id of unread.reverse().slice(0, room)) this.stale.add(id)
    this.go()
  }

  /** Reads every run that has not been read, however many: somebody asks for what leads in each of them. */
  async all(session: ProjectSession): Promise<void> {
    if (this.session !== session) await this.begin(session)
    this.look(
      session.listRuns().map(({ id }) => id),
      Infinity
    )
    await this.settled()
  }

  /** A run has new points. */
  grew(runId: string): void {
    this.stale.add(runId)
    this.go()
  }

  /** Resolves when nothing is left to be read now. */
  async settled(): Promise<void> {
    while (this.reading) await this.reading
  }

  private go(): void {
    this.reading ??= this.read().finally(() => {
      this.reading = null
    })
  }

  private async read(): Promise<void> {
    const { session, version } = this
    if (!session) return
    let read = 0
    for (let id = this.due(); id !== null && version === this.version; id = this.due()) {
      this.stale.delete(id)
      this.readAt.set(id, Date.now())
      if (session.has(id) && (await this.readOne(session, id, version))) read++
    }
    if (version !== this.version) return void (this.stale.size > 0 && queueMicrotask(() => this.go()))
    if (read > 0) await (this.keeping = this.keep(session))
    // The others are not due yet.
    if (this.stale.size > 0) this.timer ??= setTimeout(() => ((this.timer = null), this.go()), againMs).unref()
  }

  private due(): string | null {
    const { session } = this
    for (const id of this.stale) {
      // What it has come to in the end is told at once.
      const isOver = !session?.has(id) || overAt(session.run(id)) !== null
      if (isOver || Date.now() - (this.readAt.get(id) ?? 0) >= againMs) return id
    }
    return null
  }

  /** Whether it is to be kept: the run is over, and this is what it has come to. */
  private async readOne(session: ProjectSession, id: string, version: number): Promise<boolean> {
    const at = overAt(session.run(id))
    const task = await diagnoseTask(session, id)
    const readings = await this.queries.run('diagnosis', task).catch(() => null)
    if (!readings || version !== this.version || !session.has(id)) return false
    const lead = leadOf(readings)
    // Before it is shown: what is shown is looked at again.
    if (at !== null) this.kept.set(id, { at, lead })
    session.showLead(id, lead)
    if (at === null) this.tell(session, id, readings)
    return at !== null
  }

  private tell(session: ProjectSession, runId: string, readings: readonly Reading[]): void {
    const said = this.said.get(runId) ?? new Set()
    this.said.set(runId, said)
    for (const reading of readings) {
      if (reading.severity === 'note' || said.has(reading.rule)) continue
      said.add(reading.rule)
      this.push(session, 'diagnosis.found', { runId, name: session.run(runId).name, reading })
    }
  }

  private async keep(session: ProjectSession): Promise<void> {
    const runs = Object.fromEntries([...this.kept].filter(([id]) => session.has(id)))
    const file = cacheOf(session)
    // A project that cannot be written is read the next time, too.
    await mkdir(dirname(file), { recursive: true })
      .then(() => writeFileAtomic(file, JSON.stringify({ version: 1, by: this.by, runs })))
      .catch(() => undefined)
  }
}

function cacheOf(session: ProjectSession): string {
  return join(session.folder, '.cache', 'readings.json')
}

/** What says that a run records no more; null: it may. A followed log may always, and is looked at again with each of its steps. */
function overAt({ status, finishedAt, createdAt, step }: RunInfo): string | null {
  return isUnfinished(status) ? null : `${status} ${finishedAt ?? createdAt} ${step}`
}
