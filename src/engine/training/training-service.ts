/** The queue of training runs: starting, forking, ordering, pausing; as many train at a time as the machine has cores. */
import { join } from 'node:path'
import type { EventName, EventPayload } from '../../contract/events'
import type { ParsedParams } from '../../contract/requests'
import { PhasescopeError } from '../../domain/errors'
import { removeTree } from '../../project/files'
import type { RunManifest } from '../../project/manifests'
import { newId } from '../../project/project-folder'
import { readRunQueue, writeRunQueue } from '../../project/run-queue'
import { newestStreams } from '../../training/streams'
import type { BackendName } from '../../domain/backends'
import type { Recipe } from '../../domain/recipe'
import type { RunSpec } from '../../domain/run'
import type { ProjectActivity } from '../../domain/project'
import type { BackendChoice } from './backend-choice'
import type { Calibration } from './calibration'
import { takesAll } from './gpu-link'
import type { Log } from '../log'
import type { ForkRequest } from './new-runs'
import type { Places, WorkerLauncher } from '../ports'
import type { ProjectSession } from '../project/project-session'
import { recipeOf } from './recipe'
import type { RunClaims } from '../project/run-claims'
import { RunSupervisor } from './run-supervisor'
import type { TrustedMetrics } from './trusted-metrics'

export interface TrainingServiceOptions {
  launcher: WorkerLauncher
  places: Places
  parallel: number
  /** Resolves `auto`. */
  choice: BackendChoice
  /** Ends when a training begins, which would slow both. */
  calibration: Pick<Calibration, 'stop'>
  /** Somebody is there to look at a run that pauses itself, and to let it go on. */
  attended: boolean
  trusted: TrustedMetrics
  claims: RunClaims
  versions: Record<string, string>
  log: Log
  /** Tells whoever looks at the project. */
  push<N extends EventName>(session: ProjectSession, name: N, payload: EventPayload<N>): void
  /** What trains in all projects has changed. */
  active(): void
  /** Nothing of this project trains or waits for its turn any more. */
  idle(session: ProjectSession): void
}

export type Place = 'first' | 'earlier' | 'later' | 'last'

type StartRequest = Omit<ParsedParams<'training.start'>, 'rates' | 'weights'> &
  Partial<Pick<ParsedParams<'training.start'>, 'rates' | 'weights'>>

export class TrainingService {
  private readonly queue: Queued[] = []
  private readonly supervisor: RunSupervisor
  /** By project folder, the text of the user's metric functions that are trusted; looked at whenever runs are queued. */
  private readonly userMetrics = new Map<string, string | null>()
  private readonly waiters = new Map<string, (() => void)[]>()
  /** Projects whose runs are being stopped: what is unfinished stays in their queues. */
  private readonly closing = new Set<ProjectSession>()
  /** Projects whose runs have been stopped, or are being: no start that is still under way begins there any more. */
  private readonly stopped = new WeakSet<ProjectSession>()
  /** How many starts of a project are under way: it is not let go of meanwhile. */
  private readonly beginning = new Map<ProjectSession, number>()
  /** Runs that are about to be queued; before the first wait, so that nobody queues them twice. */
  private readonly reserved = new Map<ProjectSession, Set<string>>()
  private writing: Promise<void> = Promise.resolve()
  /** What stood in a project's queue file when its queue was brought back. */
  private readonly listed = new WeakMap<ProjectSession, Set<string>>()
  /** What this program has written into each project's queue file last. */
  private readonly written = new Map<ProjectSession, string[]>()

  constructor(private readonly options: TrainingServiceOptions) {
    const { launcher, places, attended, log, push, claims, active } = options
    this.supervisor = new RunSupervisor({
      launcher,
      places,
      attended,
      log,
      push,
      claims,
      active,
      ended: (session, runId) => this.ended(session, runId)
    })
  }

  get running(): number {
    return this.supervisor.count
  }

  get queued(): number {
    return this.queue.length
  }

