/** The range over which the activations of each hook point are counted: the one that somebody has given, or one that is found. */
import type { RecordOptions } from '../domain/record-options'
import { countedInFound, widened, type FoundRange } from '../metrics/found-range'
import { counted, type Histogram } from '../metrics/histogram'

/** Found ranges as a checkpoint and another thread have them: [min, max] by hook point. */
export type KnownRanges = Readonly<Record<string, readonly [number, number]>>

/** Below this magnitude an activation counts as near zero where the range is found; else, 0.5% of the range. */
const nearZeroOfFound = 0.05

export class HistogramRanges {
  readonly bins: number
  private readonly given: FoundRange | null
  private readonly near: number
  private readonly found = new Map<string, FoundRange>()

  constructor(
    record: Pick<RecordOptions, 'histogramRange' | 'histogramMin' | 'histogramMax' | 'histogramBins'>,
    known: KnownRanges = {}
  ) {
    const { histogramRange, histogramMin, histogramMax, histogramBins } = record
    this.bins = histogramBins
    this.given = histogramRange === 'fixed' ? { min: histogramMin, max: histogramMax } : null
    this.near = this.given ? (histogramMax - histogramMin) / 200 : nearZeroOfFound
    // Those of other bins, which a fork may have, are on no lattice of these.
    const fits = (from: number, to: number): boolean => {
      const width = (to - from) / histogramBins
      return Number.isInteger(Math.log2(width)) && Number.isInteger(from / width)
    }
    for (const [hook, [min, max]] of Object.entries(known)) if (fits(min, max)) this.found.set(hook, { min, max })
  }

  /** Counts activations of a hook point; a range that does not suit them is replaced first. */
  count(hook: string, values: Float32Array): Histogram {
    return this.counted(hook, values, true).histogram
  }

  /** Adds to what was counted of the hook point so far, whose range gets wider where it has to. */
  add(hook: string, values: Float32Array, before: Histogram | null): { histogram: Histogram; near: number } {
    const { histogram, near } = this.counted(hook, values, false)
    return { histogram: before ? merged(widened(before, histogram), histogram) : histogram, near }
  }

  known(): Record<string, [number, number]> {
    return Object.fromEntries([...this.found].map(([hook, { min, max }]) => [hook, [min, max]]))
  }

  private counted(hook: string, values: Float32Array, narrows: boolean): { histogram: Histogram; near: number } {
    const { given, bins, near } = this
    if (given) return counted(values, given.min, given.max, bins, near)
    const seen = countedInFound(values, bins, near, this.found.get(hook) ?? null, narrows)
    const { min, max } = seen.histogram
    if (seen.isNew) this.found.set(hook, { min, max })
    return seen
  }
}

function merged(a: Histogram, b: Histogram): Histogram {
  return {
    min: b.min,
    max: b.max,
    counts: a.counts.map((count, i) => count + b.counts[i]),
    lowest: a.num === 0 ? b.lowest : b.num === 0 ? a.lowest : Math.min(a.lowest, b.lowest),
    highest: a.num === 0 ? b.highest : b.num === 0 ? a.highest : Math.max(a.highest, b.highest),
    num: a.num + b.num,
    sum: a.sum + b.sum,
    sumSquares: a.sumSquares + b.sumSquares,
    zeros: a.zeros + b.zeros,
    nonFinite: a.nonFinite + b.nonFinite
  }
}
