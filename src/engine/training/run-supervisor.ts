/** Runs that are training now: each has a worker, what it says goes into the run's manifest, and it ends exactly once. */
import type { RunInfo } from '../../domain/run'
import type { EventName, EventPayload } from '../../contract/events'
import type { RunManifest } from '../../project/manifests'
import { confinedFolders } from '../../project/places'
import type { TrainCommand, TrainMessage } from '../../training-run/messages'
import { linkGpu, type GpuLink } from './gpu-link'
import type { Log } from '../log'
import type { Places, WorkerLauncher, WorkerLink } from '../ports'
import type { ProjectSession } from '../project/project-session'
import type { RunClaims } from '../project/run-claims'

const manifestIntervalMs = 3000
/** How often is looked whether another program has taken a run over. */
const claimIntervalMs = 2000
/** How long a run may take to write its last checkpoint when it is stopped; `hurry` ends the wait. */
const lastCheckpointMs = 120_000

interface Active {
  runId: string
  link: WorkerLink
  /** Where the run trains on a GPU that its worker does not have. */
  gpu: GpuLink | null
  session: ProjectSession
  /** Elapsed seconds of earlier attempts. */
  before: number
  lastSaveMs: number
  /** Set once the run has come to its end; settles when its manifest says so. */
  ending: Promise<void> | null
  /** While the project closes: called when the worker has nothing more to write. */
  written: (() => void) | null
  /** As the run tells it. */
  remainingSeconds: number | null
}

export interface RunSupervisorOptions {
  launcher: WorkerLauncher
  places: Places
  /** Somebody is there to look at a run that pauses itself, and to let it go on. */
  attended: boolean
  claims: RunClaims
  log: Log
  push<N extends EventName>(session: ProjectSession, name: N, payload: EventPayload<N>): void
  /** Something about what trains has changed. */
  active(): void
  /** A run is over and its manifest says so. */
  ended(session: ProjectSession, runId: string): void
}

export class RunSupervisor {
  /** By project and run: a copied project has the same ids. */
  private readonly active = new Map<string, Active>()
  private timer: NodeJS.Timeout | null = null

  constructor(private readonly options: RunSupervisorOptions) {}

  get count(): number {
    return this.active.size
  }

  has(session: ProjectSession, runId: string): boolean {
    return this.active.has(keyOf(session, runId))
  }

  /** Settles when a run that has said its last word is over altogether. */
  async settled(session: ProjectSession, runId: string): Promise<void> {
    await this.active.get(keyOf(session, runId))?.ending
  }

  /** Runs that are training, with the project that each belongs to. */
  *runs(): Generator<{ runId: string; session: ProjectSession }> {
    for (const { runId, session } of this.active.values()) yield { runId, session }
  }

  /** Until the runs that train now are done, as far as they know; null where none of them does. */
  remainingSeconds(session: ProjectSession): number | null {
    const known = [...this.active.values()].filter((run) => run.session === session).map((run) => run.remainingSeconds)
    return known.reduce<number | null>((most, one) => (one === null ? most : Math.max(most ?? 0, one)), null)
  }

  control(session: ProjectSession, runId: string, action: 'pause' | 'resume' | 'cancel'): void {
    this.active.get(keyOf(session, runId))?.link.post({ kind: action } satisfies TrainCommand)
  }

  /** @param userMetrics text of metric functions that somebody trusts */
  launch(session: ProjectSession, runId: string, userMetrics: string | null): void {
    const run = session.run(runId)
    // Only runs with a spec are ever queued.
    if (!run.spec) return
    const { launcher, places, attended, claims } = this.options
    const link = launcher.launch('train')
    const gpu = linkGpu(run.spec.backend, launcher, link)
    const active: Active = {
      runId,
      link,
      gpu,
      session,
      before: run.elapsedSeconds,
      lastSaveMs: Date.now(),
      ending: null,
      written: null,
      remainingSeconds: null
    }
    this.active.set(keyOf(session, runId), active)
    this.timer ??= setInterval(() => void this.lookAtClaims(), claimIntervalMs).unref()
    link.onMessage((message) => this.receive(runId, active, message as TrainMessage))
    link.onExit((reason) => {
      active.written?.()
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
      attended,
      resources: places.resources,
      wasm: places.wasm,
      remote: gpu !== null,
      userMetrics,
      claim: claims.numberOf(session.runFolder(runId)),
      confined: [...confinedFolders()]
    } satisfies TrainCommand)
    void this.save(session, runId, {
      status: 'running',
      message: null,
      startedAt: run.startedAt ?? new Date().toISOString()
    })
  }

  /**
   * Stops the runs of a project, each after its last checkpoint; they are interrupted then.
   * @param progress told how many have stopped
   */
  async close(session: ProjectSession, progress: (stopped: number, total: number) => void): Promise<void> {
    const runs = [...this.active.values()].filter((run) => run.session === session)
    let stopped = 0
    progress(0, runs.length)
    await Promise.all(
      runs.map(async (active) => {
        active.ending ??= this.stop(active)
        await active.ending
        progress(++stopped, runs.length)
      })
    )
  }

  /** Waits no longer for those that are being stopped. */
  hurry(isMeant: (session: ProjectSession) => boolean): void {
    for (const active of this.active.values()) if (isMeant(active.session)) active.written?.()
  }

  async save(session: ProjectSession, runId: string, change: Partial<RunManifest>): Promise<void> {
    try {
      await session.updateRun(runId, change)
    } catch (error) {
      this.options.log.add('error', runId, (error as Error).message)
    }
  }