  isBusy(session: ProjectSession, runId: string): boolean {
    const reserved = this.reserved.get(session)?.has(runId) ?? false
    return reserved || this.supervisor.has(session, runId) || this.isQueued(session, runId)
  }

  /** Waiting runs of a project in the order in which they will train. */
  order(session: ProjectSession): string[] {
    return this.queue.flatMap((item) => (item.session === session ? [item.runId] : []))
  }

  /** Whether something of the project trains, or will without anybody's doing: what only waits to be resumed does not count. */
  isActive(session: ProjectSession): boolean {
    return (
      this.beginning.has(session) ||
      [...this.supervisor.runs()].some((item) => item.session === session) ||
      this.queue.some((item) => item.session === session && session.run(item.runId).status === 'queued')
    )
  }

  /** Whether anything of the project trains or waits, also if only to be resumed. */
  has(session: ProjectSession): boolean {
    return (
      this.beginning.has(session) || [...this.supervisor.runs(), ...this.queue].some((item) => item.session === session)
    )
  }

  /** What trains and waits, project by project: in all of them, or in those that are asked for. */
  activity(isWanted: (session: ProjectSession) => boolean = () => true): ProjectActivity[] {
    const sessions = new Set([...this.supervisor.runs(), ...this.queue].map(({ session }) => session))
    return [...sessions].filter(isWanted).map((session) => {
      const ids = [...this.supervisor.runs(), ...this.queue].filter((item) => item.session === session)
      const runs = ids.map(({ runId }) => session.run(runId))
      const { id, name, folder } = session.info()
      return {
        id,
        name,
        folder,
        running: runs.filter(({ status }) => status === 'running').length,
        waiting: runs.filter(({ status }) => status === 'queued').length,
        paused: runs.filter(({ status }) => status === 'paused').length,
        steps: runs.reduce((sum, { step }) => sum + step, 0),
        totalSteps: runs.reduce((sum, { totalSteps }) => sum + totalSteps, 0),
        remainingSeconds: this.supervisor.remainingSeconds(session)
      }
    })
  }

  private isQueued(session: ProjectSession, runId: string): boolean {
    return this.queue.some((item) => item.session === session && item.runId === runId)
  }

  /**
   * Checks everything before the first folder is made, then queues one run per seed, or per rate and seed of a sweep: all
   * of them or none.
   */
  start(session: ProjectSession, request: StartRequest): Promise<string[]> {
    return this.begin(session, [], () => this.startRuns(session, request))
  }

  private async startRuns(session: ProjectSession, request: StartRequest): Promise<string[]> {
    const { atRates, checkedRecipe, keepInitial, makeRuns } = await import('./new-runs')
    const { name, hooks, record } = request
    const recipe = checkedRecipe(await recipeOf(session, request), hooks, record)
    const seeds = [...new Set(request.seeds)]
    const backend = await this.backendFor(session, request, recipe, seeds[0])
    await this.lookAtMetrics(session)
    const runs = atRates(recipe, request.rates ?? null).flatMap(({ recipe: own, suffix }) =>
      seeds.map((seed) => {
        const spec: RunSpec = { ...own, seed, streams: newestStreams, hooks, record, backend, parent: null }
        return { name: `${name}${suffix}${seeds.length > 1 ? ` s${seed}` : ''}`, spec }
      })
    )
    await keepInitial(session.folder, recipe, request.weights ?? null)
    const { claims, versions } = this.options
    const runIds = await makeRuns(session, claims, runs, { id: newId('group'), name }, versions)
    await this.enqueue(session, runIds, name)
    return runIds
  }

  /** A new run that goes on from another's checkpoint with changed hyperparameters. */
  fork(session: ProjectSession, request: ForkRequest): Promise<string> {
    return this.begin(session, [], async () => {
      const { forkRun } = await import('./new-runs')
      await this.lookAtMetrics(session)
      const runId = await forkRun(session, this.options.claims, request, this.options.versions)
      await this.enqueue(session, [runId], request.name)
      return runId
    })
  }

