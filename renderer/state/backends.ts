/** What this machine can compute with: for choosing a backend, and for the settings that say why one is missing. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { backendTitles, type BackendStatus } from '../../src/domain/backends'
import { request } from '../bridge/host'
import { latest } from './latest'

export const useBackends = defineStore('backends', () => {
  const list = shallowRef<BackendStatus[]>([])
  const looking = ref(false)
  const failure = ref<string | null>(null)
  const asking = latest()

  /** @param again look at the machine anew, also for what was found before */
  async function look(again: boolean): Promise<void> {
    looking.value = true
    try {
      const found = await asking.ask(() => request('app.backends', { again }))
      if (!found) return
      list.value = found.value
      failure.value = null
    } catch (error) {
      // What was known before is still the best that is known; the automatic choice is there without an answer, too.
      failure.value = (error as Error).message
    }
    looking.value = false
  }

  /** Asks where nothing is known yet: called by whatever shows backends, so that a question that failed is not the last. */
  function need(): void {
    if (list.value.length === 0 && !looking.value) void look(false)
  }

  const options = computed(() => [
    { value: 'auto', label: 'the fastest here' },
    ...(list.value.length > 0
      ? list.value.map(({ name, title, available }) => ({
          value: name,
          label: available ? title : `${title}, not available`,
          disabled: !available
        }))
      : [{ value: 'wasm', label: backendTitles.wasm, disabled: false }])
  ])

  return { list, looking, failure, options, look, need }
})
