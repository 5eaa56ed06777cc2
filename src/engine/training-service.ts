/** Queue, workers and manifests of training runs: one worker per running seed, as many as the machine has cores. */
import type { RunInfo } from '../contract/domain'
import type { EventName, EventPayload } from '../contract/events'
import type { ParsedParams } from '../contract/requests'
import { PhasescopeError } from '../contract/errors'
import { makeFolder } from '../project/files'
import type { RunManifest } from '../project/manifests'
import { newId } from '../project/project-folder'
import { checkHooks, checkRecord, resolveRecipe, totalEpochs, totalSteps } from '../training/experiments'
import type { BackendName, Recipe, RunSpec } from '../training/types'
import type { TrainCommand, TrainMessage } from '../workers/messages'
import type { BackendChoice } from './backend-choice'
import { linkGpu, takesAll, type GpuLink } from './gpu-link'
import type { Log } from './log'
import type { Places, WorkerLauncher, WorkerLink } from './ports'
import type { ProjectSession } from './project-session'
import { recipeOf } from './recipe'
import { claimRun, ownedElsewhere, releaseRun } from './run-lock'

const manifestIntervalMs = 3000

interface Active {
  link: WorkerLink
  /** Where the run trains on a GPU that its worker does not have. */
  gpu: GpuLink | null
  session: ProjectSession
  /** Elapsed seconds of earlier attempts. */
  before: number
  lastSaveMs: number
  /** Set once the run has come to its end; settles when its manifest says so. */
  ending: Promise<void> | null
}

export interface TrainingServiceOptions {
  launcher: WorkerLauncher
  places: Places
  parallel: number
  /** Resolves `auto`. */
  choice: BackendChoice
  /** Somebody is there to look at a run that pauses itself, and to let it go on. */
  attended: boolean
  versions: Record<string, string>
  log: Log
  push<N extends EventName>(name: N, payload: EventPayload<N>): void
}

export class TrainingService {
  private readonly queue: { session: ProjectSession; runId: string }[] = []
  private readonly active = new Map<string, Active>()
  private readonly waiters = new Map<string, (() => void)[]>()

  constructor(private readonly options: TrainingServiceOptions) {}

  get running(): number {
    return this.active.size
  }

  get queued(): number {
    return this.queue.length
  }

  isBusy(runId: string): boolean {
    return this.active.has(runId) || this.queue.some((item) => item.runId === runId)
  }

  /** Checks everything before the first folder is made, then queues one run per seed: all of them or none. */
  async start(session: ProjectSession, request: ParsedParams<'training.start'>): Promise<string[]> {
    const recipe = resolveRecipe(await recipeOf(session, request))
    checkHooks(recipe, request.hooks)
    checkRecord(request.record)
    const seeds = [...new Set(request.seeds)]
    const backend = await this.backendFor(session, request, recipe, seeds[0])
    const group = newId('group')
    // One stem for all seeds, so that TensorBoard and file managers list them together.
    const stem = newId(request.experiment)
    const runIds: string[] = []
    for (const seed of seeds) {
      const spec: RunSpec = {
        ...recipe,
        seed,
        hooks: request.hooks,
        record: request.record,
        backend,
        parent: null
      }
      const id = `${stem}-s${seed}`
      const manifest: RunManifest = {
        schemaVersion: 1,
        id,
        name: seeds.length > 1 ? `${request.name} s${seed}` : request.name,
        group,
        groupName: request.name,
        spec,
        imported: null,
        log: null,
        status: 'queued',
        message: null,
        createdAt: new Date().toISOString(),
        startedAt: null,
        finishedAt: null,
        step: 0,
        totalSteps: totalSteps(recipe),
        epoch: 0,
        totalEpochs: totalEpochs(recipe),
        elapsedSeconds: 0,
        last: {},
        notes: '',
        tags: [],
        versions: this.options.versions
      }
      try {
        await makeFolder(session.runFolder(id))
        await session.addRun(manifest)
        claimRun(session.runFolder(id))
      } catch (error) {
        for (const runId of [...runIds, id]) await session.discardRun(runId)
        throw error
      }
      runIds.push(id)
    }
    this.options.push('runs.changed', {
      runs: session.listRuns().filter((run) => runIds.includes(run.id)),
      removed: []
    })
    this.options.log.add('info', request.name, `${runIds.length} ${runIds.length === 1 ? 'run' : 'runs'} queued.`)
    for (const runId of runIds) this.queue.push({ session, runId })
    this.pump()
    return runIds
  }

