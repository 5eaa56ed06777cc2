/** Data sets of the open project. */
import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import type { DatasetInfo } from '../../../src/domain/data'
import { onEvent, request } from '../../bridge/host'
import { latest } from '../../state/latest'
import { useProject } from '../../state/project'

export const useDatasets = defineStore('datasets', () => {
  const app = useProject()
  const datasets = shallowRef<DatasetInfo[]>([])
  /** Why some of them cannot be used, one sentence each. */
  const problems = shallowRef<string[]>([])
  const loaded = ref(false)
  const asking = latest()

  watch(
    () => app.project?.id,
    () => load(),
    { immediate: true }
  )

  // Another program may have added some.
  onEvent('data.changed', () => void load())

  async function load(): Promise<void> {
    const isWanted = asking.begin()
    const answer = app.project ? await app.attempt(() => request('data.list', {}), isWanted) : undefined
    if (!isWanted()) return
    datasets.value = answer?.datasets ?? []
    problems.value = answer?.problems.map(({ message }) => message) ?? []
    loaded.value = answer !== undefined
  }

  async function remove(id: string): Promise<void> {
    await app.attempt(() => request('data.remove', { id }))
    await load()
  }

  return { datasets, problems, loaded, load, remove }
})
