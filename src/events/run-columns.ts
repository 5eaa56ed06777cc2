/**
 * What one run's event files say, as growing columns. Feed the bytes of each file, in name order, as they appear;
 * a file that is still being written can be fed again when it has grown.
 *
 * Restarts (TensorBoard's Rust rule): a point at step s removes the points of its tag at steps >= s, so every series
 * ascends strictly and shows the latest attempt. Nothing on disk is changed.
 */
import { decodeEvent } from './codec'
import type { DecodedEvent, HistogramValue } from './codec'
import { readRecord } from './framing'
import { ProtoError } from './protobuf'

/** The first `length` entries of each array count. Tags that are recorded together share steps and wall times. */
export interface ScalarColumn {
  readonly steps: Float64Array
  readonly wallTimes: Float64Array
  values: Float64Array
  length: number
}

/** When the points of some tags were recorded. A metric has its own values, but rarely its own times. */
class Clock {
  steps = new Float64Array(64)
  wallTimes = new Float64Array(64)
  length = 0

  /** @param origin the clock that this one left, after `at` points. */
  constructor(
    readonly origin: Clock | null = null,
    readonly at = 0
  ) {
    for (let i = 0; i < at; i++) this.push(origin!.steps[i], origin!.wallTimes[i])
  }

  tells(i: number, step: number, wallTime: number): boolean {
    return i < this.length && this.steps[i] === step && this.wallTimes[i] === wallTime
  }

  push(step: number, wallTime: number): void {
    if (this.length === this.steps.length) {
      this.steps = grown(this.steps)
      this.wallTimes = grown(this.wallTimes)
    }
    this.steps[this.length] = step
    this.wallTimes[this.length] = wallTime
    this.length += 1
  }
}

class Scalars implements ScalarColumn {
  values = new Float64Array(64)
  length = 0

  constructor(public clock: Clock) {}

  get steps(): Float64Array {
    return this.clock.steps
  }

  get wallTimes(): Float64Array {
    return this.clock.wallTimes
  }
}

/** Histograms of one tag with equal edges: `counts` is [length, limits.length] row-major. */
export interface HistogramColumn {
  limits: Float64Array
  steps: Float64Array
  counts: Float32Array
  means: Float64Array
  stds: Float64Array
  length: number
}

interface FileState {
  offset: number
  ended: boolean
}

export class RunColumns {
  private readonly columns = new Map<string, Scalars>()
  readonly scalars: ReadonlyMap<string, Readonly<ScalarColumn>> = this.columns
  readonly histograms = new Map<string, HistogramColumn>()
  /** What was wrong with the files, in words. */
  readonly problems: string[] = []
  private readonly clocks: Clock[] = []
  private readonly files = new Map<string, FileState>()
  private sessionStarts = 0

  /** Memory that the columns take, about. */
  get bytes(): number {
    let sum = 0
    for (const clock of this.clocks) sum += 2 * clock.steps.byteLength
    for (const column of this.scalars.values()) sum += column.values.byteLength
    for (const column of this.histograms.values()) sum += 3 * column.steps.byteLength + column.counts.byteLength
    return sum
  }

  /** Bytes of `file` that have been consumed: feed from here on. */
  consumed(file: string): number {
    return this.files.get(file)?.offset ?? 0
  }

  /** Whether the rest of the file cannot be trusted: no more of it will be read. */
  ended(file: string): boolean {
    return this.files.get(file)?.ended ?? false
  }

  /**
   * @param bytes the file from `consumed(file)` on
   * @returns whether anything new was read
   */
  feed(file: string, bytes: Uint8Array): boolean {
    const state = this.files.get(file) ?? { offset: 0, ended: false }
    this.files.set(file, state)
    if (state.ended) return false
    let at = 0
    let changed = false
    for (;;) {
      const outcome = readRecord(bytes, at)
      if (outcome.kind === 'truncated') break
      if (outcome.kind === 'bad-length') {
        state.ended = true
        this.problems.push(`${file}: damaged at byte ${state.offset + at}; the rest of the file is not read.`)
        break
      }
      if (outcome.kind === 'bad-data') {
        if (readRecord(bytes, outcome.next).kind === 'bad-length') {
          state.ended = true
          this.problems.push(`${file}: damaged at byte ${state.offset + at}; the rest of the file is not read.`)
          break
        }
        this.problems.push(`${file}: one record at byte ${state.offset + at} is damaged and was skipped.`)
        at = outcome.next
        continue
      }
      try {
        this.add(decodeEvent(outcome.data))
        changed = true
      } catch (error) {
        if (!(error instanceof ProtoError)) throw error
        this.problems.push(`${file}: the record at byte ${state.offset + at} is no event (${error.message}).`)
      }
      at = outcome.next
    }
    state.offset += at
    return changed
  }

