/** Analyses of the open project, the one that is shown, and a fit in progress. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Analysis, AnalysisSummary, FittedStates } from '../../src/domain/analysis'
import type { AnalysisOptions } from '../../src/domain/analysis-options'
import type { TimeAxis } from '../../src/domain/time'
import { onEvent, request } from '../bridge/host'
import { latest } from './latest'
import { useProject } from './project'
import { useSelection } from './selection'

export interface FitProgress {
  id: string
  done: number
  total: number
  text: string
}

/** phases: the linked views; models: selection and restarts; across: what the runs say together. */
export type AnalysisPage = 'phases' | 'models' | 'across'

export const useAnalyses = defineStore('analyses', () => {
  const app = useProject()
  const selection = useSelection()
  const list = shallowRef<AnalysisSummary[]>([])
  const current = shallowRef<(Analysis & { axis: TimeAxis }) | null>(null)
  /** What time is counted in, where the user has said it; null: what tells the points of the shown analysis apart. */
  const wantedAxis = ref<TimeAxis | null>(null)
  const fitting = ref<FitProgress | null>(null)
  /** Somebody wants to fit: the page of analyses asks what. */
  const asking = ref(false)
  /** Why the last fit that was begun here came to nothing. */
  const failure = ref<string | null>(null)
  const listing = latest()
  const opening = latest()
  const refreshing = latest()
  /** Which side of the analysis the page shows. */
  const view = ref<AnalysisPage>('phases')

  /** The fit of the chosen K. */
  const fit = computed<FittedStates | null>(
    () => current.value?.fits.find((candidate) => candidate.states === current.value?.chosenStates) ?? null
  )
  /** Its states are rates of change, not levels. */
  const inRates = computed(() => current.value?.inputs.window !== undefined)
  const runIndex = computed(() => new Map(current.value?.inputs.runs.map((run, index) => [run.runId, index]) ?? []))

  /** What time is counted in, in all views of the analysis. */
  const axis = computed<TimeAxis>(() => wantedAxis.value ?? current.value?.axis ?? 'epoch')
  /** Whether it makes a difference. */
  const hasBothAxes = computed(
    () => current.value?.inputs.runs.some(({ steps, epochs }) => steps.some((step, t) => step !== epochs[t])) ?? false
  )
  /** Where points stand in time. */
  function timesOf<T>(points: { steps: T; epochs: T }): T {
    return axis.value === 'step' ? points.steps : points.epochs
  }
  function setAxis(wanted: TimeAxis): void {
    wantedAxis.value = wanted === current.value?.axis ? null : wanted
    // The cursor stood somewhere on the other axis.
    selection.hoveredEpoch = null
    keepAxis(app.project?.id, wantedAxis.value)
  }

  onEvent('analysis.progress', (progress) => {
    if (fitting.value?.id === progress.id) fitting.value = progress
  })
  onEvent('analysis.finished', async ({ id, ok, message }) => {
    const mine = fitting.value?.id === id
    if (mine) fitting.value = null
    if (!ok) {
      if (mine) failure.value = message
      return
    }
    await app.attempt(loadList)
    // A fit may end when its project has been closed and another one is open.
    if (list.value.some((item) => item.id === id)) await open(id)
  })
  onEvent('analysis.changed', async ({ id }) => {
    await app.attempt(loadList)
    if (current.value?.id !== id) return
    // Another program may have removed it.
    if (!list.value.some((item) => item.id === id)) current.value = null
    else
      await app.attempt(async () => {
        const changed = await refreshing.ask(() => request('analysis.get', { id }))
        if (changed && current.value?.id === id) current.value = changed.value
      })
  })

  async function loadList(): Promise<void> {
    const found = await listing.ask(() => request('analysis.list', {}))
    if (found) list.value = found.value
  }

  async function open(id: string): Promise<void> {
    await app.attempt(async () => {
      const found = await opening.ask(async () => ({
        analysis: await request('analysis.get', { id }),
        runs: await request('runs.list', {})
      }))
      if (!found) return
      const { analysis, runs } = found.value
      current.value = analysis
      selection.clear()
      const present = new Set(runs.map((run) => run.id))
      const analysed = analysis.inputs.runs.map((run) => run.runId)
      if (selection.runId && analysed.includes(selection.runId) && present.has(selection.runId)) return
      // A run whose folder is gone has states but no curves: begin with one that has both.
      selection.runId = analysed.find((id) => present.has(id)) ?? analysed[0] ?? null
    })
  }

  async function start(options: AnalysisOptions): Promise<void> {
    failure.value = null
    await app.attempt(async () => {
      const project = app.project?.id
      const { id } = await request('analysis.start', { options })
      if (app.project?.id !== project) return
      fitting.value = { id, done: 0, total: 1, text: 'Reading runs' }
    })
  }

  async function cancel(): Promise<void> {
    const id = fitting.value?.id
    if (id) await app.attempt(() => request('analysis.cancel', { id }))
  }

  async function choose(states: number): Promise<void> {
    const id = current.value?.id
    if (!id || current.value?.chosenStates === states) return
    selection.clear()
    await app.attempt(() => request('analysis.choose', { id, states }))
  }

  async function useRestart(states: number, restart: number): Promise<void> {
    const id = current.value?.id
    if (id) await app.attempt(() => request('analysis.useRestart', { id, states, restart }))
  }

  async function remove(id: string): Promise<void> {
    await app.attempt(async () => {
      await request('analysis.remove', { id })
      await loadList()
      if (current.value?.id !== id) return
      const newest = list.value.at(-1)
      if (newest) await open(newest.id)
      else current.value = null
    })
  }

  /** Of the analysis that the name was typed in, which need not be the one that is shown by then. */
  async function renameState(renamed: { id: string; states: number; state: number; name: string }): Promise<void> {
    await app.attempt(() => request('analysis.renameState', renamed))
  }

  watch(
    () => app.project?.id,
    async (id) => {
      list.value = []
      current.value = null
      fitting.value = null
      asking.value = false
      failure.value = null
      view.value = 'phases'
      wantedAxis.value = keptAxis(id)
      listing.drop()
      opening.drop()
      refreshing.drop()
      if (!id) return
      await app.attempt(loadList)
      if (app.project?.id !== id) return
      const newest = list.value.at(-1)
      if (newest) await open(newest.id)
    },
    { immediate: true }
  )

  return {
    list,
    current,
    fit,
    fitting,
    asking,
    failure,
    view,
    inRates,
    runIndex,
    axis,
    hasBothAxes,
    timesOf,
    setAxis,
    open,
    start,
    cancel,
    choose,
    useRestart,
    remove,
    renameState
  }
})

const axisKey = (projectId: string | undefined): string => `phasescope-axis-${projectId ?? ''}`

function keptAxis(projectId: string | undefined): TimeAxis | null {
  const kept = localStorage.getItem(axisKey(projectId))
  return kept === 'epoch' || kept === 'step' ? kept : null
}

function keepAxis(projectId: string | undefined, axis: TimeAxis | null): void {
  if (axis === null) localStorage.removeItem(axisKey(projectId))
  else localStorage.setItem(axisKey(projectId), axis)
}
