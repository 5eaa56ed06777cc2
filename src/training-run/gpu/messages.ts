/** Between a training worker, which owns the files of a run, and a trainer that has the GPU but no files. */
import type { WireError } from '../../domain/errors'
import type { CheckpointState, TrainRecord } from '../../domain/records'
import type { Dataset } from '../../domain/dataset'
import type { RunSpec } from '../../domain/run'
import type { TrainOutcome } from '../../training/port'
import type { Speed } from '../../training/measure-speed'

export type GpuCommand =
  | ProbeCommand
  | { kind: 'start'; spec: RunSpec; dataset: Dataset; resume: CheckpointState | null; helps: HelpName[] }
  /** Trains for at most about `limitMs` and tells how fast it went; nothing is recorded. */
  | { kind: 'measure'; spec: RunSpec; dataset: Dataset; limitMs: number }
  /** One more record is where it belongs; the trainer does not run far ahead of these. */
  | { kind: 'written' }
  /** The answer to `help`. */
  | { kind: 'helped'; id: number; value: unknown }
  | { kind: 'not-helped'; id: number; error: WireError }
  | { kind: 'control'; wanted: 'run' | 'pause' | 'cancel' }

export type GpuMessage =
  | { kind: 'record'; record: TrainRecord }
  /** Asks for something to be computed where there are threads for it. */
  | { kind: 'help'; id: number; name: HelpName; input: unknown }
  | { kind: 'finished'; outcome: TrainOutcome }
  | { kind: 'measured'; speed: Speed }
  | { kind: 'failed'; error: WireError }

/** What a training worker computes beside the training: parts of the trainer's port. */
export type HelpName = 'weightMetrics' | 'userMetrics'
export const helpNames: readonly HelpName[] = ['weightMetrics', 'userMetrics']

/** To a process that only looks whether a backend works here: native code may take its process down. */
export interface ProbeCommand {
  kind: 'probe'
  backend: 'tensorflow' | 'webgpu'
}

export type ProbeReply =
  | { available: true; device: string }
  | { available: false; problem: 'not-installed' | 'not-loaded' | 'no-adapter'; message: string }
