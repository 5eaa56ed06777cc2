/** What people have said about what the series of the open project are for: one truth for all pages, kept with the project. */
import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import type { Role, RoleChoices } from '../../src/domain/roles'
import { onEvent, request } from '../bridge/host'
import { latest } from './latest'
import { useProject } from './project'

export const useRoles = defineStore('roles', () => {
  const app = useProject()
  const chosen = shallowRef<RoleChoices>({})
  /** Why what was said before was not read, in a sentence. */
  const problem = ref<string | null>(null)
  /** Grows when something is said, here or in another window: what the host has told before is to be asked again. */
  const version = ref(0)
  const asking = latest()

  function take(now: RoleChoices, why: string | null): void {
    const isNew = JSON.stringify(sorted(now)) !== JSON.stringify(sorted(chosen.value))
    chosen.value = now
    problem.value = why
    if (isNew) version.value += 1
  }

  /** @param choice null: told by names again; a tag of null: no series has the role */
  async function say(role: Role, choice: { tag: string | null } | null): Promise<void> {
    const project = app.project?.id
    const kept = await app.attempt(() => request('roles.put', { role, choice }))
    if (!kept || app.project?.id !== project) return
    // What was asked before it was written is older.
    asking.drop()
    take(kept.chosen, null)
  }

  onEvent('roles.changed', async () => {
    if (!app.project) return
    const found = await asking.ask(() => request('roles.get', {})).catch(() => null)
    if (found) take(found.value.chosen, found.value.problem)
  })
  watch(
    () => app.project?.id,
    async (id) => {
      asking.drop()
      chosen.value = {}
      problem.value = null
      if (!id) return
      const found = await app.attempt(() => asking.ask(() => request('roles.get', {})))
      if (!found) return
      // The host knows them: nothing that it has told is of other ones.
      chosen.value = found.value.chosen
      problem.value = found.value.problem
    },
    { immediate: true }
  )

  return { chosen, problem, version, say }
})

function sorted(choices: RoleChoices): [string, string | null | undefined][] {
  return Object.entries(choices).sort(([a], [b]) => (a < b ? -1 : 1))
}
