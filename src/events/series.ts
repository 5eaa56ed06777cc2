/**
 * The points of one tag as growing columns. Everything that is in the files stays; the latest attempt is an order over
 * it that is kept along (TensorBoard's Rust rule: a point at step s takes the place of the points at steps >= s).
 */

/** Points of one attempt order, ready to be read: the first `length` entries count. */
export interface SeriesView {
  steps: Float64Array
  wallTimes: Float64Array
  length: number
  /** Where an attempt begins; the first is 0. One entry in the latest attempt, whose steps ascend strictly. */
  starts: number[]
  /** Position of point i in the files' order. */
  at(i: number): number
  /** The step of point i, a bigint beyond 2^53. */
  exactStep(i: number): number | bigint
}

export interface ScalarView extends SeriesView {
  values: Float64Array
}

/** When the points of some tags were recorded. A metric has its own values, but often shares its times with others. */
export class Clock {
  steps: Float64Array = new Float64Array(16)
  wallTimes: Float64Array = new Float64Array(16)
  length = 0
  /** Steps that a number cannot hold, by position. */
  wide: Map<number, bigint> | null = null
  /** The clock that left this one last, after `forkedAt` points. */
  fork: Clock | null = null
  forkedAt = 0

  tells(i: number, step: number, wide: bigint | null, wallTime: number): boolean {
    if (i >= this.length || this.steps[i] !== step) return false
    const time = this.wallTimes[i]
    if (time !== wallTime && (time === time || wallTime === wallTime)) return false
    return wide === null ? !this.wide?.has(i) : this.wide?.get(i) === wide
  }

  push(step: number, wide: bigint | null, wallTime: number): void {
    if (this.length === this.steps.length) {
      this.steps = grown(this.steps)
      this.wallTimes = grown(this.wallTimes)
    }
    if (wide !== null) (this.wide ??= new Map()).set(this.length, wide)
    this.steps[this.length] = step
    this.wallTimes[this.length] = wallTime
    this.length += 1
  }

  exact(i: number): number | bigint {
    return this.wide?.get(i) ?? this.steps[i]
  }

  /** A clock with the same first `count` points that goes its own way from there on. */
  leave(count: number): Clock {
    const clock = new Clock()
    for (let i = 0; i < count; i++) clock.push(this.steps[i], this.wide?.get(i) ?? null, this.wallTimes[i])
    this.fork = clock
    this.forkedAt = count
    return clock
  }

  get bytes(): number {
    return this.steps.byteLength * 2
  }
}

/** What all kinds of points share: their times, and which of them are the latest attempt. */
export class Series {
  length = 0
  /** Number of the file that the last point came from. */
  lastFile = -1
  /** Where a step is not above the one before it. */
  readonly restarts: number[] = []
  /** Positions of the latest attempt once it is not simply everything. */
  private latest: Int32Array | null = null
  private latestLength = 0

  constructor(public clock: Clock) {}

  /** Adds a point and returns its position. */
  protected append(step: number, wide: bigint | null, wallTime: number): number {
    const at = this.length
    const { clock } = this
    if (at === clock.length) clock.push(step, wide, wallTime)
    else if (!clock.tells(at, step, wide, wallTime)) {
      // Its own way from here on, together with others that leave at the same point for the same time.
      const { fork } = clock
      const same = fork !== null && clock.forkedAt === at && fork.tells(at, step, wide, wallTime)
      this.clock = same ? fork : clock.leave(at)
      if (!same) this.clock.push(step, wide, wallTime)
    }
    this.length += 1
    if (at > 0 && !this.below(at - 1, step, wide)) this.restart(at, step, wide)
    else if (this.latest) this.pushLatest(at)
    return at
  }

  /** Points with the latest attempt's steps, or all in the order of the files. */
  view(attempts: 'latest' | 'all'): SeriesView {
    const { clock, latest, latestLength } = this
    if (attempts === 'latest' && latest) {
      return {
        steps: picked(clock.steps, latest, latestLength),
        wallTimes: picked(clock.wallTimes, latest, latestLength),
        length: latestLength,
        starts: [0],
        at: (i) => latest[i],
        exactStep: (i) => clock.exact(latest[i])
      }
    }
    return {
      steps: clock.steps.subarray(0, this.length),
      wallTimes: clock.wallTimes.subarray(0, this.length),
      length: this.length,
      starts: [0, ...this.restarts],
      at: (i) => i,
      exactStep: (i) => clock.exact(i)
    }
  }

