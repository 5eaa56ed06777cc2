/**
 * Looks at the log folders that the open project follows, twice a second, and tells what is new: runs that have
 * appeared, runs that have grown. Also runs of the project that another process begins and trains. Reading what they
 * hold is left to whoever shows them; only the run table's numbers are asked for, one run at a time behind all other
 * questions.
 */
import type { LogFolderInfo } from '../../domain/project'
import type { EventName, EventPayload } from '../../contract/events'
import { makeFolder } from '../../project/files'
import { seedOfLogRun } from '../../project/log-folder'
import { newId } from '../../project/project-folder'
import type { RunManifest } from '../../project/manifests'
import type { ComputeTasks } from '../../threads/messages'
import { rolesFile } from '../../project/roles-file'
import { thresholdsFile } from '../../project/thresholds-file'
import { viewsFile } from '../requests/views'
import type { Log } from '../log'
import type { WorkerLauncher } from '../ports'
import type { ProjectSession } from './project-session'
import { TaskPool } from '../task-pool'

const intervalMs = 500
/** Looking may take this share of a core: folders with tens of thousands of runs are looked at less often. */
const busyShare = 0.2

/** Files that were written this recently may have grown since somebody read them. */
const lateMs = 60_000

/** Whether other programs still live is looked at in one of so many turns. */
const lookAfterTurns = 4

const goneText = 'Its event files are no longer in the log folder.'

type Look = ComputeTasks['followLogs']['out']

export interface LogFollowerOptions {
  launcher: WorkerLauncher
  /** Where the views' questions are answered. */
  queries: TaskPool
  log: Log
  versions: Record<string, string>
  /** Whether this process trains the run itself. */
  trains: (session: ProjectSession, runId: string) => boolean
  push<N extends EventName>(name: N, payload: EventPayload<N>): void
}

export class LogFollower {
  /** A worker of its own: a look must wait behind no question. */
  private readonly pool: TaskPool
  private stopped = true
  private timer: NodeJS.Timeout | null = null
  private looking: Promise<void> = Promise.resolve()
  private session: ProjectSession | null = null
  /** State of the files of each followed run at the last look. */
  private states = new Map<string, string>()
  private problems = new Map<string, string | null>()
  /** Runs whose numbers in the table are to be read. */
  private stale = new Set<string>()
  private refreshing = false
  private turns = 0

  constructor(private readonly options: LogFollowerOptions) {
    this.pool = new TaskPool(options.launcher, 1)
  }

  start(session: ProjectSession): void {
    this.session = session
    this.stopped = false
    this.states = new Map()
    this.problems = new Map()
    this.stale = new Set()
    this.schedule(0)
  }

  /** Ends following; nothing is told about the project afterwards. */
  async stop(): Promise<void> {
    this.stopped = true
    if (this.timer) clearTimeout(this.timer)
    await this.looking
    this.session = null
  }

  async close(): Promise<void> {
    await this.stop()
    await this.pool.close()
  }

  /** Looks again soon: something is followed that was not before. */
  nudge(): void {
    if (!this.stopped) this.schedule(0)
  }

  folders(session: ProjectSession): LogFolderInfo[] {
    return session.logLinks().map(({ link, folder }) => ({
      id: link.id,
      name: link.name,
      place: folder,
      runs: session.runsOfLog(link.id).length,
      problem: this.problems.get(link.id) ?? null
    }))
  }

