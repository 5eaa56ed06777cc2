/** Messages between the host and its worker threads: tagged unions, one per direction. */
import type {
  CandidateResult,
  CandidateTask,
  EvidenceResult,
  EvidenceTask,
  RateSource,
  FoldResult,
  FoldTask
} from '../analysis'
import type {
  AcrossRuns,
  Analysis,
  AnalysisOptions,
  ConvergenceRule,
  Alignment,
  RoleChoices,
  Roles,
  RunSeries,
  TimeAxis
} from '../analysis/types'
import type { BuiltSequences } from '../analysis'
import type { DataChoices, DataFindings, DatasetInfo } from '../contract/data'
import type { WireError } from '../contract/errors'
import type { ImportSource, ProjectFinding } from '../contract/domain'
import type { PackedHeatmap, PackedSeries, ParsedParams, RequestName, RequestResult } from '../contract/requests'
import type { Sequence } from '../hmm/types'
import type { CheckpointUnit } from '../formats/checkpoint-files'
import type { ImportFile, ScannedSources } from '../project/import-source'
import type { RunManifest } from '../project/manifests'
import type { CheckpointMetrics } from './checkpoint-metrics'
import type { Speed } from './gpu-messages'
import type { Piece } from './gpu-pieces'
import type { LastValues } from './last-values'
import type { Recipe, RecordOptions, RunSpec } from '../training/types'

export type { Piece, Speed }

/** To a training worker. One worker trains one run and then ends. */
export type TrainCommand =
  | {
      kind: 'start'
      folder: string
      spec: RunSpec
      /** Folder with the bundled data sets. */
      resources: string
      /** The project's folder, for its data sets. */
      project: string
      /** Text of the user's metric functions, where there are some that are trusted. */
      userMetrics: string | null
      /** Whether somebody is there to let a paused run go on. */
      attended: boolean
      /** Folder with TensorFlow.js's .wasm files, ending in a separator. */
      wasm: string
      /** Number of the claim under which the run is trained: once there is a higher one, nothing is written any more. */
      claim: number | null
      /** Project folders in which no link is followed, because nobody has trusted them. */
      confined: string[]
      /** The host has a trainer with the GPU, with which it exchanges `gpu` messages. */
      remote?: boolean
    }
  /** Trains for about `limitMs`, records nothing and tells how fast it went. */
  | {
      kind: 'measure'
      spec: RunSpec
      resources: string
      project: string
      wasm: string
      remote: boolean
      limitMs: number
    }
  | { kind: 'gpu'; piece: Piece }
  | { kind: 'gpu-gone'; reason: string }
  | { kind: 'pause' }
  | { kind: 'resume' }
  | { kind: 'cancel' }

/** From a training worker. */
export type TrainMessage =
  /** @param again what is to be said about checkpoints that could not be used */
  | { kind: 'started'; step: number; again: string[] }
  | {
      kind: 'progress'
      step: number
      totalSteps: number
      epoch: number
      totalEpochs: number
      stepsPerSecond: number
      elapsedSeconds: number
      remainingSeconds: number
    }
  | { kind: 'grew'; step: number; last: Record<string, number> }
  | { kind: 'checkpoint'; step: number }
  | { kind: 'log'; level: 'info' | 'warning' | 'error'; text: string }
  /** The run waits for somebody to look at it. */
  | { kind: 'alert'; step: number; text: string; paused: boolean }
  | { kind: 'finished'; status: 'done' | 'cancelled'; stoppedEarly: boolean; step: number; epoch: number }
  | { kind: 'failed'; error: WireError }
  | { kind: 'measured'; speed: Speed }
  /** For the trainer with the GPU. */
  | { kind: 'gpu'; piece: Piece }

/** To a process that only looks whether a backend works here: native code may take its process down. */
export interface ProbeCommand {
  kind: 'probe'
  backend: 'tensorflow' | 'webgpu'
}

export type ProbeReply =
  | { available: true; device: string }
  | { available: false; problem: 'not-installed' | 'not-loaded' | 'no-adapter'; message: string }

export interface RunSource {
  runId: string
  /** Where its event files lie. */
  folder: string
  /** Its path in the log that it was imported from (`logs/session/validation`); null for runs of our own. */
  place: string | null
  label: string
  seed: number | null
}

