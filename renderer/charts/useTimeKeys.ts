/**
 * A chart over time by keyboard: it takes the focus once, arrow keys move the shared cursor, and what the cursor stands on
 * is spoken. Its host takes `host` as attributes; the words go into a `SpokenWords` inside of it.
 */
import { computed, ref } from 'vue'
import type { ComputedRef } from 'vue'
import { movedTime, timeMoveOf } from './time-keys'
import { nearestIndex } from './time-axis'

interface TimeKeys {
  host: Record<string, unknown>
  /** Nothing while the pointer leads: who sees the cursor does not want it read. */
  spoken: ComputedRef<string>
  /** Where the pointer is in time, null: it has left. Heard only while it leads. */
  pointAt(time: number | null): void
}

/**
 * Who has moved the cursor of the views last. When something appears or scrolls under a pointer at rest, the browser tells that
 * it has moved or left; that must not take the cursor from the keys.
 */
let keysLead = false

export function useTimeKeys(chart: {
  /** Points that the cursor can stand on, ascending. */
  times(): ArrayLike<number>
  cursor(): number | null | undefined
  words(): string
  move(time: number | null): void
  /** Other keys of this chart; true: it was one of them. */
  press?(event: KeyboardEvent): boolean
}): TimeKeys {
  const byKeys = ref(false)

  function keydown(event: KeyboardEvent): void {
    // A control inside of the chart has its own keys.
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Escape') {
      // Goes on to whoever lets go of more.
      byKeys.value = false
      keysLead = false
      chart.move(null)
      return
    }
    const times = chart.times()
    const move = timeMoveOf(event, times.length)
    if (move === null && !chart.press?.(event)) return
    event.preventDefault()
    byKeys.value = true
    keysLead = true
    if (move === null) return
    const cursor = chart.cursor() ?? null
    chart.move(movedTime(times, cursor === null ? -1 : nearestIndex(times, cursor), move))
  }

  return {
    host: {
      tabindex: 0,
      role: 'application',
      'aria-roledescription': 'chart',
      onKeydown: keydown,
      onBlur: () => (byKeys.value = false),
      onPointermove(event: PointerEvent) {
        if (event.movementX === 0 && event.movementY === 0) return
        keysLead = false
        byKeys.value = false
      }
    },
    spoken: computed(() => (byKeys.value ? chart.words() : '')),
    pointAt: (time) => {
      if (!keysLead) chart.move(time)
    }
  }
}
