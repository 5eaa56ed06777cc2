/** What a fit of given runs would use, and why not the rest: the host tells, as it does the command line. */
import { computed, ref, watch } from 'vue'
import type { ComputedRef } from 'vue'
import type { Role, RoleChoices } from '../../../src/analysis/types'
import type { RequestResult } from '../../../src/contract/requests'
import { request } from '../../bridge/host'
import { useAsked } from '../../composables/useAsked'
import { useProject } from '../../stores/project'

export type Defaults = RequestResult<'analysis.features'>

export function useFeatures(
  runIds: () => string[],
  tags: () => readonly string[]
): {
  /** null until the host has told. */
  defaults: ComputedRef<Defaults | null>
  /** Why nothing is chosen, in a sentence. */
  problem: ComputedRef<string | null>
  /** What people have said about roles. */
  said: ComputedRef<RoleChoices>
  /** @param choice null: told by names again */
  say(role: Role, choice: { tag: string | null } | null): Promise<void>
} {
  const app = useProject()
  const chosen = ref<RoleChoices>({})
  /** Why the project's roles were not read. */
  const unread = ref<string | null>(null)
  const { state, refresh } = useAsked(
    // A log that grows brings other series: they are asked about anew, and what is shown stays meanwhile.
    () => (tags().length > 0 ? { runIds: runIds(), tags: tags().length, last: tags().at(-1) } : null),
    ({ runIds: ids }) => request('analysis.features', { runIds: ids }),
    (before, now) => before.runIds.join() === now.runIds.join()
  )

  watch(
    () => app.project?.id,
    async (id) => {
      const found = await app.attempt(
        () => request('roles.get', {}),
        () => app.project?.id === id
      )
      if (!found || app.project?.id !== id) return
      chosen.value = found.chosen
      unread.value = found.problem
    },
    { immediate: true }
  )

  async function say(role: Role, choice: { tag: string | null } | null): Promise<void> {
    const kept = await app.attempt(() => request('roles.put', { role, choice }))
    if (!kept) return
    chosen.value = kept.chosen
    unread.value = null
    await refresh()
  }

  return {
    defaults: computed(() => (state.value.status === 'loaded' ? state.value.value : null)),
    problem: computed(() => (state.value.status === 'failed' ? state.value.message : unread.value)),
    said: computed(() => chosen.value),
    say
  }
}
