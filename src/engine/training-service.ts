/** The queue of training runs: starting, forking, ordering, pausing; as many train at a time as the machine has cores. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventName, EventPayload } from '../contract/events'
import type { ParsedParams } from '../contract/requests'
import { PhasescopeError } from '../contract/errors'
import { describeFileError } from '../project/files'
import type { RunManifest } from '../project/manifests'
import { newId } from '../project/project-folder'
import { readRunQueue, writeRunQueue } from '../project/run-queue'
import { checkHooks, checkRecord, resolveRecipe } from '../training/experiments'
import type { BackendName, Recipe, RunSpec } from '../training/types'
import type { BackendChoice } from './backend-choice'
import { takesAll } from './gpu-link'
import type { Log } from './log'
import { forkRun, makeRuns, type ForkRequest } from './new-runs'
import type { Places, WorkerLauncher } from './ports'
import type { ProjectSession } from './project-session'
import { recipeOf } from './recipe'
import { claimRun, ownedElsewhere, releaseRun } from './run-lock'
import { RunSupervisor } from './run-supervisor'
import type { TrustedMetrics } from './trusted-metrics'

export interface TrainingServiceOptions {
  launcher: WorkerLauncher
  places: Places
  parallel: number
  /** Resolves `auto`. */
  choice: BackendChoice
  /** Somebody is there to look at a run that pauses itself, and to let it go on. */
  attended: boolean
  trusted: TrustedMetrics
  versions: Record<string, string>
  log: Log
  push<N extends EventName>(name: N, payload: EventPayload<N>): void
}

export type Place = 'first' | 'earlier' | 'later' | 'last'

type StartRequest = Omit<ParsedParams<'training.start'>, 'rates'> &
  Partial<Pick<ParsedParams<'training.start'>, 'rates'>>

export class TrainingService {
  private readonly queue: { session: ProjectSession; runId: string }[] = []
  private readonly supervisor: RunSupervisor
  /** By project folder, the text of the user's metric functions that are trusted; looked at whenever runs are queued. */
  private readonly userMetrics = new Map<string, string | null>()
  private readonly waiters = new Map<string, (() => void)[]>()
  private closing = false
  private writing: Promise<void> = Promise.resolve()
  /** Projects whose queue on disk is not empty. */
  private written = new Set<string>()

  constructor(private readonly options: TrainingServiceOptions) {
    const { launcher, places, attended, log, push } = options
    this.supervisor = new RunSupervisor({ launcher, places, attended, log, push, ended: (runId) => this.ended(runId) })
  }

  get running(): number {
    return this.supervisor.count
  }

  get queued(): number {
    return this.queue.length
  }

  isBusy(runId: string): boolean {
    return this.supervisor.has(runId) || this.queue.some((item) => item.runId === runId)
  }

  /** Waiting runs in the order in which they will train. */
  order(): string[] {
    return this.queue.map(({ runId }) => runId)
  }

  /**
   * Checks everything before the first folder is made, then queues one run per seed, or per rate and seed of a sweep: all
   * of them or none.
   */
  async start(session: ProjectSession, request: StartRequest): Promise<string[]> {
    const recipe = resolveRecipe(await recipeOf(session, request))
    const { name, hooks, record } = request
    checkHooks(recipe, hooks)
    checkRecord(record)
    const seeds = [...new Set(request.seeds)]
    const backend = await this.backendFor(session, request, recipe, seeds[0])
    await this.lookAtMetrics(session)
    const runs = atRates(recipe, request.rates ?? null).flatMap(({ recipe: own, suffix }) =>
      seeds.map((seed) => {
        const spec: RunSpec = { ...own, seed, hooks, record, backend, parent: null }
        return { name: `${name}${suffix}${seeds.length > 1 ? ` s${seed}` : ''}`, spec }
      })
    )
    const runIds = await makeRuns(session, runs, { id: newId('group'), name }, this.options.versions)
    this.enqueue(session, runIds, name)
    return runIds
  }

  /** A new run that goes on from another's checkpoint with changed hyperparameters. */
  async fork(session: ProjectSession, request: ForkRequest): Promise<string> {
    await this.lookAtMetrics(session)
    const runId = await forkRun(session, request, this.options.versions)
    this.enqueue(session, [runId], request.name)
    return runId
  }