  /**
   * Goes on with runs that ended early, from their last checkpoint, or from the start where there is none.
   * @param backend another one than before
   * @param force also runs that another program trains: it stops when it notices
   */
  async continueRuns(
    session: ProjectSession,
    runIds: string[],
    { backend = null, force = false }: { backend?: BackendName | null; force?: boolean } = {}
  ): Promise<void> {
    await Promise.all(runIds.map((runId) => this.supervisor.settled(session, runId)))
    this.checkRestart(session, runIds)
    for (const runId of runIds) {
      const run = session.run(runId)
      if (run.status === 'done')
        throw new PhasescopeError('bad-request', `${run.name} is done; there is nothing to continue.`)
    }
    await this.begin(session, runIds, async () => {
      await this.lookAtMetrics(session)
      await this.claimAll(session, runIds, force)
      for (const runId of runIds) {
        if (force) await session.reloadRun(runId)
        const { spec } = session.run(runId)
        await this.requeue(session, runId, backend && spec ? { spec: { ...spec, backend } } : {})
      }
      this.pump()
    })
  }

  /** Trains runs once more from their first step; what they recorded before stays as an earlier attempt. */
  async retry(session: ProjectSession, runIds: string[]): Promise<void> {
    await Promise.all(runIds.map((runId) => this.supervisor.settled(session, runId)))
    this.checkRestart(session, runIds)
    for (const runId of runIds) {
      const { spec, name } = session.run(runId)
      if (spec?.parent) {
        throw new PhasescopeError('bad-request', `${name} is a fork. Fork its parent again, or continue this one.`)
      }
    }
    await this.begin(session, runIds, async () => {
      await this.lookAtMetrics(session)
      await this.claimAll(session, runIds)
      for (const runId of runIds) {
        await removeTree(join(session.runFolder(runId), 'checkpoints'))
        await this.requeue(session, runId, { step: 0, epoch: 0, elapsedSeconds: 0, last: {}, best: null })
      }
      this.pump()
    })
  }

  /** @throws PhasescopeError 'busy' when one of them trains, waits, or is about to */
  async remove(session: ProjectSession, runIds: string[]): Promise<void> {
    await Promise.all(runIds.map((runId) => this.supervisor.settled(session, runId)))
    // What waits in a project that is being stopped is in no queue any more, and comes back with the project.
    if (this.stopped.has(session)) throw new PhasescopeError('cancelled', 'The project has been closed meanwhile.')
    for (const runId of runIds) {
      const { name } = session.run(runId)
      if (this.isBusy(session, runId)) {
        throw new PhasescopeError('busy', `${name} is still in training. Cancel it first.`)
      }
    }
    // Reserved for as long as it takes: nobody may begin to train what is half removed.
    await this.begin(session, runIds, () => session.removeRuns(runIds))
    // Those that were removed before their turn to come back: nobody else takes them out of the file.
    const left = runIds.filter((runId) => this.listed.get(session)?.delete(runId))
    if (left.length === 0) return
    this.written.set(session, [...(this.written.get(session) ?? []), ...left])
    this.changed()
  }

  /** A start that takes a while: its project goes on for as long, whatever is shown, and its runs are begun by nobody else. */
  private async begin<T>(session: ProjectSession, runIds: string[], work: () => Promise<T>): Promise<T> {
    this.beginning.set(session, (this.beginning.get(session) ?? 0) + 1)
    const reserved = this.reserved.get(session) ?? new Set()
    this.reserved.set(session, reserved)
    for (const runId of runIds) reserved.add(runId)
    try {
      return await work()
    } finally {
      for (const runId of runIds) reserved.delete(runId)
      const left = this.beginning.get(session)! - 1
      if (left > 0) this.beginning.set(session, left)
      else {
        this.beginning.delete(session)
        if (reserved.size === 0) this.reserved.delete(session)
        if (!this.isActive(session)) this.options.idle(session)
      }
    }
  }

