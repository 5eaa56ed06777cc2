import { onBeforeUnmount, onMounted, ref } from 'vue'
import type { Ref } from 'vue'

/** Width and height of an element in CSS pixels, kept up to date. */
export function useElementSize(element: Ref<HTMLElement | null>): { width: Ref<number>; height: Ref<number> } {
  const width = ref(0)
  const height = ref(0)
  let observer: ResizeObserver | null = null
  onMounted(() => {
    if (!element.value) return
    observer = new ResizeObserver(([entry]) => {
      width.value = Math.round(entry.contentRect.width)
      height.value = Math.round(entry.contentRect.height)
    })
    observer.observe(element.value)
    width.value = element.value.clientWidth
    height.value = element.value.clientHeight
  })
  onBeforeUnmount(() => observer?.disconnect())
  return { width, height }
}
