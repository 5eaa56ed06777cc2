/** Runs on the tabs of Explore: which are shown, in which colour, found by which name. All of it is kept with the project. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { RunInfo } from '../../src/domain/run'
import { mostViews } from '../../src/domain/views'
import { isPlain } from '../../src/text/plain-words'
import { onEvent, request } from '../bridge/host'
import { chartTheme, runColors } from '../ui/theme'
import { defaultView, readView, sortedText } from './explore-view'
import type { RunsView } from './explore-view'
import { useProject } from './project'
import { assignColors, colorKey } from './run-colors'
import { useRunFilter } from './run-filter'
import type { FilterProblem } from './run-filter'
import { capture, compareNaturally, matches, patternOf } from './run-groups'
import type { ParamValue } from './run-groups'
import { useRuns } from './runs'

/** Up to here every run is shown from the beginning; of more, the newest. Hundreds of curves help nobody unasked. */
const shownAtFirst = 200
const saveAfterMs = 250

export const useExplore = defineStore('explore', () => {
  const app = useProject()
  const runs = useRuns()
  const tab = ref(defaultView().tab)
  const view = ref<RunsView>(defaultView().runs)
  /** What each tab of Explore remembers, as it was read; tabs check their own. */
  const boards = shallowRef<Record<string, unknown>>({})
  /** Grows when another project's view has been read; 0: not yet. */
  const loaded = ref(0)
  /** Grows when another window or page has changed what this one remembers. */
  const renewed = ref(0)
  /** Pointed at in a list: drawn in ink. */
  const pointed = ref<string | null>(null)
  /** Hyperparameters that writers of imported runs recorded; ours stand in the manifests. */
  const recordedParams = shallowRef<Record<string, Record<string, ParamValue>>>({})
  let writable = true
  let timer = 0
  let loads = 0
  let saving = 0
  /** What the project has, as text: what was only read need not be written. */
  let saved: string | null = null

  const search = computed(() => patternOf(view.value.search))
  const grouping = computed(() => patternOf(view.value.regex))
  const expression = useRunFilter(computed(() => view.value.search))
  /** What is searched for is an expression where it can be read as one, else a regular expression over names. */
  const byExpression = computed(() => !isPlain(view.value.search) && expression.problem.value === null)
  const found = computed(() =>
    runs.all.filter(byExpression.value ? expression.matches.value : (run) => matches(run, search.value.regex))
  )
  /** What is wrong with the search; of a text that is neither, with the one that it looks like. */
  const searchProblem = computed((): { expression: FilterProblem | null; text: string | null } => {
    if (expression.failure.value !== null) return { expression: null, text: expression.failure.value }
    if (byExpression.value) return { expression: null, text: null }
    const comparing = /[=<>"']|(^|\s)(and|or|not|in)(\s|$)/i.test(view.value.search)
    if (comparing && (search.value.problem !== null || found.value.length === 0))
      return { expression: expression.problem.value, text: null }
    return { expression: null, text: search.value.problem }
  })

  const newest = computed(() => {
    if (runs.all.length <= shownAtFirst) return null
    const sorted = [...runs.all].sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0))
    return new Set(sorted.slice(0, shownAtFirst).map((run) => run.id))
  })
  function isShown(id: string): boolean {
    return view.value.shown[id] ?? (!runs.byId.get(id)?.archived && (newest.value?.has(id) ?? true))
  }
  /** What the tabs of Explore draw: shown, and not excluded by the search. */
  const shown = computed(() => found.value.filter((run) => isShown(run.id)))
  const shownIds = computed(() => shown.value.map((run) => run.id))

  function show(ids: readonly string[], visible: boolean): void {
    view.value.shown = { ...view.value.shown, ...Object.fromEntries(ids.map((id) => [id, visible])) }
  }
  function showOnly(id: string): void {
    view.value.shown = Object.fromEntries(runs.all.map((run) => [run.id, run.id === id]))
  }

  /** Null: the run belongs to no group. */
  function keyOf(run: RunInfo): string | null {
    if (view.value.colorBy === 'experiment') return colorKey.group('experiment', run.groupName || run.group)
    const by = view.value.colorBy
    if (by === 'run') return colorKey.run(run.id)
    if (by === 'states') return null
    const value = by === 'regex' ? capture(run, grouping.value.regex) : paramsOf(run)[by.slice('param:'.length)]
    return value === null || value === undefined ? null : colorKey.group(by, String(value))
  }
  function colorOfKey(key: string | null): string {
    const color = key === null ? undefined : view.value.colors[key]
    return color === undefined ? chartTheme.value.text3 : chartTheme.value.runs[(color - 1) % runColors]
  }
  /** The run's colour, on every tab of Explore. */
  function colorOf(run: RunInfo | string): string {
    const info = typeof run === 'string' ? runs.byId.get(run) : run
    return colorOfKey(info ? keyOf(info) : null)
  }
  /** Gives colours to groups that are about to be drawn. */
  function needColors(keys: readonly string[]): void {
    const added = assignColors(keys, view.value.colors, runColors)
    if (Object.keys(added).length > 0) view.value.colors = { ...view.value.colors, ...added }
  }
  function pickColor(key: string, color: number): void {
    view.value.colors = { ...view.value.colors, [key]: color }
  }
  watch(
    () => [loaded.value, view.value.colorBy, grouping.value, runs.all, recordedParams.value] as const,
    () => {
      if (loaded.value === 0) return
      const keys = runs.all.map(keyOf).filter((key) => key !== null)
      const by = view.value.colorBy
      if (!by.startsWith('param:')) return needColors(keys)
      // Values of a hyperparameter get the palette in their own order, whatever order the runs are in.
      const valueOf = (key: string): string => key.slice(colorKey.group(by, '').length)
      needColors([...new Set(keys)].sort((a, b) => compareNaturally(valueOf(a), valueOf(b))))
    },
    { immediate: true, flush: 'sync' }
  )

  function paramsOf(run: RunInfo): Record<string, ParamValue> {
    return { ...recordedParams.value[run.id], ...run.spec?.params }
  }

  function keepTab(id: string, value: unknown): void {
    boards.value = { ...boards.value, [id]: value }
  }

  watch([tab, view, boards], saveSoon, { deep: true })
  function saveSoon(): void {
    if (loaded.value === 0 || !writable) return
    clearTimeout(timer)
    timer = window.setTimeout(() => void save(), saveAfterMs)
  }
  async function save(): Promise<void> {
    clearTimeout(timer)
    timer = 0
    const value = textNow()
    if (value === saved) return
    const base = saved
    saved = value
    const load = loads
    saving += 1
    const answer = await app.attempt(() => request('views.put', { value, base }))
    saving -= 1
    // Of a project that has been left meanwhile, also while the next one is on its way.
    if (load !== loads || loaded.value === 0) return
    if (answer === undefined) {
      if (saved === value) saved = base
    } else if (saving === 0) take(answer.value)
    // Else something newer is being written: what comes back with that has both, and this is older than what is shown.
  }

  /** What another window or page has changed; where somebody looks, and what is being changed here, stay. */
  function take(text: string | null): void {
    if (timer) return
    const read = readView(text)
    writable = read.writable
    if (!writable) return
    const here: unknown = JSON.parse(textNow())
    const there = { ...read.view, tab: tab.value }
    if (sortedText(there) === sortedText(here)) return
    view.value = read.view.runs
    boards.value = read.view.boards
    saved = textNow()
    renewed.value += 1
  }

  onEvent('views.changed', async () => {
    const id = app.project?.id
    if (loaded.value === 0 || id === undefined) return
    // Ours first: what comes back then has both.
    if (timer) await save()
    // The host tells again when what is on its way has been written.
    if (saving > 0) return
    const load = loads
    const answer = await request('views.get', {}).catch(() => null)
    if (answer?.problem === null && app.project?.id === id && load === loads && saving === 0) take(answer.value)
  })
  function textNow(): string {
    // Runs that are gone take their colours with them, else the list would grow for ever.
    // While the list of runs is on its way, none of them is gone.
    const known = (id: string): boolean => runs.loading || runs.all.length === 0 || runs.byId.has(id)
    const here = (key: string): boolean => !key.startsWith('run ') || known(key.slice('run '.length))
    const colors = Object.fromEntries(Object.entries(view.value.colors).filter(([key]) => here(key)))
    const kept = Object.fromEntries(Object.entries(view.value.shown).filter(([id]) => known(id)))
    const runsView = { ...view.value, colors, shown: kept }
    const textOf = (runs: RunsView): string =>
      JSON.stringify({ ...defaultView(), tab: tab.value, runs, boards: boards.value })
    const whole = textOf(runsView)
    // Of tens of thousands of runs, what was ticked is too much to keep; all else stays.
    return whole.length <= mostViews ? whole : textOf({ ...runsView, colors: {}, shown: {} })
  }
  // A page that is closed, or reloaded, has no quarter of a second left.
  window.addEventListener('pagehide', () => {
    if (timer) void save()
  })
  // Neither has a project that is closed: what comes after that would land in the project that is opened next.
  app.onLeaving(async () => {
    if (timer) await save()
  })

  watch(
    () => app.project?.id,
    async (id) => {
      // Never written later: it would land in the project that is opened next.
      clearTimeout(timer)
      timer = 0
      loaded.value = 0
      recordedParams.value = {}
      pointed.value = null
      if (!id) return
      const isWanted = (): boolean => app.project?.id === id
      const answer = await app.attempt(() => request('views.get', {}), isWanted)
      if (!isWanted()) return
      const read = readView(answer?.value ?? null)
      if (answer?.problem) app.notice = { level: 'info', text: answer.problem }
      // What could not be asked for must not be written over with defaults.
      writable = read.writable && answer !== undefined
      tab.value = read.view.tab
      view.value = read.view.runs
      boards.value = read.view.boards
      saved = textNow()
      loads += 1
      loaded.value = loads
      // Starts the thread that reads runs, so that the first tab of Explore need not wait for it.
      void request('recordings.tags', { runIds: [] }).catch(() => undefined)
    },
    { immediate: true }
  )

  return {
    tab,
    view,
    boards,
    loaded,
    renewed,
    pointed,
    recordedParams,
    searchProblem,
    grouping,
    found,
    shown,
    shownIds,
    isShown,
    show,
    showOnly,
    keyOf,
    colorOf,
    colorOfKey,
    needColors,
    pickColor,
    paramsOf,
    keepTab
  }
})
