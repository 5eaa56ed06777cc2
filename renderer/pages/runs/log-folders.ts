/** Log folders that the open project follows, and what is wrong with them. */
import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { LogFolderInfo } from '../../../src/domain/project'
import { onEvent, request } from '../../bridge/host'
import { latest } from '../../state/latest'
import { useProject } from '../../state/project'

export const useLogs = defineStore('logs', () => {
  const app = useProject()
  const folders = shallowRef<LogFolderInfo[]>([])

  const asking = latest()

  onEvent('logs.changed', (changed) => {
    // What is pushed while an answer is under way is newer than the answer.
    asking.drop()
    folders.value = changed
  })
  watch(
    () => app.project?.id,
    async (id) => {
      folders.value = []
      asking.drop()
      if (!id) return
      const answer = await app.attempt(() => asking.ask(() => request('logs.list', {})))
      if (answer) folders.value = answer.value
    },
    { immediate: true }
  )

  async function unfollow(id: string): Promise<void> {
    await app.attempt(() => request('logs.unfollow', { id }))
  }

  /** @param path typed by the user where the host has no dialog; null: the dialog asks */
  async function relocate(id: string, path: string | null): Promise<void> {
    await app.attempt(async () => {
      const picked =
        path === null ? await request('import.pick', { kind: 'folder' }) : await request('paths.typed', { path })
      if (picked) await request('logs.relocate', { id, grant: picked.grant })
    })
  }

  return { folders, unfollow, relocate }
})
