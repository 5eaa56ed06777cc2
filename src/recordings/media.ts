/** What runs have recorded that is looked at one by one: images, sounds, texts, PR curves, hyperparameters, graphs. */
import type { Attempts, HparamRow, PointIndex, PrCurve, RecordedGraph, TextPoint } from '../contract/recordings'
import { PhasescopeError } from '../domain/errors'
import type { RequestResult } from '../contract/requests'
import { graphOf } from '../events/graph'
import {
  declaredMetricsOf,
  experimentTag,
  sessionEndOf,
  sessionEndTag,
  sessionStartOf,
  sessionStartTag
} from '../events/hparams'
import { audioOf, imageOf } from '../events/media'
import { prPointsOf } from '../events/pr-curve'
import { ProtoError } from '../events/protobuf'
import { metaGraphTag, runGraphTag } from '../events/run-log'
import type { TagSeries } from '../events/run-log'
import { lowerBound } from '../events/series'
import type { PlaceSeries, SeriesView } from '../events/series'
import { textOf } from '../events/text'
import type { RunReader } from '../project/run-reader'
import type { OfRun, OfRuns, RunSource } from './run-source'
import { readerIfThere, readerOf } from './run-cache'
import { epochsAt, epochSeries } from './series'

export function pointsOf({ runs, tag, kind, attempts }: OfRuns<'recordings.points'>): PointIndex[] {
  return runs.flatMap((source): PointIndex[] => {
    const found = find(source, tag, kind, attempts)
    if (!found) return []
    const { reader, places, view } = found
    const samples = Int32Array.from({ length: view.length }, (_, i) => places.place(view.at(i)).samples)
    const steps = view.steps.slice(0, view.length)
    const epochs = epochsAt(epochSeries(reader.log), steps)
    return [{ runId: source.runId, steps, epochs, wallTimes: view.wallTimes.slice(0, view.length), samples }]
  })
}

export function blobOf(query: OfRun<'recordings.blob'>): RequestResult<'recordings.blob'> {
  const { run, tag, kind, attempts, index, sample } = query
  const found = find(run, tag, kind, attempts)
  if (!found || index >= found.view.length) {
    throw new PhasescopeError('not-found', `${run.label} has no such point of ${tag} any more.`)
  }
  const { bytes, form } = found.reader.place(found.places, found.view.at(index))
  const decode = kind === 'images' ? imageOf : audioOf
  return readable(run, tag, found.view.steps[index], () => decode(bytes, form, sample))
}

/** Characters of all texts in an answer; the page shows them in pieces of 64 kB. */
const mostText = 8_000_000

export function textsOf({ runs, tag, attempts, step, last }: OfRuns<'recordings.texts'>): TextPoint[] {
  let room = mostText
  return runs.flatMap((source): TextPoint[] => {
    const found = find(source, tag, 'text', attempts)
    if (!found) return []
    const { view } = found
    const end = step === null ? view.length : upTo(view, step)
    const first = step === null ? Math.max(0, end - last) : Math.max(0, end - 1)
    const points: TextPoint[] = []
    for (let i = first; i < end; i++) {
      const { bytes } = found.reader.place(found.places, view.at(i))
      const text = readable(source, tag, view.steps[i], () => textOf(bytes))
      const whole = text.rows.flat().reduce((sum, cell) => sum + cell.length, 0)
      if (whole > room) {
        const note = `Only the first ${room.toLocaleString('en')} of ${whole.toLocaleString('en')} characters are shown here; fewer runs or steps leave more room.`
        for (const row of text.rows) {
          row.forEach((cell, c) => {
            row[c] = cell.slice(0, room)
            room -= row[c].length
          })
        }
        text.note = text.note === null ? note : `${text.note} ${note}`
      } else room -= whole
      points.push({ runId: source.runId, step: view.steps[i], wallTime: view.wallTimes[i], ...text })
    }
    return points
  })
}

export function prCurvesOf({ runs, tag, attempts, step }: OfRuns<'recordings.prCurves'>): PrCurve[] {
  return runs.flatMap((source): PrCurve[] => {
    const found = find(source, tag, 'pr_curves', attempts)
    if (!found || found.view.length === 0) return []
    const { view } = found
    const at = step === null ? view.length - 1 : upTo(view, step) - 1
    if (at < 0) return []
    const { bytes } = found.reader.place(found.places, view.at(at))
    const points = readable(source, tag, view.steps[at], () => prPointsOf(bytes))
    return [{ runId: source.runId, step: view.steps[at], wallTime: view.wallTimes[at], ...points }]
  })
}

