/** Histograms for the views: as recorded, as bands of a distribution, and as columns of a heatmap. */
import type { Attempts, PackedDistribution, PackedHistograms } from '../contract/recordings'
import type { PackedHeatmap } from '../contract/runs'
import { activationEdges } from '../events/activation-histogram'
import { form } from '../events/event-scan'
import { bucketsOf, decodeHistogramValue } from '../events/histogram'
import type { Buckets } from '../events/histogram'
import { lowerBound } from '../events/series'
import type { PlaceSeries, SeriesView } from '../events/series'
import { ProtoError } from '../events/protobuf'
import { bandShares, momentsOf, quantilesOf, rebin } from '../numeric/buckets'
import type { RunReader } from '../project/run-reader'
import type { OfRuns, RunSource } from './run-source'
import { readerIfThere } from './run-cache'
import { epochsAt, epochSeries, pick, windowOf } from './series'

/** Bins of a heatmap whose histograms have no common edges. */
const heatmapBins = 96
/** Of one whose histograms have ranges of different width; more than any screen shows beside others. */
const mostRows = 512
/** What lies beyond these shares of a column does not stretch the axis; it is counted above and below. */
const heatmapShares = [0.001, 0.999]

/** Writers close the outermost buckets with infinity or the largest double; such buckets have no place on an axis. */
const widestEdge = 1.7e308

interface Found {
  reader: RunReader
  places: PlaceSeries
  view: SeriesView
}

export function histogramsOf(query: OfRuns<'recordings.histograms'>): PackedHistograms[] {
  const { runs, tag, attempts, from, to, mostSteps, bins } = query
  return runs.flatMap((source): PackedHistograms[] => {
    const found = find(source, tag, attempts)
    if (!found) return []
    const [start, end] = rangeOf(found.view, attempts, { from, to })
    const wanted = evenly(start, end, mostSteps)
    const read = readBuckets(found, wanted)
    const list = bins === null ? read.buckets : uniform(read.buckets, bins)
    const offsets = new Int32Array(list.length + 1)
    list.forEach(({ counts }, i) => (offsets[i + 1] = offsets[i] + counts.length))
    const joined = (key: 'left' | 'right' | 'counts'): Float64Array => {
      const out = new Float64Array(offsets[list.length])
      list.forEach((one, i) => out.set(one[key], offsets[i]))
      return out
    }
    return [
      {
        runId: source.runId,
        ...timesOf(found, read.kept),
        offsets,
        left: joined('left'),
        right: joined('right'),
        counts: joined('counts'),
        total: end - start
      }
    ]
  })
}

export function distributionsOf(query: OfRuns<'recordings.distributions'>): PackedDistribution[] {
  const { runs, tag, attempts, from, to, mostSteps } = query
  return runs.flatMap((source): PackedDistribution[] => {
    const found = find(source, tag, attempts)
    if (!found) return []
    const [start, end] = rangeOf(found.view, attempts, { from, to })
    const read = readBuckets(found, evenly(start, end, mostSteps))
    const bands = new Float64Array(read.kept.length * bandShares.length)
    read.buckets.forEach((buckets, i) => bands.set(quantilesOf(buckets, bandShares), i * bandShares.length))
    return [{ runId: source.runId, ...timesOf(found, read.kept), bands, total: end - start }]
  })
}

