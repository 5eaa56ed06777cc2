/** What the run table shows, without the table: filtering, sorting, the best of a group, summaries. */
import { lastKeys, roleWords } from '../../../src/domain/roles'
import { seedOf } from '../../../src/domain/run'
import type { RoleChoices } from '../../../src/domain/roles'
import type { RunInfo } from '../../../src/domain/run'
import { largest, smallest } from '../../ui/extremes'

export interface RunGroup {
  id: string
  name: string
  runs: RunInfo[]
}

export const metricColumns = [
  { key: lastKeys.valAccuracy, role: 'valAccuracy', label: 'val acc', best: 'max' },
  { key: lastKeys.trainAccuracy, role: 'trainAccuracy', label: 'train acc', best: 'max' },
  { key: lastKeys.valLoss, role: 'valLoss', label: 'val loss', best: 'min' },
  { key: lastKeys.trainLoss, role: 'trainLoss', label: 'train loss', best: 'min' },
  { key: 'weights/l2', role: null, label: 'L2 last', best: null }
] as const

/** What a column shows, in words: a run may call it anything. */
export function columnTitle({ role, key }: (typeof metricColumns)[number], said: RoleChoices): string {
  if (role === null) return `Last value of ${key}`
  const tag = said[role]
  if (tag === null) return `Nothing is the ${roleWords[role]}: you have set it so.`
  return `Last value of the ${roleWords[role]}${tag === undefined ? ', told by the names of the series' : `: ${tag}, where a run has it`}`
}

/** Last recorded value of a metric; null when there is none. */
export function lastValue(run: RunInfo, tag: string): number | null {
  const value = run.last[tag]
  return value === undefined ? null : Number(value)
}

/** Hyperparameters that differ between the runs get a column of their own; at most `most` of them. */
export function varyingParams(runs: readonly RunInfo[], most: number): string[] {
  const seen = new Map<string, Set<string>>()
  for (const run of runs) {
    for (const [key, value] of Object.entries(run.spec?.params ?? {})) {
      const values = seen.get(key) ?? new Set()
      values.add(String(value))
      seen.set(key, values)
    }
  }
  return [...seen]
    .filter(([, values]) => values.size > 1)
    .map(([key]) => key)
    .slice(0, most)
}

/**
 * Groups with the runs that the filter lets through, sorted, and the groups by their first run; empty groups are left out. What a run
 * does not have, or is no number, comes last whichever way is asked for. Groups stay in the order in which they were begun where nothing
 * else is asked for.
 */
export function filterAndSort(
  groups: readonly RunGroup[],
  matches: (run: RunInfo) => boolean,
  sortKey: string,
  ascending: boolean
): RunGroup[] {
  const order = (a: RunInfo, b: RunInfo): number => {
    const [x, y] = [sortValue(a, sortKey), sortValue(b, sortKey)]
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1
    return (x < y ? -1 : x > y ? 1 : 0) * (ascending ? 1 : -1)
  }
  const kept = groups
    .map((group) => ({ ...group, runs: group.runs.filter(matches).sort(order) }))
    .filter((group) => group.runs.length > 0)
  return sortKey === 'created' && ascending ? kept : kept.sort((a, b) => order(a.runs[0], b.runs[0]))
}

/** Whether the first click on a column sorts upwards: the best stands first. */
export function isAscendingFirst(key: string): boolean {
  return metricColumns.find((column) => column.key === key)?.best !== 'max'
}

/** Best value of a column among the finite ones of a group; null for a lone run or a column without a better end. */
export function bestOf(group: RunGroup, column: (typeof metricColumns)[number]): number | null {
  const values = finite(group.runs, column.key)
  if (group.runs.length < 2 || values.length === 0 || column.best === null) return null
  return column.best === 'min' ? smallest(values) : largest(values)
}

export function summaryOf(group: RunGroup): string {
  const finished = group.runs.filter((run) => run.status === 'done')
  const values = finite(finished, lastKeys.valAccuracy)
  const parts = [`${finished.length} of ${group.runs.length} done`]
  if (values.length > 0) parts.push(`mean val acc ${(values.reduce((a, b) => a + b, 0) / values.length).toFixed(3)}`)
  return parts.join(', ')
}

function finite(runs: readonly RunInfo[], tag: string): number[] {
  return runs.map((run) => lastValue(run, tag)).filter((value) => value !== null && Number.isFinite(value)) as number[]
}

/** null where a run has nothing to sort by. */
function sortValue(run: RunInfo, key: string): number | string | null {
  switch (key) {
    case 'created':
      // Runs without a seed stay as they come, in order of their names.
      return run.createdAt + String(seedOf(run) ?? 'none').padStart(10, '0')
    case 'status':
      return run.status
    case 'name':
      return run.name
    case 'seed':
      return seedOf(run)
    case 'steps':
      return run.step
    case 'time':
      return run.elapsedSeconds
    default: {
      const value = lastValue(run, key) ?? run.spec?.params[key]
      // A run that diverged stands behind every number.
      return typeof value === 'number' && !Number.isNaN(value) ? value : typeof value === 'string' ? value : null
    }
  }
}
