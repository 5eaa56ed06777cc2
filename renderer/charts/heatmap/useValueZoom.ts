/**
 * Which of its values a heatmap shows: drag up or down over the map, wheel with Ctrl at the pointer, Shift-drag to move, double-click
 * for all; plus, minus, Shift with up and down, and zero by keyboard. Time stays as it is: it belongs to all views.
 */
import { ref } from 'vue'
import type { Ref } from 'vue'
import { movedBy, zoomedAt } from '../scales'
import type { Range } from '../scales'

/** A drag along less than this many pixels shows a slip of the hand, not a range. */
const thinDrag = 8
/** No fewer values than this share of all; below, a bin would fill the plot. */
const narrowest = 1 / 64

/** A range within all values, null where it is all of them: too wide a range is cut, one beyond an end is moved back, too narrow a one widened. */
export function withinAll(range: Range, all: Range): Range | null {
  const whole = all.max - all.min
  const size = Math.max(range.max - range.min, whole * narrowest)
  if (!(size < whole * (1 - 1e-9))) return null
  const middle = (range.min + range.max) / 2
  const min = Math.min(Math.max(middle - size / 2, all.min), all.max - size)
  return { min, max: min + size }
}

export function useValueZoom(chart: {
  host: Ref<HTMLElement | null>
  /** Pixels between which the values stand. */
  plot(): { top: number; height: number; left: number; right: number }
  all(): Range
  shown(): Range
  show(range: Range | null): void
}): {
  /** The part being dragged over, in pixels. */
  band: Ref<{ top: number; height: number } | null>
  pointerdown(event: PointerEvent): void
  wheel(event: WheelEvent): void
  press(event: KeyboardEvent): boolean
} {
  const band = ref<{ top: number; height: number } | null>(null)
  const place = (event: MouseEvent): { x: number; y: number } => {
    const { left, top } = chart.host.value!.getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top }
  }
  /** 0 at the bottom of the plot, 1 at its top. */
  const unit = (y: number): number => {
    const { top, height } = chart.plot()
    return (top + height - y) / height
  }
  const show = (range: Range): void => chart.show(withinAll(range, chart.all()))
  const scale = (): Range & { log: false } => ({ ...chart.shown(), log: false })

  function pointerdown(event: PointerEvent): void {
    const { top, height, left, right } = chart.plot()
    const begin = place(event)
    const isInside = begin.x >= left && begin.x <= right && begin.y >= top && begin.y <= top + height
    if (event.button !== 0 || !isInside) return
    const target = event.currentTarget as HTMLElement
    const start = scale()
    const clamp = (y: number): number => Math.min(top + height, Math.max(top, y))
    let began = false
    target.setPointerCapture(event.pointerId)
    const move = (moved: PointerEvent): void => {
      const now = place(moved)
      if (!began && Math.abs(now.y - begin.y) < thinDrag) return
      began = true
      if (event.shiftKey) show(movedBy(start, unit(begin.y) - unit(now.y)))
      else band.value = { top: Math.min(begin.y, clamp(now.y)), height: Math.abs(clamp(now.y) - begin.y) }
    }
    const end = (ended: PointerEvent): void => {
      target.removeEventListener('pointermove', move)
      target.removeEventListener('pointerup', end)
      target.removeEventListener('pointercancel', end)
      const dragged = band.value
      band.value = null
      if (!dragged || ended.type === 'pointercancel' || dragged.height < thinDrag) return
      const at = (y: number): number => start.min + unit(y) * (start.max - start.min)
      show({ min: at(dragged.top + dragged.height), max: at(dragged.top) })
    }
    target.addEventListener('pointermove', move)
    target.addEventListener('pointerup', end)
    target.addEventListener('pointercancel', end)
  }

  function wheel(event: WheelEvent): void {
    // Without Ctrl the wheel scrolls the page.
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    const factor = Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.006)
    show(zoomedAt(scale(), Math.min(1, Math.max(0, unit(place(event).y))), factor))
  }

  function press(event: KeyboardEvent): boolean {
    if (event.key === '+' || event.key === '=') show(zoomedAt(scale(), 0.5, 0.8))
    else if (event.key === '-') show(zoomedAt(scale(), 0.5, 1.25))
    else if (event.key === '0') chart.show(null)
    else if (event.shiftKey && event.key === 'ArrowUp') show(movedBy(scale(), 0.1))
    else if (event.shiftKey && event.key === 'ArrowDown') show(movedBy(scale(), -0.1))
    else return false
    return true
  }

  return { band, pointerdown, wheel, press }
}
