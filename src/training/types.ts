/** Domain types of experiments, runs and what a training run emits. No runtime code: safe to import from anywhere. */
import type { ParameterValues, WeightScalars } from '../hooks/weights'
import type { NetworkSpec } from '../domain/network'
import type { ModuleGraph } from '../domain/model-graph'
import type { Scaling } from './scaling'
import type { BestPoint } from './watched-metric'
import type { UserMetricAnswers, UserMetricPoint } from './user-metrics'

export type { UserMetric, UserMetricPoint } from './user-metrics'

export type ParamValue = number | string | boolean

/** One hyperparameter of an experiment: enough to build a form field, a command line flag and a check. */
export interface ParamSpec {
  key: string
  label: string
  group: 'Data' | 'Model' | 'Optimiser' | 'Schedule'
  kind: 'integer' | 'number' | 'choice' | 'boolean' | 'tag'
  default: ParamValue
  /** Another default where an earlier choice has one of these values. */
  defaultFor?: { key: string; values: Record<string, ParamValue> }
  /** Inclusive bounds for numbers. */
  min?: number
  max?: number
  choices?: { value: string; label: string }[]
  /** Some tags that most runs have, for a parameter that names one. */
  suggestions?: string[]
  /** One short sentence shown under the field. */
  hint?: string
  /** The parameter matters only where another one has one of these values, or none of those; forms hide it otherwise. */
  when?: { key: string; values: ParamValue[] } | { key: string; not: ParamValue[] }
}

/** A recipe: what can be trained, with which hyperparameters, and what to expect of it. */
export interface ExperimentSpec {
  id: string
  title: string
  description: string
  reference: string
  expected: string
  params: ParamSpec[]
  /** Whether it trains on a data set of the project: never, instead of its own where one is chosen, or always. */
  data: 'own' | 'optional' | 'required'
  /** Whether the network is the user's own. */
  network: boolean
  /** Hook points switched on by default, where the model has them. */
  defaultHooks: string[]
  defaultRecord: RecordOptions
}

/** What is observed at hook points: parameters, forward outputs, gradients of both, and what updates do to the parameters. */
export type HookKind = 'weights' | 'activations' | 'gradients' | 'updates'

/** When and how metrics, activations and checkpoints are recorded. */
export interface RecordOptions {
  /**
   * Weight metrics and train/validation evaluation every N steps or epochs, or N times per decade of steps (`log`); the
   * first and the last step are always recorded.
   */
  metricsEvery: number
  metricsUnit: 'step' | 'epoch' | 'log'
  observe: HookKind[]
  /** Activation histograms of each class by itself as well, for up to 10 classes. */
  perClass: boolean
  /** Pause the run when NaN or an infinite value is first seen at a hook point. */
  pauseOnNonFinite: boolean
  /** One activation histogram per hook point every N batches (1 = every batch). */
  activationsEvery: number
  histogramMin: number
  histogramMax: number
  histogramBins: number
  /** A checkpoint every N epochs, and always at the end. */
  checkpointEvery: number
  /** How many checkpoints stay on disk, the newest first; two at least, one in case the newest cannot be read. */
  keepCheckpoints: number
  /** Keeps the checkpoint of the point at which the watched metric was best, beside the newest. */
  keepBest: boolean
}

export type BackendName = 'tensorflow' | 'webgpu' | 'wasm' | 'cpu'

/** What is trained on what: enough to build the model and to plan the run. */
export interface Recipe {
  experiment: string
  params: Record<string, ParamValue>
  /** The project's data set, where the experiment does not use its own data. */
  data: DatasetFacts | null
  /** The user's own network. Its input and the width of its last layer must fit the data. */
  network: NetworkSpec | null
}

/** Where a forked run began. */
export interface ParentCheckpoint {
  runId: string
  step: number
}

/** Everything that determines one run, bit for bit. */
export interface RunSpec extends Recipe {
  seed: number
  /** How the random streams are made from the seed (`streams.ts`): 1 in runs of version 0.1, which keep theirs. */
  streams: 1 | 2 | 3
  /** Names of hook points (module tree paths such as `blocks.0.mlp`) at which metrics and activations are recorded. */
  hooks: string[]
  record: RecordOptions
  backend: BackendName
  /** A run that goes on from another's checkpoint with changed hyperparameters. */
  parent: ParentCheckpoint | null
}

export type RunStatus = 'queued' | 'running' | 'paused' | 'done' | 'failed' | 'cancelled' | 'interrupted'

/** Scalars of one step; keys are tags such as `loss/train`. NaN and infinities are kept. */
export interface ScalarsRecord {
  kind: 'scalars'
  /** Optimizer steps done so far. */
  step: number
  /** Epochs done so far, fractional inside an epoch. */
  epoch: number
  wallTimeSeconds: number
  values: Record<string, number>
}

/**
 * A histogram with explicit range. `counts` is [bins + 2]: underflow (below min), the bins, overflow (above max).
 * Non-finite values are in no bin but counted in `nonFinite`.
 */
export interface HistogramRecord {
  kind: 'histogram'
  step: number
  epoch: number
  wallTimeSeconds: number
  tag: string
  min: number
  max: number
  counts: Float64Array
  /** Smallest and largest finite value seen. */
  lowest: number
  highest: number
  /** Number of finite values, their sum and sum of squares, for exact mean and standard deviation. */
  num: number
  sum: number
  sumSquares: number
  /** How many values were exactly zero (also counted in their bin). */
  zeros: number
  nonFinite: number
}

