/** Tags that runs have recorded, refreshed while they grow. */
import { computed, shallowRef, watch } from 'vue'
import type { ComputedRef } from 'vue'
import type { Roles } from '../../src/domain/roles'
import type { RequestResult } from '../../src/contract/requests'
import { request } from '../bridge/host'
import { inOrder } from '../ui/histogram-tags'
import { latest } from './latest'
import { useProject } from './project'
import { useRoles } from './roles'
import { useGrowth } from './useGrowth'

const none: RequestResult<'runs.tags'> = { scalars: [], histograms: [], problems: [], roles: {} }

export function useTags(runIds: () => string[]): {
  scalars: ComputedRef<string[]>
  /** Activations first, then gradients and predictions. */
  histograms: ComputedRef<string[]>
  /** Why runs could not be read, or not completely, as sentences. */
  problems: ComputedRef<string[]>
  /** What the scalars are for. */
  roles: ComputedRef<Roles>
} {
  const app = useProject()
  const said = useRoles()
  const tags = shallowRef<RequestResult<'runs.tags'>>(none)
  const asking = latest()

  async function load(): Promise<void> {
    const ids = runIds()
    const isWanted = asking.begin()
    if (ids.length === 0) {
      tags.value = none
      return
    }
    const found = await app.attempt(() => request('runs.tags', { runIds: ids }), isWanted)
    if (found && isWanted()) tags.value = found
  }

  // Tags hardly change after the first points; asking again each time would only cost.
  const isIncomplete = (): boolean => tags.value.scalars.length === 0 || tags.value.histograms.length === 0
  useGrowth((runId) => isIncomplete() && runIds().includes(runId), load, 0)
  watch(
    // What they are for changes when somebody says so, in this window or another one.
    () => `${said.version} ${runIds().join(' ')}`,
    () => void load(),
    { immediate: true }
  )

  return {
    scalars: computed(() => tags.value.scalars),
    histograms: computed(() => inOrder(tags.value.histograms)),
    problems: computed(() => tags.value.problems),
    roles: computed(() => tags.value.roles)
  }
}
