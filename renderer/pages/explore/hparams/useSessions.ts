/** Runs with hyperparameters: ours from their manifests, those of other programs from what they recorded. */
import { computed } from 'vue'
import { request } from '../../../bridge/host'
import { columnOf, orderColumns, passes } from '../../../charts/hparams/columns'
import type { CellValue, SessionRow } from '../../../charts/hparams/columns'
import { useHparamsView } from '../state/tab-views'
import type { Aggregate } from '../state/tab-views'
import { useExplore } from '../../../state/explore'
import { useExploreTags } from '../state/tags'
import { compareNaturally } from '../../../state/run-groups'
import { useTold } from '../../../state/useTold'
import { tagsOf } from '../../../state/roles-of-analysis'
import { useTabAnswer } from '../cards/useTabAnswer'

export interface MetricChoice {
  tag: string
  of: Aggregate
}
/** Without a choice the series with these roles come first. */
const usualRoles = ['valAccuracy', 'valLoss', 'trainLoss'] as const
const mostAtFirst = 3

const paramKey = (name: string): string => `param ${name}`
export const metricKey = ({ tag, of }: MetricChoice): string => `${of} ${tag}`
const metricLabel = ({ tag, of }: MetricChoice): string => (of === 'last' ? tag : `${tag} (${of})`)

export function useSessions() {
  const explore = useExplore()
  const tags = useExploreTags()
  const tab = useHparamsView()

  const foreign = computed(() => explore.shown.filter((run) => !run.spec).map((run) => run.id))
  const { state: recorded, refresh: refreshRecorded } = useTabAnswer(
    () => (foreign.value.length > 0 ? { runIds: foreign.value } : null),
    (question) => request('recordings.hparams', question)
  )
  const paramsOf = computed(() => {
    const found = new Map<string, Record<string, CellValue>>()
    for (const { runId, params } of recorded.value.value?.rows ?? []) found.set(runId, params)
    for (const run of explore.shown) if (run.spec) found.set(run.id, { ...run.spec.params, seed: run.spec.seed })
    return found
  })
  const sessions = computed(() => explore.shown.filter((run) => paramsOf.value.has(run.id)))

  const scalarTags = computed(() => {
    const ids = new Set(sessions.value.map((run) => run.id))
    return tags.list
      .filter(({ kind, runIds }) => kind === 'scalars' && [...runIds].some((id) => ids.has(id)))
      .map(({ tag }) => tag)
      .sort(compareNaturally)
  })
  const told = useTold(
    () => scalarTags.value,
    () => sessions.value.map((run) => run.id)
  )
  const metrics = computed((): MetricChoice[] => {
    if (tab.view.metrics) return tab.view.metrics
    const here = new Set(scalarTags.value)
    const declared = (recorded.value.value?.metrics ?? []).filter((tag) => here.has(tag))
    // Until it is known which series these are, none is as good as another.
    if (declared.length === 0 && told.value === null) return []
    const usual = [...new Set(tagsOf(told.value ?? {}, usualRoles))].filter((tag) => here.has(tag))
    const first = declared.length > 0 ? declared : usual.length > 0 ? usual : scalarTags.value
    return first.slice(0, mostAtFirst).map((tag) => ({ tag, of: 'last' }))
  })
  const { state: statistics, refresh: refreshStatistics } = useTabAnswer(
    () => {
      const wanted = [...new Set(metrics.value.map(({ tag }) => tag))].sort()
      if (sessions.value.length === 0 || wanted.length === 0) return null
      return { runIds: sessions.value.map((run) => run.id), tags: wanted }
    },
    (question) => request('recordings.statistics', { ...question, x: 'step', attempts: 'latest' })
  )

  const rows = computed((): SessionRow[] => {
    const found = new Map<string, NonNullable<typeof statistics.value.value>>()
    for (const row of statistics.value.value ?? []) found.set(row.runId, [...(found.get(row.runId) ?? []), row])
    return sessions.value.map((run) => {
      const cells: Record<string, CellValue | undefined> = {}
      for (const [name, value] of Object.entries(paramsOf.value.get(run.id) ?? {})) cells[paramKey(name)] = value
      for (const metric of metrics.value) {
        const row = found.get(run.id)?.find(({ tag }) => tag === metric.tag)
        // The least and the largest of no finite value is NaN, and told as no value; a last one may be NaN itself.
        const value = row?.[metric.of]
        if (row && value !== undefined && (metric.of === 'last' || !Number.isNaN(value)))
          cells[metricKey(metric)] = value
      }
      return { runId: run.id, name: run.name, color: explore.colorOf(run), cells }
    })
  })

  const paramNames = computed(() =>
    [...new Set([...paramsOf.value.values()].flatMap((params) => Object.keys(params)))].sort(compareNaturally)
  )
  /** What all runs have the same tells nothing about them. */
  const differing = computed(() =>
    paramNames.value.filter((name) => new Set(rows.value.map(({ cells }) => String(cells[paramKey(name)]))).size > 1)
  )
  const shownParams = computed(() => {
    if (tab.view.params) return paramNames.value.filter((name) => tab.view.params!.includes(name))
    return differing.value.length > 0 ? differing.value : paramNames.value.slice(0, 8)
  })
  const columns = computed(() =>
    orderColumns(
      [
        ...shownParams.value.map((name) => columnOf(paramKey(name), name, 'param', rows.value)),
        ...metrics.value.map((metric) => columnOf(metricKey(metric), metricLabel(metric), 'metric', rows.value))
      ],
      tab.view.order
    )
  )
  /** Filters of columns that are not shown would hide rows for no reason to be seen. */
  const filters = computed(() => {
    const keys = new Set(columns.value.map(({ key }) => key))
    const of = <T>(all: Record<string, T>): Record<string, T> =>
      Object.fromEntries(Object.entries(all).filter(([key]) => keys.has(key)))
    return { ranges: of(tab.view.ranges), excluded: of(tab.view.excluded) }
  })
  const passing = computed(
    () => new Set(rows.value.filter((row) => passes(row, filters.value)).map(({ runId }) => runId))
  )
  const filtered = computed(() => Object.keys(filters.value.ranges).length + Object.keys(filters.value.excluded).length)

  function setFilter(key: string, filter: { range: [number, number] } | { excluded: string[] } | null): void {
    const { [key]: _range, ...ranges } = tab.view.ranges
    const { [key]: _excluded, ...excluded } = tab.view.excluded
    if (filter && 'range' in filter) ranges[key] = filter.range
    if (filter && 'excluded' in filter && filter.excluded.length > 0) excluded[key] = filter.excluded
    tab.view.ranges = ranges
    tab.view.excluded = excluded
  }
  function clearFilters(): void {
    tab.view.ranges = {}
    tab.view.excluded = {}
  }

  return {
    recorded,
    statistics,
    sessions,
    scalarTags,
    metrics,
    rows,
    paramNames,
    shownParams,
    columns,
    filters,
    filtered,
    passing,
    setFilter,
    clearFilters,
    retry: () => void Promise.all([refreshRecorded(), refreshStatistics()])
  }
}
