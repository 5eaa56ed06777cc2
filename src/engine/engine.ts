/**
 * The engine: the implementation of the contract, the same under Electron, the browser host and the command line.
 * It owns the open project and the jobs, begins and ends them, and computes nothing itself. What it answers stands in `requests/`.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { RunInfo } from '../domain/run'
import { PhasescopeError, toWireError } from '../domain/errors'
import type { OfferedAction } from '../contract/app'
import type { EventName, EventPayload } from '../contract/events'
import { isRequestName, requests } from '../contract/requests'
import type { ParsedParams, RequestName, RequestResult } from '../contract/requests'
import type { Reply } from '../contract/wire'
import { confine } from '../project/places'
import { markOf } from '../project/processes'
import { createProject, openProject } from '../project/project-folder'
import { emptyTrash } from '../project/trash'
import { AnalysisService } from './analyses/analysis-service'
import { BackendChoice } from './training/backend-choice'
import { BackendRegistry } from './training/backends'
import { DataService } from './data/data-service'
import { PathGrants } from './grants'
import { handlersOf } from './requests'
import type { Handlers } from './requests/handlers'
import { ImportService } from './imports/import-service'
import { Log } from './log'
import { GivenPaths } from './project/given-path'
import { LogFollower } from './project/log-follower'
import type { Places, WorkerLauncher } from './ports'
import { RoleValues } from './project/role-values'
import { ProjectSession } from './project/project-session'
import { computations, questions, questionWorkers } from './questions'
import { recentEntry, Recents } from './project/recents'
import { RunClaims } from './project/run-claims'
import { TaskPool } from './task-pool'
import { TrainingService } from './training/training-service'
import { TrustedFolders } from './project/trusted-folders'
import { TrustedMetrics } from './training/trusted-metrics'

export interface EngineOptions {
  launcher: WorkerLauncher
  places: Places
  host: 'electron' | 'browser'
  version: string
  cores: number
  /** Training runs side by side; by default one per core. */
  parallel?: number
  /** Look at followed logs all the time: for hosts with somebody watching. */
  follow?: boolean
  /** A native folder dialog, where the host has one. */
  pickFolder?: (purpose: 'open-project' | 'new-project-location') => Promise<string | null>
  /** The same for what to import. */
  pickImport?: (kind: 'folder' | 'files') => Promise<string[] | null>
  /** Where that lies which was dropped on the window last, for hosts that know; each drop once. */
  takeDropped?: () => string[]
  /** What the page can do now, where the host has menus of its own. */
  offered?: (actions: OfferedAction[]) => void
}

/** How often is told what trains, at most. */
const activityIntervalMs = 500

export type EventListener = <N extends EventName>(name: N, payload: EventPayload<N>) => void

export class Engine {
  readonly log: Log
  readonly backends: BackendRegistry
  readonly training: TrainingService
  readonly analyses: AnalysisService
  readonly imports: ImportService
  readonly data: DataService
  /** What the host was given by path, until a page takes it. */
  readonly given: GivenPaths
  private readonly listeners = new Set<EventListener>()
  private readonly recents: Recents
  /** Reading for the views has workers of its own, so that curves never wait behind a fit. */
  private readonly queries: TaskPool
  private readonly compute: TaskPool
  private readonly follower: LogFollower
  private readonly roleValues: RoleValues
  /** The user's metric functions that somebody has said may run. */
  readonly trusted: TrustedMetrics
  /** Folders that the user has said may be trusted. */
  readonly trust: TrustedFolders
  readonly claims = new RunClaims(markOf())
  /** The project that is shown. */
  private session: ProjectSession | null = null
  /** Projects that are not shown, and train or fit all the same. */
  private readonly kept = new Set<ProjectSession>()
  /** Opening and closing happen one after the other, so that no two of them meet halfway. */
  private turn: Promise<unknown> = Promise.resolve()
  private activityTimer: NodeJS.Timeout | null = null
  private readonly handlers: Handlers