  /**
   * Goes on with runs that ended early, from their last checkpoint, or from the start where there is none.
   * @param backend another one than before
   */
  async continueRuns(session: ProjectSession, runIds: string[], backend: BackendName | null = null): Promise<void> {
    this.checkRestart(session, runIds)
    for (const runId of runIds) {
      const run = session.run(runId)
      if (run.status === 'done')
        throw new PhasescopeError('bad-request', `${run.name} is done; there is nothing to continue.`)
    }
    await this.lookAtMetrics(session)
    for (const runId of runIds) {
      const { spec } = session.run(runId)
      await this.requeue(session, runId, backend && spec ? { spec: { ...spec, backend } } : {})
    }
    this.pump()
  }

  /** Trains runs once more from their first step; what they recorded before stays as an earlier attempt. */
  async retry(session: ProjectSession, runIds: string[]): Promise<void> {
    this.checkRestart(session, runIds)
    await this.lookAtMetrics(session)
    for (const runId of runIds) {
      const { spec, name } = session.run(runId)
      if (spec?.parent) {
        throw new PhasescopeError('bad-request', `${name} is a fork. Fork its parent again, or continue this one.`)
      }
      const checkpoints = join(session.runFolder(runId), 'checkpoints')
      try {
        await rm(checkpoints, { recursive: true, force: true })
      } catch (error) {
        throw describeFileError(error, checkpoints, 'written')
      }
      await this.requeue(session, runId, { step: 0, epoch: 0, elapsedSeconds: 0, last: {} })
    }
    this.pump()
  }

  async control(session: ProjectSession, runIds: string[], action: 'pause' | 'resume' | 'cancel'): Promise<void> {
    for (const runId of runIds) {
      const run = session.run(runId)
      if (this.supervisor.has(runId)) {
        this.supervisor.control(runId, action)
        if (action === 'pause' && run.status === 'running') await session.updateRun(runId, { status: 'paused' })
        if (action === 'resume' && run.status === 'paused') {
          await session.updateRun(runId, { status: 'running', message: null })
        }
        continue
      }
      const at = this.queue.findIndex((item) => item.runId === runId)
      if (at < 0) continue
      if (action === 'cancel') {
        this.queue.splice(at, 1)
        await session.updateRun(runId, {
          status: 'cancelled',
          message: run.step > 0 ? `Cancelled at step ${run.step}.` : 'Cancelled before it began.',
          finishedAt: new Date().toISOString()
        })
        releaseRun(session.runFolder(runId))
        this.settleWaiters(runId)
      } else if (action === 'pause') await session.updateRun(runId, { status: 'paused' })
      else await session.updateRun(runId, { status: 'queued', message: null })
    }
    this.pump()
  }

  /** Moves waiting runs in the queue, keeping their order among themselves. */
  move(runIds: string[], to: Place): void {
    const moved = this.queue.filter(({ runId }) => runIds.includes(runId))
    if (moved.length === 0) return
    const first = this.queue.indexOf(moved[0])
    const rest = this.queue.filter((item) => !moved.includes(item))
    const at = { first: 0, earlier: Math.max(0, first - 1), later: first + 1, last: rest.length }[to]
    rest.splice(Math.min(at, rest.length), 0, ...moved)
    this.queue.splice(0, this.queue.length, ...rest)
    this.changed()
  }

  /** Resolves when the run is neither queued nor running. */
  finished(runId: string): Promise<void> {
    if (!this.isBusy(runId)) return Promise.resolve()
    return new Promise((resolve) => this.waiters.set(runId, [...(this.waiters.get(runId) ?? []), resolve]))
  }

  /**
   * Takes the runs back into the queue that trained or waited when the project was last open. They wait, paused, until
   * somebody lets them go on: opening a project to look at it must not begin to train.
   */
  async restore(session: ProjectSession): Promise<void> {
    await this.lookAtMetrics(session)
    for (const runId of await readRunQueue(session.folder)) {
      if (!session.has(runId) || this.isBusy(runId)) continue
      const run = session.run(runId)
      if (run.status !== 'interrupted' || ownedElsewhere(session.runFolder(runId))) continue
      claimRun(session.runFolder(runId))
      const where = run.step > 0 ? `Stopped at step ${run.step} of ${run.totalSteps}` : 'Waited in the queue'
      await session.updateRun(runId, {
        status: 'paused',
        message: `${where} when the project was last open. Resume it to train it to its end.`
      })
      this.queue.push({ session, runId })
    }
    if (this.queue.length > 0) this.changed()
  }

