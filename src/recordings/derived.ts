/** Curves that are computed from recorded series, run by run, wherever the series of a tag could stand. */
import type { RequestResult } from '../contract/requests'
import { PhasescopeError } from '../domain/errors'
import type { RunLog } from '../events/run-log'
import type { ScalarView } from '../events/series'
import { compileCurve, type Curve } from '../expressions/curve'
import { ExpressionError } from '../expressions/nodes'
import type { SeriesSummary } from '../expressions/subject'
import { pick } from './series'

/** Expressions by the names that they are asked for by, in place of tags. */
export type DerivedCurves = Readonly<Record<string, string>>

/**
 * The points of a tag, recorded or derived; null where the run has not recorded it, or something that it is computed from.
 * A derived curve is that of the latest attempt: which pieces of several series belong together is known of that one only.
 * @throws PhasescopeError where the expression cannot be read
 */
export function scalarView(
  log: RunLog,
  tag: string,
  attempts: 'latest' | 'all',
  derived: DerivedCurves = {}
): ScalarView | null {
  if (!Object.hasOwn(derived, tag)) return log.scalars(tag)?.view(attempts) ?? null
  return derivedView(log, curveOf(tag, derived[tag]))
}

/** What each expression asks for, or what is wrong with it. */
export function curvesAskedBy({ expressions }: { expressions: readonly string[] }): RequestResult<'recordings.curves'> {
  return expressions.map((text) => {
    try {
      const { tags, whole } = compileCurve(text)
      return { tags: [...tags], whole: [...whole], problem: null }
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      return { tags: [], whole: [], problem: { text: error.message, at: error.at, length: error.length } }
    }
  })
}

/** A page asks for the same few curves of run after run. */
const compiled = new Map<string, Curve>()
const mostCompiled = 200

function curveOf(name: string, expression: string): Curve {
  const known = compiled.get(expression)
  if (known) return known
  try {
    const curve = compileCurve(expression)
    if (compiled.size >= mostCompiled) compiled.clear()
    compiled.set(expression, curve)
    return curve
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    throw new PhasescopeError('bad-request', `The curve ${name} cannot be computed. ${error.withColumn}`)
  }
}

function derivedView(log: RunLog, { tags, whole, evaluate }: Curve): ScalarView | null {
  const views: ScalarView[] = []
  for (const { tag } of tags) {
    const view = log.scalars(tag)?.view('latest')
    if (!view) return null
    views.push(view)
  }
  const summaries = new Map<string, SeriesSummary>()
  for (const { tag } of whole) {
    const view = log.scalars(tag)?.view('latest')
    if (!view || view.length === 0) return null
    summaries.set(tag, summaryOf(view))
  }
  const places = commonSteps(views)
  const [lead] = views
  const own = places[0]
  const steps = pick(lead.steps, own)
  const values = new Map(tags.map(({ tag }, t) => [tag, pick(views[t].values, places[t])]))
  // A point is there when the last of what it is computed from is.
  const wallTimes = steps.map((_, i) => Math.max(...views.map((view, t) => view.wallTimes[places[t][i]])))
  return {
    steps,
    wallTimes,
    values: evaluate({ steps, values, whole: summaries }),
    length: own.length,
    starts: [0],
    at: (i) => lead.at(own[i]),
    exactStep: (i) => lead.exactStep(own[i])
  }
}

/** Of each view the places of the points at the steps that all of them have; steps ascend. */
function commonSteps(views: readonly ScalarView[]): Int32Array[] {
  const [lead] = views
  const alike = ({ steps, length }: ScalarView): boolean =>
    length === lead.length && (steps === lead.steps || steps.every((step, i) => step === lead.steps[i]))
  // What is recorded together is the usual case.
  if (views.every(alike)) {
    const all = Int32Array.from({ length: lead.length }, (_, i) => i)
    return views.map(() => all)
  }
  const found: number[][] = views.map(() => [])
  const at = views.map(() => 0)
  while (views.every(({ length }, v) => at[v] < length)) {
    const next = Math.max(...views.map(({ steps }, v) => steps[at[v]]))
    let all = true
    for (const [v, { steps, length }] of views.entries()) {
      while (at[v] < length && steps[at[v]] < next) at[v]++
      all &&= at[v] < length && steps[at[v]] === next
    }
    if (all) for (const [v] of views.entries()) found[v].push(at[v]++)
  }
  return found.map((places) => Int32Array.from(places))
}

/** As the run filter has it: all but the newest value are of the finite ones. */
function summaryOf({ values, length }: ScalarView): SeriesSummary {
  let [finite, sum, first, min, max] = [0, 0, Number.NaN, Number.NaN, Number.NaN]
  for (let i = 0; i < length; i++) {
    const value = values[i]
    if (!Number.isFinite(value)) continue
    if (finite++ === 0) first = value
    sum += value
    if (!(value >= min)) min = value
    if (!(value <= max)) max = value
  }
  return { count: length, first, last: values[length - 1], min, max, mean: finite > 0 ? sum / finite : Number.NaN }
}
