/**
 * How long a run will take, before the first: the beginning of as many runs as will train side by side is trained for real, in folders
 * that are thrown away. The run itself says how long the rest takes; how fast it goes beside others is part of what is measured.
 */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PhasescopeError } from '../../domain/errors'
import type { RunSpec } from '../../domain/run'
import { removeTree } from '../../project/files'
import { confinedFolders } from '../../project/places'
import type { ParsedParams } from '../../contract/requests'
import { newestStreams } from '../../training/streams'
import type { TrainCommand, TrainMessage } from '../../training-run/messages'
import type { HookCost } from '../../training/observing-cost'
import type { Places, WorkerLauncher, WorkerLink } from '../ports'
import type { ProjectSession } from '../project/project-session'
import type { BackendChoice } from './backend-choice'
import { linkGpu, takesAll, type GpuLink } from './gpu-link'
import { recipeOf } from './recipe'
import type { TrustedMetrics } from './trusted-metrics'

/** While code is compiled and threads start, a run is slower than later; after that it is looked at for a while. */
const warmUpMs = 2500
const lookMs = 3500
/** How long that may take: starting, loading data, compiling, a few slow updates. */
const patienceMs = 45_000
/** For the last checkpoint, which shows what one costs; longer is not waited for. */
const checkpointPatienceMs = 10_000
/** Per hook point, and for all of them together. */
const eachHookMs = 400
const mostHooksMs = 8000

export interface CalibrationOptions {
  launcher: WorkerLauncher
  places: Pick<Places, 'resources' | 'wasm'>
  /** Training runs side by side. */
  parallel: number
  choice: BackendChoice
  trusted: TrustedMetrics
}

type Progress = Extract<TrainMessage, { kind: 'progress' }>

/** What is about to be started, as far as it decides how long it takes. */
type Draft = Omit<ParsedParams<'experiments.calibrate'>, 'runs'>

export interface Calibrated {
  /** From its start to its end, beside the others; early stopping may end it sooner. */
  secondsPerRun: number
  /** Those that were measured; none where the updates are computed by another process. */
  hooks: HookCost[]
}

export interface CalibrationJob {
  /** Of one seed. */
  spec: RunSpec
  /** How many runs train side by side. */
  together: number
  project: string
  userMetrics: string | null
}

export class Calibration {
  private under: AbortController | null = null

  constructor(private readonly options: CalibrationOptions) {}

  /** A draft as it would be trained. Throws a sentence where it could not be. */
  async jobOf(session: ProjectSession, draft: Draft, runs: number): Promise<CalibrationJob> {
    const { hooks, record, backend: wanted } = draft
    const { checkedRecipe } = await import('./new-runs')
    const { network, ...recipe } = checkedRecipe(await recipeOf(session, draft), hooks, record)
    // Weights to begin with change no time, and may not be in the project yet.
    const layers = network && { ...network, saved: undefined }
    const streams: RunSpec['streams'] = newestStreams
    const common = { ...recipe, network: layers, seed: 0, streams, hooks, record, parent: null }
    const { choice, parallel, trusted } = this.options
    const backend =
      wanted === 'auto' ? await choice.choose({ ...common, backend: 'wasm' }, session.folder, 'Estimate') : wanted
    return {
      spec: { ...common, backend },
      together: takesAll(backend) ? 1 : Math.min(parallel, runs),
      project: session.folder,
      userMetrics: session.trusted ? await trusted.textOf(session.folder) : null
    }
  }

  /** Ends what is being measured: its question is answered with an error. */
  stop(): void {
    this.under?.abort()
  }

  /**
   * One draft at a time; a later one ends the one before.
   * @throws PhasescopeError 'cancelled' when it was stopped; a sentence when the run fails or takes too long to begin
   */
  async measure(job: CalibrationJob, asker?: AbortSignal): Promise<Calibrated> {
    this.stop()
    const own = new AbortController()
    this.under = own
    const signal = asker ? AbortSignal.any([own.signal, asker]) : own.signal
    try {
      const seeds = Array.from({ length: job.together }, (_, i) => (job.spec.seed + i) % 2 ** 32)
      const seconds = await Promise.all(seeds.map((seed) => this.wholeRun({ ...job.spec, seed }, job, signal)))
      const hooks = job.spec.hooks.length > 0 ? await this.hooks(job, signal) : []
      return { secondsPerRun: seconds.reduce((sum, one) => sum + one, 0) / seconds.length, hooks }
    } finally {
      if (this.under === own) this.under = null
    }
  }