/** All that is needed to go on as if never stopped. Tensors are copies, safe to transfer. */
export interface CheckpointRecord {
  kind: 'checkpoint'
  state: CheckpointState
  /** Where the watched metric was best, whose checkpoint is kept; null: that of none is. */
  best: BestPoint | null
}

export interface CheckpointState {
  step: number
  epoch: number
  /** True for the last checkpoint of a run that has finished. */
  final: boolean
  /** Parameters and buffers by name, and optimizer slots as `<slot>/<parameter name>`. */
  weights: NamedArray[]
  optimizer: NamedArray[]
  /** Plain JSON state of generators and counters: rng words, epoch order, optimizer step, running sums. */
  progress: Record<string, unknown>
}

export interface NamedArray {
  name: string
  shape: number[]
  data: Float32Array
}

export interface ProgressRecord {
  kind: 'progress'
  step: number
  totalSteps: number
  epoch: number
  totalEpochs: number
  stepsPerSecond: number
  elapsedSeconds: number
  remainingSeconds: number
}

export interface LogRecord {
  kind: 'log'
  level: 'info' | 'warning' | 'error'
  text: string
}

/** Something that somebody should look at before the run goes on; a host may pause the run for it. */
export interface AlertRecord {
  kind: 'alert'
  step: number
  text: string
}

/** What the run is: once, before anything else, when it starts from the beginning. */
export interface DescriptionRecord {
  kind: 'description'
  step: number
  epoch: number
  wallTimeSeconds: number
  hparams: Record<string, ParamValue>
  graph: ModuleGraph
  /** Markdown. */
  text: string
}

/** A picture of 8-bit values, row-major [height, width, channels]; one channel is gray, three are red, green and blue. */
export interface Pixels {
  width: number
  height: number
  channels: 1 | 3
  data: Uint8Array
}

export interface ImageRecord {
  kind: 'image'
  step: number
  epoch: number
  wallTimeSeconds: number
  tag: string
  /** Markdown: what the pixels mean. */
  description: string
  image: Pixels
}

/** Counts at thresholds i / (n - 1), each [n]: a score is called positive when it is at least the threshold. */
export interface PrCurveRecord {
  kind: 'pr-curve'
  step: number
  epoch: number
  wallTimeSeconds: number
  tag: string
  description: string
  counts: {
    truePositives: Float64Array
    falsePositives: Float64Array
    trueNegatives: Float64Array
    falseNegatives: Float64Array
  }
}

/** What becomes part of the event file. */
export type RecordedRecord = DescriptionRecord | ScalarsRecord | HistogramRecord | ImageRecord | PrCurveRecord

export type TrainRecord = RecordedRecord | CheckpointRecord | ProgressRecord | LogRecord | AlertRecord

/** Parameters as they are at a point, and what is to be computed of them. */
export interface WeightMetricsJob {
  /** Copies, safe to transfer. */
  parameters: ParameterValues[]
  hooks: readonly string[]
}

/** The trainer's only link with the outside. Pure: the same trainer runs in a worker thread or in a browser worker. */
export interface TrainerPort {
  emit(record: TrainRecord): void | Promise<void>
  /** Milliseconds, monotonic. */
  now(): number
  /** Seconds since 1970. */
  wallTime(): number
  /** Asked between steps. 'pause' makes the trainer await `resumed()`. */
  control(): 'run' | 'pause' | 'cancel'
  resumed(): Promise<void>
  /** Lets pending messages in; awaited between steps every few milliseconds. */
  yield(): Promise<void>
  /** Computes the weight metrics beside the training, where the host has a thread for it; without, the trainer does. */
  weightMetrics?(job: WeightMetricsJob): Promise<WeightScalars>
  /** The user's own metric functions, where there are some. */
  userMetrics?(point: UserMetricPoint): Promise<UserMetricAnswers>
}

export interface TrainOutcome {
  status: 'done' | 'cancelled'
  /** Why it ended before the last planned step, as a clause; null where it did not. */
  stoppedEarly: string | null
  step: number
  epoch: number
}

/** A dataset in memory. Inputs are [N, ...inputShape] row-major. */
export interface Dataset {
  inputShape: number[]
  /** Classes of every head; 0 where the targets are numbers. */
  classes: number
  /** What the classes are called; by default their indices. */
  classNames?: string[]
  /** Names of the heads: each example has one label per head. By default one head without a name. */
  heads?: string[]
  train: Split
  validation: Split
  /** Values that the network's parameters and buffers begin with, instead of drawn ones; those that are not named are drawn. */
  initial?: NamedArray[]
  /** How the inputs were scaled, where they were. */
  scaling?: Scaling
}

export interface Split {
  /** Bytes stand for 0..1: they are divided by 255 when a batch is cut, where `byteMaximum` does not say otherwise. */
  inputs: Float32Array | Int32Array | Uint8Array
  /** What the byte 255 counts as; 1 by default. */
  byteMaximum?: 255
  /** Class indices [count, heads] row-major; empty where the targets are numbers. */
  labels: Int32Array
  /** Numbers to predict, [count, width] row-major. */
  targets?: Float32Array
  count: number
}

/** What has to be known about a project's data set before it is read: enough to build a model and to plan a run. */
export interface DatasetFacts {
  /** Folder below the project's `data`. */
  id: string
  name: string
  inputShape: number[]
  /** 0 where the targets are numbers. */
  classes: number
  /** At most the first 1,000. */
  classNames: string[]
  /** Width of the targets where they are numbers, else 0. */
  targetWidth: number
  /** Names of several yes/no labels, where an example may have any of them: the targets are 1 and 0, as many as there are names. */
  labelNames?: string[]
  /** Examples; `validation` is 0 where the data came without a split of their own. */
  train: number
  validation: number
}
