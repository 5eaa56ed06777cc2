/** What was found to import: one source is a file, or files that are read as one. */
import type { ImportFormat } from '../domain/import-formats'
import type { CheckpointUnit } from './checkpoints/units'

export interface ImportFile {
  /** Unique within one import: the path below the chosen folder, that folder's name first. */
  file: string
  /** Sources with equal keys become one run: the checkpoints of a training, its log and its tables. */
  run: string
  /** Name of the run to be. */
  name: string
  group: string
  seed: number | null
  /** Where the seed stands when it is not the run's name that tells: "hparams.yaml". */
  seedFrom: string | null
  bytes: number
  modifiedMs: number
  holds: Holding
  /** Runs that it may be of the same training as, where nothing tells of which. */
  mayBeOf?: string[]
  /** Folder of the training that it belongs to, below the chosen folder. */
  home: string
  /** Where tables of one run are told apart by what they measure: `train`, `val`. */
  prefix: string | null
  /** What has been left out already, in sentences. */
  notes: string[]
}

/** What a source is, and where it lies. Paths are absolute, names are below the folder of the source. */
export type Holding =
  /** A text or Parquet file; `part` is one of several runs in it. */
  | { kind: 'table'; path: string; part: string | null }
  /** Files that one of the formats in formats/ reads as one run. */
  | { kind: 'files'; format: ImportFormat; folder: string; names: string[] }
  /** A run of TensorBoard logs: the logs' folder, the run's name below it, and its event files in `folder`. */
  | { kind: 'log'; root: string; run: string; folder: string; files: string[] }
  /** Checkpoints of one training, as another program has written them; the units' paths are below `root`. */
  | { kind: 'checkpoints'; root: string; units: CheckpointUnit[] }

export type LogHolding = Extract<Holding, { kind: 'log' }>
export type CheckpointHolding = Extract<Holding, { kind: 'checkpoints' }>
/** Everything that becomes one table of recorded values. */
export type RecordedHolding = Exclude<Holding, LogHolding | CheckpointHolding>

/** A file that is no run, and why. */
export interface LeftFile {
  file: string
  reason: string
}

export interface ScannedSources {
  files: ImportFile[]
  /** Every other file that was seen. */
  left: LeftFile[]
}

/** Whether it is one of several runs in a file. */
export function isPartOfFile({ holds }: ImportFile): boolean {
  return holds.kind === 'table' && holds.part !== null
}
