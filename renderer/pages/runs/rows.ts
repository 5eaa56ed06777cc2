/** Rows of the run table: filtered, grouped by anything, sorted, and what a group has in common. */
import { studentQuantileTwoSided } from '../../../src/numeric/distributions'
import { meanAndStd } from '../../../src/numeric/statistics'
import { originOf } from '../../../src/domain/run-facts'
import type { RunInfo } from '../../../src/domain/run'
import { compareNaturally } from '../../state/run-groups'
import { hyperparameters, isAscendingFirst, pathColumn, type Column, type Value } from './columns'

export type ValueOf = (run: RunInfo, text: string) => Value

export interface TableGroup {
  key: string
  name: string
  /** What its runs are runs of, where they were started together. */
  about: string
  runs: RunInfo[]
}

/** Runs that were started together. */
export const byExperiment = 'group'
export const ungrouped = ''

export interface Order {
  key: string
  ascending: boolean
}

/** What runs are often grouped by, besides anything that is typed. @param now what they are grouped by */
export function groupings(
  runs: readonly RunInfo[],
  hasStates: boolean,
  now: string
): { value: string; label: string }[] {
  const named = (name: string): { value: string; label: string } => ({ value: name, label: name })
  const fields = ['experiment', 'seed', 'status', 'tags', 'starred', 'backend', 'data', 'network', 'imported', 'parent']
  const all = [
    { value: byExperiment, label: 'started together' },
    ...[...hyperparameters(runs).differ, ...fields].map(named),
    ...(hasStates ? [{ value: pathColumn, label: 'path of states' }] : [])
  ]
  return now === ungrouped || all.some(({ value }) => value === now) ? all : [...all, named(now)]
}

/** In the order in which they were begun, seed by seed. */
export const asBegun: Order = { key: 'created', ascending: true }

/**
 * Groups in the order of their values, and experiments newest first. Runs without the value come last.
 * @param by an expression; `ungrouped` for one group of all
 */
export function groupsOf(runs: readonly RunInfo[], by: string, valueOf: ValueOf): TableGroup[] {
  if (by === ungrouped) return runs.length > 0 ? [{ key: '', name: '', about: '', runs: [...runs] }] : []
  const found = new Map<string, TableGroup & { value: Value }>()
  for (const run of runs) {
    const value = by === byExperiment ? run.group : valueOf(run, by)
    const text = nameOf(value)
    const key = `${by} ${value === null ? 'none' : typeof value} ${text}`
    const group = found.get(key)
    if (group) group.runs.push(run)
    else {
      const name = by === byExperiment ? run.groupName : value === null ? `no ${by}` : `${by} = ${text}`
      found.set(key, { key, name, about: by === byExperiment ? originOf(run) : '', runs: [run], value })
    }
  }
  const groups = [...found.values()]
  if (by === byExperiment) return groups.reverse()
  return groups.sort((a, b) => Number(a.value === null) - Number(b.value === null) || compare(a.value, b.value))
}

function nameOf(value: Value): string {
  if (Array.isArray(value)) return value.length > 0 ? value.join(' ') : 'none'
  return String(value)
}

function compare(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return compareNaturally(nameOf(a), nameOf(b))
}

/**
 * The same groups, sorted within, and among each other by their means, or by their first runs where a column is no number. What a run
 * does not have, or is no number, comes last whichever way is asked for. Groups stay as they came where nothing else is asked for.
 */
export function sorted(groups: readonly TableGroup[], order: Order, valueOf: ValueOf): TableGroup[] {
  const { key, ascending } = order
  const sign = ascending ? 1 : -1
  const byValue = (x: Value, y: Value): number => {
    const [a, b] = [sortable(x), sortable(y)]
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
    return compare(a, b) * sign
  }
  const within = groups.map((group) => {
    const keyed = group.runs.map((run) => ({ run, value: key === asBegun.key ? begun(run) : valueOf(run, key) }))
    return { ...group, runs: keyed.sort((a, b) => byValue(a.value, b.value)).map(({ run }) => run) }
  })
  if (key === asBegun.key && ascending) return within
  const ends = new Map(within.map((group) => [group, endOf(group, key, valueOf)]))
  return within.sort((a, b) => byValue(ends.get(a)!, ends.get(b)!))
}

function endOf({ runs }: TableGroup, key: string, valueOf: ValueOf): Value {
  if (key === asBegun.key) return begun(runs[0])
  return summaryOf(runs.map((run) => valueOf(run, key)))?.mean ?? valueOf(runs[0], key)
}

/** Runs without a seed stay as they come, in order of their names. */
function begun(run: RunInfo): string {
  return run.createdAt + String(run.spec?.seed ?? run.imported?.seed ?? 'none').padStart(10, '0')
}

/** A run that diverged stands behind every number. */
function sortable(value: Value): Value {
  return typeof value === 'number' && Number.isNaN(value)
    ? null
    : Array.isArray(value) && value.length === 0
      ? null
      : value
}

export interface Summary {
  /** Finite numbers among the values. */
  n: number
  mean: number
  /** Half of the 95% interval of the mean (Student); null for one value. */
  half: number | null
}

/** Of the finite numbers among the values; null where there is none. */
export function summaryOf(values: readonly Value[]): Summary | null {
  const numbers = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value))
  const n = numbers.length
  if (n === 0) return null
  if (n === 1) return { n, mean: numbers[0], half: null }
  const { mean, std } = meanAndStd(numbers)
  // As a sample: the helper divides by n.
  const half = studentQuantileTwoSided(0.95, n - 1) * (std / Math.sqrt(n - 1))
  return { n, mean, half }
}

/** What all values are, where they are one; undefined where they differ. */
export function sameValue(values: readonly Value[]): Value | undefined {
  const first = nameOf(values[0])
  return values.every((value) => nameOf(value) === first) ? values[0] : undefined
}

/** Best value of a column among the finite ones of a group; null for a lone run, a column without a better end, or a tie of all. */
export function bestOf(values: readonly Value[], column: Column): number | null {
  const numbers = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value))
  if (values.length < 2 || numbers.length === 0 || column.best === null) return null
  const best = numbers.reduce((a, b) => (isAscendingFirst(column) ? Math.min(a, b) : Math.max(a, b)))
  return numbers.length > 1 && numbers.every((value) => value === best) ? null : best
}

export type Row =
  { kind: 'group'; key: string; group: TableGroup } | { kind: 'run'; key: string; run: RunInfo; group: TableGroup }

/** One after the other, folded groups by their head alone. */
export function rowsOf(groups: readonly TableGroup[], by: string, folded: ReadonlySet<string>): Row[] {
  return groups.flatMap((group) => {
    const runs = group.runs.map((run): Row => ({ kind: 'run', key: run.id, run, group }))
    if (by === ungrouped) return runs
    const head: Row = { kind: 'group', key: `group ${group.key}`, group }
    return folded.has(group.key) ? [head] : [head, ...runs]
  })
}
