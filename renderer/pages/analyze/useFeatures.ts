/** What a fit of given runs would use, and why not the rest: the host tells, as it does the command line. */
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import type { Role, RoleChoices } from '../../../src/domain/roles'
import type { RequestResult } from '../../../src/contract/requests'
import { request } from '../../bridge/host'
import { useAsked } from '../../ui/useAsked'
import { useRoles } from '../../state/roles'

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
  const roles = useRoles()
  const { state } = useAsked(
    // A log that grows brings other series, and a role that is set, here or elsewhere, makes others of them: they are asked
    // about anew, and what is shown stays meanwhile.
    () =>
      tags().length > 0 ? { runIds: runIds(), tags: tags().length, last: tags().at(-1), version: roles.version } : null,
    ({ runIds: ids }) => request('analysis.features', { runIds: ids }),
    (before, now) => before.runIds.join() === now.runIds.join()
  )

  return {
    defaults: computed(() => (state.value.status === 'loaded' ? state.value.value : null)),
    problem: computed(() => (state.value.status === 'failed' ? state.value.message : roles.problem)),
    said: computed(() => roles.chosen),
    say: (role, choice) => roles.say(role, choice)
  }
}
