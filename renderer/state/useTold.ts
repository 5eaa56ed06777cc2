/** What series are for, by what people have said and by their names; asked again when somebody says something. */
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import type { Roles } from '../../src/domain/roles'
import { request } from '../bridge/host'
import { useRoles } from './roles'
import { useAsked } from '../ui/useAsked'

/** More names than this are asked about by nobody. docs/limits.md */
const most = 10_000

/** @returns null while nothing is known; no roles where the host cannot tell */
export function useTold(tags: () => readonly string[], runIds: () => readonly string[]): ComputedRef<Roles | null> {
  const roles = useRoles()
  const { state } = useAsked(
    () =>
      tags().length === 0
        ? null
        : { tags: tags().slice(0, most), runIds: runIds().slice(0, most), version: roles.version },
    ({ tags: named, runIds: ids }) => request('roles.told', { tags: named, runIds: ids }),
    // A log that grows, or a role that is set: what is known stays until the answer is there.
    () => true
  )
  return computed(() => state.value.value?.roles ?? (state.value.status === 'failed' ? {} : null))
}
