/** Reading saved runs for the views: tags, curves and heatmaps, decimated for drawing only. */
import type { RunSeries } from '../analysis/types'
import type { PackedHeatmap, PackedSeries } from '../contract/requests'
import { activationEdges } from '../events/activation-histogram'
import type { RunColumns, ScalarColumn } from '../events/run-columns'
import { lowerBound } from '../events/run-columns'
import { decimateMinMax } from '../numeric/decimate'
import { RunReader } from '../project/run-reader'
import type { RunSource } from './messages'

/** Columns of runs that were read lately, up to this much memory; the least recently used ones are forgotten. */
const cachedBytes = 192e6
const readers = new Map<string, RunReader>()

/** Columns of a run, up to date with the disk. */
export function columnsOf(source: RunSource): RunColumns {
  let reader = readers.get(source.folder)
  if (reader) readers.delete(source.folder)
  else reader = new RunReader(source.folder)
  readers.set(source.folder, reader)
  reader.refresh()
  let bytes = 0
  // The newest are last.
  for (const [folder, kept] of [...readers].reverse()) {
    bytes += kept.columns.bytes
    if (bytes > cachedBytes && kept !== reader) readers.delete(folder)
  }
  return reader.columns
}

/** The same for one look: what a fit reads of hundreds of runs is not kept. */
function columnsOnce(source: RunSource): RunColumns {
  if (readers.has(source.folder)) return columnsOf(source)
  const reader = new RunReader(source.folder)
  reader.refresh()
  return reader.columns
}

export function tagsOf(sources: RunSource[]): { scalars: string[]; histograms: string[]; problems: string[] } {
  const scalars = new Set<string>()
  const histograms = new Set<string>()
  const problems: string[] = []
  for (const source of sources) {
    const columns = columnsOf(source)
    for (const tag of columns.scalars.keys()) scalars.add(tag)
    for (const tag of columns.histograms.keys()) histograms.add(tag)
    problems.push(...columns.problems.map((text) => `${source.label}: ${text}`))
  }
  const order = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })
  return { scalars: [...scalars].sort(order), histograms: [...histograms].sort(order), problems }
}

export function seriesOf(
  sources: RunSource[],
  tags: string[],
  range: { from?: number; to?: number },
  maxPoints: number
): PackedSeries[] {
  const out: PackedSeries[] = []
  for (const source of sources) {
    const columns = columnsOf(source)
    for (const tag of tags) {
      const column = columns.scalars.get(tag)
      if (!column) continue
      const [start, end] = window(column.steps, column.length, range)
      const kept = decimateMinMax(column.values, start, end, maxPoints)
      const steps = pick(column.steps, kept)
      out.push({
        runId: source.runId,
        tag,
        steps,
        epochs: epochsAt(columns, steps),
        values: pick(column.values, kept),
        total: end - start
      })
    }
  }
  return out
}

/** Every recorded point, as the analysis needs it. Series recorded at equal steps share them. */
export function fullSeriesOf(source: RunSource, tags: string[]): RunSeries {
  const columns = columnsOnce(source)
  const series: RunSeries['series'] = {}
  let shared = new Float64Array(0)
  for (const tag of tags) {
    const column = columns.scalars.get(tag)
    if (!column) continue
    const own = column.steps.subarray(0, column.length)
    if (own.length !== shared.length || own.some((step, i) => step !== shared[i])) shared = own.slice()
    series[tag] = { steps: shared, values: column.values.slice(0, column.length) }
  }
  return { runId: source.runId, label: source.label, seed: source.seed, series }
}

export function heatmapOf(
  source: RunSource,
  tag: string,
  range: { from?: number; to?: number },
  maxColumns: number
): PackedHeatmap | null {
  const columns = columnsOf(source)
  const column = columns.histograms.get(tag)
  if (!column) return null
  const edges = activationEdges(column.limits)
  if (!edges) return null
  const bins = edges.length - 1
  const width = column.limits.length
  const [start, end] = window(column.steps, column.length, range)
  const total = end - start
  const drawn = Math.min(total, maxColumns)
  const result: PackedHeatmap = {
    runId: source.runId,
    tag,
    steps: new Float64Array(drawn),
    epochs: new Float64Array(drawn),
    counts: new Float32Array(drawn * bins),
    underflow: new Float32Array(drawn),
    overflow: new Float32Array(drawn),
    edges,
    means: new Float64Array(drawn),
    stds: new Float64Array(drawn),
    total
  }
  for (let d = 0; d < drawn; d++) {
    const first = start + Math.floor((d * total) / drawn)
    const last = start + Math.floor(((d + 1) * total) / drawn)
    result.steps[d] = column.steps[first]
    let mean = 0
    let square = 0
    for (let i = first; i < last; i++) {
      const row = i * width
      result.underflow[d] += column.counts[row]
      result.overflow[d] += column.counts[row + width - 1]
      for (let b = 0; b < bins; b++) result.counts[d * bins + b] += column.counts[row + 1 + b]
      mean += column.means[i]
      square += column.stds[i] ** 2 + column.means[i] ** 2
    }
    const joined = last - first
    result.means[d] = mean / joined
    result.stds[d] = Math.sqrt(Math.max(0, square / joined - result.means[d] ** 2))
  }
  result.epochs.set(epochsAt(columns, result.steps))
  return result
}

/** Epochs at given steps from the `epoch` series, linear in between; the steps themselves where there is none. */
export function epochsAt(columns: RunColumns, steps: Float64Array): Float64Array {
  const epoch = columns.scalars.get('epoch')
  if (!epoch || epoch.length === 0) return steps.slice()
  return steps.map((step) => interpolate(epoch, step))
}

function interpolate(column: ScalarColumn, step: number): number {
  const at = lowerBound(column.steps, column.length, step)
  if (at < column.length && column.steps[at] === step) return column.values[at]
  if (column.length === 1) return column.values[0]
  // Outside the recorded range the nearest two points are continued in a straight line.
  const right = Math.min(Math.max(at, 1), column.length - 1)
  const left = right - 1
  const share = (step - column.steps[left]) / (column.steps[right] - column.steps[left])
  return column.values[left] + share * (column.values[right] - column.values[left])
}

function window(steps: Float64Array, length: number, range: { from?: number; to?: number }): [number, number] {
  const start = range.from === undefined ? 0 : lowerBound(steps, length, range.from)
  let end = range.to === undefined ? length : lowerBound(steps, length, range.to)
  if (range.to !== undefined && end < length && steps[end] === range.to) end += 1
  return [start, Math.max(start, end)]
}

function pick(values: Float64Array, indices: Int32Array): Float64Array {
  const out = new Float64Array(indices.length)
  for (let i = 0; i < indices.length; i++) out[i] = values[indices[i]]
  return out
}
