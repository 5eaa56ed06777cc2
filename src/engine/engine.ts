/**
 * The engine: the implementation of the contract, the same under Electron, the browser host and the command line.
 * It owns the open project and the jobs, begins and ends them, and computes nothing itself. What it answers stands in `requests/`.
 * A process may have several, one for each window; what these share is their group's.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ProjectActivity, ProjectInfo } from '../domain/project'
import type { RunInfo } from '../domain/run'
import { PhasescopeError, toWireError } from '../domain/errors'
import type { OfferedAction } from '../contract/app'
import type { EventName, EventPayload } from '../contract/events'
import { isRequestName, requests } from '../contract/requests'
import type { ParsedParams, RequestName, RequestResult } from '../contract/requests'
import type { Reply } from '../contract/wire'
import { confine } from '../project/places'
import { createProject, openProject } from '../project/project-folder'
import { emptyTrash } from '../project/trash'
import type { AnalysisService } from './analyses/analysis-service'
import { EnteredStates } from './analyses/entered-states'
import type { BackendRegistry } from './training/backends'
import { DataService } from './data/data-service'
import { EngineGroup, type GroupOptions, type Member } from './engine-group'
import { PathGrants } from './grants'
import { handlersOf } from './requests'
import type { Handlers } from './requests/handlers'
import { ImportService } from './imports/import-service'
import type { Log } from './log'
import { GivenPaths } from './project/given-path'
import { LogFollower } from './project/log-follower'
import { RoleValues } from './project/role-values'
import { RunReadings } from './project/run-readings'
import { placeOf, ProjectSession } from './project/project-session'
import { recentEntry } from './project/recents'
import type { RunClaims } from './project/run-claims'
import type { TaskPool } from './task-pool'
import type { TrainingService } from './training/training-service'
import type { TrustedFolders } from './project/trusted-folders'
import type { TrustedMetrics } from './training/trusted-metrics'

export interface EngineOptions extends GroupOptions {
  /** A native folder dialog, where the host has one. */
  pickFolder?: (purpose: 'open-project' | 'new-project-location') => Promise<string | null>
  /** The same for what to import. */
  pickImport?: (kind: 'folder' | 'files') => Promise<string[] | null>
  /** Where that lies which was dropped on the window last, for hosts that know; each drop once. */
  takeDropped?: () => string[]
  /** What the page can do now, where the host has menus of its own. */
  offered?: (actions: OfferedAction[]) => void
  /** Another window, on the project in a folder or on the start page, where the host has several. */
  openWindow?: (folder: string | null) => Promise<void>
  /** Brings the window of this engine to the front: somebody has asked another one for what it shows. */
  front?: () => void
}

export type EventListener = <N extends EventName>(name: N, payload: EventPayload<N>) => void

export class Engine implements Member {
  readonly log: Log
  readonly backends: BackendRegistry
  readonly training: TrainingService
  readonly analyses: AnalysisService
  readonly imports: ImportService
  readonly data: DataService
  /** What the host was given by path, until a page takes it. */
  readonly given: GivenPaths
  readonly trusted: TrustedMetrics
  readonly trust: TrustedFolders
  readonly claims: RunClaims
  private readonly listeners = new Set<EventListener>()
  private readonly queries: TaskPool
  private readonly follower: LogFollower
  private readonly roleValues: RoleValues
  private readonly readings: RunReadings
  private readonly entered: EnteredStates
  /** The project that is shown. */
  private session: ProjectSession | null = null
  /** Projects that are not shown, and train or fit all the same. */
  private readonly kept = new Set<ProjectSession>()
  /** Those of them that are just let go of. */
  private readonly retiring = new Map<ProjectSession, Promise<void>>()
  /** Where the project lies that is about to be shown. */
  private readonly opening = new Set<string>()
  /** Opening and closing happen one after the other, so that no two of them meet halfway. */
  private turn: Promise<unknown> = Promise.resolve()
  private closed: Promise<void> | null = null
  private readonly handlers: Handlers

