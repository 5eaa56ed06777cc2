/** What a training run emits. */
import type { NamedArray, Pixels } from './arrays'
import type { BestPoint } from './best-point'
import type { DataFacts } from './data-facts'
import type { ModuleGraph } from './model-graph'
import type { ParamValue } from './recipe'

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

/** What the data are, once, before the first update of a run or of a fork. */
export interface FactsRecord {
  kind: 'facts'
  facts: DataFacts
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

export type TrainRecord = RecordedRecord | CheckpointRecord | ProgressRecord | LogRecord | AlertRecord | FactsRecord