  private add(event: DecodedEvent): void {
    const step = Number(event.step)
    if (event.sessionStart) {
      this.sessionStarts += 1
      if (this.sessionStarts > 1) this.dropFrom(step)
    }
    for (const value of event.values) {
      if (value.kind === 'scalar') this.addScalar(value.tag, step, event.wallTime, value.value)
      else this.addHistogram(value.tag, step, value.value)
    }
  }

  private dropFrom(step: number): void {
    for (const column of this.columns.values()) column.length = lowerBound(column.steps, column.length, step)
    for (const column of this.histograms.values()) column.length = lowerBound(column.steps, column.length, step)
  }

  private addScalar(tag: string, step: number, wallTime: number, value: number): void {
    let column = this.columns.get(tag)
    if (!column) {
      column = new Scalars(this.clocks.find((clock) => clock.tells(0, step, wallTime)) ?? this.newClock(null, 0))
      this.columns.set(tag, column)
    }
    if (column.length > 0 && column.steps[column.length - 1] >= step) {
      column.length = lowerBound(column.steps, column.length, step)
    }
    const at = column.length
    if (at === column.clock.length) column.clock.push(step, wallTime)
    else if (!column.clock.tells(at, step, wallTime)) {
      // Its own way from here on, together with others that left at the same point for the same time.
      const { clock } = column
      const same = this.clocks.find((one) => one.origin === clock && one.at === at && one.tells(at, step, wallTime))
      column.clock = same ?? this.newClock(clock, at)
      if (!same) column.clock.push(step, wallTime)
    }
    if (at === column.values.length) column.values = grown(column.values)
    column.values[at] = value
    column.length += 1
  }

  private newClock(origin: Clock | null, at: number): Clock {
    const clock = new Clock(origin, at)
    this.clocks.push(clock)
    return clock
  }

  private addHistogram(tag: string, step: number, value: HistogramValue): void {
    const width = value.bucketLimits.length
    if (width === 0 || value.buckets.length !== width) {
      this.problems.push(`${tag}: the histogram at step ${step} has ${value.buckets.length} counts for ${width} edges.`)
      return
    }
    let column = this.histograms.get(tag)
    if (!column) {
      column = {
        limits: Float64Array.from(value.bucketLimits),
        steps: new Float64Array(64),
        counts: new Float32Array(64 * width),
        means: new Float64Array(64),
        stds: new Float64Array(64),
        length: 0
      }
      this.histograms.set(tag, column)
    }
    if (column.limits.length !== width || value.bucketLimits.some((limit, i) => limit !== column.limits[i])) {
      this.problems.push(`${tag}: the histogram at step ${step} has other edges than the first one and is not shown.`)
      return
    }
    if (column.length > 0 && column.steps[column.length - 1] >= step) {
      column.length = lowerBound(column.steps, column.length, step)
    }
    if (column.length === column.steps.length) {
      column.steps = grown(column.steps)
      column.means = grown(column.means)
      column.stds = grown(column.stds)
      const counts = new Float32Array(column.counts.length * 2)
      counts.set(column.counts)
      column.counts = counts
    }
    const mean = value.num > 0 ? value.sum / value.num : Number.NaN
    column.steps[column.length] = step
    column.counts.set(value.buckets, column.length * width)
    column.means[column.length] = mean
    column.stds[column.length] = Math.sqrt(Math.max(0, value.sumSquares / value.num - mean * mean))
    column.length += 1
  }
}

/** Index of the first of `length` ascending values that is >= x. */
export function lowerBound(values: Float64Array, length: number, x: number): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (values[middle] < x) low = middle + 1
    else high = middle
  }
  return low
}

function grown(values: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2)
  larger.set(values)
  return larger
}
