/** Moving and zooming of a drawing: wheel, drag and keys, and ways to bring something into view. */
import { nextTick, watch } from 'vue'
import type { Ref } from 'vue'
import type { PlacedGraph } from './layout'

export interface PanZoomView {
  x: number
  y: number
  scale: number
}

export function usePanZoom({
  host,
  view,
  width,
  height,
  placed,
  escape
}: {
  host: Ref<HTMLElement | null>
  view: Ref<PanZoomView>
  width: Ref<number>
  height: Ref<number>
  placed: () => PlacedGraph
  escape: () => void
}) {
  const [least, most] = [0.04, 3]

  /** All of it, at its own size at most. */
  function fit(): void {
    const pad = 24
    const scale = Math.max(
      least,
      Math.min(1, (width.value - 2 * pad) / placed().width, (height.value - 2 * pad) / placed().height)
    )
    view.value = {
      scale,
      x: (width.value - placed().width * scale) / 2,
      y: Math.max(pad, (height.value - placed().height * scale) / 2)
    }
  }
  function centre(path: string): void {
    const box = placed().boxes.find((candidate) => candidate.path === path)
    if (!box) return
    const scale = Math.max(view.value.scale, 0.8)
    view.value = {
      scale,
      x: width.value / 2 - (box.x + box.width / 2) * scale,
      y: height.value / 2 - (box.y + box.height / 2) * scale
    }
  }
  /** Moves and shrinks the picture as far as needed to have a whole box in view. */
  function show(path: string): void {
    const box = placed().boxes.find((candidate) => candidate.path === path)
    if (!box) return
    const pad = 24
    const fitting = Math.min((width.value - 2 * pad) / box.width, (height.value - 2 * pad) / box.height)
    const scale = Math.max(0.3, Math.min(view.value.scale, fitting))
    const inside = (start: number, size: number, room: number): number => {
      if (size * scale > room - 2 * pad) return pad - start * scale
      const now = start * view.value.scale + (room === width.value ? view.value.x : view.value.y)
      return Math.max(pad, Math.min(room - pad - size * scale, now)) - start * scale
    }
    view.value = { scale, x: inside(box.x, box.width, width.value), y: inside(box.y, box.height, height.value) }
  }
  /** Where a box is on screen stays where it is while everything around it is laid out anew. */
  function holding(path: string, change: () => void): void {
    const before = placed().boxes.find((box) => box.path === path)
    change()
    void nextTick(() => {
      const after = placed().boxes.find((box) => box.path === path)
      if (!before || !after) return
      const { scale, x, y } = view.value
      view.value = { scale, x: x + (before.x - after.x) * scale, y: y + (before.y - after.y) * scale }
      show(path)
    })
  }

  function zoom(factor: number, x = width.value / 2, y = height.value / 2): void {
    const scale = Math.max(least, Math.min(most, view.value.scale * factor))
    const ratio = scale / view.value.scale
    view.value = { scale, x: x - (x - view.value.x) * ratio, y: y - (y - view.value.y) * ratio }
  }
  function wheel(event: WheelEvent): void {
    const box = host.value!.getBoundingClientRect()
    zoom(
      Math.exp(-Math.max(-80, Math.min(80, event.deltaY)) * 0.004),
      event.clientX - box.left,
      event.clientY - box.top
    )
  }
  function drag(event: PointerEvent): void {
    if (event.button !== 0) return
    const from = { x: event.clientX, y: event.clientY }
    const start = view.value
    let moved = false
    const move = (now: PointerEvent): void => {
      const [dx, dy] = [now.clientX - from.x, now.clientY - from.y]
      if (!moved && Math.hypot(dx, dy) < 4) return
      moved = true
      view.value = { ...start, x: start.x + dx, y: start.y + dy }
    }
    const end = (): void => {
      window.removeEventListener('pointermove', move)
      window.removeEventListener('pointerup', end)
      if (!moved) return
      // A drag is no click on what lies below. Where it ends outside of the window, no click comes.
      const swallow = (click: MouseEvent): void => click.stopPropagation()
      window.addEventListener('click', swallow, { capture: true, once: true })
      setTimeout(() => window.removeEventListener('click', swallow, { capture: true }))
    }
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', end)
  }
  function key(event: KeyboardEvent): void {
    const by = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key]
    if (by) view.value = { ...view.value, x: view.value.x + by[0], y: view.value.y + by[1] }
    else if (event.key === '+' || event.key === '=') zoom(1.25)
    else if (event.key === '-') zoom(0.8)
    else if (event.key === '0') fit()
    else if (event.key === 'Escape') escape()
    else return
    event.preventDefault()
  }
  let fitted = false
  watch([width, height], ([wide], [before]) => {
    if (fitted) {
      // What was in the middle stays there when the details open beside it.
      view.value = { ...view.value, x: view.value.x + (wide - before) / 2 }
    } else if (wide > 0) {
      fitted = true
      fit()
    }
  })

  return { fit, centre, holding, zoom, wheel, drag, key }
}
