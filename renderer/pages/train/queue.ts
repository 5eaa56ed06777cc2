/** Runs that wait for their turn, in the order in which the host will train them. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { RunInfo } from '../../../src/domain/run'
import type { RequestParams } from '../../../src/contract/requests'
import { onEvent, request } from '../../bridge/host'
import { latest } from '../../state/latest'
import { useProject } from '../../state/project'
import { useRuns } from '../../state/runs'

export type QueuePlace = RequestParams<'training.move'>['to']

export const useQueue = defineStore('queue', () => {
  const app = useProject()
  const runs = useRuns()
  const order = shallowRef<string[]>([])

  const asking = latest()

  onEvent('training.order', ({ runIds }) => {
    // What is pushed while an answer is under way is newer than the answer.
    asking.drop()
    order.value = runIds
  })
  watch(
    () => app.project?.id,
    async (id) => {
      order.value = []
      asking.drop()
      if (!id) return
      const answer = await app.attempt(() => asking.ask(() => request('training.order', {})))
      if (answer) order.value = answer.value.runIds
    },
    { immediate: true }
  )

  const waiting = computed(() =>
    order.value
      .map((id) => runs.byId.get(id))
      .filter((run): run is RunInfo => run !== undefined && (run.status === 'queued' || run.status === 'paused'))
  )
  const isWaiting = computed(() => new Set(order.value))

  async function move(runId: string, to: QueuePlace): Promise<void> {
    await app.attempt(() => request('training.move', { runIds: [runId], to }))
  }

  async function control(list: readonly RunInfo[], action: 'pause' | 'resume' | 'cancel'): Promise<void> {
    if (list.length === 0) return
    await app.attempt(() => request('training.control', { runIds: list.map((run) => run.id), action }))
  }

  return { order, waiting, isWaiting, move, control }
})
