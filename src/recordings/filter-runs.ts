/** Which runs an expression holds for. It is evaluated here, away from the page and the host. */
import { compile } from '../expressions/compile'
import { ExpressionError } from '../expressions/nodes'
import type { SeriesSummary, StatePath, Subject, Value } from '../expressions/subject'
import type { RunLog } from '../events/run-log'
import type { RequestResult } from '../contract/requests'
import { readerIfThere } from './run-cache'
import type { RunSource } from './run-source'
import { scalarTags } from './series'

export interface FilteredRun extends RunSource {
  /** When it ended, where it will record no more; null: it may. */
  settled: string | null
}

export interface FilterTask {
  text: string
  /** Every name that a run may have, with a word on it. */
  names: [string, string][]
  runIds: string[]
  /** Of the names that are asked for, a value for each run. */
  columns: Record<string, Value[]>
  /** Texts that plain words are looked for in; null for an expression. */
  words: string[] | null
  paths: Record<string, StatePath>
  /** Tags that are asked for, and where the runs are read; none without a tag. */
  tags: string[]
  runs: FilteredRun[]
}

export function filterRuns(task: FilterTask): RequestResult<'runs.filter'> {
  const { runIds, columns, words, paths, tags, runs } = task
  const recorded = new Set<string>()
  const found = new Map<string, Known>()
  for (const source of runs) {
    const one = knownOf(source, tags)
    if (!one) continue
    for (const tag of one.tags) recorded.add(tag)
    found.set(source.runId, one)
  }
  try {
    const holds = compile(task.text, { names: new Map(task.names), tags: recorded, values: new Map() })
    return { runIds: runIds.filter((runId, i) => holds(subjectOf(runId, i))), asWords: false, problem: null }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return { runIds, asWords: false, problem: { text: error.message, at: error.at, length: error.length } }
  }

  function subjectOf(runId: string, i: number): Subject {
    return {
      field: (name) => columns[name]?.[i] ?? null,
      series: (tag) => found.get(runId)?.summaries.get(tag) ?? null,
      path: () => paths[runId] ?? null,
      text: () => words?.[i] ?? ''
    }
  }
}

interface Known {
  tags: readonly string[]
  summaries: Map<string, SeriesSummary | null>
}

/**
 * What is known of runs that have ended: an expression is evaluated at every key that somebody presses, and the points of ten thousand
 * runs fit into no cache.
 */
const known = new Map<string, Known>()
let keptSummaries = 0
const mostKept = 2_000_000
/** Each tag once, however many runs have it. */
const names = new Map<string, string>()

function knownOf(source: FilteredRun, tags: readonly string[]): Known | null {
  const key = source.settled === null ? null : `${source.folder}\0${source.settled}`
  const before = key === null ? undefined : known.get(key)
  if (before && tags.every((tag) => before.summaries.has(tag))) return before
  const log = readerIfThere(source, undefined, source.settled === null)?.log
  if (!log) return null
  const now: Known = before ?? { tags: scalarTags(log).map(onlyOne), summaries: new Map() }
  for (const tag of tags) now.summaries.set(tag, summaryOf(log, tag))
  if (key !== null) {
    keptSummaries += tags.length
    if (keptSummaries > mostKept) {
      known.clear()
      keptSummaries = tags.length
    }
    known.set(key, now)
  }
  return now
}

function onlyOne(tag: string): string {
  const same = names.get(tag)
  if (same === undefined) names.set(tag, tag)
  return same ?? tag
}

/** Of the latest attempt; null where the run has no such series. */
function summaryOf(log: RunLog, tag: string): SeriesSummary | null {
  const view = log.scalars(tag)?.view('latest')
  if (!view || view.length === 0) return null
  const { values } = view
  let [count, sum, min, max] = [0, 0, Infinity, -Infinity]
  let first = Number.NaN
  for (let i = 0; i < view.length; i++) {
    const value = values[i]
    if (!Number.isFinite(value)) continue
    if (count === 0) first = value
    count++
    sum += value
    if (value < min) min = value
    if (value > max) max = value
  }
  const of = { count: view.length, last: values[view.length - 1] }
  if (count === 0) return { ...of, first: Number.NaN, min: Number.NaN, max: Number.NaN, mean: Number.NaN }
  return { ...of, first, min, max, mean: sum / count }
}