/** Hyperparameters of the runs. A run below a session (`session/validation`) has those of the session. */
export function hparamsOf({
  runs,
  above
}: OfRuns<'recordings.hparams'> & { above: RunSource[] }): RequestResult<'recordings.hparams'> {
  const rows: HparamRow[] = []
  const metrics: string[] = []
  const sessions = new Map<string, HparamRow>()
  const asked = new Set(runs)
  for (const source of [...runs, ...above]) {
    const log = readerIfThere(source)?.log
    if (!log) continue
    const content = (tag: string): Uint8Array | null => {
      const metadata = log.metadata(tag)
      return metadata?.plugin === 'hparams' ? metadata.content : null
    }
    const declared = content(experimentTag)
    if (declared) for (const metric of attempt(() => declaredMetricsOf(declared)) ?? []) metrics.push(metric.tag)
    const startContent = content(sessionStartTag)
    const start = startContent ? attempt(() => sessionStartOf(startContent)) : null
    if (!start) continue
    const endContent = content(sessionEndTag)
    const end = endContent ? attempt(() => sessionEndOf(endContent)) : null
    const row: HparamRow = {
      runId: source.runId,
      session: source.runId,
      params: start.params,
      status: end?.status ?? 'unknown',
      startTime: start.startTime,
      endTime: end?.endTime ?? null,
      group: start.group
    }
    if (source.place !== null) sessions.set(source.place, row)
    if (asked.has(source)) rows.push(row)
  }
  for (const { runId, place } of runs) {
    if (place === null || sessions.has(place)) continue
    const [nearest] = [...sessions.keys()]
      .filter((session) => place.startsWith(`${session}/`))
      .sort((a, b) => b.length - a.length)
    if (nearest !== undefined) rows.push({ ...sessions.get(nearest)!, runId })
  }
  return { rows, metrics: [...new Set(metrics)] }
}

const graphKinds = new Set(['graphs', 'graph_run_metadata', 'graph_run_metadata_graph', 'graph_keras_model'])

export function graphsOf({ run }: OfRun<'recordings.graphs'>): RequestResult<'recordings.graphs'> {
  const found: RequestResult<'recordings.graphs'> = []
  for (const { tag } of graphSeries(run)) {
    const graph = attempt(() => readGraph(run, tag))
    if (graph) found.push({ source: tag, nodes: graph.nodes.length })
  }
  return found
}

export function recordedGraphOf({ run, source }: OfRun<'recordings.graph'>): RecordedGraph | null {
  return attempt(() => readGraph(run, source))
}

/** A run's own graph is read before one inside of a MetaGraphDef, which only counts when there is no other. */
function graphSeries(run: RunSource): TagSeries[] {
  const all = readerOf(run)
    .log.series()
    .filter(({ kind, places }) => (graphKinds.has(kind) || kind === 'graph_tagged_run_metadata') && places !== null)
  const own = all.some(({ tag }) => tag === runGraphTag)
  return all.filter(({ tag }) => !(own && tag === metaGraphTag))
}

function readGraph(run: RunSource, tag: string): RecordedGraph | null {
  const series = graphSeries(run).find((one) => one.tag === tag)
  if (!series?.places || series.places.length === 0) return null
  // The newest wins.
  const { bytes, form } = readerOf(run).place(series.places, series.places.length - 1)
  return { runId: run.runId, source: tag, ...graphOf(bytes, form, series.kind) }
}

interface Found {
  reader: RunReader
  places: PlaceSeries
  view: SeriesView
}

function find(source: RunSource, tag: string, kind: string, attempts: Attempts): Found | null {
  const reader = readerIfThere(source)
  const places = reader?.log.find(tag, kind)?.places
  return reader && places ? { reader, places, view: places.view(attempts) } : null
}

/** Number of points at or before a step. */
function upTo({ steps, length }: SeriesView, step: number): number {
  let end = lowerBound(steps, length, step)
  while (end < length && steps[end] === step) end += 1
  return end
}

function readable<T>(source: RunSource, tag: string, step: number, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (!(error instanceof ProtoError)) throw error
    throw new PhasescopeError('damaged', `${source.label}: ${tag} at step ${step} cannot be shown: ${error.message}.`)
  }
}

function attempt<T>(decode: () => T): T | null {
  try {
    return decode()
  } catch (error) {
    if (error instanceof ProtoError) return null
    throw error
  }
}