  async control(session: ProjectSession, runIds: string[], action: 'pause' | 'resume' | 'cancel'): Promise<void> {
    for (const runId of runIds) {
      const run = session.run(runId)
      if (this.supervisor.has(session, runId)) {
        this.supervisor.control(session, runId, action)
        if (action === 'pause' && run.status === 'running') await session.updateRun(runId, { status: 'paused' })
        if (action === 'resume' && run.status === 'paused') {
          await session.updateRun(runId, { status: 'running', message: null })
        }
        continue
      }
      const at = this.queue.findIndex((item) => item.session === session && item.runId === runId)
      if (at < 0) continue
      if (action === 'cancel') {
        this.queue.splice(at, 1)
        await session.updateRun(runId, {
          status: 'cancelled',
          message: run.step > 0 ? `Cancelled at step ${run.step}.` : 'Cancelled before it began.',
          finishedAt: new Date().toISOString()
        })
        await this.options.claims.release(session.runFolder(runId))
        this.settleWaiters(runId)
        if (!this.isActive(session)) this.options.idle(session)
      } else if (action === 'pause') await session.updateRun(runId, { status: 'paused' })
      else await session.updateRun(runId, { status: 'queued', message: null })
    }
    this.pump()
  }

  /** Moves waiting runs in the queue, keeping their order among themselves. */
  move(session: ProjectSession, runIds: string[], to: Place): void {
    const own = this.queue.filter((item) => item.session === session)
    const moved = own.filter(({ runId }) => runIds.includes(runId))
    if (moved.length === 0) return
    const first = own.indexOf(moved[0])
    const rest = own.filter((item) => !moved.includes(item))
    const at = { first: 0, earlier: Math.max(0, first - 1), later: first + 1, last: rest.length }[to]
    rest.splice(Math.min(at, rest.length), 0, ...moved)
    // The places of this project's runs in the queue of all stay its own.
    const places = this.queue.flatMap((item, i) => (item.session === session ? [i] : []))
    places.forEach((place, i) => (this.queue[place] = rest[i]))
    this.changed()
  }

  /** Resolves when the run is neither queued nor running. */
  finished(runId: string): Promise<void> {
    const busy =
      [...this.supervisor.runs()].some((item) => item.runId === runId) ||
      this.queue.some((item) => item.runId === runId)
    if (!busy) return Promise.resolve()
    return new Promise((resolve) => this.waiters.set(runId, [...(this.waiters.get(runId) ?? []), resolve]))
  }

  /**
   * Takes the runs back into the queue that trained or waited when the project was last open. They wait, paused, until
   * somebody lets them go on: opening a project to look at it must not begin to train.
   */
  async restore(session: ProjectSession): Promise<void> {
    await this.lookAtMetrics(session)
    const listed = await readRunQueue(session.folder)
    this.listed.set(session, new Set(listed))
    for (const runId of listed) {
      if (!session.has(runId) || this.isBusy(session, runId)) continue
      if (session.run(runId).status !== 'interrupted') continue
      await this.begin(session, [runId], () => this.restoreRun(session, runId))
    }
    if (this.queue.length > 0) this.changed()
  }

  private async restoreRun(session: ProjectSession, runId: string): Promise<void> {
    const run = session.run(runId)
    const claimed = await this.options.claims.claim(session.runFolder(runId), run.name).then(
      () => true,
      () => false
    )
    // Another program was faster, or the folder is read-only.
    if (!claimed) return
    const where = run.step > 0 ? `Stopped at step ${run.step} of ${run.totalSteps}` : 'Waited in the queue'
    await session.updateRun(runId, {
      status: 'paused',
      message: `${where} when the project was last open. Resume it to train it to its end.`
    })
    this.queue.push({ session, runId })
    // It stands in the file already: who cancels it before the others are back takes it out of there, too.
    this.written.set(session, [...(this.written.get(session) ?? []), runId])
  }

