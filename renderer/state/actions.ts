/** What can be done now, by name: the command palette lists it, and its keys do it. */
import { defineStore } from 'pinia'
import { computed, onBeforeUnmount, shallowRef } from 'vue'
import { actionKeys } from '../ui/shortcuts'

export interface Action {
  /** One of `actionKeys` has these keys. */
  id: string
  title: string
  /** What is searched as well, and shown quietly. */
  about?: string
  /** Of actions that choose one of several: whether it is the present choice. */
  on?: boolean
  run(): void
}

export const useActions = defineStore('actions', () => {
  const providers = shallowRef<(() => readonly Action[])[]>([])
  /** Those of what was shown last come first. An action that two provide is the newer one's. */
  const all = computed(() => {
    const found = new Map<string, Action>()
    for (const provide of [...providers.value].reverse())
      for (const action of provide()) if (!found.has(action.id)) found.set(action.id, action)
    return [...found.values()]
  })

  function provide(actions: () => readonly Action[]): () => void {
    providers.value = [...providers.value, actions]
    return () => (providers.value = providers.value.filter((other) => other !== actions))
  }

  return { all, provide }
})

/** Provides actions for as long as the component is there. */
export function provideActions(actions: () => readonly Action[]): void {
  onBeforeUnmount(useActions().provide(actions))
}

export function keysOf(id: string): string | null {
  return Object.hasOwn(actionKeys, id) ? actionKeys[id as keyof typeof actionKeys].keys : null
}
