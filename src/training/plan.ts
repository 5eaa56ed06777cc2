/** When things happen in a run, and how much of it there will be. */
import { firstConvolution, sizeOf, type Architecture } from '../models/architecture'
import { prCurveCount, prThresholds } from './pr-counts'
import { weightMetrics } from '../domain/weight-metrics'
import type { RecordOptions } from '../domain/record-options'

export interface RunPlan {
  stepsPerEpoch: number
  totalSteps: number
  /** Points at which weight metrics and evaluations are recorded, the first and the last step included. */
  metricPoints: number
  /** Activation histograms per hook point. */
  histogramColumns: number
  checkpoints: number
  /** Estimated size on disk: events, and the checkpoints that are kept at a time. */
  bytes: number
}

/** Most points of a run with pictures and precision-recall curves, which are large. */
const mostSamples = 25

export class Schedule {
  /** Steps at which points are recorded, ascending; null where they are multiples of `metricsEvery`. */
  private readonly listed: readonly number[] | null
  private readonly metricsEvery: number
  private readonly checkpointEvery: number
  /** Every so many points. */
  private readonly sampleStride: number

  constructor(
    readonly stepsPerEpoch: number,
    readonly totalSteps: number,
    private readonly record: RecordOptions
  ) {
    this.listed = record.metricsUnit === 'log' ? logarithmic(totalSteps, record.metricsEvery) : null
    this.metricsEvery = record.metricsEvery * (record.metricsUnit === 'epoch' ? stepsPerEpoch : 1)
    this.checkpointEvery = record.checkpointEvery * stepsPerEpoch
    this.sampleStride = Math.max(1, Math.ceil((this.points(totalSteps) - 1) / (mostSamples - 1)))
  }

  /** After `step` updates: is a point recorded? */
  recordsAt(step: number): boolean {
    if (step === this.totalSteps) return true
    return this.listed ? this.listed[this.points(step) - 1] === step : step % this.metricsEvery === 0
  }

  /** Are pictures and curves part of the point after `step` updates? The first and the last point have them. */
  samplesAt(step: number): boolean {
    if (!this.recordsAt(step)) return false
    return step === this.totalSteps || (this.points(step) - 1) % this.sampleStride === 0
  }

  /** Points with pictures and curves. */
  samples(): number {
    const points = this.points(this.totalSteps)
    return 1 + Math.floor((points - 1) / this.sampleStride) + ((points - 1) % this.sampleStride !== 0 ? 1 : 0)
  }

  checkpointsAt(step: number): boolean {
    return step > 0 && (step % this.checkpointEvery === 0 || step === this.totalSteps)
  }

  /** Are activations of the batch of update `step` (from 1) recorded? */
  observesBatch(step: number): boolean {
    return (step - 1) % this.record.activationsEvery === 0
  }

  /** Points still to come after `step` updates, that of `step` itself not counted. */
  pointsAfter(step: number): number {
    return this.points(this.totalSteps) - this.points(step)
  }

  checkpointsAfter(step: number): number {
    const whole = Math.floor(this.totalSteps / this.checkpointEvery) - Math.floor(step / this.checkpointEvery)
    return whole + (this.totalSteps % this.checkpointEvery !== 0 && step < this.totalSteps ? 1 : 0)
  }

  /** Points up to and including `step`. */
  points(step: number): number {
    if (this.listed) return countUpTo(this.listed, step)
    const last = step === this.totalSteps && step % this.metricsEvery !== 0 ? 1 : 0
    return 1 + Math.floor(step / this.metricsEvery) + last
  }

  columns(): number {
    return Math.ceil(this.totalSteps / this.record.activationsEvery)
  }
}

/** 0, then `perDecade` steps per power of ten, rounded and each once, and the last step. */
function logarithmic(totalSteps: number, perDecade: number): number[] {
  const steps = new Set([0])
  for (let i = 0; ; i++) {
    const step = Math.round(10 ** (i / perDecade))
    if (step >= totalSteps) break
    steps.add(step)
  }
  return [...steps.add(totalSteps)]
}

/** How many of the ascending `values` are at most `limit`. */
function countUpTo(values: readonly number[], limit: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle] <= limit) low = middle + 1
    else high = middle
  }
  return low
}

export function planOf(
  steps: { stepsPerEpoch: number; totalSteps: number },
  record: RecordOptions,
  size: { parameters: number; slots: number; hooks: number; sampleBytes: number }
): RunPlan {
  const schedule = new Schedule(steps.stepsPerEpoch, steps.totalSteps, record)
  const metricPoints = schedule.points(steps.totalSteps)
  const checkpoints = schedule.checkpointsAfter(0)
  const histogramColumns = size.hooks > 0 ? schedule.columns() : 0
  // A scalar takes about 50 bytes in an event file, a histogram two doubles per bin and some 150 bytes around them.
  const scalarBytes = metricPoints * (10 + (weightMetrics.length + 3) * size.hooks + weightMetrics.length) * 50
  const histogramBytes = histogramColumns * size.hooks * ((record.histogramBins + 2) * 16 + 150)
  const checkpointBytes =
    Math.min(checkpoints, record.keepCheckpoints + (record.keepBest ? 1 : 0)) * size.parameters * 4 * (1 + size.slots)
  return {
    ...steps,
    metricPoints,
    histogramColumns,
    checkpoints,
    bytes: scalarBytes + histogramBytes + checkpointBytes + schedule.samples() * size.sampleBytes
  }
}

/** About what the curves and pictures of one point take: six numbers a threshold, and PNG at a third of its pixels. */
export function sampleBytes({ parameters, graph }: Architecture): number {
  const shapeOf = (path: string): number[] => graph.nodes.find((node) => node.path === path)?.shape ?? []
  const classes = sizeOf(graph.nodes.find(({ kind }) => kind === 'output')?.shape ?? [])
  const filter = firstConvolution({ parameters })
  const pixels = filter ? sizeOf(filter.shape) + sizeOf(shapeOf(filter.owner)) : 0
  return prCurveCount(classes) * (prThresholds * 24 + 100) + pixels / 3
}
