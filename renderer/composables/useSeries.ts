/** Curves of runs: loaded when what is asked for changes, and again while the runs grow. */
import { onBeforeUnmount, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { PackedHeatmap, PackedSeries } from '../../src/contract/requests'
import { onEvent, request } from '../bridge/host'

export type LoadState<T> =
  | { status: 'idle' }
  | { status: 'loading'; value: T | null }
  | { status: 'loaded'; value: T }
  | { status: 'failed'; message: string }

const maxPoints = 2000
const maxColumns = 512

export function useSeries(
  wanted: () => { runIds: string[]; tags: string[] } | null
): ShallowRef<LoadState<PackedSeries[]>> {
  return useRunData(
    wanted,
    (ask) => ask.runIds,
    (ask) => request('runs.series', { ...ask, maxPoints })
  )
}

export function useHeatmap(
  wanted: () => { runId: string; tag: string } | null
): ShallowRef<LoadState<PackedHeatmap | null>> {
  return useRunData(
    wanted,
    (ask) => [ask.runId],
    (ask) => request('runs.heatmap', { ...ask, maxColumns })
  )
}

/**
 * The newest question wins: answers to older ones are dropped. While runs grow, one question is under way at a time,
 * so a slow disk is asked less often instead of ever more.
 */
function useRunData<Ask, T>(
  wanted: () => Ask | null,
  runsOf: (ask: Ask) => string[],
  load: (ask: Ask) => Promise<T>
): ShallowRef<LoadState<T>> {
  const state = shallowRef<LoadState<T>>({ status: 'idle' })
  let version = 0
  let refreshing = false
  let again = false

  async function fetch(keep: T | null): Promise<void> {
    const ask = wanted()
    const mine = ++version
    if (!ask || runsOf(ask).length === 0) {
      state.value = { status: 'idle' }
      return
    }
    if (keep === null) state.value = { status: 'loading', value: null }
    try {
      const value = await load(ask)
      if (mine === version) state.value = { status: 'loaded', value }
    } catch (error) {
      if (mine === version) state.value = { status: 'failed', message: (error as Error).message }
    }
  }

  async function refresh(): Promise<void> {
    if (refreshing) {
      again = true
      return
    }
    refreshing = true
    await fetch(currentValue())
    refreshing = false
    if (again) {
      again = false
      void refresh()
    }
  }

  function currentValue(): T | null {
    return 'value' in state.value ? state.value.value : null
  }

  const stop = onEvent('runs.grew', ({ runId }) => {
    const ask = wanted()
    if (ask && runsOf(ask).includes(runId)) void refresh()
  })
  onBeforeUnmount(stop)
  watch(
    () => JSON.stringify(wanted()),
    () => void fetch(null),
    { immediate: true }
  )
  return state
}
