/**
 * How long a run will take, before the first: the beginning of as many runs as will train side by side is trained for real, in folders
 * that are thrown away. The run itself says how long the rest takes; how fast it goes beside others is part of what is measured.
 */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PhasescopeError } from '../../domain/errors'
import type { BackendName } from '../../domain/backends'
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
  backend: BackendName
  /** How many runs train side by side. */
  together: number
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
  /** What is measured, or waits for its turn, by whom it is for. */
  private readonly under = new Map<object, AbortController>()
  /** Side by side, measurements of two windows would slow each other down. */
  private turn: Promise<unknown> = Promise.resolve()

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

  /** Ends what is being measured, for one or for all: its question is answered with an error. */
  stop(owner?: object): void {
    for (const [one, controller] of this.under) if (owner === undefined || one === owner) controller.abort()
  }

  /**
   * One draft of each owner at a time: a later one ends the one before. Those of others are waited for.
   * @throws PhasescopeError 'cancelled' when it was stopped; a sentence when the run fails or takes too long to begin
   */
  async measure(
    owner: object,
    making: CalibrationJob | Promise<CalibrationJob>,
    asker?: AbortSignal
  ): Promise<Calibrated> {
    this.stop(owner)
    // At once, so that what is stopped while its job is still being made does not begin afterwards.
    const own = new AbortController()
    this.under.set(owner, own)
    const signal = asker ? AbortSignal.any([own.signal, asker]) : own.signal
    const before = this.turn
    const mine = (async () => {
      const job = await making
      await before
      goesOn(signal)
      return this.measured(job, signal)
    })()
    this.turn = mine.catch(() => undefined)
    try {
      return await mine
    } finally {
      if (this.under.get(owner) === own) this.under.delete(owner)
    }
  }

  private async measured(job: CalibrationJob, signal: AbortSignal): Promise<Calibrated> {
    const { spec, together } = job
    const seeds = Array.from({ length: together }, (_, i) => (spec.seed + i) % 2 ** 32)
    const seconds = await Promise.all(seeds.map((seed) => this.wholeRun({ ...spec, seed }, job, signal)))
    const hooks = spec.hooks.length > 0 ? await this.hooks(job, signal) : []
    const secondsPerRun = seconds.reduce((sum, one) => sum + one, 0) / seconds.length
    return { backend: spec.backend, together, secondsPerRun, hooks }
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
        let warm: { ms: number; step: number; saved: number } | null = null
        let seen: { message: Progress; ms: number } | null = null
        let cancelledMs = 0
        let saved = 0
        const close = (savingMs: number): void =>
          resolve(
            (startedMs + (seen ? seen.ms + restMs(seen, warm!, { savingMs, saved, checkpoints }, spec) : 0)) / 1000
          )
        const hear = (message: TrainMessage): void => {
          switch (message.kind) {
            case 'started':
              startedMs = performance.now() - began
              return
            case 'progress': {
              const ms = message.elapsedSeconds * 1000
              if (seen || ms < warmUpMs) return
              warm ??= { ms, step: message.step, saved }
              if (ms < warm.ms + lookMs) return
              seen = { message, ms }
              cancelledMs = performance.now()
              link.post({ kind: 'cancel' } satisfies TrainCommand)
              setTimeout(() => close(checkpointPatienceMs), checkpointPatienceMs).unref()
              return
            }
            case 'checkpoint':
              if (!seen) saved += 1
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
 * The rest of a run, ms: where points come at even distances, its updates at the pace of the time that was looked at, points included
 * and checkpoints not, which come rarely and are counted; else as the run itself tells, which knows checkpoints once it has written one.
 */
function restMs(
  { message: { step, totalSteps, remainingSeconds }, ms }: { message: Progress; ms: number },
  warm: { ms: number; step: number; saved: number },
  { savingMs, saved, checkpoints }: { savingMs: number; saved: number; checkpoints: number },
  { record }: RunSpec
): number {
  const toSave = (checkpoints - saved) * savingMs
  const pace = (ms - warm.ms - (saved - warm.saved) * savingMs) / (step - warm.step)
  if (record.metricsUnit !== 'log' && Number.isFinite(pace)) return (totalSteps - step) * Math.max(0, pace) + toSave
  return remainingSeconds * 1000 + (saved === 0 ? toSave : 0)
}

function wasStopped(): PhasescopeError {
  return new PhasescopeError('cancelled', 'The measurement was stopped.')
}

function goesOn({ aborted }: AbortSignal): void {
  if (aborted) throw wasStopped()
}