  /** Seconds from the start of the worker to the end of the run, were it trained to its end. */
  private async wholeRun(
    spec: RunSpec,
    { project, userMetrics }: CalibrationJob,
    signal: AbortSignal
  ): Promise<number> {
    const { places } = this.options
    // Brings TensorFlow.js, which whoever only looks at runs needs not.
    const { runPlan } = await import('../../training/experiments')
    const { checkpoints } = runPlan(spec, spec.hooks, spec.record)
    goesOn(signal)
    const folder = await mkdtemp(join(tmpdir(), 'phasescope-calibration-'))
    try {
      return await this.inWorker(spec, signal, (link, gpu, { resolve, reject }) => {
        const began = performance.now()
        let startedMs = 0
        let warm: { ms: number; step: number } | null = null
        let estimateMs: number | null = null
        let cancelledMs = 0
        /** Once the run has written a checkpoint by itself, what it tells includes those to come. */
        let hasSaved = false
        const close = (savingMs: number): void =>
          resolve((startedMs + (estimateMs ?? 0) + (hasSaved ? 0 : savingMs * checkpoints)) / 1000)
        const hear = (message: TrainMessage): void => {
          switch (message.kind) {
            case 'started':
              startedMs = performance.now() - began
              return
            case 'progress': {
              const ms = message.elapsedSeconds * 1000
              if (estimateMs !== null || ms < warmUpMs) return
              warm ??= { ms, step: message.step }
              if (ms < warm.ms + lookMs) return
              estimateMs = ms + restMs(message, (ms - warm.ms) / (message.step - warm.step), spec)
              cancelledMs = performance.now()
              link.post({ kind: 'cancel' } satisfies TrainCommand)
              setTimeout(() => close(checkpointPatienceMs), checkpointPatienceMs).unref()
              return
            }
            case 'checkpoint':
              hasSaved ||= estimateMs === null
              return
            case 'finished':
              if (message.status === 'done') resolve((performance.now() - began) / 1000)
              else close(performance.now() - cancelledMs)
              return
            case 'failed':
              reject(new PhasescopeError(message.error.code, message.error.message))
              return
            case 'alert':
            case 'facts':
            case 'gpu':
            case 'grew':
            case 'log':
            case 'measured':
            case 'observed':
          }
        }
        link.post({
          kind: 'start',
          folder,
          spec,
          project,
          attended: false,
          resources: places.resources,
          wasm: places.wasm,
          remote: gpu !== null,
          userMetrics,
          claim: null,
          confined: [...confinedFolders()]
        } satisfies TrainCommand)
        return hear
      })
    } finally {
      await removeTree(folder).catch(() => undefined)
    }
  }

  private hooks({ spec, project }: CalibrationJob, signal: AbortSignal): Promise<HookCost[]> {
    const { resources, wasm } = this.options.places
    const limitMs = Math.min(mostHooksMs, eachHookMs * (spec.hooks.length + 1))
    return this.inWorker(spec, signal, (link, gpu, { resolve, reject }) => {
      if (gpu) resolve([])
      else {
        const measured = { kind: 'measure', what: 'observing', spec, resources, wasm, project, limitMs } as const
        link.post({ ...measured, remote: false } satisfies TrainCommand)
      }
      return (message) => {
        if (message.kind === 'observed') resolve(message.costs)
        else if (message.kind === 'failed') reject(new PhasescopeError(message.error.code, message.error.message))
      }
    })
  }

  /** A training worker for as long as it takes to settle, and no longer whatever happens. */
  private async inWorker<T>(
    spec: RunSpec,
    signal: AbortSignal,
    begin: (
      link: WorkerLink,
      gpu: GpuLink | null,
      settle: { resolve(value: T): void; reject(error: Error): void }
    ) => (message: TrainMessage) => void
  ): Promise<T> {
    goesOn(signal)
    const { launcher } = this.options
    const link = launcher.launch('train')
    const gpu = linkGpu(spec.backend, launcher, link)
    let timer: NodeJS.Timeout | undefined
    let stopped: () => void = () => undefined
    try {
      return await new Promise<T>((resolve, reject) => {
        const tooLong = `The first updates take more than ${patienceMs / 1000} s; how long a run takes is not known before it trains.`
        timer = setTimeout(() => reject(new PhasescopeError('unsupported', tooLong)), patienceMs)
        stopped = () => reject(wasStopped())
        signal.addEventListener('abort', stopped)
        link.onExit((reason) => reject(new Error(`The measurement stopped: ${reason ?? 'its worker was ended'}.`)))
        const hear = begin(link, gpu, { resolve, reject })
        link.onMessage((received) => {
          const message = received as TrainMessage
          if (message.kind === 'gpu') gpu?.post(message.piece)
          else hear(message)
        })
      })
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', stopped)
      gpu?.stop()
      await link.stop()
    }
  }
}

/**
 * The rest of a run: at the pace of the time that was looked at, all that happened then included, where points come at even
 * distances; else as the run itself tells, which counts updates and points apart.
 */
function restMs({ step, totalSteps, remainingSeconds }: Progress, msPerStep: number, { record }: RunSpec): number {
  const isEven = record.metricsUnit !== 'log' && Number.isFinite(msPerStep)
  return isEven ? (totalSteps - step) * msPerStep : remainingSeconds * 1000
}

function wasStopped(): PhasescopeError {
  return new PhasescopeError('cancelled', 'The measurement was stopped.')
}

function goesOn({ aborted }: AbortSignal): void {
  if (aborted) throw wasStopped()
}