export function heatmapOf(
  source: RunSource,
  tag: string,
  range: { from?: number; to?: number },
  mostColumns: number
): PackedHeatmap | null {
  const found = find(source, tag, 'latest')
  if (!found) return null
  const [start, end] = windowOf(found.view.steps, found.view.length, range)
  const grid = activationGrid(found, start, end) ?? foundEdges(found, start, end, mostColumns)
  if (!grid) return null
  const bins = grid.edges.length - 1
  const total = end - start
  const drawn = Math.min(total, mostColumns)
  const result: PackedHeatmap = {
    runId: source.runId,
    tag,
    steps: new Float64Array(drawn),
    epochs: new Float64Array(drawn),
    counts: new Float32Array(drawn * bins),
    underflow: new Float32Array(drawn),
    overflow: new Float32Array(drawn),
    edges: grid.edges,
    means: new Float64Array(drawn),
    stds: new Float64Array(drawn),
    zeros: new Float64Array(drawn),
    nonFinite: new Float64Array(drawn),
    rebinned: grid.rebinned,
    total
  }
  const beside = { zeros: countsBeside(found, tag, 'zeros'), nonFinite: countsBeside(found, tag, 'nonfinite') }
  const values = new Float64Array(drawn)
  const joined = new Float64Array(drawn)
  const squares = new Float64Array(drawn)
  found.reader.places(found.places, found.view, span(start, end), (i, bytes, valueForm) => {
    const d = columnOf(i - start, total, drawn)
    if (joined[d] === 0) result.steps[d] = found.view.steps[i]
    const moments = readable(() => grid.add(result, d, bytes, valueForm))
    if (!moments) return
    joined[d] += 1
    result.means[d] += moments.mean
    squares[d] += moments.std ** 2 + moments.mean ** 2
    values[d] += moments.num
    const zeros = beside.zeros(found.view.steps[i])
    // More zeros than values are of something else.
    result.zeros[d] += zeros <= moments.num ? zeros : Number.NaN
    result.nonFinite[d] += beside.nonFinite(found.view.steps[i])
  })
  for (let d = 0; d < drawn; d++) {
    result.means[d] /= joined[d]
    result.zeros[d] /= values[d]
    if (joined[d] === 0) result.nonFinite[d] = Number.NaN
    result.stds[d] = Math.sqrt(Math.max(0, squares[d] / joined[d] - result.means[d] ** 2))
  }
  result.epochs.set(epochsAt(epochSeries(found.reader.log), result.steps))
  return result
}

/**
 * What our runs write beside each histogram because no bucket can say it, by the step. NaN where there is none, and where it is
 * no count: other programs may mean a share by the same name.
 */
function countsBeside({ reader }: Found, tag: string, what: 'zeros' | 'nonfinite'): (step: number) => number {
  const view = reader.log.scalars(`${tag}/${what}`)?.view('latest')
  return (step) => {
    const at = view ? lowerBound(view.steps, view.length, step) : 0
    const count = view && at < view.length && view.steps[at] === step ? view.values[at] : Number.NaN
    return Number.isInteger(count) && count >= 0 ? count : Number.NaN
  }
}

/** Which drawn column a recorded one becomes part of. */
function columnOf(i: number, total: number, drawn: number): number {
  return Math.floor((i * drawn + drawn - 1) / total)
}

interface Moments {
  mean: number
  std: number
  /** How many values. */
  num: number
}

interface Grid {
  edges: Float64Array
  rebinned: boolean
  /** Adds a recorded histogram to column d. */
  add(result: PackedHeatmap, d: number, bytes: Uint8Array, valueForm: number): Moments
}

/** Our own activation histograms have equal bins, with an under- and an overflow; their ranges may differ from step to step. */
function activationGrid(found: Found, start: number, end: number): Grid | null {
  const { reader, places, view } = found
  if (view.length === 0) return null
  const first = reader.place(places, view.at(0))
  if (first.form !== form.histo) return null
  const limits = Float64Array.from(readable(() => decodeHistogramValue(first.bytes))?.bucketLimits ?? [])
  const own = activationEdges(limits)
  // TensorFlow closes its histograms with the largest double, too; a heatmap's rows are equally high, its bins are not.
  if (!own || !equallyWide(own)) return null
  let edges = own
  reader.places(places, view, span(start, end), (_, bytes, valueForm) => {
    const later = valueForm === form.histo ? readable(() => decodeHistogramValue(bytes).bucketLimits) : null
    if (!later || (later.length === limits.length && later.every((limit, k) => limit === limits[k]))) return
    const others = activationEdges(Float64Array.from(later))
    if (others) edges = jointEdges(edges, others)
  })
  const bins = edges.length - 1
  return {
    edges,
    rebinned: false,
    add(result, d, bytes) {
      const value = decodeHistogramValue(bytes)
      const { buckets, bucketLimits } = value
      const mean = value.num > 0 ? value.sum / value.num : Number.NaN
      if (buckets.length === bins + 2 && edges.every((edge, i) => edge === bucketLimits[i])) {
        result.underflow[d] += buckets[0]
        result.overflow[d] += buckets[bins + 1]
        for (let b = 0; b < bins; b++) result.counts[d * bins + b] += buckets[b + 1]
      } else {
        // Of another range: the counts go where they belong as well as their edges tell.
        result.rebinned = true
        spread(result, d, bucketsOf(bytes, form.histo), edges)
      }
      const std = Math.sqrt(Math.max(0, value.sumSquares / value.num - mean * mean))
      return { mean, std, num: value.num }
    }
  }
}