  constructor(private readonly options: EngineOptions) {
    const push = <N extends EventName>(name: N, payload: EventPayload<N>): void => this.push(name, payload)
    const pushOf = <N extends EventName>(session: ProjectSession, name: N, payload: EventPayload<N>): void =>
      this.pushOf(session, name, payload)
    const idle = (session: ProjectSession): void => void this.retireWhenIdle(session)
    this.log = new Log((entry) => push('log', entry))
    this.recents = new Recents(options.places.userData)
    this.trusted = new TrustedMetrics(options.places.userData)
    this.trust = new TrustedFolders(options.places.userData)
    this.queries = new TaskPool(options.launcher, questionWorkers, questions)
    this.compute = new TaskPool(options.launcher, options.cores, computations)
    const versions = { phasescope: options.version, node: process.versions.node }
    const { launcher, places, cores } = options
    this.backends = new BackendRegistry(launcher, options.host)
    const choice = new BackendChoice({ registry: this.backends, launcher, places, log: this.log })
    this.training = new TrainingService({
      launcher,
      places,
      choice,
      parallel: options.parallel ?? cores,
      attended: options.follow ?? false,
      trusted: this.trusted,
      claims: this.claims,
      versions,
      log: this.log,
      push: pushOf,
      active: () => this.tellActivity(),
      idle
    })
    this.imports = new ImportService({ launcher, places, cores, versions, log: this.log, push })
    this.data = new DataService({ launcher, log: this.log })
    this.analyses = new AnalysisService({
      pool: this.compute,
      queries: this.queries,
      log: this.log,
      push: pushOf,
      idle
    })
    this.follower = new LogFollower({
      launcher,
      queries: this.queries,
      log: this.log,
      versions,
      push,
      trains: (session, runId) => this.training.isBusy(session, runId)
    })
    this.roleValues = new RoleValues(this.queries)
    if (options.follow) {
      this.on('roles.changed', () => void this.roleValues.changed())
      this.on('runs.grew', ({ runId }) => this.roleValues.mark([runId]))
      this.on('runs.changed', ({ runs }) => this.roleValues.markNew(runs.map(({ id }) => id)))
    }
    const grants = new PathGrants()
    this.given = new GivenPaths(grants, () => push('paths.given', {}))
    this.handlers = handlersOf({
      options,
      log: this.log,
      backends: this.backends,
      recents: this.recents,
      grants,
      given: this.given,
      queries: this.queries,
      compute: this.compute,
      training: this.training,
      analyses: this.analyses,
      imports: this.imports,
      data: this.data,
      follower: this.follower,
      trusted: this.trusted,
      trust: this.trust,
      project: () => this.project,
      shown: () => this.session,
      pushOf,
      openFolder: (folder) => this.openFolder(folder),
      createFolder: (folder, name) => this.createFolder(folder, name),
      closeProject: (training) => this.inTurn(() => this.closeProject(training)),
      setTrust: (session, trusted) => this.setTrust(session, trusted),
      lookAgain: (session) => this.lookAgain(session)
    })
  }

