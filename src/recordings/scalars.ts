/** Scalars for the tabs of Explore: curves over any x axis, groups of runs as one curve, statistics over a range. */
import type { Attempts, GroupCurve, ScalarCurve, StatisticsRow, XAxis } from '../contract/recordings'
import type { ParsedParams, RequestResult } from '../contract/requests'
import type { RunLog } from '../events/run-log'
import { lowerBound } from '../events/series'
import type { ScalarView } from '../events/series'
import { aggregate } from '../numeric/aggregate'
import { decimateMinMax } from '../numeric/decimate'
import { smooth } from '../numeric/smoothing'
import { scalarView, type DerivedCurves } from './derived'
import type { OfRuns, RunSource } from './run-source'
import { readerIfThere } from './run-cache'
import { epochsAt, epochSeries, pick } from './series'

export function scalarsOf(query: OfRuns<'recordings.scalars'>): RequestResult<'recordings.scalars'> {
  const { runs, tag, x, attempts, smoothing, from, to, mostPoints, derived } = query
  const curves: ScalarCurve[] = []
  const finite: Float64Array[] = []
  for (const source of runs) {
    const found = pointsOf(source, tag, x, attempts, derived)
    if (!found) continue
    const smoothed = smoothing > 0 ? smoothedPieces(found, smoothing) : null
    const kept: number[] = []
    const pieces: number[] = []
    const visible = visiblePieces(found, from, to)
    const total = visible.reduce((sum, [start, end]) => sum + end - start, 0)
    for (const [start, end] of visible) {
      pieces.push(kept.length)
      // Each attempt has room by its share of what is seen.
      const room = Math.max(2, Math.round((mostPoints * (end - start)) / total))
      for (const i of decimateMinMax(found.values, start, end, room)) kept.push(i)
      finite.push(found.values.subarray(start, end))
    }
    curves.push({
      runId: source.runId,
      x: pick(found.x, kept),
      values: pick(found.values, kept),
      smoothed: smoothed ? pick(smoothed, kept) : new Float64Array(0),
      steps: pick(found.steps, kept),
      wallTimes: pick(found.wallTimes, kept),
      pieces: Int32Array.from(pieces),
      total
    })
  }
  return { curves, inner: innerRange(finite) }
}
type GroupsQuery = Omit<ParsedParams<'recordings.groups'>, 'groups'> & { groups: { name: string; runs: RunSource[] }[] }

export function groupsOf(query: GroupsQuery): GroupCurve[] {
  const { groups, tag, x, attempts, smoothing, center, band, from, to, mostPoints, derived } = query
  return groups.map(({ name, runs }) => {
    const curves: { x: Float64Array; values: Float64Array }[] = []
    for (const source of runs) {
      const found = pointsOf(source, tag, x, attempts, derived)
      if (!found || found.length === 0) continue
      const values = smoothing > 0 ? smoothedPieces(found, smoothing) : found.values
      curves.push(ascending(found.x, values))
    }
    const all = aggregate(curves, center, band)
    const start = from === undefined ? 0 : Math.max(0, lowerBound(all.x, all.x.length, from) - 1)
    const end = to === undefined ? all.x.length : Math.min(all.x.length, lowerBound(all.x, all.x.length, to) + 1)
    const kept = decimateMinMax(all.center, start, Math.max(start, end), mostPoints)
    return {
      name,
      runs: curves.length,
      x: pick(all.x, kept),
      center: pick(all.center, kept),
      low: pick(all.low, kept),
      high: pick(all.high, kept),
      counts: pick(all.counts, kept)
    }
  })
}

export function statisticsOf(query: OfRuns<'recordings.statistics'>): StatisticsRow[] {
  const { runs, tags, x, attempts, from, to, derived } = query
  const rows: StatisticsRow[] = []
  for (const source of runs) {
    for (const tag of tags) {
      const found = pointsOf(source, tag, x, attempts, derived)
      if (!found) continue
      const row = statisticsRow(source.runId, tag, found, from ?? -Infinity, to ?? Infinity)
      if (row) rows.push(row)
    }
  }
  return rows
}