/**
 * Edges for histograms of two ranges. Where both lie on multiples of a power of two, as ranges that were found do, the finer bins over
 * what both cover, or the finest that make few enough rows; else the first ones.
 */
export function jointEdges(a: Float64Array, b: Float64Array): Float64Array {
  const width = (edges: Float64Array): number => edges[1] - edges[0]
  const isOnLattice = (edges: Float64Array): boolean =>
    Number.isInteger(Math.log2(width(edges))) && Number.isInteger(edges[0] / width(edges)) && equallyWide(edges)
  if (!isOnLattice(a) || !isOnLattice(b)) return a
  const [low, high] = [Math.min(a[0], b[0]), Math.max(a[a.length - 1], b[b.length - 1])]
  for (let step = Math.min(width(a), width(b)); ; step *= 2) {
    const [from, to] = [Math.floor(low / step), Math.ceil(high / step)]
    if (to - from <= mostRows) return Float64Array.from({ length: to - from + 1 }, (_, i) => (from + i) * step)
  }
}

function equallyWide(edges: Float64Array): boolean {
  const width = (edges[edges.length - 1] - edges[0]) / (edges.length - 1)
  return edges.every((edge, i) => i === 0 || Math.abs(edge - edges[i - 1] - width) <= width * 1e-6)
}

/** Equal bins over what all columns cover, without their outermost thousandths. */
function foundEdges(found: Found, start: number, end: number, mostColumns: number): Grid | null {
  let low = Infinity
  let high = -Infinity
  for (const buckets of readBuckets(found, evenly(start, end, mostColumns)).buckets) {
    const { closed } = withoutOpen(buckets)
    if (!closed.counts.some((count) => count > 0)) continue
    const [from, to] = quantilesOf(closed, heatmapShares)
    low = Math.min(low, from)
    high = Math.max(high, to)
  }
  if (!(low <= high)) return null
  if (low === high) [low, high] = [low - 0.5, high + 0.5]
  const edges = Float64Array.from({ length: heatmapBins + 1 }, (_, i) => low + ((high - low) * i) / heatmapBins)
  return {
    edges,
    rebinned: true,
    add(result, d, bytes, valueForm) {
      const buckets = bucketsOf(bytes, valueForm)
      spread(result, d, buckets, edges)
      const { mean, std } = Number.isNaN(buckets.mean) ? momentsOf(buckets) : buckets
      return { mean, std, num: buckets.counts.reduce((sum, count) => sum + count, 0) }
    }
  }
}

function spread(result: PackedHeatmap, d: number, buckets: Buckets, edges: Float64Array): void {
  const bins = edges.length - 1
  const column = result.counts.subarray(d * bins, (d + 1) * bins)
  const { closed, openLow, openHigh } = withoutOpen(buckets)
  const [below, above] = rebin(closed, edges[0], edges[bins], column)
  result.underflow[d] += below + openLow
  result.overflow[d] += above + openHigh
}

function find(source: RunSource, tag: string, attempts: Attempts): Found | null {
  const reader = readerIfThere(source)
  const places = reader?.log.find(tag, 'histograms')?.places
  return reader && places ? { reader, places, view: places.view(attempts) } : null
}

