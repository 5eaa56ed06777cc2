/**
 * The engine: the implementation of the contract, the same under Electron, the browser host and the command line.
 * It owns the open project and the jobs, and computes nothing itself.
 */
import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { RunInfo } from '../domain/run'
import { PhasescopeError, toWireError } from '../domain/errors'
import type { EventName, EventPayload } from '../contract/events'
import { isRequestName, requests } from '../contract/requests'
import type { ParsedParams, RequestName, RequestResult } from '../contract/requests'
import type { Reply } from '../contract/wire'
import { listCheckpoints } from '../project/checkpoints'
import { confine } from '../project/places'
import { markOf } from '../project/processes'
import { createProject, openProject } from '../project/project-folder'
import { emptyTrash, listTrash, restoreFromTrash } from '../project/trash'
import { experiments } from '../training/experiments'
import { AnalysisService } from './analysis-service'
import { BackendChoice } from './backend-choice'
import { BackendRegistry } from './backends'
import { boardHandlers } from './board-handlers'
import { dataHandlers } from './data-handlers'
import { DataService } from './data-service'
import { describeDraft } from './draft'
import { PathGrants } from './grants'
import type { Handlers } from './handlers'
import { ImportService } from './import-service'
import { Log } from './log'
import { LogFollower } from './log-follower'
import { freeFolder, sampleCopy } from './new-folders'
import type { Places, WorkerLauncher } from './ports'
import { readRoles } from '../project/roles-file'
import { changeRole } from './project-roles'
import { RoleValues } from './role-values'
import { axisOf } from '../analysis'
import { ProjectSession } from './project-session'
import { computations, questions, questionWorkers } from './questions'
import { recipeOf } from './recipe'
import { recentEntry, Recents, samplePreview } from './recents'
import { RunClaims } from './run-claims'
import { sweptSpec } from './sweep'
import { TaskPool } from './task-pool'
import { TrainingService } from './training-service'
import { TrustedFolders } from './trusted-folders'
import { TrustedMetrics } from './trusted-metrics'

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
  private readonly listeners = new Set<EventListener>()
  private readonly grants = new PathGrants()
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
      ...{ pool: this.compute, queries: this.queries, log: this.log, push: pushOf, idle }
    })
    this.follower = new LogFollower({
      ...{ launcher, queries: this.queries, log: this.log, versions, push },
      trains: (session, runId) => this.training.isBusy(session, runId)
    })
    this.roleValues = new RoleValues(this.queries)
    if (options.follow) {
      this.on('roles.changed', () => void this.roleValues.changed())
      this.on('runs.grew', ({ runId }) => this.roleValues.mark([runId]))
      this.on('runs.changed', ({ runs }) => this.roleValues.markNew(runs.map(({ id }) => id)))
    }
    this.handlers = this.handlersOf()
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

  private importGrant(paths: string[]): { grant: string; label: string } {
    return { grant: this.grants.issue(...paths), label: labelOf(paths) }
  }

  private async remember(session: ProjectSession): Promise<void> {
    const { id, name, folder } = session.info()
    const latest = session.listAnalyses().at(-1)
    const entry = recentEntry({ id, name, folder }, session.listRuns(), latest ? session.analysis(latest.id) : null)
    await this.recents
      .remember(entry)
      .catch((error: Error) => this.log.add('warning', 'Recent projects', error.message))
  }

  private handlersOf(): Handlers {
    return {
      ...boardHandlers(
        this.queries,
        () => this.project,
        (session) => this.pushOf(session, 'views.changed', {})
      ),
      'roles.get': () => readRoles(this.project.folder),
      'roles.told': ({ tags, runIds }) => this.analyses.roles(this.project, tags, runIds),
      'roles.put': async ({ role, choice }) => {
        const session = this.project
        const chosen = await changeRole(session, role, choice)
        this.pushOf(session, 'roles.changed', {})
        return { chosen }
      },

      ...dataHandlers({
        ...{ data: this.data, grants: this.grants, project: () => this.project, pick: this.options.pickImport },
        grant: (paths) => this.importGrant(paths)
      }),

      'app.info': () => ({
        version: this.options.version,
        host: this.options.host,
        cores: this.options.cores,
        platform: `${process.platform} ${process.arch}`,
        defaultLocation: this.options.places.projects,
        canPickFolders: this.options.pickFolder !== undefined
      }),
      'app.backends': ({ again }) => this.backends.status(again),
      'app.logs': () => this.log.all(),

      'paths.pick': async ({ purpose }) => {
        if (!this.options.pickFolder)
          throw new PhasescopeError('unsupported', 'This host has no folder dialog. Type the path.')
        const path = await this.options.pickFolder(purpose)
        return path === null ? null : { grant: this.grants.issue(path), label: path }
      },
      'paths.typed': ({ path }) => {
        if (this.options.host !== 'browser')
          throw new PhasescopeError('unsupported', 'Choose the folder in the dialog.')
        return { grant: this.grants.issue(path), label: path }
      },

      'project.recent': () => this.recents.list(),
      'project.current': () => this.session?.info() ?? null,
      'project.create': async ({ name, locationGrant }) => {
        const location = locationGrant === null ? this.options.places.projects : this.grants.resolve(locationGrant)
        return (await this.createFolder(await freeFolder(location, name), name)).info()
      },
      'project.open': async ({ grant }) => (await this.openFolder(this.grants.resolve(grant))).info(),
      'project.openRecent': async ({ id }) => {
        const entry = await this.recents.find(id)
        if (!entry) throw new PhasescopeError('not-found', 'This project is no longer in the list of recent projects.')
        return (await this.openFolder(entry.folder)).info()
      },
      'project.forget': async ({ id }) => {
        await this.recents.forget(id)
        return {}
      },
      'project.openSample': async () => {
        const folder = await sampleCopy(this.options.places)
        // It comes with the application.
        if (!(await this.trust.has(folder))) await this.trust.set(folder, true)
        return (await this.openFolder(folder)).info()
      },
      'project.samplePreview': () => samplePreview(join(this.options.places.resources, 'sample')),
      'project.close': async ({ training }) => {
        await this.inTurn(() => this.closeProject(training))
        return {}
      },
      'project.check': async ({ repair }) => {
        const session = this.project
        const findings = await this.compute.run('checkProject', { folder: session.folder, repair })
        if (repair) await this.lookAgain(session)
        return findings
      },
      'trash.list': () => listTrash(this.project.folder),
      'trash.restore': async ({ name }) => {
        const session = this.project
        await session.alone('trash', async (tell) => tell(await restoreFromTrash(session.folder, name)))
        await this.lookAgain(session)
        return {}
      },
      'trash.empty': async () => {
        await emptyTrash(this.project.folder, 0)
        return {}
      },
      'project.trust': async ({ trusted }) => {
        const session = this.project
        await this.setTrust(session, trusted)
        return session.info()
      },

      'import.pick': async ({ kind }) => {
        if (!this.options.pickImport)
          throw new PhasescopeError('unsupported', 'This host has no dialog. Type the path.')
        const paths = await this.options.pickImport(kind)
        return paths === null || paths.length === 0 ? null : this.importGrant(paths)
      },
      'import.inspect': async ({ job, grant, stepColumns, hooks, answers, follow }) => {
        const paths = this.grants.resolveAll(grant)
        return {
          label: labelOf(paths),
          ...(await this.imports.inspect({ job, paths, stepColumns, hooks, answers, follow }))
        }
      },
      'import.run': async ({ job, grant, stepColumns, hooks, answers, name, follow }) => {
        const request = { job, paths: this.grants.resolveAll(grant), stepColumns, hooks, answers, follow }
        const { runIds, sources } = await this.imports.run(this.project, request, name)
        this.follower.nudge()
        const leftOut = sources.flatMap(({ file, problem }) => (problem === null ? [] : [{ file, problem }]))
        return { runIds, leftOut }
      },
      'import.cancel': ({ job }) => {
        this.imports.cancel(job)
        return {}
      },
      'import.stage': () => this.imports.staging.begin(),
      'import.stageFile': async ({ staging, name, offset, data }) => {
        await this.imports.staging.write(staging, name, offset, data)
        return {}
      },
      'import.stageEnd': async ({ staging }) => this.importGrant((await this.imports.staging.end(staging)).paths),
      'import.discard': async ({ staging }) => {
        await this.imports.staging.discard(staging)
        return {}
      },

      'logs.list': () => this.follower.folders(this.project),
      'logs.unfollow': async ({ id }) => {
        const session = this.project
        await session.unfollowLog(id)
        this.pushOf(session, 'logs.changed', this.follower.folders(session))
        return {}
      },
      'logs.relocate': async ({ id, grant }) => {
        const session = this.project
        await session.relocateLog(id, this.grants.resolve(grant))
        this.follower.nudge()
        this.pushOf(session, 'logs.changed', this.follower.folders(session))
        return {}
      },

      'experiments.list': () => [...experiments],
      'experiments.describe': async (draft) => {
        const session = this.session
        const recipe = await recipeOf(session, draft)
        const runs: RunInfo[] = session ? session.listRuns() : []
        return describeDraft(this.queries, { ...draft, ...recipe }, runs)
      },

      'networks.read': (file, signal) => this.queries.run('readNetwork', file, signal),

      'metrics.own': () => this.trusted.of(this.project.folder),
      'metrics.trust': async ({ hash }) => {
        const session = this.project
        if (!session.trusted) {
          throw new PhasescopeError(
            'untrusted',
            'Trust the folder of this project first: its metrics.js runs with your rights.'
          )
        }
        await this.trusted.trust(session.folder, hash)
        await this.training.lookAtMetrics(session)
        return {}
      },

      'training.start': async (request) => ({ runIds: await this.training.start(this.project, request) }),
      'training.control': async ({ runIds, action }) => {
        await this.training.control(this.project, runIds, action)
        return {}
      },
      'training.continue': async ({ runIds, backend, force }) => {
        await this.training.continueRuns(this.project, runIds, { backend, force })
        return {}
      },
      'training.retry': async ({ runIds }) => {
        await this.training.retry(this.project, runIds)
        return {}
      },
      'training.move': ({ runIds, to }) => {
        this.training.move(this.project, runIds, to)
        return {}
      },
      'training.order': () => ({ runIds: this.training.order(this.project) }),
      'training.activity': () => this.training.activity(),
      'app.hurry': () => {
        this.training.hurry()
        return {}
      },
      'training.fork': async (request) => ({ runId: await this.training.fork(this.project, request) }),
      'runs.checkpoints': async ({ runId }) => {
        this.project.run(runId)
        return { steps: await listCheckpoints(this.project.runFolder(runId)) }
      },

      'runs.list': () => this.project.listRuns(),
      'runs.annotate': async ({ runId, ...change }) => {
        await this.project.updateRun(runId, change)
        return {}
      },
      'runs.remove': async ({ runIds }) => {
        await this.training.remove(this.project, runIds)
        return {}
      },
      'runs.tags': ({ runIds }, signal) => this.analyses.tags(this.project, runIds, signal),
      'runs.series': ({ runIds, ...query }, signal) =>
        this.queries.run('series', { runs: this.project.sources(runIds), ...query }, signal),
      'runs.heatmap': ({ runId, ...query }, signal) =>
        this.queries.run('heatmap', { run: this.project.sources([runId])[0], ...query }, signal),

      'runs.twinPeaks': ({ runId, ...query }, signal) =>
        this.queries.run('twinPeaks', { run: this.project.sources([runId])[0], ...query }, signal),
      'sweep.compare': ({ runIds, maxPoints }, signal) => {
        const sources = this.project.sources(runIds)
        const runs = sources.map((source) => ({ source, spec: sweptSpec(this.project.run(source.runId)) }))
        return this.queries.run('sweep', { runs, maxPoints }, signal)
      },

      'analysis.rows': (query, signal) => this.analyses.rows(this.project, query, signal),
      'analysis.features': ({ runIds, roles }, signal) => this.analyses.features(this.project, runIds, roles, signal),
      'analysis.list': () => this.project.listAnalyses(),
      'analysis.start': ({ options }) => ({ id: this.analyses.start(this.project, options) }),
      'analysis.cancel': ({ id }) => {
        this.analyses.cancel(id)
        return {}
      },
      'analysis.get': ({ id }) => {
        const analysis = this.project.analysis(id)
        return { ...analysis, axis: axisOf(analysis.inputs.runs, analysis.roles) }
      },
      'analysis.choose': async ({ id, states }) => {
        await this.analyses.choose(this.project, id, states)
        return {}
      },
      'analysis.renameState': async ({ id, states, state, name }) => {
        await this.analyses.renameState(this.project, id, states, state, name)
        return {}
      },
      'analysis.remove': async ({ id }) => {
        await this.project.removeAnalysis(id)
        return {}
      },
      'analysis.useRestart': async ({ id, states, restart }) => {
        await this.analyses.useRestart(this.project, id, states, restart)
        return {}
      },
      'analysis.decode': ({ id, states, runId }, signal) =>
        this.analyses.decode(this.project, id, states, runId, signal),
      'analysis.report': async ({ id, convergence, axis }) => ({
        place: await this.analyses.saveReport(this.project, id, convergence, axis)
      }),
      'analysis.across': ({ id, ...query }, signal) => this.analyses.across(this.project, id, query, signal)
    }
  }
}

/** What was chosen, for people. */
function labelOf(paths: string[]): string {
  const [first, ...others] = paths.map((path) => basename(path))
  return others.length === 0 ? first : `${first} and ${others.length} more`
}
