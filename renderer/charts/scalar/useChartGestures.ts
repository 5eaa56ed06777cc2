/**
 * Zooming and moving: drag a box, shift-drag to move, wheel with Ctrl to zoom at the pointer, double-click to see all.
 * Works on the zoomed ranges only; whoever draws watches them.
 */
import { onBeforeUnmount, ref, shallowRef } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { plotHeight, plotWidth } from './frame'
import type { Frame } from './frame'
import { boxed, movedBy, zoomedAt } from '../scales'
import type { Range } from '../scales'

/** A box thinner than this zooms along its long side only. */
const thinBox = 12
const clickSlack = 4
const settleMs = 150

export interface ChartGestures {
  /** What is shown; null: all there is. */
  xZoom: ShallowRef<Range | null>
  yZoom: ShallowRef<Range | null>
  /** The box being drawn, in pixels of the chart. */
  box: Ref<{ left: number; top: number; width: number; height: number } | null>
  /** Something moves, so drawing has to be quick rather than complete. */
  moving: Ref<boolean>
  pointerdown(event: PointerEvent): void
  wheel(event: WheelEvent): void
  /** Whether the key was for the chart. */
  keydown(event: KeyboardEvent): boolean
  reset(): void
}

export function useChartGestures(
  host: Ref<HTMLElement | null>,
  frame: () => Frame,
  settled: (x: Range | null) => void
): ChartGestures {
  const xZoom = shallowRef<Range | null>(null)
  const yZoom = shallowRef<Range | null>(null)
  const box = ref<{ left: number; top: number; width: number; height: number } | null>(null)
  const moving = ref(false)
  let timer = 0

  function settleSoon(): void {
    clearTimeout(timer)
    timer = window.setTimeout(() => {
      moving.value = false
      settled(xZoom.value)
    }, settleMs)
  }
  onBeforeUnmount(() => clearTimeout(timer))

  function place(event: MouseEvent): { x: number; y: number } {
    const rect = host.value!.getBoundingClientRect()
    return { x: event.clientX - rect.left, y: event.clientY - rect.top }
  }
  const unitX = (at: Frame, x: number): number => (x - at.left) / plotWidth(at)
  const unitY = (at: Frame, y: number): number => (at.height - at.bottom - y) / plotHeight(at)

  function pointerdown(event: PointerEvent): void {
    if (event.button !== 0 || !host.value) return
    const target = event.currentTarget as HTMLElement
    const begin = place(event)
    // The frame as it was: moving it while asking it where the pointer is would run away.
    const start = frame()
    if (begin.x < start.left - 2 || begin.y > start.height - start.bottom + 2) return
    const pan = event.shiftKey
    let began = false
    target.setPointerCapture(event.pointerId)

    const move = (moved: PointerEvent): void => {
      const now = place(moved)
      if (!began && Math.hypot(now.x - begin.x, now.y - begin.y) < clickSlack) return
      began = true
      if (pan) {
        moving.value = true
        xZoom.value = movedBy(start.x, unitX(start, begin.x) - unitX(start, now.x))
        yZoom.value = movedBy(start.y, unitY(start, begin.y) - unitY(start, now.y))
        settleSoon()
        return
      }
      box.value = boxBetween(start, begin, now)
    }
    const end = (ended: PointerEvent): void => {
      target.removeEventListener('pointermove', move)
      target.removeEventListener('pointerup', end)
      target.removeEventListener('pointercancel', end)
      const drawn = box.value
      box.value = null
      if (!drawn || ended.type === 'pointercancel') return
      if (drawn.width >= thinBox)
        xZoom.value = boxed(start.x, unitX(start, drawn.left), unitX(start, drawn.left + drawn.width))
      if (drawn.height >= thinBox && drawn.height < plotHeight(start))
        yZoom.value = boxed(start.y, unitY(start, drawn.top + drawn.height), unitY(start, drawn.top))
      settleSoon()
    }
    target.addEventListener('pointermove', move)
    target.addEventListener('pointerup', end)
    target.addEventListener('pointercancel', end)
  }

  function zoom(x: number, y: number | null, factor: number): void {
    const at = frame()
    moving.value = true
    xZoom.value = zoomedAt(at.x, x, factor)
    if (y !== null) yZoom.value = zoomedAt(at.y, y, factor)
    settleSoon()
  }

  function wheel(event: WheelEvent): void {
    // Without Ctrl the wheel scrolls the page of cards.
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    const at = frame()
    const { x, y } = place(event)
    zoom(
      unitX(at, x),
      event.shiftKey ? null : unitY(at, y),
      Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.006)
    )
  }

  function keydown(event: KeyboardEvent): boolean {
    const at = frame()
    if (event.key === '+' || event.key === '=') zoom(0.5, null, 0.8)
    else if (event.key === '-') zoom(0.5, null, 1.25)
    else if (event.key === '0') reset()
    else if (event.shiftKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      xZoom.value = movedBy(at.x, event.key === 'ArrowLeft' ? -0.1 : 0.1)
      settleSoon()
    } else return false
    event.preventDefault()
    return true
  }

  function reset(): void {
    if (!xZoom.value && !yZoom.value) return
    xZoom.value = null
    yZoom.value = null
    settleSoon()
  }

  return { xZoom, yZoom, box, moving, pointerdown, wheel, keydown, reset }
}

/** A thin box spans the whole plot across, to show that it zooms along one axis only. */
function boxBetween(
  frame: Frame,
  a: { x: number; y: number },
  b: { x: number; y: number }
): { left: number; top: number; width: number; height: number } {
  const [right, bottom] = [frame.width - frame.right, frame.height - frame.bottom]
  const clampX = (x: number): number => Math.max(frame.left, Math.min(right, x))
  const clampY = (y: number): number => Math.max(frame.top, Math.min(bottom, y))
  let [x0, x1] = [clampX(Math.min(a.x, b.x)), clampX(Math.max(a.x, b.x))]
  let [y0, y1] = [clampY(Math.min(a.y, b.y)), clampY(Math.max(a.y, b.y))]
  if (y1 - y0 < thinBox && x1 - x0 >= thinBox) [y0, y1] = [frame.top, bottom]
  else if (x1 - x0 < thinBox && y1 - y0 >= thinBox) [x0, x1] = [frame.left, right]
  return { left: x0, top: y0, width: x1 - x0, height: y1 - y0 }
}
