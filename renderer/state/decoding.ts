/**
 * Runs read with the fit on screen: probabilities and log-likelihood of the chosen run, and the paths of runs that the
 * analysis has not seen, those still training among them.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { RunInfo } from '../../src/domain/run'
import type { RequestResult } from '../../src/contract/requests'
import { request } from '../bridge/host'
import { useAsked } from '../ui/useAsked'
import { useAnalyses } from './analyses'
import { useRuns } from './runs'
import { useSelection } from './selection'
import { useGrowth } from './useGrowth'

export type Decoded = RequestResult<'analysis.decode'>

/** Decoding hundreds of unseen runs that nobody looks at would only keep the disk busy. */
const mostUnseen = 40
/** A run in training grows every second; its state now is worth a question every two. */
const liveInterval = 2000

export const useDecoding = defineStore('decoding', () => {
  const analyses = useAnalyses()
  const runs = useRuns()
  const selection = useSelection()

  const question = (runId: string | null) => {
    const { current, fit } = analyses
    if (!current || !fit || !runId || !runs.byId.has(runId)) return null
    return { id: current.id, states: fit.states, restart: fit.restart, runId }
  }
  const ask = ({ id, states, runId }: { id: string; states: number; runId: string }): Promise<Decoded> =>
    request('analysis.decode', { id, states, runId })

  const chosen = useAsked(() => question(selection.runId), ask)

  /** Runs of the project that are not in the analysis and have recorded something, newest first. */
  const unseenRuns = computed<RunInfo[]>(() => {
    if (!analyses.current) return []
    return runs.all.filter((run) => !analyses.runIndex.has(run.id) && run.step > 0 && !run.archived).slice(-mostUnseen)
  })
  const unseen = shallowRef<Map<string, Decoded>>(new Map())
  let pass = 0

  /** One after the other: the queries of the views come in between. A run without the features is left out. */
  async function decodeUnseen(): Promise<void> {
    const mine = ++pass
    const found = new Map<string, Decoded>()
    unseen.value = found
    for (const run of unseenRuns.value) {
      const asked = question(run.id)
      if (!asked) continue
      const decoded = await ask(asked).catch(() => null)
      if (mine !== pass) return
      if (decoded) unseen.value = new Map(unseen.value).set(run.id, decoded)
    }
  }
  watch(
    () =>
      [analyses.current?.id, analyses.fit?.states, analyses.fit?.restart, unseenRuns.value.map((run) => run.id)].join(),
    () => void decodeUnseen(),
    { immediate: true }
  )

  useGrowth((runId) => analyses.current !== null && !analyses.runIndex.has(runId), follow, liveInterval)

  async function follow(grown: readonly string[]): Promise<void> {
    for (const runId of grown) {
      const asked = question(runId)
      const decoded = asked ? await ask(asked).catch(() => null) : null
      const still = question(runId)
      if (decoded && JSON.stringify(still) === JSON.stringify(asked))
        unseen.value = new Map(unseen.value).set(runId, decoded)
      if (runId === selection.runId) await chosen.refresh()
    }
  }

  return { chosen: chosen.state, unseenRuns, unseen }
})
