/** What sets states of one kind apart, in a few words: how far the outcome goes in each, or where a feature stands. */
import { median } from '../numeric/statistics'
import { valuesAtSteps } from './align'
import { outcomeRoles, ownRoles, quantityOf } from './roles'
import { segmentsOf } from './trajectory'
import { readTag } from '../domain/tags'
import type { AnalysisInputRun } from '../domain/analysis'
import type { Roles } from '../domain/roles'
import type { RunSeries } from '../domain/run-series'

/** Where features stand in each state, in z: [K][D]. */
export interface StateMeans {
  features: readonly string[]
  means: readonly (readonly number[])[]
  /** Where states are rates of change: these, in recorded units per step, [K][D]. */
  rates?: readonly (readonly number[])[]
}

/** The recorded outcome of the runs at the first point in a state and at the point after it, medians over visits. */
export interface OutcomeRange {
  tag: string
  from: number
  to: number
  /** What all of it is: 100 for an accuracy in percent; absent: 1. */
  whole?: number
  /** A loss under a name that does not say so. */
  loss?: boolean
}

/** Beyond rounding no share is larger than this: an accuracy that is, is in percent. */
const MOST_SHARE = 1.5

/** 100 for accuracies in percent, else 1. */
export function wholeOf(curves: Iterable<ArrayLike<number>>): number {
  for (const values of curves) for (let i = 0; i < values.length; i++) if (values[i] > MOST_SHARE) return 100
  return 1
}

/** Per state; null where no run visits it, or none of the outcomes was recorded by every run. */
export function outcomeRanges(
  paths: readonly ArrayLike<number>[],
  runs: readonly AnalysisInputRun[],
  series: readonly RunSeries[],
  states: number,
  roles: Roles = ownRoles
): (OutcomeRange | null)[] {
  const recorded = runs.map((run) => series.find(({ runId }) => runId === run.runId))
  const role = outcomeRoles.find((one) => {
    const name = roles[one]
    return name !== undefined && recorded.every((run) => run?.series[name])
  })
  const tag = role === undefined ? undefined : roles[role]
  const entries = Array.from({ length: states }, () => ({ from: [] as number[], to: [] as number[] }))
  if (tag !== undefined)
    runs.forEach(({ steps }, r) => {
      const values = valuesAtSteps(recorded[r]!.series[tag], steps)
      if (!values) return
      for (const { state, start, end } of segmentsOf(paths[r])) {
        const [from, to] = [values[start], values[Math.min(end, values.length - 1)]]
        if (!Number.isFinite(from) || !Number.isFinite(to)) continue
        entries[state].from.push(from)
        entries[state].to.push(to)
      }
    })
  if (tag === undefined || role === undefined) return entries.map(() => null)
  const percent = role.endsWith('Accuracy') && wholeOf(recorded.map((run) => run!.series[tag].values)) > 1
  const about = {
    ...(percent ? { whole: 100 } : {}),
    ...(role.endsWith('Loss') && quantityOf(tag) !== 'loss' ? { loss: true } : {})
  }
  return entries.map(({ from, to }) => (from.length > 0 ? { tag, from: median(from), to: median(to), ...about } : null))
}

/**
 * Names that are unique: of several states of one kind each gets the range of the outcome, or the feature that sets it
 * apart most from the others of its kind; a state without a role gets its leading feature. Numbers only where states
 * differ in nothing that can be said.
 */
export function setApart(
  kinds: readonly string[],
  ranges: readonly (OutcomeRange | null)[],
  where: StateMeans | null,
  hasRole: boolean
): string[] {
  const taken = new Set<string>()
  const stem = (k: number): string => (hasRole ? kinds[k] : `State ${k + 1}`)
  return kinds.map((_, k) => {
    const alike = others(kinds, k, hasRole)
    const name = [...(hasRole && alike.length === 0 ? [''] : details(k, alike, ranges, where)), '']
      .map((detail) => stem(k) + detail)
      .find((one) => !taken.has(one))
    const unique = name ?? numbered(stem(k), taken)
    taken.add(unique)
    return unique
  })
}

/** What could be said of a state beside others, the most telling first. */
function details(
  k: number,
  alike: readonly number[],
  ranges: readonly (OutcomeRange | null)[],
  where: StateMeans | null
): string[] {
  const texts = [k, ...alike].map((other) => rangeText(ranges[other] ?? null))
  // Ranges that read the same set nothing apart.
  const apart = texts[0] !== null && new Set(texts).size === texts.length
  return [...(apart ? [`, ${texts[0]}`] : []), ...differences(where, k, alike)]
}

function numbered(stem: string, taken: ReadonlySet<string>): string {
  let n = 2
  while (taken.has(`${stem} ${n}`)) n++
  return `${stem} ${n}`
}

/** Whether a name says more than a kind of state, which need not hold for another fit. */
export function hasDetails(name: string): boolean {
  return /\d$|, /.test(name)
}

function others(kinds: readonly string[], k: number, ofItsKind: boolean): number[] {
  return kinds.map((_, other) => other).filter((other) => other !== k && (!ofItsKind || kinds[other] === kinds[k]))
}

function rangeText(range: OutcomeRange | null): string | null {
  if (range === null) return null
  const [from, to] = [range.from, range.to].map((value) => String(Number(value.toPrecision(2))))
  const what = range.loss || quantityOf(range.tag) === 'loss' ? 'loss ' : ''
  return what + (from === to ? `at ${to}` : `${from} to ${to}`)
}

/** ", higher l2": features by how far a state lies from the mean of others in them. */
function differences(where: StateMeans | null, k: number, alike: readonly number[]): string[] {
  if (!where || alike.length === 0) return []
  return where.features
    .map((feature, d) => {
      const rest = alike.reduce((sum, other) => sum + where.means[other][d], 0) / alike.length
      return { feature, difference: where.means[k][d] - rest }
    })
    .filter(({ difference }) => difference !== 0)
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference))
    .map(({ feature, difference }) => {
      const read = readTag(feature)
      const name =
        read.kind === 'weights' ? [read.hook, read.metric].filter((part) => part !== null).join('/') : feature
      if (!where.rates) return `, ${difference > 0 ? 'higher' : 'lower'} ${name}`
      return `, ${name} ${pace(where.rates, where.features.indexOf(feature), k, alike)}`
    })
}

/** Below this share of the fastest rate a feature stands still. */
const STILL_RATE = 0.2

/** What a feature does in a state: it stands still, or moves one way, faster or slower than in others where it does the same. */
function pace(rates: readonly (readonly number[])[], d: number, k: number, alike: readonly number[]): string {
  const fastest = Math.max(...rates.map((own) => Math.abs(own[d])))
  const wayOf = (state: number): number =>
    Math.abs(rates[state][d]) < STILL_RATE * fastest ? 0 : Math.sign(rates[state][d])
  const way = wayOf(k)
  if (way === 0) return 'steady'
  const verb = way > 0 ? 'rising' : 'falling'
  const same = alike.filter((other) => wayOf(other) === way)
  if (same.length === 0) return verb
  return `${verb} ${same.every((other) => Math.abs(rates[k][d]) >= Math.abs(rates[other][d])) ? 'faster' : 'slower'}`
}