  /** Pushed events from now on. Returns the way to stop. */
  listen(listener: EventListener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** The same for one kind of event. */
  on<N extends EventName>(wanted: N, listener: (payload: EventPayload<N>) => void): () => void {
    return this.listen((name, payload) => {
      // The name says which payload it is; the compiler cannot follow that through a generic listener.
      if ((name as EventName) === wanted) listener(payload as unknown as EventPayload<N>)
    })
  }

  /**
   * Answers a message from outside: everything about it is checked, and every failure is an answer.
   * @param signal aborts when whoever asked has gone; what only reads ends with it
   */
  async handle(name: unknown, params: unknown, signal?: AbortSignal): Promise<Reply> {
    try {
      if (!isRequestName(name)) throw new PhasescopeError('bad-request', `There is no request "${String(name)}".`)
      const parsed = requests[name].params.safeParse(params)
      if (!parsed.success) {
        const issue = parsed.error.issues[0]
        const place = issue.path.length > 0 ? ` at "${issue.path.join('.')}"` : ''
        throw new PhasescopeError('bad-request', `The request ${name} is not well formed${place}: ${issue.message}.`)
      }
      return { ok: true, value: await this.dispatch(name, parsed.data, signal) }
    } catch (error) {
      return { ok: false, error: toWireError(error) }
    }
  }

  /** The same for callers within this process, typed. */
  async call<N extends RequestName>(name: N, params: ParsedParams<N>): Promise<RequestResult<N>> {
    return (await this.dispatch(name, params)) as RequestResult<N>
  }

  /** The open project. @throws PhasescopeError 'no-project' */
  get project(): ProjectSession {
    if (!this.session) throw new PhasescopeError('no-project', 'No project is open.')
    return this.session
  }

  /** Opens a project by path: for the command line and for the host's own arguments. */
  async openFolder(folder: string): Promise<ProjectSession> {
    return this.inTurn(async () => {
      const place = resolve(folder)
      // Before its first file is read: that may be a link, too.
      this.confine((await this.trust.has(place)) ? [] : [place])
      try {
        return await this.adopt(await openProject(place))
      } finally {
        this.confine()
      }
    })
  }

  /** Opens the project in a folder, or makes one there. */
  async openOrCreateFolder(folder: string, name: string): Promise<ProjectSession> {
    if (!existsSync(join(folder, 'project.json'))) {
      try {
        return await this.createFolder(folder, name)
      } catch (error) {
        // Another program has made it at this moment.
        if (!existsSync(join(folder, 'project.json'))) throw error
      }
    }
    return this.openFolder(folder)
  }

  /** Makes a project and opens it. What is made here is trusted. */
  private async createFolder(folder: string, name: string): Promise<ProjectSession> {
    return this.inTurn(async () => {
      const opened = await createProject(folder, name)
      await this.trust.set(opened.folder, true)
      return this.adopt(opened)
    })
  }

  /** The runs of the shown project with the values of the series that people have given roles to. */
  async runsByRoles(): Promise<RunInfo[]> {
    const session = this.project
    await this.roleValues.begin(session)
    await this.roleValues.settled()
    return session.listRuns()
  }

  /** Whether runs train or wait for their turn in any project. */
  get busy(): boolean {
    return [...this.sessions()].some((session) => this.training.isActive(session))
  }

  /**
   * Ends every job and thread. Runs stop at a checkpoint each and can be continued; nothing is written into any project
   * afterwards.
   */
  async close(): Promise<void> {
    await this.inTurn(async () => {
      const stopped = new Map<ProjectSession, [number, number]>()
      const tell = (session: ProjectSession) => (done: number, total: number) => {
        stopped.set(session, [done, total])
        const sum = (at: 0 | 1): number => [...stopped.values()].reduce((all, counts) => all + counts[at], 0)
        this.push('app.closing', { stopped: sum(0), total: sum(1) })
      }
      const shown = this.session
      const ending = [...this.kept].map((session) => this.retire(session, tell(session)))
      // One that cannot be ended keeps no other, and no thread, from it; it is told at the end.
      await Promise.allSettled(ending)
      await this.closeProject('stop', shown ? tell(shown) : undefined)
      await Promise.all(ending)
    }).finally(async () => {
      if (this.activityTimer) clearTimeout(this.activityTimer)
      await Promise.all([
        this.follower.close(),
        this.queries.close(),
        this.compute.close(),
        this.imports.close(),
        this.data.close()
      ])
    })
  }

  private async dispatch<N extends RequestName>(name: N, params: unknown, signal?: AbortSignal): Promise<unknown> {
    const handler = this.handlers[name] as (params: unknown, signal?: AbortSignal) => unknown
    return handler(params, signal)
  }

  private push<N extends EventName>(name: N, payload: EventPayload<N>): void {
    for (const listener of this.listeners) listener(name, payload)
  }

  /** What happens in a project that is not shown is no news of the one that is. */
  private pushOf<N extends EventName>(session: ProjectSession, name: N, payload: EventPayload<N>): void {
    if (session === this.session) this.push(name, payload)
  }

  private *sessions(): Generator<ProjectSession> {
    if (this.session) yield this.session
    yield* this.kept
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.turn.then(work)
    this.turn = turn.catch(() => undefined)
    return turn
  }

  private async adopt(opened: Awaited<ReturnType<typeof openProject>>): Promise<ProjectSession> {
    // The same folder again: two sessions must not write one project, so it is read anew only when nothing is at work.
    const known = [...this.sessions()].find((session) => session.folder === opened.folder)
    if (known && known === this.session) {
      const atWork = this.training.has(known) || this.analyses.isActive(known) || this.imports.running > 0
      if (atWork) {
        this.push('project.changed', known.info())
        return known
      }
      await this.closeProject('keep')
    }
    const kept = known && this.kept.has(known) ? known : null
    const session = kept ?? (await this.load(opened))
    await this.closeProject('keep')
    this.kept.delete(session)
    this.session = session
    this.confine()
    await this.remember(session)
    for (const problem of session.info().problems) this.log.add('warning', problem.place, problem.message)
    this.push('project.changed', session.info())
    if (this.options.follow) {
      if (!kept) await this.training.restore(session)
      if (session.trusted) await emptyTrash(session.folder).catch(() => undefined)
      this.follower.start(session)
      await this.roleValues.begin(session)
    }
    return session
  }

  private async load(opened: Awaited<ReturnType<typeof openProject>>): Promise<ProjectSession> {
    const trusted = await this.trust.has(opened.folder)
    // Before anything of it is read.
    this.confine(trusted ? [] : [opened.folder])
    try {
      let session: ProjectSession | null = null
      const changed = (runs: RunInfo[], removed: string[]): void => {
        if (session !== null && session === this.session) this.push('runs.changed', { runs, removed })
      }
      session = await ProjectSession.load(opened, { claims: this.claims, trusted, changed })
      return session
    } catch (error) {
      this.confine()
      throw error
    }
  }

  /** Links are followed only in folders that somebody trusts. @param more folders that are about to be opened */
  private confine(more: string[] = []): void {
    const untrusted = [...this.sessions()].filter((session) => !session.trusted).map(({ folder }) => folder)
    confine([...untrusted, ...more])
  }

  private async setTrust(session: ProjectSession, trusted: boolean): Promise<void> {
    await this.trust.set(session.folder, trusted)
    session.trusted = trusted
    this.confine()
    // Workers that have been told otherwise hold what they have read so far.
    await this.queries.rest()
    await this.training.lookAtMetrics(session)
    this.pushOf(session, 'project.changed', session.info())
    this.pushOf(session, 'logs.changed', this.follower.folders(session))
    this.follower.nudge()
    this.log.add(
      'info',
      session.info().name,
      trusted ? 'This folder is trusted now.' : 'This folder is no longer trusted.'
    )
  }

  /** Something in the folder has come back, or has been put right. */
  private async lookAgain(session: ProjectSession): Promise<void> {
    await session.adoptNewRuns()
    for (const id of (await session.reloadAll()).analyses) this.pushOf(session, 'analysis.changed', { id })
    this.pushOf(session, 'data.changed', {})
    this.pushOf(session, 'project.changed', session.info())
  }

  /** @param training `keep`: what trains or fits goes on in the background. */
  private async closeProject(
    training: 'keep' | 'stop',
    progress?: (stopped: number, total: number) => void
  ): Promise<void> {
    const session = this.session
    if (!session) return
    await this.follower.stop()
    await this.roleValues.begin(null)
    await this.imports.settle()
    await this.data.settle()
    await this.remember(session)
    const goesOn = training === 'keep' && (this.training.isActive(session) || this.analyses.isActive(session))
    if (goesOn) this.kept.add(session)
    this.session = null
    try {
      if (!goesOn) await this.retire(session, progress)
    } finally {
      this.confine()
      this.push('project.changed', null)
    }
  }

  /** Ends what a project still does and lets it go. */
  private async retire(session: ProjectSession, progress?: (stopped: number, total: number) => void): Promise<void> {
    try {
      await this.analyses.release(session)
      await this.training.release(session, progress)
    } finally {
      // Whatever could not be ended or written: it is not kept for ever, and the others are let go of, too.
      await session.close()
      this.kept.delete(session)
    }
    await this.remember(session)
    this.tellActivity()
  }

  private async retireWhenIdle(session: ProjectSession): Promise<void> {
    await this.inTurn(async () => {
      if (!this.kept.has(session) || this.training.isActive(session) || this.analyses.isActive(session)) return
      await this.retire(session)
      this.confine()
    }).catch((error: Error) => this.log.add('error', session.info().name, error.message))
  }

  /** A few times a second at most. */
  private tellActivity(): void {
    this.activityTimer ??= setTimeout(() => {
      this.activityTimer = null
      this.push('training.activity', this.training.activity())
    }, activityIntervalMs).unref()
  }

  private async remember(session: ProjectSession): Promise<void> {
    const { id, name, folder } = session.info()
    const latest = session.listAnalyses().at(-1)
    const entry = recentEntry({ id, name, folder }, session.listRuns(), latest ? session.analysis(latest.id) : null)
    await this.recents
      .remember(entry)
      .catch((error: Error) => this.log.add('warning', 'Recent projects', error.message))
  }
}
