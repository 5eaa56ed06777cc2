/** Parts of the views that a project remembers, each with a shape of its own. */
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import type { Ref } from 'vue'
import type { z } from 'zod'
import { useExplore } from './explore'

/** A store with one part of what a project remembers of its views; its shape has what stands for damaged parts. */
export function keptView<T extends z.ZodType>(id: string, shape: T) {
  const read = (raw: unknown): z.output<T> => shape.parse(typeof raw === 'object' && raw !== null ? raw : {})
  return defineStore(`tab-${id}`, () => {
    const explore = useExplore()
    const view = ref(read(null)) as Ref<z.output<T>>
    watch(
      () => [explore.loaded, explore.renewed] as const,
      ([loaded]) => {
        if (loaded > 0) view.value = read(explore.boards[id])
      },
      { immediate: true, flush: 'sync' }
    )
    watch(
      view,
      (value) => {
        if (explore.loaded > 0) explore.keepTab(id, value)
      },
      { deep: true }
    )
    return { view }
  })
}
