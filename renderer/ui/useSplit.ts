/** Sizes that the user drags; those of `useSplit` are kept in this browser profile. */
import { ref } from 'vue'

export interface Split {
  readonly size: { readonly value: number }
  /** Between which it can be. */
  readonly least: number
  readonly most: number
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
    ...splitOf({ size, least, most }, (next) => (size.value = clamp(next)), keep),
    reset() {
      size.value = initial
      localStorage.removeItem(key)
    }
  }
}

/** By pointer and by arrow keys. @param end when a movement has come to its end */
export function splitOf(
  { size, least, most }: Pick<Split, 'size' | 'least' | 'most'>,
  set: (size: number) => void,
  end: () => void = () => undefined
): Omit<Split, 'reset'> {
  return {
    size,
    least,
    most,
    drag(event, axis, sign) {
      const target = event.currentTarget as HTMLElement
      const from = axis === 'x' ? event.clientX : event.clientY
      const before = size.value
      target.setPointerCapture(event.pointerId)
      const move = (moved: PointerEvent): void =>
        set(before + sign * ((axis === 'x' ? moved.clientX : moved.clientY) - from))
      target.addEventListener('pointermove', move)
      target.addEventListener(
        'lostpointercapture',
        () => {
          target.removeEventListener('pointermove', move)
          end()
        },
        { once: true }
      )
    },
    nudge(event, axis, sign) {
      const forward = axis === 'x' ? 'ArrowRight' : 'ArrowDown'
      const back = axis === 'x' ? 'ArrowLeft' : 'ArrowUp'
      if (event.key !== forward && event.key !== back) return
      event.preventDefault()
      set(size.value + sign * (event.key === forward ? 16 : -16))
      end()
    }
  }
}