/** A request's parameters with the runs as the workers know them. */
type OfRuns<N extends RequestName> = Omit<ParsedParams<N>, 'runIds'> & { runs: RunSource[] }
type OfRun<N extends RequestName> = Omit<ParsedParams<N>, 'runId'> & { run: RunSource }

export interface Draft extends Recipe {
  /** null: those that the experiment begins with. */
  hooks: string[] | null
  record: RecordOptions
}

/**
 * What an analysis needs from disk: the sequences, in shared memory so that every fit reads the same bytes, and of the
 * recorded series those that name the states.
 */
export interface Prepared {
  runs: RunSeries[]
  /** Which of their series are the losses and accuracies. */
  roles: Roles
  built: BuiltSequences
}

/** A run in a followed log folder: how many event files it has, and what tells whether they have changed. */
export interface LoggedRun {
  name: string
  files: number
  state: string
  modifiedMs: number
}

/** Tasks of a compute worker by name, each with what goes in and what comes out. */
export interface ComputeTasks {
  /** @param loose folder without a name of its own, for files that came without one */
  importScan: { in: { paths: string[]; loose: string | null }; out: ScannedSources }
  /** @param hooks of checkpoints: modules, or patterns of them; null: those that are chosen unasked */
  importInspect: { in: { file: ImportFile; stepColumn: string | null; hooks: string[] | null }; out: ImportSource }
  /** Writes the run into `folder`; `manifest` is filled in. No manifest comes back when the file cannot be read. */
  importFile: {
    in: { file: ImportFile; stepColumn: string | null; folder: string; manifest: RunManifest }
    out: { source: ImportSource; manifest: RunManifest | null }
  }
  checkpointMetrics: {
    in: { root: string; unit: CheckpointUnit; hooks: string[] }
    out: { metrics: CheckpointMetrics | null; problem: string | null }
  }
  /** Writes the run of measured checkpoints into `folder`, as importFile does. */
  importCheckpoints: {
    in: {
      file: ImportFile
      source: ImportSource
      /** Ascending by step. */
      points: (ComputeTasks['checkpointMetrics']['out'] & { step: number; epoch: number | null; modifiedMs: number })[]
      folder: string
      manifest: RunManifest
    }
    out: { source: ImportSource; manifest: RunManifest | null }
  }
  /** @param folder of a project */
  checkProject: { in: { folder: string; repair: boolean }; out: ProjectFinding[] }
  dataInspect: { in: { paths: string[]; choices: DataChoices }; out: DataFindings }
  /** Writes the data set into the project's folder. */
  dataAdd: { in: { paths: string[]; choices: DataChoices; project: string; name: string }; out: DatasetInfo }
  readNetwork: { in: { name: string; text: string }; out: RequestResult<'networks.read'> }
  describe: { in: Draft; out: Omit<RequestResult<'experiments.describe'>, 'secondsPerStep'> }
  /** @param said what people have said about roles */
  tags: { in: { runs: RunSource[]; said: RoleChoices }; out: RequestResult<'runs.tags'> }
  /** @param index file of the project that keeps what its runs hold */
  boardTags: { in: { runs: RunSource[]; index: string | null }; out: RequestResult<'board.tags'> }
  scalars: { in: OfRuns<'board.scalars'>; out: RequestResult<'board.scalars'> }
  groups: {
    in: Omit<ParsedParams<'board.groups'>, 'groups'> & { groups: { name: string; runs: RunSource[] }[] }
    out: RequestResult<'board.groups'>
  }
  statistics: { in: OfRuns<'board.statistics'>; out: RequestResult<'board.statistics'> }
  histograms: { in: OfRuns<'board.histograms'>; out: RequestResult<'board.histograms'> }
  distributions: { in: OfRuns<'board.distributions'>; out: RequestResult<'board.distributions'> }
  points: { in: OfRuns<'board.points'>; out: RequestResult<'board.points'> }
  blob: { in: OfRun<'board.blob'>; out: RequestResult<'board.blob'> }
  texts: { in: OfRuns<'board.texts'>; out: RequestResult<'board.texts'> }
  prCurves: { in: OfRuns<'board.prCurves'>; out: RequestResult<'board.prCurves'> }
  /** @param above runs that the asked ones lie below in their logs: their hyperparameters count for those, too */
  hparams: { in: OfRuns<'board.hparams'> & { above: RunSource[] }; out: RequestResult<'board.hparams'> }
  graphs: { in: OfRun<'board.graphs'>; out: RequestResult<'board.graphs'> }
  graph: { in: OfRun<'board.graph'>; out: RequestResult<'board.graph'> }
  /** @param runs own runs that another process trains */
  followLogs: {
    in: { folders: { id: string; path: string }[]; runs: { id: string; folder: string }[] }
    out: {
      folders: { id: string; problem: string | null; runs: LoggedRun[] }[]
      runs: { id: string; state: string }[]
    }
  }
  /** @param said what people have said about roles: the headline values are those of the series with the roles */
  lastValues: { in: { run: RunSource; said?: RoleChoices }; out: LastValues }
  /** Writes all points into a new file. */
  exportScalars: { in: OfRuns<'board.export'> & { file: string }; out: { points: number } }
  series: {
    in: { runs: RunSource[]; tags: string[]; from?: number; to?: number; maxPoints: number }
    out: PackedSeries[]
  }
  heatmap: {
    in: { run: RunSource; tag: string; from?: number; to?: number; maxColumns: number }
    out: PackedHeatmap | null
  }
  twinPeaks: { in: OfRun<'runs.twinPeaks'>; out: RequestResult<'runs.twinPeaks'> }
  sweep: {
    in: { runs: { source: RunSource; spec: RunSpec }[]; maxPoints: number }
    out: RequestResult<'sweep.compare'>
  }
  rows: {
    in: { runs: RunSource[]; features: string[]; aligns: Alignment[]; said: RoleChoices }
    out: RequestResult<'analysis.rows'>
  }
  /** @param said what people have said about roles */
  features: { in: { runs: RunSource[]; said: RoleChoices }; out: RequestResult<'analysis.features'> }
  prepare: { in: { runs: RunSource[]; options: AnalysisOptions; said: RoleChoices }; out: Prepared }
  candidate: { in: { task: CandidateTask; sequences: Sequence[]; options: AnalysisOptions }; out: CandidateResult }
  fold: { in: { task: FoldTask; sequences: Sequence[]; options: AnalysisOptions }; out: FoldResult }
  evidence: {
    in: { task: EvidenceTask; sequences: Sequence[]; options: AnalysisOptions; rates: RateSource | null }
    out: EvidenceResult
  }
  assemble: {
    in: {
      id: string
      name: string
      createdAt: string
      options: AnalysisOptions
      prepared: Prepared
      candidates: CandidateResult[]
      folds: FoldResult[]
      evidence: EvidenceResult[]
      rates: EvidenceResult[]
      /** File of an earlier analysis to take the states' identities from. */
      previousFile: string | null
      elapsedSeconds: number
    }
    out: Analysis
  }
  restart: { in: { runs: RunSource[]; analysisFile: string; states: number; restart: number }; out: Analysis }
  decode: {
    in: { run: RunSource; analysisFile: string; states: number; unfinished: boolean }
    out: RequestResult<'analysis.decode'>
  }
  /** File name to content of a report. */
  report: {
    in: {
      runs: RunSource[]
      analysisFile: string
      axis?: TimeAxis
      /** null: what the runs recorded decides. */
      convergence: ConvergenceRule | null
      title: string | null
      commands: string[]
    }
    out: Record<string, string>
  }
  across: {
    in: { runs: RunSource[]; analysisFile: string; states: number; convergence: ConvergenceRule; axis?: TimeAxis }
    out: AcrossRuns
  }
}

export type TaskName = keyof ComputeTasks
/** @param confined project folders in which no link is followed, because nobody has trusted them */
export type ComputeRequest = {
  [N in TaskName]: { id: number; name: N; input: ComputeTasks[N]['in']; confined: readonly string[] }
}[TaskName]
export type ComputeReply = { id: number; ok: true; value: unknown } | { id: number; ok: false; error: WireError }
