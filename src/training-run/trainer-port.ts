/** The trainer's link with the outside in a thread of Node: records become files, control comes from the host. */
import { setImmediate as immediately } from 'node:timers/promises'
import { PhasescopeError } from '../domain/errors'
import { pruneCheckpoints, saveCheckpoint } from '../project/checkpoints'
import { claimName, newestClaim } from '../project/claims'
import type { RunWriter } from '../project/run-writer'
import type { TrainerPort } from '../training/port'
import type { TrainRecord } from '../domain/records'
import type { TrainCommand, TrainMessage } from './messages'
import type { MetricsThread } from './metrics-thread'
import type { PointThread } from './point-thread'
import type { RunOutput } from './run-output'
import type { UserMetricsThread } from './user-metrics-thread'

/** What the host wants, between steps. */
export class Control {
  private wanted: 'run' | 'pause' | 'cancel' = 'run'
  private wake: (() => void) | null = null

  /** @param changed told of every change, for a trainer that cannot ask */
  constructor(private readonly changed: (wanted: 'run' | 'pause' | 'cancel') => void = () => undefined) {}

  get(): 'run' | 'pause' | 'cancel' {
    return this.wanted
  }

  pause(): void {
    if (this.wanted !== 'run') return
    this.wanted = 'pause'
    this.changed(this.wanted)
  }

  resume(): void {
    if (this.wanted === 'pause') this.wanted = 'run'
    this.release()
  }

  cancel(): void {
    this.wanted = 'cancel'
    this.release()
  }

  /** Resolves as soon as nobody wants a pause. */
  resumed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.wanted !== 'pause') resolve()
      else this.wake = resolve
    })
  }

  private release(): void {
    this.changed(this.wanted)
    this.wake?.()
    this.wake = null
  }
}

/** A checkpoint goes into the folder that the run's next trainer reads, so a trainer that has been replaced writes none. */
async function stillOurs({ folder, claim }: Extract<TrainCommand, { kind: 'start' }>): Promise<void> {
  const newest = claim === null ? null : await newestClaim(folder, claimName)
  // Where the folder is gone, the write itself says so.
  if (newest === null || newest.number === claim) return
  throw new PhasescopeError('conflict', 'Another program has taken this run over.')
}

interface PortParts {
  command: Extract<TrainCommand, { kind: 'start' }>
  writer: RunWriter
  output: RunOutput
  control: Control
  metrics: MetricsThread
  /** null: the backend's values are not in place, and an evaluation is best done where they are. */
  points: PointThread | null
  userMetrics: UserMetricsThread | null
  say(message: TrainMessage): void
}

export function trainerPort({
  command,
  writer,
  output,
  control,
  metrics,
  points,
  userMetrics,
  say
}: PortParts): TrainerPort {
  const { folder, spec, attended } = command
  return {
    async emit(record: TrainRecord) {
      switch (record.kind) {
        case 'description':
        case 'scalars':
        case 'histogram':
        case 'image':
        case 'pr-curve':
          writer.record(record)
          output.recorded(record)
          return
        case 'checkpoint':
          // Records first: a checkpoint must never be ahead of what the event file holds.
          await stillOurs(command)
          writer.flush(true)
          await saveCheckpoint(folder, record.state)
          await pruneCheckpoints(folder, spec.record.keepCheckpoints, record.best?.step)
          output.release()
          say({ kind: 'checkpoint', step: record.state.step, best: record.best })
          return
        case 'alert':
          // Nobody would let a run go on that pauses where nobody looks.
          if (attended) control.pause()
          say({ ...record, paused: attended })
          return
        case 'progress':
        case 'log':
        case 'facts':
          say(record)
          return
      }
    },
    now: () => performance.now(),
    wallTime: () => Date.now() / 1000,
    control: () => control.get(),
    resumed: () => {
      writer.flush(false)
      return control.resumed()
    },
    yield: () => immediately(),
    weightMetrics: (job) => metrics.compute(job),
    ...(points ? { pointsBeside: points } : {}),
    ...(userMetrics ? { userMetrics: (point) => userMetrics.compute(point) } : {})
  }
}
