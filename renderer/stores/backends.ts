/** What this machine can compute with, for choosing a backend. Asked once, when somebody first wants to know. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { backendTitles, type BackendStatus } from '../../src/contract/backends'
import { request } from '../bridge/host'

export const useBackends = defineStore('backends', () => {
  const list = shallowRef<BackendStatus[]>([])

  async function look(): Promise<void> {
    // Without an answer the automatic choice is still there, and the settings page says what is wrong.
    list.value = await request('app.backends', { again: false }).catch(() => [])
  }
  void look()

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

  return { list, options }
})