  constructor(
    private readonly options: EngineOptions,
    private readonly group = new EngineGroup(options)
  ) {
    const push = <N extends EventName>(name: N, payload: EventPayload<N>): void => this.push(name, payload)
    const pushOf = <N extends EventName>(session: ProjectSession, name: N, payload: EventPayload<N>): void =>
      this.pushOf(session, name, payload)
    this.log = group.log
    this.backends = group.backends
    this.training = group.training
    this.analyses = group.analyses
    this.trusted = group.trusted
    this.trust = group.trust
    this.claims = group.claims
    this.queries = group.queries
    const versions = { phasescope: options.version, node: process.versions.node }
    const { launcher, places, cores } = options
    this.imports = new ImportService({ launcher, places, cores, versions, log: this.log, push })
    this.data = new DataService({ launcher, log: this.log })
    this.follower = new LogFollower({
      launcher,
      queries: this.queries,
      log: this.log,
      versions,
      push,
      trains: (session, runId) => this.training.isBusy(session, runId)
    })
    this.roleValues = new RoleValues(this.queries)
    this.readings = new RunReadings(this.queries, pushOf)
    this.entered = new EnteredStates(this.analyses, pushOf)
    if (options.follow) {
      this.on('roles.changed', () => void Promise.all([this.roleValues.changed(), this.readings.changed()]))
      this.on('diagnosis.found', ({ name, reading }) =>
        this.log.add('warning', name, `${reading.text} ${reading.remedy}`)
      )
      this.on('analysis.entered', ({ name, text }) => this.log.add('info', name, `It ${text}.`))
      this.on('diagnosis.changed', () => void this.readings.changed())
      this.on('runs.grew', ({ runId }) => {
        this.roleValues.mark([runId])
        this.readings.grew(runId)
        this.entered.grew(runId)
      })
      this.on('runs.changed', ({ runs }) => {
        const ids = runs.map(({ id }) => id)
        this.roleValues.markNew(ids)
        this.readings.look(ids)
      })
    }
    const grants = new PathGrants()
    this.given = new GivenPaths(grants, () => push('paths.given', {}))
    this.handlers = handlersOf({
      options,
      log: this.log,
      backends: this.backends,
      recents: group.recents,
      grants,
      given: this.given,
      queries: this.queries,
      compute: group.compute,
      training: this.training,
      calibration: group.calibration,
      analyses: this.analyses,
      imports: this.imports,
      data: this.data,
      follower: this.follower,
      readings: this.readings,
      trusted: this.trusted,
      trust: this.trust,
      project: () => this.project,
      shown: () => this.session,
      owns: (session) => this.has(session),
      pushOf,
      openOnce: (folder) => this.openOnce(folder),
      createFolder: (folder, name) => this.createFolder(folder, name),
      closeProject: (training) => this.inTurn(() => this.closeProject(training)),
      setTrust: (session, trusted) => this.setTrust(session, trusted),
      lookAgain: (session) => this.lookAgain(session)
    })
    group.join(this)
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

  /** The project that is shown, if one is. */
  get shown(): ProjectInfo | null {
    return this.session?.info() ?? null
  }

  /** Where the project lies that it shows, or is about to show. */
  get showing(): string | null {
    return this.session?.place ?? [...this.opening][0] ?? null
  }

  showsPlace(place: string): boolean {
    return this.session?.place === place || this.opening.has(place)
  }

  has(session: ProjectSession): boolean {
    return session === this.session || this.kept.has(session)
  }

  get ending(): Promise<void> | null {
    return this.closed
  }

  /** What trains and waits in the projects of this engine; those of the others of its process are no matter of it. */
  activity(): ProjectActivity[] {
    return this.group.activityOf(this)
  }

  front(): void {
    this.options.front?.()
  }

  idle(session: ProjectSession): void {
    void this.retireWhenIdle(session)
  }

  async handOver(place: string, to: Member): Promise<ProjectSession | null> {
    const ending = [...this.retiring].find(([one]) => one.place === place)
    if (ending) {
      // What it still writes is read by whoever opens the project next.
      await ending[1].catch(() => undefined)
      return null
    }
    const session = [...this.kept].find((one) => one.place === place)
    if (!session) return null
    this.kept.delete(session)
    to.take(session)
    this.confine()
    return session
  }

  take(session: ProjectSession): void {
    this.kept.add(session)
  }

  /**
   * Opens a project unless another window shows it or is about to: then that one comes to the front, and null is the answer.
   * Two sessions of one process must not write one project, and nobody wants to look at it twice without knowing.
   */
  private async openOnce(folder: string): Promise<ProjectInfo | null> {
    const place = await placeOf(resolve(folder))
    for (;;) {
      const other = this.group.shownElsewhere(place, this)
      if (!other) break
      if (!other.ending) {
        other.front()
        return null
      }
      await other.ending
    }
    // Before the next wait, so that no other window can begin to open it, too.
    this.opening.add(place)
    try {
      return (await this.openFolder(folder)).info()
    } finally {
      this.opening.delete(place)
    }
  }

  /** Opens a project by path: for the command line and for the host's own arguments. */
  async openFolder(folder: string): Promise<ProjectSession> {
    return this.inTurn(async () => {
      const place = resolve(folder)
      this.checkOpen()
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
      this.checkOpen()
      const place = resolve(folder)
      this.opening.add(place)
      try {
        const opened = await createProject(folder, name)
        await this.trust.set(opened.folder, true)
        return await this.adopt(opened)
      } finally {
        this.opening.delete(place)
      }
    })
  }

  /** A window that closes opens nothing more: nobody would ever close it again. */
  private checkOpen(): void {
    if (this.closed) throw new PhasescopeError('cancelled', 'The window is closing.')
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
  close(): Promise<void> {
    const ended = this.end()
    this.closed ??= ended.catch(() => undefined)
    return ended
  }

  private async end(): Promise<void> {
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
      confine([], this)
      await Promise.all([this.follower.close(), this.imports.close(), this.data.close(), this.group.leave(this)])
    })
  }