  get orderBytes(): number {
    return this.latest?.byteLength ?? 0
  }

  private restart(at: number, step: number, wide: bigint | null): void {
    this.restarts.push(at)
    if (!this.latest) {
      this.latest = new Int32Array(Math.max(16, at * 2))
      for (let i = 0; i < at; i++) this.latest[i] = i
      this.latestLength = at
    }
    let low = 0
    let high = this.latestLength
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.below(this.latest[middle], step, wide)) low = middle + 1
      else high = middle
    }
    this.latestLength = low
    this.pushLatest(at)
  }

  private pushLatest(at: number): void {
    if (this.latestLength === this.latest!.length) {
      const larger = new Int32Array(this.latest!.length * 2)
      larger.set(this.latest!)
      this.latest = larger
    }
    this.latest![this.latestLength++] = at
  }

  /** Whether the step of a point is below the given one. Rounding keeps the order, so only equal ones need a look. */
  private below(i: number, step: number, wide: bigint | null): boolean {
    const own = this.clock.steps[i]
    if (own !== step) return own < step
    if (wide === null && !this.clock.wide?.has(i)) return false
    return BigInt(this.clock.exact(i)) < (wide ?? BigInt(step))
  }
}

export class ScalarSeries extends Series {
  private values: Float64Array = new Float64Array(16)

  add(step: number, wide: bigint | null, wallTime: number, value: number): void {
    const at = this.append(step, wide, wallTime)
    if (at === this.values.length) this.values = grown(this.values)
    this.values[at] = value
  }

  override view(attempts: 'latest' | 'all'): ScalarView {
    const view = super.view(attempts)
    if (view.length === this.length) return Object.assign(view, { values: this.values.subarray(0, this.length) })
    const values = new Float64Array(view.length)
    for (let i = 0; i < view.length; i++) values[i] = this.values[view.at(i)]
    return Object.assign(view, { values })
  }

  get bytes(): number {
    return this.values.byteLength + this.orderBytes
  }
}

/** Where the bytes of a value lie: read when somebody wants to see it. */
export interface Place {
  /** Number of the file. */
  file: number
  offset: number
  length: number
  /** How it is encoded there, see event-scan's forms. */
  form: number
  /** Images or sounds in it; 1 for everything else. */
  samples: number
}

export class PlaceSeries extends Series {
  private files: Uint32Array = new Uint32Array(16)
  private offsets: Float64Array = new Float64Array(16)
  private lengths: Float64Array = new Float64Array(16)
  private forms: Uint8Array = new Uint8Array(16)
  private samples: Uint32Array = new Uint32Array(16)

  add(step: number, wide: bigint | null, wallTime: number, place: Place): void {
    const at = this.append(step, wide, wallTime)
    if (at === this.files.length) {
      const { files, forms, samples } = this
      this.files = new Uint32Array(at * 2)
      this.files.set(files)
      this.forms = new Uint8Array(at * 2)
      this.forms.set(forms)
      this.samples = new Uint32Array(at * 2)
      this.samples.set(samples)
      this.offsets = grown(this.offsets)
      this.lengths = grown(this.lengths)
    }
    this.files[at] = place.file
    this.offsets[at] = place.offset
    this.lengths[at] = place.length
    this.forms[at] = place.form
    this.samples[at] = place.samples
  }

  /** @param at position in the files' order, as SeriesView.at tells it. */
  place(at: number): Place {
    return {
      file: this.files[at],
      offset: this.offsets[at],
      length: this.lengths[at],
      form: this.forms[at],
      samples: this.samples[at]
    }
  }

  get bytes(): number {
    return this.files.length * 25 + this.orderBytes
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

function grown(values: Float64Array): Float64Array {
  const larger = new Float64Array(values.length * 2)
  larger.set(values)
  return larger
}

function picked(values: Float64Array, positions: Int32Array, length: number): Float64Array {
  const out = new Float64Array(length)
  for (let i = 0; i < length; i++) out[i] = values[positions[i]]
  return out
}