  private schedule(delay: number): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.looking = this.looking.then(() => this.turn())
    }, delay)
    // Waiting for files keeps no process alive.
    this.timer.unref()
  }

  private async turn(): Promise<void> {
    if (this.stopped) return
    const began = Date.now()
    const { session } = this
    try {
      if (session) await this.look(session)
    } catch (error) {
      this.options.log.add('warning', 'Log folders', (error as Error).message)
    }
    if (!this.stopped) this.schedule(Math.max(intervalMs, (Date.now() - began) / busyShare))
  }

  private async look(session: ProjectSession): Promise<void> {
    await session.adoptNewRuns()
    await this.takeChanges(session)
    const folders = session.logLinks().map(({ link, folder }) => ({ id: link.id, path: folder }))
    const elsewhere = session.runsInTraining().filter((id) => !this.options.trains(session, id))
    if (folders.length + elsewhere.length === 0) return
    const runs = elsewhere.map((id) => ({ id, folder: session.runFolder(id) }))
    const look = await this.pool.run('followLogs', { folders, runs })
    if (this.stopped || this.session !== session) return
    for (const folder of look.folders) await this.seeFolder(session, folder)
    for (const { id, state } of look.runs) {
      if (!this.seen(id, state)) continue
      await session.reloadRun(id)
      this.options.push('runs.grew', { runId: id, step: -1 })
    }
    await this.lookAfter(session, elsewhere)
    void this.refreshTable(session)
  }

  /** What other programs have changed in the project, as they have told it. */
  private async takeChanges(session: ProjectSession): Promise<void> {
    const places = await session.changedByOthers()
    if (this.stopped || this.session !== session) return
    if (places === null) {
      const trained = session.runsInTraining().filter((id) => !this.options.trains(session, id))
      const { analyses } = await session.reloadAll()
      for (const runId of trained) this.options.push('runs.grew', { runId, step: -1 })
      for (const id of analyses) this.options.push('analysis.changed', { id })
      this.options.push('data.changed', {})
      this.options.push('views.changed', {})
      this.options.push('roles.changed', {})
      this.options.push('diagnosis.changed', {})
      return
    }
    for (const place of places) {
      const [kind, id] = place.split('/')
      if (kind === 'runs' && id) await this.reloadRun(session, id)
      else if (kind === 'analyses' && id) {
        await session.reloadAnalysis(id)
        this.options.push('analysis.changed', { id })
      } else if (kind === 'logs.json') {
        await session.reloadLinks()
        this.options.push('logs.changed', this.folders(session))
      } else if (kind === 'data') this.options.push('data.changed', {})
      else if (kind === viewsFile) this.options.push('views.changed', {})
      else if (kind === rolesFile.name) this.options.push('roles.changed', {})
      else if (kind === thresholdsFile.name) this.options.push('diagnosis.changed', {})
      else if (place.startsWith('conflict '))
        this.options.log.add('warning', session.info().name, conflictText(session, place))
    }
  }

  /** A run that has ended since the last look is not looked at any more: its last points are told with its end. */
  private async reloadRun(session: ProjectSession, id: string): Promise<void> {
    const trained = session.runsInTraining().includes(id) && !this.options.trains(session, id)
    await session.reloadRun(id)
    if (trained) this.options.push('runs.grew', { runId: id, step: -1 })
  }

  /** Runs that another program trained: its process may have gone without a word. */
  private async lookAfter(session: ProjectSession, runIds: string[]): Promise<void> {
    if (this.turns++ % lookAfterTurns > 0) return
    for (const id of runIds) {
      if (!session.has(id) || this.options.trains(session, id) || (await session.trainsElsewhere(id))) continue
      await this.reloadRun(session, id)
      // Whoever trains a run writes how it ended before it gives it up.
      if (session.runsInTraining().includes(id) && !this.options.trains(session, id)) await session.interrupted(id)
    }
  }

  private async seeFolder(session: ProjectSession, { id, problem, runs }: Look['folders'][number]): Promise<void> {
    const before = this.problems.get(id)
    this.problems.set(id, problem)
    const known = new Map(session.runsOfLog(id).map((run) => [run.log!.run, run.id]))
    const link = session.logLinks().find((one) => one.link.id === id)?.link
    if (!link) return
    const fresh = runs.filter(({ name, files }) => files > 0 && !known.has(name) && !link.removed.includes(name))
    if (fresh.length > 0) {
      const manifests = fresh.map(({ name }) => this.manifestFor(session, link.id, link.name, name))
      await Promise.all(
        manifests.map(async (run) => {
          await makeFolder(session.runFolder(run.id))
          await session.addRun(run)
        })
      )
      session.adoptRuns(manifests)
      manifests.forEach((run, i) => {
        this.states.set(run.id, fresh[i].state)
        this.stale.add(run.id)
      })
    }
    if (problem === null) this.tellGone(session, known, new Set(runs.map(({ name }) => name)))
    for (const { name, state, modifiedMs } of runs) {
      const runId = known.get(name)
      if (runId === undefined) continue
      const first = !this.states.has(runId)
      if (!this.seen(runId, state) && !first) continue
      this.stale.add(runId)
      // What was written between the last reading and the first look is told, too.
      if (!first || Date.now() - modifiedMs < lateMs) this.options.push('runs.grew', { runId, step: -1 })
    }
    if (before !== problem || fresh.length > 0) {
      if (problem !== null) this.options.log.add('warning', `Logs of ${link.name}`, problem)
      this.options.push('logs.changed', this.folders(session))
    }
  }

  /** A run whose files somebody has moved away says so in the table, for as long as they are gone. */
  private tellGone(session: ProjectSession, known: ReadonlyMap<string, string>, there: ReadonlySet<string>): void {
    for (const [name, runId] of known) {
      const gone = !there.has(name)
      const { message } = session.run(runId)
      if (gone && message !== goneText) session.showRun(runId, { message: goneText })
      else if (!gone && message === goneText) session.showRun(runId, { message: null })
    }
  }

  /** Remembers the state of a run's files. @returns whether it is another one than at the last look */
  private seen(runId: string, state: string): boolean {
    const before = this.states.get(runId)
    this.states.set(runId, state)
    return before !== undefined && before !== state
  }

  private manifestFor(session: ProjectSession, folder: string, name: string, run: string): RunManifest {
    const createdAt = new Date().toISOString()
    const shown = run === '.' ? name : run.replaceAll('\\', '/')
    const seed = seedOfLogRun(shown)
    const [sibling] = session.runsOfLog(folder)
    return {
      schemaVersion: 1,
      id: newId('log'),
      name: shown,
      group: folder,
      groupName: sibling?.groupName ?? name,
      spec: null,
      imported: { format: 'tensorboard', file: run === '.' ? name : `${name}/${shown}`, seed },
      log: { folder, run },
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
    }
  }

  /** One question at a time, so that what the user looks at never waits behind more than one of these. */
  private async refreshTable(session: ProjectSession): Promise<void> {
    if (this.refreshing) return
    this.refreshing = true
    try {
      while (this.stale.size > 0 && !this.stopped && this.session === session) {
        const [runId] = this.stale
        this.stale.delete(runId)
        if (!session.has(runId)) continue
        const [run] = session.sources([runId])
        const values = await this.options.queries.run('lastValues', { run }).catch(() => null)
        if (values && !this.stopped && this.session === session) session.showRun(runId, values)
      }
    } finally {
      this.refreshing = false
    }
  }
}

/** @param line as it was left with the change: `conflict runs/<id> <field>` */
function conflictText(session: ProjectSession, line: string): string {
  const [, place, field] = line.split(' ')
  const id = place.split('/')[1]
  const name = session.has(id) ? session.run(id).name : place
  return `Another program tried to change the ${field} of ${name} at the same time. What you have stays; it was told, too.`
}
