/**
 * What is healthy, learned from the runs that came to something: for each recorded series, where it lay at the same step in those runs.
 * A run is outside where one of its series stays farther from their median, in units of their spread, than any of them does when
 * it is held against the others (leave one out), by a margin.
 */
import type { Found } from './rule'
import type { Course } from './observed'
import { valueAt } from './courses'
import { value } from './words'
import { largest, median, smallest } from '../numeric/statistics'
import { readTag, tagOf } from '../domain/tags'

/** Fewer runs say nothing about how far a healthy one may lie from the others. */
export const fewestHealthy = 5
/** A deviation lasts so many points; single ones are noise. */
const lasting = 4
/** Times the farthest of the healthy runs. */
const margin = 1.5

/** Steps at which runs are compared, at most: the runs of an envelope are held against each other many times. */
const mostSteps = 120
const healthStatistics: ReadonlySet<string> = new Set(['mean', 'std', 'zero_share', 'near_zero', 'dead', 'saturated'])

/** Series that say how a network is, and not what it has come to by its seed alone. */
export function isOfHealth(tag: string): boolean {
  const read = readTag(tag)
  switch (read.kind) {
    case 'loss':
    case 'accuracy':
      return read.of === null
    case 'activations':
      return read.of === null && read.metric !== null && healthStatistics.has(read.metric)
    case 'gradients':
      return read.metric === 'l2'
    case 'updates':
      return true
    default:
      return tag === tagOf.meanWeights('l2')
  }
}

/** Series by tag. */
export type Recorded = ReadonlyMap<string, Course>

interface Band {
  steps: Float64Array
  /** [steps] each, after `scaled`. */
  centre: Float64Array
  spread: Float64Array
  low: Float64Array
  high: Float64Array
  log: boolean
}

export interface Envelope {
  runs: number
  bands: ReadonlyMap<string, Band>
  /** Score that no healthy run comes near. */
  limit: number
}

/** @returns null where there are too few runs, or they have nothing in common */
export function envelopeOf(healthy: readonly Recorded[]): Envelope | null {
  if (healthy.length < fewestHealthy) return null
  const bands = bandsOf(healthy)
  if (bands.size === 0) return null
  const left = healthy.map((run, i) => scoreOf(run, bandsOf(healthy.filter((_, j) => j !== i)))?.score ?? 0)
  return { runs: healthy.length, bands, limit: margin * largest(left) }
}

interface Score {
  score: number
  tag: string
  /** Index at which the deviation begins. */
  at: number
}

/** A reading where the run lies outside; null: it does not. */
export function outsideOf(run: Recorded, { runs, bands, limit }: Envelope): Omit<Found, 'severity'> | null {
  const found = scoreOf(run, bands)
  if (!found || found.score <= limit) return null
  const { tag, at } = found
  const band = bands.get(tag)!
  const step = band.steps[at]
  const own = valueAt(run.get(tag)!, step)
  return {
    hooks: [],
    since: step,
    text:
      `${tag} is ${value(own)} at step ${step}; in the ${runs} runs that came to something it lay between ` +
      `${value(band.low[at])} and ${value(band.high[at])} there.`,
    remedy: 'Compare this run with one of those: what differs in their settings or data?',
    change: null,
    evidence: [{ tag, limit: own > band.high[at] ? band.high[at] : band.low[at] }]
  }
}

function bandsOf(healthy: readonly Recorded[]): Map<string, Band> {
  const bands = new Map<string, Band>()
  const [first] = healthy
  for (const [tag, { steps }] of first) {
    const courses = healthy.flatMap((run) => run.get(tag) ?? [])
    if (courses.length < healthy.length || steps.length < lasting) continue
    const band = bandOf(Float64Array.from(steps), courses)
    if (band) bands.set(tag, band)
  }
  return bands
}

function bandOf(steps: Float64Array, courses: readonly Course[]): Band | null {
  const last = smallest(courses.map((one) => one.steps[one.steps.length - 1] ?? -1))
  const common = evenly(steps.filter((step) => step <= last))
  const rows = courses.map((one) => Float64Array.from(common, (step) => valueAt(one, step)))
  if (common.length < lasting || rows.some((row) => row.some((one) => !Number.isFinite(one)))) return null
  // What lies over powers of ten in healthy runs is compared by powers.
  const [least, most] = [smallest(rows.map(smallest)), largest(rows.map(largest))]
  const log = least > 0 && most > 10 * least
  const scaled = log ? rows.map((row) => row.map(Math.log)) : rows
  const at = (i: number): number[] => scaled.map((row) => row[i])
  const centre = common.map((_, i) => median(at(i)))
  const deviation = common.map((_, i) => 1.4826 * median(at(i).map((one) => Math.abs(one - centre[i]))))
  // Spreads of a few runs are rough: a step's is at least half of the usual one, and at least a fiftieth of the way of the series.
  const usual = median(deviation)
  const way = largest(centre) - smallest(centre)
  const floor = Math.max(usual / 2, way / 50, 1e-3 * largest(centre.map(Math.abs)), 1e-12)
  return {
    steps: common,
    centre,
    spread: deviation.map((one) => Math.max(one, floor)),
    low: common.map((_, i) => smallest(rows.map((row) => row[i]))),
    high: common.map((_, i) => largest(rows.map((row) => row[i]))),
    log
  }
}

/** At most `mostSteps` of them, with the first and the last. */
function evenly(steps: Float64Array): Float64Array {
  if (steps.length <= mostSteps) return steps
  return Float64Array.from(
    { length: mostSteps },
    (_, i) => steps[Math.round((i * (steps.length - 1)) / (mostSteps - 1))]
  )
}

/** The series that deviates most: the largest distance that `lasting` points in a row have at least. */
function scoreOf(run: Recorded, bands: ReadonlyMap<string, Band>): Score | null {
  let worst: Score | null = null
  for (const [tag, band] of bands) {
    const course = run.get(tag)
    if (!course || course.steps.length === 0) continue
    const last = course.steps[course.steps.length - 1]
    const distances: number[] = []
    for (let i = 0; i < band.steps.length && band.steps[i] <= last; i++) {
      const raw = valueAt(course, band.steps[i])
      const own = band.log ? Math.log(Math.max(raw, Number.MIN_VALUE)) : raw
      // What is no number lies outside of everything.
      distances.push(Number.isFinite(raw) ? Math.abs(own - band.centre[i]) / band.spread[i] : 1e6)
    }
    for (let i = 0; i + lasting <= distances.length; i++) {
      const score = Math.min(...distances.slice(i, i + lasting))
      if (!worst || score > worst.score) worst = { score, tag, at: i }
    }
    // A run that breaks off has few points that are none.
    const broken = distances.findIndex((one) => one === 1e6)
    if (broken >= 0 && (!worst || worst.score < 1e6)) worst = { score: 1e6, tag, at: broken }
  }
  return worst
}
