/** One encoded image or sound as an address for the page, which is given back when another takes its place. */
import { onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { request } from '../../../bridge/host'
import { tabGate } from '../state/tab-gate'

export interface BlobQuestion {
  runId: string
  tag: string
  kind: 'images' | 'audio'
  index: number
  sample: number
  /** Of the point: a restart may put another one at its index. */
  step: number
}
export interface ShownBlob {
  /** Null: of no known type, so there is nothing to show. */
  url: string | null
  mime: string | null
  width: number
  height: number
  label: string
  bytes: number
  step: number
}

export function useBlob(question: () => BlobQuestion | null): {
  shown: ShallowRef<ShownBlob | null>
  loading: Ref<boolean>
  failure: Ref<string | null>
} {
  const shown = shallowRef<ShownBlob | null>(null)
  const loading = ref(false)
  const failure = ref<string | null>(null)
  let version = 0

  function show(next: ShownBlob | null): void {
    if (shown.value?.url) URL.revokeObjectURL(shown.value.url)
    shown.value = next
  }

  async function load(): Promise<void> {
    const mine = ++version
    const asked = question()
    failure.value = null
    loading.value = asked !== null
    if (!asked) return show(null)
    try {
      // Whoever drags the slider passes many steps; those that are over when their turn comes are not asked for.
      const { step, ...rest } = asked
      const found = await tabGate.pass(async () =>
        mine === version ? request('recordings.blob', { ...rest, attempts: 'latest' }) : null
      )
      if (mine !== version || !found) return
      const { data, ...about } = found
      const blob = new Blob([data as Uint8Array<ArrayBuffer>], { type: found.mime ?? '' })
      show({ ...about, url: found.mime ? URL.createObjectURL(blob) : null, bytes: data.length, step })
    } catch (error) {
      if (mine !== version) return
      show(null)
      failure.value = (error as Error).message
    }
    if (mine === version) loading.value = false
  }

  watch(() => JSON.stringify(question()), load, { immediate: true })
  onBeforeUnmount(() => {
    version += 1
    show(null)
  })
  return { shown, loading, failure }
}
