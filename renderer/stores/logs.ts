/** Log folders that the open project follows, and what is wrong with them. */
import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { LogFolderInfo } from '../../src/contract/domain'
import { onEvent, request } from '../bridge/host'
import { useProject } from './project'

export const useLogs = defineStore('logs', () => {
  const app = useProject()
  const folders = shallowRef<LogFolderInfo[]>([])

  onEvent('logs.changed', (changed) => (folders.value = changed))
  watch(
    () => app.project?.id,
    async (id) => {
      folders.value = []
      if (id) await app.attempt(async () => (folders.value = await request('logs.list', {})))
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
