/** Reading saved runs for the training and analysis views: tags, curves over epochs, every point for a fit. */
import { axisOf, roleOf, rolesOf } from '../analysis'
import type { RoleChoices } from '../domain/roles'
import type { RunSeries } from '../domain/run-series'
import { longestTag } from '../domain/ids'
import type { PackedSeries } from '../contract/runs'
import type { RequestResult } from '../contract/requests'
import type { RunLog } from '../events/run-log'
import { lowerBound } from '../events/series'
import type { ScalarView } from '../events/series'
import { decimateMinMax } from '../numeric/decimate'
import type { RunSource } from './run-source'
import { readerIfThere, readerOf, readerOnce } from './run-cache'
import { tooLong } from './recorded-tags'

/** The order of tags wherever they are listed. */
export function tagOrder(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

export function tagsOf(sources: RunSource[], said: RoleChoices = {}): RequestResult<'runs.tags'> {
  const scalars = new Set<string>()
  const histograms = new Set<string>()
  const problems: string[] = []
  for (const source of sources) {
    const log = readerIfThere(source, (text) => problems.push(`${source.label}: ${text}`))?.log
    if (!log) continue
    let long = 0
    for (const { tag, kind } of log.series()) {
      if (tag.length > longestTag) long += 1
      else if (kind === 'scalars') scalars.add(tag)
      else if (kind === 'histograms') histograms.add(tag)
    }
    problems.push(...log.problems.map((text) => `${source.label}: ${text}`))
    if (long > 0) problems.push(`${source.label}: ${tooLong(long)}`)
  }
  const roles = rolesOf(
    scalars,
    said,
    sources.map(({ place }) => place)
  )
  return { scalars: [...scalars].sort(tagOrder), histograms: [...histograms].sort(tagOrder), problems, roles }
}

/** A run that cannot be read is left out (`tagsOf` says why), unless it is all that is asked for. */
export function seriesOf(
  sources: RunSource[],
  tags: string[],
  range: { from?: number; to?: number },
  mostPoints: number
): PackedSeries[] {
  const out: PackedSeries[] = []
  for (const source of sources) {
    const log = sources.length === 1 ? readerOf(source).log : readerIfThere(source)?.log
    if (!log) continue
    const epoch = epochSeries(log)
    for (const tag of tags) {
      const view = log.scalars(tag)?.view('latest')
      if (!view) continue
      const [start, end] = windowOf(view.steps, view.length, range)
      const kept = decimateMinMax(view.values, start, end, mostPoints)
      const steps = pick(view.steps, kept)
      const epochs = epochsAt(epoch, steps)
      out.push({
        runId: source.runId,
        tag,
        steps,
        epochs,
        values: pick(view.values, kept),
        total: end - start,
        axis: axisOf([{ steps, epochs }], epoch ? { epoch: 'epoch' } : {})
      })
    }
  }
  return out
}

/**
 * Every recorded point, as the analysis needs it. Series recorded at equal steps share them.
 * @param more.also further tags that are wanted where they were recorded
 * @param more.epoch what somebody has said counts epochs; null: nothing does
 */
export function fullSeriesOf(
  source: RunSource,
  tags: string[],
  more: { also?: (tag: string) => boolean; epoch?: string | null } = {}
): RunSeries {
  const { log } = readerOnce(source)
  const series: RunSeries['series'] = {}
  const also = more.also ? scalarTags(log).filter(more.also) : []
  let shared = new Float64Array(0)
  for (const tag of new Set([...tags, ...also])) {
    const view = tag === 'epoch' ? epochSeries(log, more.epoch) : log.scalars(tag)?.view('latest')
    if (!view) continue
    const own = view.steps
    if (own.length !== shared.length || own.some((step, i) => step !== shared[i])) shared = own.slice()
    series[tag] = { steps: shared, values: view.values.slice() }
  }
  return { runId: source.runId, label: source.label, seed: source.seed, series }
}

export function scalarTags(log: RunLog): string[] {
  return log.series().flatMap(({ tag, kind }) => (kind === 'scalars' ? [tag] : []))
}

/**
 * Where a run says which epoch a step belongs to: ours and Lightning's, Hugging Face's, else what is named like it.
 * @param said by people: this tag, where it was recorded; null: nothing counts epochs
 */
export function epochSeries(log: RunLog, said?: string | null): ScalarView | null {
  if (said === null) return null
  const recorded = (tag: string | undefined): ScalarView | null => {
    const view = tag === undefined ? undefined : log.scalars(tag)?.view('latest')
    return view && view.length > 0 ? view : null
  }
  const known = recorded(said) ?? recorded('epoch') ?? recorded('train/epoch')
  return known ?? recorded(rolesOf(scalarTags(log).filter((tag) => roleOf(tag) === 'epoch')).epoch)
}

/** Epochs at given steps, linear between recorded ones; the steps themselves where no epochs were recorded. */
export function epochsAt(epoch: ScalarView | null, steps: Float64Array): Float64Array {
  return epoch ? steps.map((step) => interpolate(epoch, step)) : steps.slice()
}

function interpolate(view: ScalarView, step: number): number {
  const at = lowerBound(view.steps, view.length, step)
  if (at < view.length && view.steps[at] === step) return view.values[at]
  if (view.length === 1) return view.values[0]
  // Outside the recorded range the nearest two points are continued in a straight line.
  const right = Math.min(Math.max(at, 1), view.length - 1)
  const left = right - 1
  const share = (step - view.steps[left]) / (view.steps[right] - view.steps[left])
  return view.values[left] + share * (view.values[right] - view.values[left])
}

/** Positions of the points in a range of ascending x: [start, end). */
export function windowOf(
  x: Float64Array,
  length: number,
  range: { from?: number; to?: number }
): [start: number, end: number] {
  const start = range.from === undefined ? 0 : lowerBound(x, length, range.from)
  let end = range.to === undefined ? length : lowerBound(x, length, range.to)
  if (range.to !== undefined) while (end < length && x[end] === range.to) end += 1
  return [start, Math.max(start, end)]
}

export function pick(values: Float64Array, indices: ArrayLike<number>): Float64Array {
  const out = new Float64Array(indices.length)
  for (let i = 0; i < indices.length; i++) out[i] = values[indices[i]]
  return out
}
