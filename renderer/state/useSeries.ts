/** Curves of runs: loaded when what is asked for changes, and again while the runs grow. */
import type { ShallowRef } from 'vue'
import type { PackedHeatmap, PackedSeries } from '../../src/contract/runs'
import { request } from '../bridge/host'
import { useAsked } from '../ui/useAsked'
import type { Asked } from '../ui/useAsked'
import { useGrowth } from './useGrowth'

const mostPoints = 2000
const mostColumns = 512

export function useSeries(
  wanted: () => { runIds: string[]; tags: string[] } | null
): ShallowRef<Asked<PackedSeries[]>> {
  return useRunData(
    wanted,
    (ask) => ask.runIds,
    (ask) => request('runs.series', { ...ask, mostPoints })
  )
}

export function useHeatmap(
  wanted: () => { runId: string; tag: string } | null
): ShallowRef<Asked<PackedHeatmap | null>> {
  return useRunData(
    wanted,
    (ask) => [ask.runId],
    (ask) => request('runs.heatmap', { ...ask, mostColumns })
  )
}

/** While runs grow, one question is under way at a time, so a slow disk is asked less often instead of ever more. */
export function useRunData<Ask, T>(
  wanted: () => Ask | null,
  runsOf: (ask: Ask) => string[],
  load: (ask: Ask) => Promise<T>
): ShallowRef<Asked<T>> {
  const question = (): Ask | null => {
    const ask = wanted()
    return ask && runsOf(ask).length > 0 ? ask : null
  }
  const { state, refresh } = useAsked(question, load)
  useGrowth(
    (runId) => {
      const ask = question()
      return ask !== null && runsOf(ask).includes(runId)
    },
    refresh,
    0
  )
  return state
}
