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

/** Whether enough of the upper edge lies on the display. */
function hasGrip(window: Area, display: Area): boolean {
  const width = Math.min(window.x + window.width, display.x + display.width) - Math.max(window.x, display.x)
  return (
    width >= Math.min(grip.width, window.width) &&
    window.y >= display.y &&
    window.y + grip.height <= display.y + display.height
  )
}

function sizeWithin(wanted: { width: number; height: number }, display: Area): { width: number; height: number } {
  const within = (side: 'width' | 'height'): number => Math.max(smallest[side], Math.min(wanted[side], display[side]))
  return { width: within('width'), height: within('height') }
}
