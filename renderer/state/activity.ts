/** What trains and waits in all projects, also in those that are not open. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { ProjectActivity } from '../../src/domain/project'
import { onEvent, request } from '../bridge/host'
import { useProject } from './project'

export const useActivity = defineStore('activity', () => {
  const app = useProject()
  const all = shallowRef<ProjectActivity[]>([])

  onEvent('training.activity', (activity) => (all.value = activity))
  const before = all.value
  void app.attempt(async () => {
    const activity = await request('training.activity', {})
    // What was pushed while the answer was under way is newer than the answer.
    if (all.value === before) all.value = activity
  })

  const byFolder = computed(() => new Map(all.value.map((one) => [one.folder, one])))
  /** Projects other than the open one in which something trains. */
  const elsewhere = computed(() =>
    all.value.filter(({ folder, running, waiting }) => folder !== app.project?.folder && running + waiting > 0)
  )

  return { all, byFolder, elsewhere }
})
