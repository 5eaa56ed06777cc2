/** How fast a run goes and how long it will take. */
import type { Schedule } from './plan'
import type { ProgressRecord } from '../domain/records'

/** Where points are rare, the estimate does not wait longer than this for the second one. */
const settleMs = 1000

type Cost = 'step' | 'point' | 'checkpoint'

/**
 * Updates, recorded points and checkpoints are timed each by itself, because the first seconds of a run hold far more
 * points per update than the rest: an overall average would start out several times too pessimistic.
 */
export class Pace {
  private readonly costs: Record<Cost, RecentMean> = {
    step: new RecentMean(100),
    point: new RecentMean(10),
    checkpoint: new RecentMean(3)
  }
  private readonly startMs: number
  private pausedMs = 0

  constructor(
    private readonly schedule: Schedule,
    private readonly now: () => number,
    private readonly stepsPerEpoch: number
  ) {
    this.startMs = now()
  }

  spent(cost: Cost, ms: number): void {
    this.costs[cost].add(ms)
  }

  paused(ms: number): void {
    this.pausedMs += ms
  }

  /** Mean duration of the latest updates alone, in ms; NaN before the first. */
  stepMs(): number {
    return this.costs.step.mean()
  }

  /** Whether an estimate can be trusted: the first of each cost includes the compilation of code. */
  settled(): boolean {
    if (!this.costs.step.warm) return false
    return this.costs.point.warm || this.now() - this.startMs - this.pausedMs > settleMs
  }

  progress(step: number): ProgressRecord {
    const { totalSteps } = this.schedule
    const estimate = (cost: Cost, count: number): number => (count === 0 ? 0 : count * (this.costs[cost].mean() || 0))
    const remainingMs =
      estimate('step', totalSteps - step) +
      estimate('point', this.schedule.pointsAfter(step)) +
      estimate('checkpoint', this.schedule.checkpointsAfter(step))
    const elapsedMs = this.now() - this.startMs - this.pausedMs
    const stepMs = this.stepMs()
    return {
      kind: 'progress',
      step,
      totalSteps,
      epoch: step / this.stepsPerEpoch,
      totalEpochs: totalSteps / this.stepsPerEpoch,
      stepsPerSecond: stepMs > 0 ? 1000 / stepMs : 0,
      elapsedSeconds: elapsedMs / 1000,
      remainingSeconds: remainingMs / 1000
    }
  }
}

/**
 * Mean of the latest values. The first value counts only until there is another: it includes the compilation of code.
 */
class RecentMean {
  private readonly values: number[] = []
  /** True from the second value on. */
  warm = false

  constructor(private readonly size: number) {}

  add(value: number): void {
    if (this.values.length === 1 && !this.warm) {
      this.values.pop()
      this.warm = true
    }
    this.values.push(value)
    if (this.values.length > this.size) this.values.shift()
  }

  mean(): number {
    return this.values.reduce((sum, value) => sum + value, 0) / this.values.length
  }
}