  /**
   * Stops the runs of a project, each at a checkpoint, and takes what waits out of the queue; unfinished runs are
   * interrupted, and come back with the project.
   * @param progress told how many have stopped
   */
  async release(
    session: ProjectSession,
    progress: (stopped: number, total: number) => void = () => undefined
  ): Promise<void> {
    this.closing.add(session)
    this.stopped.add(session)
    try {
      const waiting = this.queue.filter((item) => item.session === session)
      this.queue.splice(0, this.queue.length, ...this.queue.filter((item) => item.session !== session))
      await this.supervisor.close(session, progress)
      for (const { runId } of waiting) {
        const { step, totalSteps } = session.run(runId)
        const where =
          step > 0 ? `Stopped at step ${step} of ${totalSteps}` : 'The project was closed before this run had begun'
        await this.supervisor.save(session, runId, {
          status: 'interrupted',
          message: `${where}. Continue it to train it to its end.`
        })
        await this.options.claims.release(session.runFolder(runId))
        this.settleWaiters(runId)
      }
      // Those that came to their end while others were being stopped do not come back.
      const written = this.written.get(session) ?? []
      const left = written.filter((runId) => session.has(runId) && session.run(runId).status === 'interrupted')
      if (this.options.attended && left.length < written.length) this.writeQueue(session, left, written)
      await this.writing
      this.written.delete(session)
    } finally {
      this.closing.delete(session)
    }
    this.options.active()
  }

  /** Ends the threads of runs that take too long to stop; they go on from an earlier checkpoint then. */
  hurry(isMeant: (session: ProjectSession) => boolean): void {
    this.supervisor.hurry(isMeant)
  }

  private async backendFor(
    session: ProjectSession,
    { backend, name, record }: StartRequest,
    recipe: Recipe,
    seed: number
  ): Promise<BackendName> {
    if (backend !== 'auto') return backend
    const spec: RunSpec = {
      ...recipe,
      seed,
      streams: newestStreams,
      hooks: [],
      record,
      backend: 'wasm',
      parent: null
    }
    return this.options.choice.choose(spec, session.folder, name)
  }

  private async enqueue(session: ProjectSession, runIds: string[], name: string): Promise<void> {
    if (session.closed || this.stopped.has(session)) {
      // It was stopped while its runs were being made: they are there, and can be continued the next time.
      for (const runId of runIds) await this.giveUp(session, runId)
      throw new PhasescopeError('cancelled', `${name} was not started: its project has been closed meanwhile.`)
    }
    const runs = session.listRuns().filter((run) => runIds.includes(run.id))
    this.options.push(session, 'runs.changed', { runs, removed: [] })
    this.options.log.add('info', name, `${runIds.length} ${runIds.length === 1 ? 'run' : 'runs'} queued.`)
    for (const runId of runIds) this.queue.push({ session, runId })
    this.pump()
  }

  private checkRestart(session: ProjectSession, runIds: string[]): void {
    for (const runId of runIds) {
      const run = session.run(runId)
      if (!run.spec) throw new PhasescopeError('bad-request', `${run.name} was imported; it cannot be trained on.`)
      if (!this.isBusy(session, runId)) continue
      const state = ['queued', 'running', 'paused'].includes(run.status) ? run.status : 'being started or removed'
      throw new PhasescopeError('busy', `${run.name} is already ${state}.`)
    }
  }

  /** All of them or none. @throws PhasescopeError 'busy' when another program has one of them */
  private async claimAll(session: ProjectSession, runIds: string[], force = false): Promise<void> {
    const { claims } = this.options
    const claimed: string[] = []
    try {
      for (const runId of runIds) {
        const folder = session.runFolder(runId)
        if (claims.has(folder)) continue
        await claims.claim(folder, session.run(runId).name, force)
        claimed.push(folder)
      }
    } catch (error) {
      for (const folder of claimed) await claims.release(folder)
      throw error
    }
  }