function statisticsRow(runId: string, tag: string, points: Points, from: number, to: number): StatisticsRow | null {
  let first = -1
  let last = -1
  let count = 0
  let finite = 0
  let sum = 0
  let min = Number.NaN
  let max = Number.NaN
  for (let i = 0; i < points.length; i++) {
    if (!(points.x[i] >= from && points.x[i] <= to)) continue
    if (first < 0) first = i
    last = i
    count += 1
    const value = points.values[i]
    if (!Number.isFinite(value)) continue
    finite += 1
    sum += value
    if (!(value >= min)) min = value
    if (!(value <= max)) max = value
  }
  if (count === 0) return null
  return {
    runId,
    tag,
    points: count,
    firstStep: points.steps[first],
    lastStep: points.steps[last],
    first: points.values[first],
    last: points.values[last],
    min,
    max,
    mean: finite > 0 ? sum / finite : Number.NaN
  }
}

interface Points {
  x: Float64Array
  values: Float64Array
  steps: Float64Array
  wallTimes: Float64Array
  length: number
  starts: number[]
}

/** A run's points of a tag over the asked axis, or null when it has none. */
function pointsOf(
  source: RunSource,
  tag: string,
  x: XAxis,
  attempts: Attempts,
  derived?: DerivedCurves
): Points | null {
  const log = readerIfThere(source)?.log
  const view = log && scalarView(log, tag, attempts, derived)
  if (!log || !view) return null
  if (typeof x === 'object') return againstMetric(view, scalarView(log, x.tag, 'latest', derived))
  const { values, steps, wallTimes, length, starts } = view
  return { x: axisOf(log, view, x), values, steps, wallTimes, length, starts }
}

function axisOf(log: RunLog, view: ScalarView, x: Exclude<XAxis, object>): Float64Array {
  if (x === 'step') return view.steps
  if (x === 'wall') return view.wallTimes
  if (x === 'epoch') return epochsAt(epochSeries(log), view.steps)
  // Seconds since the run began, whichever tag was first.
  return view.wallTimes.map((time) => time - log.startTime)
}

/** Points at which both metrics were recorded, in the order of steps. */
function againstMetric(view: ScalarView, other: ScalarView | null): Points | null {
  if (!other) return null
  const kept: number[] = []
  const x: number[] = []
  for (let i = 0; i < view.length; i++) {
    const at = lowerBound(other.steps, other.length, view.steps[i])
    if (at >= other.length || other.steps[at] !== view.steps[i]) continue
    kept.push(i)
    x.push(other.values[at])
  }
  return {
    x: Float64Array.from(x),
    values: pick(view.values, kept),
    steps: pick(view.steps, kept),
    wallTimes: pick(view.wallTimes, kept),
    length: kept.length,
    starts: [0]
  }
}

/** Each attempt is smoothed by itself. */
function smoothedPieces({ values, length, starts }: Points, weight: number): Float64Array {
  const out = new Float64Array(length)
  starts.forEach((start, p) => {
    const end = starts[p + 1] ?? length
    smooth(values, start, end, weight, out.subarray(start, end))
  })
  return out
}

/**
 * Of each attempt the points within the range and one neighbour at either side, so that lines go on to the edge of the
 * picture. Where x does not ascend, everything from the first to the last point in range.
 */
function visiblePieces({ x, length, starts }: Points, from = -Infinity, to = Infinity): [number, number][] {
  const pieces: [number, number][] = []
  starts.forEach((begin, p) => {
    const finish = starts[p + 1] ?? length
    let start = begin
    while (start < finish && !(x[start] >= from && x[start] <= to)) start += 1
    let end = finish
    while (end > start && !(x[end - 1] >= from && x[end - 1] <= to)) end -= 1
    if (start < end) pieces.push([Math.max(begin, start - 1), Math.min(finish, end + 1)])
  })
  return pieces
}

/** 5th and 95th percentile of all finite values (the lower neighbour), or null without any. */
function innerRange(lists: Float64Array[]): [number, number] | null {
  const all = new Float64Array(lists.reduce((sum, list) => sum + list.length, 0))
  let count = 0
  for (const list of lists) for (const value of list) if (Number.isFinite(value)) all[count++] = value
  if (count === 0) return null
  const sorted = all.subarray(0, count).sort()
  return [sorted[Math.floor((count - 1) * 0.05)], sorted[Math.ceil((count - 1) * 0.95)]]
}

/** The points by ascending x; attempts and clocks that go back leave them in another order. */
function ascending(x: Float64Array, values: Float64Array): { x: Float64Array; values: Float64Array } {
  let sorted = true
  for (let i = 1; i < x.length && sorted; i++) sorted = x[i] >= x[i - 1]
  if (sorted) return { x, values }
  const order = Int32Array.from(x.keys()).sort((a, b) => x[a] - x[b])
  return { x: pick(x, order), values: pick(values, order) }
}
