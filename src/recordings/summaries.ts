/** What runs have recorded, in six numbers for each series: for filters and columns over thousands of runs. */
import type { RunLog } from '../events/run-log'
import { SummaryIndex, summaryWidth, type RunSeries } from '../project/summary-index'
import { stateOfFiles } from '../project/tag-index'
import { readerIfThere } from './run-cache'
import type { RunSource } from './run-source'
import { scalarTags } from './series'

/** Of thousands of small runs, reading one again costs less than keeping them all. */
const keptFromBytes = 1e6

export interface SummarizedRun extends RunSource {
  /** When it ended, where it will record no more; null: it may. */
  settled: string | null
}

export interface SummaryTask {
  runs: SummarizedRun[]
  /** Series that are asked for. */
  tags: string[]
  /** File of the project's index that these runs have their places in; null: everything is read. */
  index: string | null
}

export interface Summaries {
  /** All that any of the runs has recorded, asked for or not. */
  recorded: string[]
  /** For each tag that is asked for [runs, summaryWidth]; the count is 0 where a run has no such series. */
  values: Float64Array[]
}

export function summariesOf({ runs, tags, index: path }: SummaryTask): Summaries {
  // Read when the first run is not known yet.
  const read: { index?: SummaryIndex } = {}
  const index = path === null ? null : (): SummaryIndex => (read.index ??= new SummaryIndex(path))
  const values = tags.map(() => new Float64Array(runs.length * summaryWidth))
  const recorded = new Set<string>()
  const seen = new Set<readonly string[]>()
  runs.forEach((source, r) => {
    const found = seriesOfRun(source, index)
    if (!found) return
    if (!seen.has(found.tags)) for (const tag of found.tags) recorded.add(tag)
    seen.add(found.tags)
    tags.forEach((tag, t) => {
      const at = found.tags.indexOf(tag)
      if (at < 0) return
      values[t].set(found.values.subarray(at * summaryWidth, (at + 1) * summaryWidth), r * summaryWidth)
    })
  })
  read.index?.save()
  return { recorded: [...recorded], values }
}

/** Runs that have ended: other questions are about other series of theirs, and looking at ten thousand folders takes a second. */
const ended = new Map<string, RunSeries>()
let keptNumbers = 0
/** Of doubles: 160 MB. */
const mostNumbers = 20_000_000

function seriesOfRun(source: SummarizedRun, index: (() => SummaryIndex) | null): RunSeries | null {
  const key = source.settled === null ? null : `${source.folder}\0${source.settled}`
  const before = key === null ? undefined : ended.get(key)
  if (before) return before
  const series = readSeries(source, index)
  if (key === null || !series) return series
  keptNumbers += series.values.length
  if (keptNumbers > mostNumbers) {
    ended.clear()
    keptNumbers = series.values.length
  }
  ended.set(key, series)
  return series
}

function readSeries(source: RunSource, index: (() => SummaryIndex) | null): RunSeries | null {
  const files = index ? stateOfFiles(source.folder) : null
  const known = index && files ? index().get(source.runId, files.state) : null
  if (known) return known
  const log = readerIfThere(source, undefined, !files || files.bytes >= keptFromBytes)?.log
  if (!log) return null
  const tags = scalarTags(log)
  const values = new Float64Array(tags.length * summaryWidth)
  tags.forEach((tag, t) => values.set(summaryOf(log, tag), t * summaryWidth))
  const series = { tags, values }
  // Of the files before they were read: what was written meanwhile is read the next time.
  if (index && files) index().put(source.runId, files.state, series)
  return series
}

/** Of the latest attempt, in the order of summaryFields. All but count and last are of the finite values. */
function summaryOf(log: RunLog, tag: string): number[] {
  const view = log.scalars(tag)?.view('latest')
  if (!view || view.length === 0) return [0, Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN]
  const { values, length } = view
  let [count, sum, min, max] = [0, 0, Infinity, -Infinity]
  let first = Number.NaN
  for (let i = 0; i < length; i++) {
    const value = values[i]
    if (!Number.isFinite(value)) continue
    if (count === 0) first = value
    count++
    sum += value
    if (value < min) min = value
    if (value > max) max = value
  }
  const last = values[length - 1]
  return count === 0 ? [length, NaN, last, NaN, NaN, NaN] : [length, first, last, min, max, sum / count]
}