  /** Also when somebody has just said that they are trusted. */
  async lookAtMetrics(session: ProjectSession): Promise<void> {
    const { trusted, log } = this.options
    const text = session.trusted ? await trusted.textOf(session.folder) : null
    if (text === null && !this.userMetrics.has(session.folder) && (await trusted.of(session.folder)) !== null) {
      log.add(
        'warning',
        'metrics.js',
        'The metric functions of this project are not used: nobody has trusted them yet.'
      )
    }
    this.userMetrics.set(session.folder, text)
  }

  private async requeue(session: ProjectSession, runId: string, change: Partial<RunManifest>): Promise<void> {
    try {
      await session.updateRun(runId, { status: 'queued', message: null, finishedAt: null, ...change })
      if (session.closed || this.stopped.has(session)) {
        throw new PhasescopeError('cancelled', 'The project has been closed meanwhile.')
      }
    } catch (error) {
      await this.giveUp(session, runId)
      throw error
    }
    this.queue.push({ session, runId })
  }

  /** A run that was about to be queued and will not be. */
  private async giveUp(session: ProjectSession, runId: string): Promise<void> {
    if (!session.closed && session.has(runId) && session.run(runId).status === 'queued') {
      const message = 'The project was closed before this run had begun. Continue it to train it to its end.'
      await this.supervisor.save(session, runId, { status: 'interrupted', message })
    }
    await this.options.claims.release(session.runFolder(runId))
  }

  private pump(): void {
    while (this.supervisor.count < this.options.parallel) {
      const alone = [...this.supervisor.runs()].some(({ runId, session }) => takesAll(session.run(runId).spec!.backend))
      const at = this.queue.findIndex((item) => {
        const run = item.session.run(item.runId)
        return run.status === 'queued' && !(alone && takesAll(run.spec!.backend))
      })
      if (at < 0) break
      const [{ session, runId }] = this.queue.splice(at, 1)
      this.options.calibration.stop()
      this.supervisor.launch(session, runId, this.userMetrics.get(session.folder) ?? null)
    }
    this.changed()
  }

  private ended(session: ProjectSession, runId: string): void {
    this.settleWaiters(runId)
    // While the project closes, what is unfinished stays in its queue.
    if (this.closing.has(session)) return
    this.pump()
    if (!this.isActive(session)) this.options.idle(session)
  }

  private settleWaiters(runId: string): void {
    for (const resolve of this.waiters.get(runId) ?? []) resolve()
    this.waiters.delete(runId)
  }

  /** Tells the order and writes the queue of each project, one write after the other. */
  private changed(): void {
    const now = new Map<ProjectSession, string[]>()
    for (const { session, runId } of [...this.supervisor.runs(), ...this.queue]) {
      now.set(session, [...(now.get(session) ?? []), runId])
    }
    for (const session of new Set([...now.keys(), ...this.written.keys()])) {
      // Of one that is being stopped only what runs still is here: its queue is what it was before.
      if (this.closing.has(session)) continue
      this.options.push(session, 'training.order', { runIds: this.order(session) })
      const runs = now.get(session) ?? []
      const before = this.written.get(session) ?? []
      if (runs.join() === before.join()) continue
      this.written.set(session, runs)
      // Only a host with somebody watching gets its queue back; elsewhere unfinished runs are continued by name.
      if (this.options.attended) this.writeQueue(session, runs, before)
    }
    this.options.active()
  }

  private writeQueue(session: ProjectSession, runs: string[], before: string[]): void {
    this.writing = this.writing.then(async () => {
      try {
        await session.during('queue.json', () => writeRunQueue(session.folder, session.mark, runs, before))
      } catch (error) {
        this.options.log.add('warning', 'queue', `The queue could not be saved: ${(error as Error).message}`)
      }
    })
  }
}

interface Queued {
  session: ProjectSession
  runId: string
}
