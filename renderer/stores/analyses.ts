/** Analyses of the open project, the one that is shown, and a fit in progress. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Analysis, AnalysisOptions, FittedStates } from '../../src/analysis/types'
import type { AnalysisSummary } from '../../src/contract/domain'
import { onEvent, request } from '../bridge/host'
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
  const current = shallowRef<Analysis | null>(null)
  const fitting = ref<FitProgress | null>(null)
  const failure = ref<string | null>(null)
  /** Which side of the analysis the page shows. */
  const view = ref<AnalysisPage>('phases')

  /** The fit of the chosen K. */
  const fit = computed<FittedStates | null>(
    () => current.value?.fits.find((candidate) => candidate.states === current.value?.chosenStates) ?? null
  )
  const runIndex = computed(() => new Map(current.value?.inputs.runs.map((run, index) => [run.runId, index]) ?? []))

  onEvent('analysis.progress', (progress) => {
    if (fitting.value?.id === progress.id) fitting.value = progress
  })
  onEvent('analysis.finished', async ({ id, ok, message }) => {
    if (fitting.value?.id === id) fitting.value = null
    if (!ok) {
      failure.value = message
      return
    }
    await app.attempt(loadList)
    await open(id)
  })
  onEvent('analysis.changed', async ({ id }) => {
    await app.attempt(loadList)
    if (current.value?.id !== id) return
    // Another program may have removed it.
    if (!list.value.some((item) => item.id === id)) current.value = null
    else await app.attempt(async () => (current.value = await request('analysis.get', { id })))
  })

  async function loadList(): Promise<void> {
    list.value = await request('analysis.list', {})
  }

  async function open(id: string): Promise<void> {
    await app.attempt(async () => {
      current.value = await request('analysis.get', { id })
      selection.clear()
      const present = new Set((await request('runs.list', {})).map((run) => run.id))
      const analysed = current.value.inputs.runs.map((run) => run.runId)
      if (selection.runId && analysed.includes(selection.runId) && present.has(selection.runId)) return
      // A run whose folder is gone has states but no curves: begin with one that has both.
      selection.runId = analysed.find((id) => present.has(id)) ?? analysed[0] ?? null
    })
  }

  async function start(options: AnalysisOptions): Promise<void> {
    failure.value = null
    await app.attempt(async () => {
      const { id } = await request('analysis.start', { options })
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
      const latest = list.value.at(-1)
      if (latest) await open(latest.id)
      else current.value = null
    })
  }

  async function renameState(state: number, name: string): Promise<void> {
    const analysis = current.value
    if (!analysis) return
    await app.attempt(() =>
      request('analysis.renameState', { id: analysis.id, states: analysis.chosenStates, state, name })
    )
  }

  watch(
    () => app.project?.id,
    async (id) => {
      list.value = []
      current.value = null
      fitting.value = null
      failure.value = null
      if (!id) return
      await app.attempt(loadList)
      const latest = list.value.at(-1)
      if (latest) await open(latest.id)
    },
    { immediate: true }
  )

  return {
    ...{ list, current, fit, fitting, failure, view, runIndex },
    ...{ open, start, cancel, choose, useRestart, remove, renameState }
  }
})
