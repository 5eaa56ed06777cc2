/** Draws a canvas on the next frame when something that it shows has changed: once a frame, and not after its end. */
import { onBeforeUnmount, onMounted, watch } from 'vue'
import type { WatchSource } from 'vue'

export function useRedraw(draw: () => void, shown: WatchSource[]): void {
  let scheduled = 0
  function schedule(): void {
    cancelAnimationFrame(scheduled)
    scheduled = requestAnimationFrame(draw)
  }
  watch(shown, schedule)
  onMounted(schedule)
  onBeforeUnmount(() => cancelAnimationFrame(scheduled))
}
