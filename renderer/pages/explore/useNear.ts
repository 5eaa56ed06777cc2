/** Which cards are in or near the scrolled view: only those load and draw. One observer for all of them. */
import { inject, onBeforeUnmount, onMounted, provide, ref } from 'vue'
import type { InjectionKey, Ref } from 'vue'

interface Watcher {
  watch(element: Element, changed: (near: boolean) => void): () => void
}
const key: InjectionKey<Watcher> = Symbol('near')

/** A card is loaded this far before it is scrolled into view. */
const ahead = '320px'

/** For the component with the scrolled element. */
export function provideNear(root: Ref<HTMLElement | null>): void {
  const listeners = new Map<Element, (near: boolean) => void>()
  let observer: IntersectionObserver | null = null
  // Cards are mounted before the element around them is known.
  onMounted(() => {
    observer = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) listeners.get(entry.target)?.(entry.isIntersecting)
      },
      { root: root.value, rootMargin: `${ahead} 0px` }
    )
    for (const element of listeners.keys()) observer.observe(element)
  })
  onBeforeUnmount(() => observer?.disconnect())
  provide(key, {
    watch(element, changed) {
      listeners.set(element, changed)
      observer?.observe(element)
      return () => {
        listeners.delete(element)
        observer?.unobserve(element)
      }
    }
  })
}

export function useNear(element: Ref<HTMLElement | null>): Ref<boolean> {
  const near = ref(false)
  const watcher = inject(key)
  let stop: (() => void) | undefined
  onMounted(() => {
    if (element.value) stop = watcher?.watch(element.value, (now) => (near.value = now))
  })
  onBeforeUnmount(() => stop?.())
  return near
}
