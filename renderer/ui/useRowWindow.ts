/** Which rows of a long table are in sight: thousands of rows are a few dozen elements, and as high as all of them. */
import { computed, onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

/** Rows beyond each edge, so that a wheel turn shows none that is not there yet. */
const beyond = 12
/** Fewer rows than this are all there: they can be searched for by the browser. */
const allUpTo = 120

/**
 * @param scroller what scrolls; its rows have one height
 * @param count of all rows
 * @param head pixels at the top that cover rows
 */
export function useRowWindow(scroller: Ref<HTMLElement | null>, count: () => number, rowPixels: number, head: number) {
  const top = ref(0)
  const height = ref(600)
  let observer: ResizeObserver | null = null

  function look(): void {
    const element = scroller.value
    if (!element) return
    top.value = element.scrollTop
    height.value = element.clientHeight
  }
  onMounted(() => {
    look()
    scroller.value?.addEventListener('scroll', look, { passive: true })
    observer = new ResizeObserver(look)
    if (scroller.value) observer.observe(scroller.value)
  })
  onBeforeUnmount(() => {
    scroller.value?.removeEventListener('scroll', look)
    observer?.disconnect()
  })

  const from = computed(() => {
    if (count() <= allUpTo) return 0
    const first = Math.floor(top.value / rowPixels) - beyond
    return Math.max(0, Math.min(first, count() - Math.ceil(height.value / rowPixels) - beyond))
  })
  const to = computed(() =>
    count() <= allUpTo ? count() : Math.min(count(), from.value + Math.ceil(height.value / rowPixels) + 2 * beyond)
  )

  function reveal(index: number): void {
    const element = scroller.value
    if (!element) return
    const [start, end] = [index * rowPixels, (index + 1) * rowPixels]
    const visible = element.clientHeight - head
    if (start < element.scrollTop) element.scrollTop = start
    else if (end > element.scrollTop + visible) element.scrollTop = end - visible
  }
  /** Rows that fit. */
  const page = computed(() => Math.max(1, Math.floor((height.value - head) / rowPixels)))
  return { from, to, reveal, page }
}