  private async backendFor(
    session: ProjectSession,
    { backend, name, record }: ParsedParams<'training.start'>,
    recipe: Recipe,
    seed: number
  ): Promise<BackendName> {
    if (backend !== 'auto') return backend
    const spec: RunSpec = { ...recipe, seed, hooks: [], record, backend: 'wasm', parent: null }
    return this.options.choice.choose(spec, session.folder, name)
  }

  /** Goes on with runs that ended early, from their last checkpoint, or from the start where there is none. */
  async continueRuns(session: ProjectSession, runIds: string[]): Promise<void> {
    for (const runId of runIds) {
      const run = session.run(runId)
      if (!run.spec) throw new PhasescopeError('bad-request', `${run.name} was imported; it cannot be trained on.`)
      if (this.isBusy(runId)) throw new PhasescopeError('busy', `${run.name} is already ${run.status}.`)
      if (run.status === 'done')
        throw new PhasescopeError('bad-request', `${run.name} is done; there is nothing to continue.`)
      if (ownedElsewhere(session.runFolder(runId))) {
        throw new PhasescopeError('busy', `${run.name} is being trained by another process.`)
      }
    }
    for (const runId of runIds) {
      claimRun(session.runFolder(runId))
      await session.updateRun(runId, { status: 'queued', message: null, finishedAt: null })
      this.queue.push({ session, runId })
    }
    this.pump()
  }

