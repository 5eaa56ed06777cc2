import { describe, expect, it } from 'vitest'
import { keptPlace, placeBeside, placeToOpen, type Area, type KeptPlace } from './window-place'

const left: Area = { x: 0, y: 25, width: 1920, height: 1055 }
const right: Area = { x: 1920, y: 0, width: 2560, height: 1440 }
const above: Area = { x: 0, y: -1080, width: 1920, height: 1080 }

function kept(place: Partial<KeptPlace> = {}): KeptPlace {
  return { schemaVersion: 1, x: 100, y: 100, width: 1280, height: 820, maximized: false, ...place }
}
const open = (place: Partial<KeptPlace>, displays: Area[]) => placeToOpen(kept(place), displays)

describe('the place of a window', () => {
  it('is the one that it had', () => {
    expect(open({}, [left])).toEqual({ bounds: { x: 100, y: 100, width: 1280, height: 820 }, maximized: false })
    expect(open({ maximized: true }, [left]).maximized).toBe(true)
    expect(open({ x: 3000, y: 600 }, [left, right]).bounds).toMatchObject({ x: 3000, y: 600 })
    expect(open({ y: -900 }, [left, above]).bounds).toMatchObject({ x: 100, y: -900 })
  })

  it('may lie partly outside, as long as a hand can get at its upper edge', () => {
    expect(open({ x: -1100, y: 900 }, [left]).bounds).toMatchObject({ x: -1100, y: 900 })
    expect(open({ x: 1800 }, [left]).bounds).toMatchObject({ x: 1800 })
    for (const lost of [{ x: -1200 }, { x: 1850 }, { y: 0 }, { y: 1070 }, { y: -400 }]) {
      expect(open(lost, [left]).bounds, JSON.stringify(lost)).toEqual({ width: 1280, height: 820 })
    }
  })

  it('is left to the system where its display is gone, and the size is kept', () => {
    expect(open({ x: 3000, y: 600, maximized: true }, [left])).toEqual({
      bounds: { width: 1280, height: 820 },
      maximized: true
    })
  })

  it('is no larger than the display, and no smaller than the page can be', () => {
    const laptop: Area = { x: 0, y: 0, width: 1280, height: 700 }
    expect(open({ width: 2400, height: 1300 }, [laptop]).bounds).toMatchObject({ width: 1280, height: 700 })
    expect(open({ width: 10, height: 10 }, [laptop]).bounds).toMatchObject({ width: 720, height: 480 })
    expect(placeToOpen(null, [laptop]).bounds).toEqual({ width: 1280, height: 700 })
  })

  it('is the usual one at the first start, or where there is no display', () => {
    expect(placeToOpen(null, [left])).toEqual({ bounds: { width: 1440, height: 900 }, maximized: false })
    expect(placeToOpen(kept(), [])).toEqual({ bounds: { width: 1440, height: 900 }, maximized: false })
  })

  it('is taken from nothing that is not well formed', () => {
    expect(keptPlace.safeParse(kept()).success).toBe(true)
    for (const wrong of [
      null,
      [],
      {},
      kept({ x: Number.NaN }),
      kept({ x: 1e9 }),
      kept({ width: 0 }),
      kept({ height: -5 }),
      kept({ y: 1.5 }),
      { ...kept(), schemaVersion: 2 },
      { ...kept(), maximized: 'yes' }
    ])
      expect(keptPlace.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false)
  })
})

describe('the place of another window', () => {
  const beside = (window: Partial<Area>, displays: Area[]) =>
    placeBeside({ x: 100, y: 100, width: 1280, height: 820, ...window }, displays)

  it('is a step beside the one that was used last, as large as that', () => {
    expect(beside({}, [left])).toEqual({ bounds: { x: 128, y: 128, width: 1280, height: 820 }, maximized: false })
    expect(beside({ x: 3000, y: 300 }, [left, right]).bounds).toMatchObject({ x: 3028, y: 328 })
  })

  it('is wholly on the display, however many there are, and never that of the one before', () => {
    let last: Area = { x: 100, y: 100, width: 1280, height: 820 }
    for (let n = 0; n < 60; n++) {
      const next = { ...last, ...placeBeside(last, [left]).bounds }
      expect([next.x, next.y], `window ${n}`).not.toEqual([last.x, last.y])
      expect(next.x).toBeGreaterThanOrEqual(left.x)
      expect(next.y).toBeGreaterThanOrEqual(left.y)
      expect(next.x + next.width).toBeLessThanOrEqual(left.x + left.width)
      expect(next.y + next.height).toBeLessThanOrEqual(left.y + left.height)
      last = next
    }
  })

  it('is smaller than a window that fills the display', () => {
    expect(placeBeside(left, [left]).bounds).toEqual({ x: 28, y: 53, width: 1892, height: 1027 })
  })

  it('is on the first display where the other window is on none', () => {
    expect(beside({ x: 9000 }, [left]).bounds).toEqual({ x: 0, y: 25, width: 1280, height: 820 })
    expect(placeBeside(left, []).bounds).toEqual({ width: 1440, height: 900 })
  })
})