  private async dispatch<N extends RequestName>(name: N, params: unknown, signal?: AbortSignal): Promise<unknown> {
    const handler = this.handlers[name] as (params: unknown, signal?: AbortSignal) => unknown
    return handler(params, signal)
  }

  push<N extends EventName>(name: N, payload: EventPayload<N>): void {
    for (const listener of this.listeners) listener(name, payload)
  }

  /** What happens in a project that is not shown is no news of the one that is. */
  pushOf<N extends EventName>(session: ProjectSession, name: N, payload: EventPayload<N>): void {
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
    const place = await placeOf(opened.folder)
    // Its claims are those of this process, so that a second session of it would take the first one's runs for its own.
    if (this.group.shownElsewhere(place, this)) {
      throw new PhasescopeError('busy', `${opened.folder} is open in another window.`)
    }
    // The same folder again: two sessions must not write one project, so it is read anew only when nothing is at work.
    const own = [...this.sessions()].find((session) => session.place === place)
    const known = own ?? (await this.group.takeOver(place, this))
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
      await this.readings.begin(session)
      this.entered.begin(session)
    }
    return session
  }

  private async load(opened: Awaited<ReturnType<typeof openProject>>): Promise<ProjectSession> {
    const trusted = await this.trust.has(opened.folder)
    // Before anything of it is read.
    this.confine(trusted ? [] : [opened.folder])
    try {
      let session: ProjectSession | null = null
      // By the group, as another engine may have it by then.
      const changed = (runs: RunInfo[], removed: string[]): void => {
        if (session !== null) this.group.pushOf(session, 'runs.changed', { runs, removed })
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
    confine([...untrusted, ...more], this)
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
    this.entered.begin(null)
    await Promise.all([this.roleValues.begin(null), this.readings.begin(null)])
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
  private retire(session: ProjectSession, progress?: (stopped: number, total: number) => void): Promise<void> {
    const over = this.letGo(session, progress).finally(() => this.retiring.delete(session))
    this.retiring.set(session, over)
    return over
  }

  private async letGo(session: ProjectSession, progress?: (stopped: number, total: number) => void): Promise<void> {
    try {
      await this.analyses.release(session)
      await this.training.release(session, progress)
    } finally {
      // Whatever could not be ended or written: it is not kept for ever, and the others are let go of, too.
      await session.close()
      this.kept.delete(session)
    }
    await this.remember(session)
    this.group.tellActivity()
  }

  private async retireWhenIdle(session: ProjectSession): Promise<void> {
    await this.inTurn(async () => {
      if (!this.kept.has(session) || this.training.isActive(session) || this.analyses.isActive(session)) return
      await this.retire(session)
      this.confine()
    }).catch((error: Error) => this.log.add('error', session.info().name, error.message))
  }

  private async remember(session: ProjectSession): Promise<void> {
    const { id, name, folder } = session.info()
    const latest = session.listAnalyses().at(-1)
    const entry = recentEntry({ id, name, folder }, session.listRuns(), latest ? session.analysis(latest.id) : null)
    await this.group.recents
      .remember(entry)
      .catch((error: Error) => this.log.add('warning', 'Recent projects', error.message))
  }
}
