/** Statistics and histograms of activations. */
import { tagOf } from '../domain/tags'
import { histogram, type Histogram } from '../metrics/histogram'
import type { HistogramRanges } from './histogram-ranges'
import type { Seen } from './taps'

interface HistogramRange {
  min: number
  max: number
  bins: number
}

/** Up to this many classes have histograms of their own. */
const mostHistogramClasses = 10

/**
 * One histogram per class: of the activations of the class's examples. Empty where activations do not belong to examples,
 * as those of position embeddings. `labels` [count] of the batch.
 */
export function histogramsByClass(
  { shape, values }: Seen,
  labels: Int32Array,
  classes: number,
  { min, max, bins }: HistogramRange
): { class: number; histogram: Histogram }[] {
  if (classes > mostHistogramClasses || shape[0] % labels.length !== 0) return []
  const width = values.length / labels.length
  return Array.from({ length: classes }, (_, c) => c).flatMap((c) => {
    const members = [...labels.keys()].filter((i) => labels[i] === c)
    if (members.length === 0) return []
    const own = new Float32Array(members.length * width)
    members.forEach((i, at) => own.set(values.subarray(i * width, (i + 1) * width), at * width))
    return [{ class: c, histogram: histogram(own, min, max, bins) }]
  })
}

interface Sums {
  count: number
  nearZero: number
  saturated: number
  /** Units (last dimension) that were not 0 at least once. */
  alive: Uint8Array
  counts: Histogram | null
}

/** Outputs beyond which a unit hardly reacts any more; only bounded functions have them. */
const bounds: Record<string, { low: number; high: number }> = {
  sigmoid: { low: 0.01, high: 0.99 },
  tanh: { low: -0.99, high: 0.99 },
  softmax: { low: -Infinity, high: 0.99 }
}

/** Running statistics of chosen modules' outputs over any number of batches. */
export class ActivationStatistics {
  private readonly sums = new Map<string, Sums>()

  /** @param types of the modules (`relu`, `tanh`, ...) by path */
  constructor(
    private readonly ranges: HistogramRanges,
    private readonly types: ReadonlyMap<string, string>
  ) {}

  add(hook: string, { shape, values }: Seen): void {
    const units = shape.at(-1) ?? 1
    const before = this.sums.get(hook)
    const sums: Sums = before ?? { count: 0, nearZero: 0, saturated: 0, alive: new Uint8Array(units), counts: null }
    this.sums.set(hook, sums)
    // Most units are alive in the first example; only the others are looked for further, row by row as the values lie.
    const dead = [...sums.alive.keys()].filter((unit) => sums.alive[unit] === 0)
    for (let row = 0, left = dead.length; row < values.length && left > 0; row += units) {
      let still = 0
      for (let k = 0; k < left; k++) {
        const unit = dead[k]
        if (values[row + unit] !== 0) sums.alive[unit] = 1
        else dead[still++] = unit
      }
      left = still
    }
    const bound = bounds[this.types.get(hook) ?? '']
    if (bound) for (const v of values) if (v > bound.high || v < bound.low) sums.saturated++
    sums.count += values.length
    const { histogram: all, near } = this.ranges.add(hook, values, sums.counts)
    sums.nearZero += near
    sums.counts = all
  }

  /**
   * `activations/<hook>/...`: `mean`, `std` (population), `zero_share`, `near_zero` (share nearer to zero than 0.05, or,
   * with a given range, than 0.5% of its width), `dead` (share of units that are 0 for every example), and for functions with bounds `saturated`.
   * Values that are not finite show as NaN.
   */
  scalars(): Record<string, number> {
    const values: Record<string, number> = {}
    for (const [hook, sums] of this.sums) {
      const { count, alive, counts } = sums
      if (!counts) continue
      // The histogram leaves out what is not finite; a mean must not.
      const mean = counts.nonFinite > 0 ? NaN : counts.sum / count
      const put = (name: string, value: number): void => {
        values[tagOf.activations(hook, name)] = value
      }
      put('mean', mean)
      // Not Math.max(0, NaN)'s business: a NaN stays one.
      put('std', Math.sqrt(Math.max(0, counts.sumSquares / count - mean * mean)))
      put('zero_share', counts.zeros / count)
      put('near_zero', sums.nearZero / count)
      put('dead', alive.reduce((left, one) => left - one, alive.length) / alive.length)
      if (bounds[this.types.get(hook) ?? '']) put('saturated', sums.saturated / count)
    }
    return values
  }

  /** Histogram of everything seen, by hook point. */
  *histograms(): Generator<[string, Histogram]> {
    for (const [hook, { counts }] of this.sums) if (counts) yield [hook, counts]
  }

  /** Hook points with values that are NaN or infinite. */
  nonFinite(): string[] {
    return [...this.sums].filter(([, { counts }]) => (counts?.nonFinite ?? 0) > 0).map(([hook]) => hook)
  }
}
