/** Runs that are training now: each has a worker, what it says goes into the run's manifest, and it ends exactly once. */
import type { RunInfo } from '../contract/domain'
import type { EventName, EventPayload } from '../contract/events'
import type { RunManifest } from '../project/manifests'
import type { TrainCommand, TrainMessage } from '../workers/messages'
import { linkGpu, type GpuLink } from './gpu-link'
import type { Log } from './log'
import type { Places, WorkerLauncher, WorkerLink } from './ports'
import type { ProjectSession } from './project-session'
import { releaseRun } from './run-lock'

const manifestIntervalMs = 3000
/** How long a run may take to write its last checkpoint when the project is closed. */
const lastCheckpointMs = 3000

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
  /** While the project closes: called when the worker has nothing more to write. */
  written: (() => void) | null
}

export interface RunSupervisorOptions {
  launcher: WorkerLauncher
  places: Places
  /** Somebody is there to look at a run that pauses itself, and to let it go on. */
  attended: boolean
  log: Log
  push<N extends EventName>(name: N, payload: EventPayload<N>): void
  /** A run is over and its manifest says so. */
  ended(runId: string): void
}

export class RunSupervisor {
  private readonly active = new Map<string, Active>()

  constructor(private readonly options: RunSupervisorOptions) {}

  get count(): number {
    return this.active.size
  }

  has(runId: string): boolean {
    return this.active.has(runId)
  }

  /** Runs that are training, with the project that each belongs to. */
  *runs(): Generator<{ runId: string; session: ProjectSession }> {
    for (const [runId, { session }] of this.active) yield { runId, session }
  }

  control(runId: string, action: 'pause' | 'resume' | 'cancel'): void {
    this.active.get(runId)?.link.post({ kind: action } satisfies TrainCommand)
  }

  /** @param userMetrics text of metric functions that somebody trusts */
  launch(session: ProjectSession, runId: string, userMetrics: string | null): void {
    const run = session.run(runId)
    // Only runs with a spec are ever queued.
    if (!run.spec) return
    const { launcher, places, attended } = this.options
    const link = launcher.launch('train')
    const gpu = linkGpu(run.spec.backend, launcher, link)
    const active: Active = {
      ...{ link, gpu, session, before: run.elapsedSeconds, lastSaveMs: Date.now() },
      ...{ ending: null, written: null }
    }
    this.active.set(runId, active)
    link.onMessage((message) => this.receive(runId, active, message as TrainMessage))
    link.onExit((reason) => {
      active.written?.()
      this.settle(runId, active, {
        status: 'failed',
        message: `${run.name} stopped: ${reason ?? 'its worker was ended'}. Continue it from its last checkpoint.`
      })
    })
    link.post({
      ...{ kind: 'start', folder: session.runFolder(runId), spec: run.spec, project: session.folder, attended },
      ...{ resources: places.resources, wasm: places.wasm, remote: gpu !== null, userMetrics }
    } satisfies TrainCommand)
    void this.save(session, runId, {
      status: 'running',
      message: null,
      startedAt: run.startedAt ?? new Date().toISOString()
    })
  }

  /** Stops every worker, after its last checkpoint where it can write one in time; the runs are interrupted then. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.active].map(async ([runId, active]) => {
        active.ending ??= this.stop(runId, active)
        await active.ending
      })
    )
  }

  async save(session: ProjectSession, runId: string, change: Partial<RunManifest>): Promise<void> {
    try {
      await session.updateRun(runId, change)
    } catch (error) {
      this.options.log.add('error', runId, (error as Error).message)
    }
  }

  private async stop(runId: string, active: Active): Promise<void> {
    const { session, link, gpu } = active
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
    releaseRun(session.runFolder(runId))
    this.active.delete(runId)
    this.options.ended(runId)
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
        if (message.step > 0) this.options.log.add('info', name, `Goes on from step ${message.step}.`)
        return
      case 'progress':
        this.progress(runId, active, message)
        return
      case 'grew':
        session.touchRun(runId, { last: { ...session.run(runId).last, ...jsonNumbers(message.last) } })
        this.options.push('runs.grew', { runId, step: message.step })
        return
      case 'checkpoint':
        void this.save(session, runId, {})
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

  private progress(runId: string, active: Active, message: Extract<TrainMessage, { kind: 'progress' }>): void {
    const { session, before } = active
    const { kind: _kind, ...progress } = message
    const { step, epoch, totalSteps, totalEpochs } = message
    const elapsedSeconds = before + message.elapsedSeconds
    session.touchRun(runId, { step, epoch, totalSteps, totalEpochs, elapsedSeconds })
    this.options.push('training.progress', { runId, ...progress, elapsedSeconds })
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
    this.options.ended(runId)
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