  async control(session: ProjectSession, runIds: string[], action: 'pause' | 'resume' | 'cancel'): Promise<void> {
    for (const runId of runIds) {
      const run = session.run(runId)
      const active = this.active.get(runId)
      if (active) {
        active.link.post({ kind: action } satisfies TrainCommand)
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
          message: 'Cancelled before it began.',
          finishedAt: new Date().toISOString()
        })
        releaseRun(session.runFolder(runId))
        this.settleWaiters(runId)
      } else if (action === 'pause') await session.updateRun(runId, { status: 'paused' })
      else await session.updateRun(runId, { status: 'queued' })
    }
    this.pump()
  }

  /** Resolves when the run is neither queued nor running. */
  finished(runId: string): Promise<void> {
    if (!this.isBusy(runId)) return Promise.resolve()
    return new Promise((resolve) => this.waiters.set(runId, [...(this.waiters.get(runId) ?? []), resolve]))
  }

  /** Stops every worker and empties the queue; unfinished runs are interrupted and can be continued. */
  async close(): Promise<void> {
    const waiting = this.queue.splice(0)
    await Promise.all(
      [...this.active].map(async ([runId, active]) => {
        active.ending ??= this.stop(runId, active)
        await active.ending
      })
    )
    for (const { session, runId } of waiting) {
      await this.interrupt(session, runId, 'The project was closed before this run had begun.')
      this.settleWaiters(runId)
    }
  }

  private async stop(runId: string, active: Active): Promise<void> {
    const { session, link, gpu } = active
    gpu?.stop()
    await link.stop()
    const { step, totalSteps: total } = session.run(runId)
    await this.interrupt(session, runId, `Stopped at step ${step} of ${total} when the project was closed.`)
    this.active.delete(runId)
    this.settleWaiters(runId)
  }

  private async interrupt(session: ProjectSession, runId: string, message: string): Promise<void> {
    await this.save(session, runId, {
      status: 'interrupted',
      message: `${message} Continue it to train it to its end.`
    })
    releaseRun(session.runFolder(runId))
  }

  private pump(): void {
    while (this.active.size < this.options.parallel) {
      const alone = [...this.active].some(([id, { session }]) => takesAll(session.run(id).spec!.backend))
      const at = this.queue.findIndex((item) => {
        const run = item.session.run(item.runId)
        return run.status === 'queued' && !(alone && takesAll(run.spec!.backend))
      })
      if (at < 0) return
      const [{ session, runId }] = this.queue.splice(at, 1)
      this.launch(session, runId)
    }
  }

  private launch(session: ProjectSession, runId: string): void {
    const run = session.run(runId)
    // Only runs with a spec are ever queued.
    if (!run.spec) return
    const link = this.options.launcher.launch('train')
    const gpu = linkGpu(run.spec.backend, this.options.launcher, link)
    const active: Active = { link, gpu, session, before: run.elapsedSeconds, lastSaveMs: Date.now(), ending: null }
    this.active.set(runId, active)
    link.onMessage((message) => this.receive(runId, active, message as TrainMessage))
    link.onExit((reason) => {
      this.settle(runId, active, {
        status: 'failed',
        message: `${run.name} stopped: ${reason ?? 'its worker was ended'}. Continue it from its last checkpoint.`
      })
    })
    link.post({
      kind: 'start',
      folder: session.runFolder(runId),
      spec: run.spec,
      project: session.folder,
      attended: this.options.attended,
      resources: this.options.places.resources,
      wasm: this.options.places.wasm,
      remote: gpu !== null
    } satisfies TrainCommand)
    void this.save(session, runId, {
      status: 'running',
      message: null,
      startedAt: run.startedAt ?? new Date().toISOString()
    })
  }

  private receive(runId: string, active: Active, message: TrainMessage): void {
    const { session } = active
    if (active.ending) return
    switch (message.kind) {
      case 'started':
        if (message.step > 0)
          this.options.log.add('info', session.run(runId).name, `Goes on from step ${message.step}.`)
        return
      case 'progress': {
        const { kind: _kind, ...progress } = message
        const elapsedSeconds = active.before + message.elapsedSeconds
        session.touchRun(runId, {
          step: message.step,
          epoch: message.epoch,
          totalSteps: message.totalSteps,
          totalEpochs: message.totalEpochs,
          elapsedSeconds
        })
        this.options.push('training.progress', { runId, ...progress, elapsedSeconds })
        if (Date.now() - active.lastSaveMs > manifestIntervalMs) {
          active.lastSaveMs = Date.now()
          void this.save(session, runId, {})
        }
        return
      }
      case 'grew':
        session.touchRun(runId, { last: { ...session.run(runId).last, ...jsonNumbers(message.last) } })
        this.options.push('runs.grew', { runId, step: message.step })
        return
      case 'checkpoint':
        void this.save(session, runId, {})
        return
      case 'alert':
        this.options.log.add('warning', session.run(runId).name, message.text)
        if (!message.paused) return
        void this.save(session, runId, { status: 'paused', message: `Paused at step ${message.step}: ${message.text}` })
        return
      case 'gpu':
        active.gpu?.post(message.piece)
        return
      case 'measured':
        return
      case 'log':
        this.options.log.add(message.level, session.run(runId).name, message.text)
        return
      case 'finished':
        this.settle(runId, active, {
          status: message.status,
          message: endingOf(message),
          step: message.step,
          epoch: message.epoch
        })
        return
      case 'failed':
        this.settle(runId, active, { status: 'failed', message: message.error.message })
        return
    }
  }

  /** The one end of every run, reached once. */
  private settle(runId: string, active: Active, change: Partial<RunManifest>): void {
    active.ending ??= this.end(runId, active, change)
  }

  private async end(runId: string, active: Active, change: Partial<RunManifest>): Promise<void> {
    const { session, link } = active
    const run = session.run(runId)
    await this.save(session, runId, { ...change, finishedAt: new Date().toISOString() })
    this.options.log.add(
      run.status === 'failed' ? 'error' : 'info',
      run.name,
      run.message ?? `Done after ${run.step} steps in ${run.elapsedSeconds.toFixed(0)} s.`
    )
    releaseRun(session.runFolder(runId))
    this.active.delete(runId)
    active.gpu?.stop()
    void link.stop()
    this.settleWaiters(runId)
    this.pump()
  }

  private settleWaiters(runId: string): void {
    for (const resolve of this.waiters.get(runId) ?? []) resolve()
    this.waiters.delete(runId)
  }

  private async save(session: ProjectSession, runId: string, change: Partial<RunManifest>): Promise<void> {
    try {
      await session.updateRun(runId, change)
    } catch (error) {
      this.options.log.add('error', runId, (error as Error).message)
    }
  }
}

function endingOf({ status, stoppedEarly, step }: Extract<TrainMessage, { kind: 'finished' }>): string | null {
  if (status === 'cancelled') return `Cancelled at step ${step}.`
  return stoppedEarly ? `Stopped early at step ${step}: validation no longer got better.` : null
}

function jsonNumbers(values: Record<string, number>): RunInfo['last'] {
  return Object.fromEntries(
    Object.entries(values).map(([tag, value]) => [
      tag,
      Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity')
    ])
  )
}