  /** Stops every worker and empties the queue; unfinished runs are interrupted, and come back with the project. */
  async close(): Promise<void> {
    this.closing = true
    try {
      const waiting = this.queue.splice(0)
      await this.supervisor.close()
      for (const { session, runId } of waiting) {
        const { step, totalSteps } = session.run(runId)
        const where =
          step > 0 ? `Stopped at step ${step} of ${totalSteps}` : 'The project was closed before this run had begun'
        await this.supervisor.save(session, runId, {
          status: 'interrupted',
          message: `${where}. Continue it to train it to its end.`
        })
        releaseRun(session.runFolder(runId))
        this.settleWaiters(runId)
      }
      await this.writing
    } finally {
      this.closing = false
    }
  }

  private async backendFor(
    session: ProjectSession,
    { backend, name, record }: StartRequest,
    recipe: Recipe,
    seed: number
  ): Promise<BackendName> {
    if (backend !== 'auto') return backend
    const spec: RunSpec = { ...recipe, seed, hooks: [], record, backend: 'wasm', parent: null }
    return this.options.choice.choose(spec, session.folder, name)
  }

  private enqueue(session: ProjectSession, runIds: string[], name: string): void {
    const runs = session.listRuns().filter((run) => runIds.includes(run.id))
    this.options.push('runs.changed', { runs, removed: [] })
    this.options.log.add('info', name, `${runIds.length} ${runIds.length === 1 ? 'run' : 'runs'} queued.`)
    for (const runId of runIds) this.queue.push({ session, runId })
    this.pump()
  }

  private checkRestart(session: ProjectSession, runIds: string[]): void {
    for (const runId of runIds) {
      const run = session.run(runId)
      if (!run.spec) throw new PhasescopeError('bad-request', `${run.name} was imported; it cannot be trained on.`)
      if (this.isBusy(runId)) throw new PhasescopeError('busy', `${run.name} is already ${run.status}.`)
      if (ownedElsewhere(session.runFolder(runId))) {
        throw new PhasescopeError('busy', `${run.name} is being trained by another process.`)
      }
    }
  }

  /** Also when somebody has just said that they are trusted. */
  async lookAtMetrics(session: ProjectSession): Promise<void> {
    const { trusted, log } = this.options
    const text = await trusted.textOf(session.folder)
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
    claimRun(session.runFolder(runId))
    await session.updateRun(runId, { status: 'queued', message: null, finishedAt: null, ...change })
    this.queue.push({ session, runId })
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
      this.supervisor.launch(session, runId, this.userMetrics.get(session.folder) ?? null)
    }
    this.changed()
  }

  private ended(runId: string): void {
    this.settleWaiters(runId)
    // While the project closes, what is unfinished stays in its queue.
    if (!this.closing) this.pump()
  }

  private settleWaiters(runId: string): void {
    for (const resolve of this.waiters.get(runId) ?? []) resolve()
    this.waiters.delete(runId)
  }

  /** Tells the order and writes the queue, one write after the other. */
  private changed(): void {
    this.options.push('training.order', { runIds: this.order() })
    // Only a host with somebody watching gets its queue back; elsewhere unfinished runs are continued by name.
    if (!this.options.attended) return
    const byProject = new Map<string, string[]>()
    for (const { session, runId } of [...this.supervisor.runs(), ...this.queue]) {
      byProject.set(session.folder, [...(byProject.get(session.folder) ?? []), runId])
    }
    const folders = new Set([...byProject.keys(), ...this.written])
    this.written = new Set(byProject.keys())
    for (const folder of folders) {
      this.writing = this.writing.then(async () => {
        try {
          await writeRunQueue(folder, byProject.get(folder) ?? [])
        } catch (error) {
          this.options.log.add('warning', 'queue', `The queue could not be saved: ${(error as Error).message}`)
        }
      })
    }
  }
}

/** The recipe at each rate of a sweep, ascending, each checked; without rates the recipe as it is. */
function atRates(recipe: Recipe, rates: readonly number[] | null): { recipe: Recipe; suffix: string }[] {
  if (!rates) return [{ recipe, suffix: '' }]
  return [...new Set(rates)]
    .sort((a, b) => a - b)
    .map((rate) => ({
      recipe: resolveRecipe({ ...recipe, params: { ...recipe.params, learningRate: rate } }),
      suffix: ` lr ${rate}`
    }))
}
