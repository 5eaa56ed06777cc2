/** Sizes of panels that the user drags, kept in this browser profile. */
import { ref } from 'vue'
import type { Ref } from 'vue'

export interface Split {
  size: Ref<number>
  /** Starts dragging; `sign` is -1 where the panel lies right of or below the handle. */
  drag(event: PointerEvent, axis: 'x' | 'y', sign: 1 | -1): void
  nudge(event: KeyboardEvent, axis: 'x' | 'y', sign: 1 | -1): void
  reset(): void
}

export function useSplit(name: string, initial: number, least: number, most: number): Split {
  const key = `phasescope-split-${name}`
  const clamp = (value: number): number => Math.min(most, Math.max(least, value))
  const stored = Number(localStorage.getItem(key) ?? Number.NaN)
  const size = ref(Number.isFinite(stored) ? clamp(stored) : initial)
  const keep = (): void => localStorage.setItem(key, String(size.value))

  return {
    size,
    drag(event, axis, sign) {
      const target = event.currentTarget as HTMLElement
      const from = axis === 'x' ? event.clientX : event.clientY
      const before = size.value
      target.setPointerCapture(event.pointerId)
      const move = (moved: PointerEvent): void => {
        size.value = clamp(before + sign * ((axis === 'x' ? moved.clientX : moved.clientY) - from))
      }
      target.addEventListener('pointermove', move)
      target.addEventListener(
        'lostpointercapture',
        () => {
          target.removeEventListener('pointermove', move)
          keep()
        },
        { once: true }
      )
    },
    nudge(event, axis, sign) {
      const forward = axis === 'x' ? 'ArrowRight' : 'ArrowDown'
      const back = axis === 'x' ? 'ArrowLeft' : 'ArrowUp'
      if (event.key !== forward && event.key !== back) return
      event.preventDefault()
      size.value = clamp(size.value + sign * (event.key === forward ? 16 : -16))
      keep()
    },
    reset() {
      size.value = initial
      localStorage.removeItem(key)
    }
  }
}
