/** Curves of runs: loaded when what is asked for changes, and again while the runs grow. */
import { onBeforeUnmount } from 'vue'
import type { ShallowRef } from 'vue'
import type { PackedHeatmap, PackedSeries } from '../../src/contract/requests'
import { onEvent, request } from '../bridge/host'
import { useAsked } from './useAsked'
import type { Asked } from './useAsked'

const maxPoints = 2000
const maxColumns = 512

export function useSeries(
  wanted: () => { runIds: string[]; tags: string[] } | null
): ShallowRef<Asked<PackedSeries[]>> {
  return useRunData(
    wanted,
    (ask) => ask.runIds,
    (ask) => request('runs.series', { ...ask, maxPoints })
  )
}

export function useHeatmap(
  wanted: () => { runId: string; tag: string } | null
): ShallowRef<Asked<PackedHeatmap | null>> {
  return useRunData(
    wanted,
    (ask) => [ask.runId],
    (ask) => request('runs.heatmap', { ...ask, maxColumns })
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
  let refreshing = false
  let again = false

  async function follow(): Promise<void> {
    if (refreshing) {
      again = true
      return
    }
    refreshing = true
    await refresh()
    refreshing = false
    if (again) {
      again = false
      void follow()
    }
  }

  const stop = onEvent('runs.grew', ({ runId }) => {
    const ask = question()
    if (ask && runsOf(ask).includes(runId)) void follow()
  })
  onBeforeUnmount(stop)
  return state
}
