/** Where the window was, and where it may open: it has to be seen, whatever has become of the displays since. */
import { z } from '../../src/domain/words'

/** In device-independent pixels, as displays and windows are measured. */
export interface Area {
  x: number
  y: number
  width: number
  height: number
}

/** Larger than any desktop: what is beyond is damage. */
const pixel = z.number().int().min(-100_000).max(100_000)

export const keptPlace = z.object({
  schemaVersion: z.literal(1),
  /** Of the window when it is not maximised. */
  x: pixel,
  y: pixel,
  width: pixel.min(1),
  height: pixel.min(1),
  maximized: z.boolean()
})
export type KeptPlace = z.infer<typeof keptPlace>

export const smallest = { width: 720, height: 480 }
const usual = { width: 1440, height: 900 }
/** As much of the title bar as a hand needs to move the window. */
const grip = { width: 120, height: 24 }
/** From one window to the next: a title bar, so that each can be seen and taken hold of. */
const step = 28

/**
 * How a window opens.
 * @param kept where it was; null at the first start, or when nothing sensible was kept
 * @param displays their areas without bars and docks, the primary one first
 */
export function placeToOpen(
  kept: KeptPlace | null,
  displays: readonly Area[]
): { bounds: Partial<Area>; maximized: boolean } {
  const [primary] = displays
  if (!primary) return { bounds: usual, maximized: false }
  if (!kept) return { bounds: sizeWithin(usual, primary), maximized: false }
  const display = displays.find((area) => hasGrip(kept, area))
  // Without a place the system chooses one that is seen.
  if (!display) return { bounds: sizeWithin(kept, primary), maximized: kept.maximized }
  return { bounds: { x: kept.x, y: kept.y, ...sizeWithin(kept, display) }, maximized: kept.maximized }
}

/**
 * How a window opens beside another one: a step to the right and down, as large as that, and wholly on its display. At the edge
 * of the display it begins anew at its corner.
 * @param other the window that was used last, when it is not maximised
 * @param displays as for `placeToOpen`
 */
export function placeBeside(other: Area, displays: readonly Area[]): { bounds: Partial<Area>; maximized: boolean } {
  const display = displays.find((area) => hasGrip(other, area)) ?? displays[0]
  if (!display) return { bounds: usual, maximized: false }
  const wanted = sizeWithin(other, display)
  const fits = ({ x, y }: { x: number; y: number }): boolean =>
    x >= display.x &&
    y >= display.y &&
    x + wanted.width <= display.x + display.width &&
    y + wanted.height <= display.y + display.height
  const beside = { x: other.x + step, y: other.y + step }
  if (fits(beside)) return { bounds: { ...beside, ...wanted }, maximized: false }
  const corner = { x: display.x, y: display.y }
  const taken = Math.abs(other.x - corner.x) < step && Math.abs(other.y - corner.y) < step
  if (!taken) return { bounds: { ...corner, ...wanted }, maximized: false }
  // One that fills the display would be hidden behind this one: it has to be smaller.
  const inset = { x: corner.x + step, y: corner.y + step }
  const left = { width: display.width - step, height: display.height - step }
  return { bounds: { ...inset, ...sizeWithin(wanted, left) }, maximized: false }
}

/** Whether enough of the upper edge lies on the display. */
function hasGrip(window: Area, display: Area): boolean {
  const width = Math.min(window.x + window.width, display.x + display.width) - Math.max(window.x, display.x)
  return (
    width >= Math.min(grip.width, window.width) &&
    window.y >= display.y &&
    window.y + grip.height <= display.y + display.height
  )
}

function sizeWithin(
  wanted: { width: number; height: number },
  display: { width: number; height: number }
): { width: number; height: number } {
  const within = (side: 'width' | 'height'): number => Math.max(smallest[side], Math.min(wanted[side], display[side]))
  return { width: within('width'), height: within('height') }
}