  private async stop(active: Active): Promise<void> {
    const { runId, session, link, gpu } = active
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, lastCheckpointMs)
      active.written = () => {
        clearTimeout(timer)
        resolve()
      }
      link.post({ kind: 'cancel' } satisfies TrainCommand)
    })
    gpu?.stop()
    await link.stop()
    const { step, totalSteps } = session.run(runId)
    await this.save(session, runId, {
      status: 'interrupted',
      message: `Stopped at step ${step} of ${totalSteps} when the project was closed. Continue it to train it to its end.`
    })
    await this.over(active)
  }

  /** Another program trains the run now: nothing more is written about it here. */
  private async replaced(active: Active): Promise<void> {
    const { runId, session, link, gpu } = active
    gpu?.stop()
    await link.stop()
    const { name } = session.run(runId)
    this.options.log.add('warning', name, 'Another program has taken this run over. It stopped here.')
    await this.over(active)
    await session.reloadRun(runId)
  }

  private async over({ runId, session }: Active): Promise<void> {
    await this.options.claims.release(session.runFolder(runId))
    this.active.delete(keyOf(session, runId))
    if (this.active.size === 0 && this.timer) {
      clearInterval(this.timer)
      this.timer = null
    }
    this.options.ended(session, runId)
  }

  private async lookAtClaims(): Promise<void> {
    for (const active of [...this.active.values()]) {
      if (active.ending) continue
      const state = await this.options.claims.state(active.session.runFolder(active.runId))
      if (state === 'taken') active.ending ??= this.replaced(active)
    }
  }

  private receive(runId: string, active: Active, message: TrainMessage): void {
    const { session } = active
    if (active.ending) {
      // A worker that writes its last checkpoint while the project closes: how far it came still counts.
      if (message.kind === 'gpu') active.gpu?.post(message.piece)
      if (message.kind === 'finished') session.touchRun(runId, { step: message.step, epoch: message.epoch })
      if (message.kind === 'finished' || message.kind === 'failed') active.written?.()
      return
    }
    const name = session.run(runId).name
    switch (message.kind) {
      case 'started':
        this.started(runId, active, message.step, message.again)
        return
      case 'progress':
        this.progress(runId, active, message)
        return
      case 'grew':
        session.touchRun(runId, { last: { ...session.run(runId).last, ...jsonNumbers(message.last) } })
        this.options.push(session, 'runs.grew', { runId, step: message.step })
        return
      case 'checkpoint':
        void this.save(session, runId, { best: message.best })
        return
      case 'facts':
        void this.save(session, runId, { facts: message.facts })
        return
      case 'alert':
        this.options.log.add('warning', name, message.text)
        if (!message.paused) return
        void this.save(session, runId, { status: 'paused', message: `Paused at step ${message.step}: ${message.text}` })
        return
      case 'gpu':
        active.gpu?.post(message.piece)
        return
      case 'measured':
      case 'observed':
        return
      case 'log':
        this.options.log.add(message.level, name, message.text)
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

  /** Where a run goes on is said beside it: steps that were lost are never lost in silence. */
  private started(runId: string, { session }: Active, step: number, again: string[]): void {
    const run = session.run(runId)
    const before = run.step
    const lost = before > step ? ` Steps ${step + 1} to ${before} are trained again.` : ''
    const text = step > 0 ? `Goes on from step ${step}.` : 'Begins again at step 0: it has no checkpoint to go on from.'
    const resumed = step > 0 || before > 0 || again.length > 0
    if (!resumed || run.spec?.parent?.step === step) return
    const message = `${again.join(' ')} ${text}${lost}`.trim()
    this.options.log.add(lost || again.length > 0 ? 'warning' : 'info', run.name, message)
    session.touchRun(runId, { step })
    void this.save(session, runId, { message })
  }

  private progress(runId: string, active: Active, message: Extract<TrainMessage, { kind: 'progress' }>): void {
    const { session, before } = active
    const { kind: _kind, ...progress } = message
    const { step, epoch, totalSteps, totalEpochs } = message
    const elapsedSeconds = before + message.elapsedSeconds
    session.touchRun(runId, { step, epoch, totalSteps, totalEpochs, elapsedSeconds })
    active.remainingSeconds = message.remainingSeconds
    this.options.push(session, 'training.progress', { runId, ...progress, elapsedSeconds })
    this.options.active()
    if (Date.now() - active.lastSaveMs > manifestIntervalMs) {
      active.lastSaveMs = Date.now()
      void this.save(session, runId, {})
    }
  }

  /** The one end of every run, reached once. */
  private settle(runId: string, active: Active, change: Partial<RunManifest>): void {
    active.ending ??= this.end(runId, active, change)
  }

  private async end(runId: string, active: Active, change: Partial<RunManifest>): Promise<void> {
    const { session, link } = active
    if ((await this.options.claims.state(session.runFolder(runId))) === 'taken') return this.replaced(active)
    const run = session.run(runId)
    await this.save(session, runId, { ...change, finishedAt: new Date().toISOString() })
    this.options.log.add(
      run.status === 'failed' ? 'error' : 'info',
      run.name,
      run.message ?? `Done after ${run.step} steps in ${run.elapsedSeconds.toFixed(0)} s.`
    )
    active.gpu?.stop()
    // Only when the thread is gone can nothing write into the run's folder any more.
    await link.stop()
    await this.over(active)
  }
}

function keyOf(session: ProjectSession, runId: string): string {
  return `${session.folder}\0${runId}`
}

function endingOf({ status, stoppedEarly, step }: Extract<TrainMessage, { kind: 'finished' }>): string | null {
  if (status === 'cancelled') return `Cancelled at step ${step}.`
  return stoppedEarly === null ? null : `Stopped early at step ${step}: ${stoppedEarly}.`
}

function jsonNumbers(values: Record<string, number>): RunInfo['last'] {
  return Object.fromEntries(
    Object.entries(values).map(([tag, value]) => [
      tag,
      Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity')
    ])
  )
}
