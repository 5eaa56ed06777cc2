/** Where a panel that is dragged would go: along the rim of the page, to a side of a group, or into it as a tab. */
import { isHandle } from './fit'
import type { Shown, ShownGroup } from './fit'
import type { Place, Side } from './layout'

/** As much of the page's rim takes whole sides, in CSS pixels. */
const rim = 14
/** The head of a group takes tabs. */
const head = 32
/** Share of a group at each side that takes neighbours. */
const sideShare = 0.28

export function placeAt(
  point: { x: number; y: number },
  shown: Shown,
  room: { width: number; height: number },
  panel: string
): Place | null {
  const { x, y } = point
  if (x < 0 || y < 0 || x > room.width || y > room.height) return null
  const edge = nearest({ left: x, right: room.width - x, above: y, below: room.height - y })
  if (edge.distance < rim) return { at: 'edge', side: edge.side }
  const found = shown.items.find(
    (item): item is ShownGroup =>
      !isHandle(item) &&
      x >= item.box.left &&
      x <= item.box.left + item.box.width &&
      y >= item.box.top &&
      y <= item.box.top + item.box.height
  )
  if (!found) return null
  const { panels, box } = found
  // Beside itself is where it is, unless others stay in its group.
  const others = panels.filter((other) => other !== panel)
  if (others.length === 0) return null
  const anchor = found.anchor === panel ? others[0] : found.anchor
  const side = nearest({
    left: (x - box.left) / box.width,
    right: (box.left + box.width - x) / box.width,
    above: (y - box.top) / box.height,
    below: (box.top + box.height - y) / box.height
  })
  if (y - box.top < head || side.distance > sideShare) return panels.includes(panel) ? null : { at: 'tab', of: anchor }
  return { at: 'side', of: [anchor], side: side.side }
}

function nearest(distances: Record<Side, number>): { side: Side; distance: number } {
  const [side, distance] = (Object.entries(distances) as [Side, number][]).reduce((a, b) => (b[1] < a[1] ? b : a))
  return { side, distance }
}
