/** Runs of the open project: manifests, live progress, and which runs the views are about. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { RunInfo } from '../../src/domain/run'
import type { EventPayload } from '../../src/contract/events'
import { onEvent, request } from '../bridge/host'
import { latest } from './latest'
import { useProject } from './project'

export type Progress = EventPayload<'training.progress'>

export const useRuns = defineStore('runs', () => {
  const app = useProject()
  const all = shallowRef<RunInfo[]>([])
  const progress = shallowRef<Record<string, Progress>>({})
  /** Checked in the run table. */
  const checked = ref<Set<string>>(new Set())
  const loading = ref(false)
  const asking = latest()

  const byId = computed(() => new Map(all.value.map((run) => [run.id, run])))
  const active = computed(() =>
    all.value.filter((run) => run.status === 'running' || run.status === 'paused' || run.status === 'queued')
  )
  const groups = computed(() => {
    const found = new Map<string, { id: string; name: string; runs: RunInfo[] }>()
    for (const run of all.value) {
      const group = found.get(run.group) ?? { id: run.group, name: run.groupName, runs: [] }
      group.runs.push(run)
      found.set(run.group, group)
    }
    return [...found.values()].reverse()
  })

  /** What is pushed while the list is under way may be newer than the list. */
  let meanwhile: EventPayload<'runs.changed'>[] = []

  onEvent('runs.changed', (change) => {
    if (loading.value) meanwhile.push(change)
    apply(change)
  })
  function apply({ runs, removed }: EventPayload<'runs.changed'>): void {
    const changed = new Map(runs.map((run) => [run.id, run]))
    const kept = all.value.filter((run) => !removed.includes(run.id)).map((run) => changed.get(run.id) ?? run)
    const known = new Set(kept.map((run) => run.id))
    all.value = [...kept, ...runs.filter((run) => !known.has(run.id))]
    for (const id of removed) checked.value.delete(id)
  }
  onEvent('training.progress', (update) => {
    progress.value = { ...progress.value, [update.runId]: update }
  })

  watch(
    () => app.project?.id,
    async (id) => {
      all.value = []
      progress.value = {}
      checked.value = new Set()
      asking.drop()
      loading.value = false
      meanwhile = []
      if (!id) return
      loading.value = true
      await app.attempt(async () => {
        const list = await asking.ask(() => request('runs.list', {}))
        if (!list) return
        all.value = list.value
        for (const change of meanwhile.splice(0)) apply(change)
      })
      if (app.project?.id === id) loading.value = false
    },
    { immediate: true }
  )

  /** Runs started together with the given one, or the newest group. */
  function groupOf(runId: string | null): RunInfo[] {
    const run = runId ? byId.value.get(runId) : undefined
    const group = run?.group ?? groups.value[0]?.id
    return all.value.filter((candidate) => candidate.group === group)
  }

  return { all, progress, checked, loading, byId, active, groups, groupOf }
})