/** The asked part of a series; attempts that go back have no order to cut by. */
function rangeOf(view: SeriesView, attempts: Attempts, range: { from?: number; to?: number }): [number, number] {
  return attempts === 'latest' || view.starts.length === 1 ? windowOf(view.steps, view.length, range) : [0, view.length]
}

/** At most `most` of the positions [start, end), evenly, with the first and the last. */
export function evenly(start: number, end: number, most: number): number[] {
  const count = end - start
  if (count <= most) return [...span(start, end)]
  if (most === 1) return [end - 1]
  return Array.from({ length: most }, (_, i) => start + Math.round((i * (count - 1)) / (most - 1)))
}

function* span(start: number, end: number): Iterable<number> {
  for (let i = start; i < end; i++) yield i
}

/** Null for a histogram that cannot be read: its record was sound, but what it held is none. */
function readable<T>(decode: () => T): T | null {
  try {
    return decode()
  } catch (error) {
    if (error instanceof ProtoError) return null
    throw error
  }
}

/** Histograms that cannot be read are left out. */
function readBuckets({ reader, places, view }: Found, wanted: number[]): { kept: number[]; buckets: Buckets[] } {
  const kept: number[] = []
  const buckets: Buckets[] = []
  reader.places(places, view, wanted, (i, bytes, valueForm) => {
    const found = readable(() => bucketsOf(bytes, valueForm))
    if (!found) return
    buckets.push(found)
    kept.push(i)
  })
  return { kept, buckets }
}

function timesOf({ reader, view }: Found, kept: number[]): Pick<PackedHistograms, 'steps' | 'epochs' | 'wallTimes'> {
  const steps = pick(view.steps, kept)
  return { steps, epochs: epochsAt(epochSeries(reader.log), steps), wallTimes: pick(view.wallTimes, kept) }
}

/** The same histograms in equal bins over the range of all of them; buckets without an end stay beside those. */
function uniform(list: Buckets[], bins: number): Buckets[] {
  const parts = list.map(withoutOpen)
  let low = Infinity
  let high = -Infinity
  for (const { closed } of parts) {
    if (closed.counts.length === 0) continue
    low = Math.min(low, closed.left[0])
    high = Math.max(high, closed.right[closed.right.length - 1])
  }
  if (!Number.isFinite(high - low)) return list
  if (low === high) [low, high] = [low - 0.5, high + 0.5]
  const edge = (i: number): number => low + ((high - low) * i) / bins
  return parts.map(({ closed, openLow, openHigh }) => {
    const inside = new Float64Array(bins)
    rebin(closed, low, high, inside)
    const rows = Array.from(inside, (count, i) => [edge(i), edge(i + 1), count])
    if (openLow > 0) rows.unshift([-Infinity, low, openLow])
    if (openHigh > 0) rows.push([high, Infinity, openHigh])
    const column = (c: number): Float64Array => Float64Array.from(rows, (row) => row[c])
    return { ...closed, left: column(0), right: column(1), counts: column(2) }
  })
}

/** Buckets with both ends, and what lies in those without. */
function withoutOpen(buckets: Buckets): { closed: Buckets; openLow: number; openHigh: number } {
  const { left, right, counts } = buckets
  const hasEnd = (edge: number): boolean => Math.abs(edge) < widestEdge
  if (left.every(hasEnd) && right.every(hasEnd)) return { closed: buckets, openLow: 0, openHigh: 0 }
  const kept: number[] = []
  let [openLow, openHigh] = [0, 0]
  for (let b = 0; b < counts.length; b++) {
    if (!hasEnd(left[b])) openLow += counts[b]
    else if (!hasEnd(right[b])) openHigh += counts[b]
    else kept.push(b)
  }
  const closed = { ...buckets, left: pick(left, kept), right: pick(right, kept), counts: pick(counts, kept) }
  return { closed, openLow, openHigh }
}
