/** In every window: all panels can be reached, none is smaller than can be read, and nothing lies over anything else. */
import { describe, expect, it } from 'vitest'
import { Rng } from '../../../src/numeric/rng'
import { placeAt } from './drop'
import { fit, gap, isHandle, moved, sharesOf } from './fit'
import type { Box, Handle, PanelSpec, Shown, ShownGroup } from './fit'
import { column, dock, group, hide, panelsOf, resize, row } from './layout'
import type { Layout } from './layout'

const spec = (
  id: string,
  [width, height]: [number, number],
  rank: number,
  more: Partial<PanelSpec> = {}
): PanelSpec => ({ id, title: id, least: { width, height }, rank, fluid: false, ...more })
const specs = [
  spec('map', [300, 320], 5),
  spec('profile', [280, 180], 3, { foldsInto: ['map'] }),
  spec('curves', [440, 300], 6, { fluid: true }),
  spec('ribbon', [400, 120], 4, { fluid: true }),
  spec('heat', [400, 180], 2, { fluid: true, foldsInto: ['ribbon'] }),
  spec('inspector', [260, 220], 1, { foldsInto: ['profile'] })
]
const byId = new Map(specs.map((one) => [one.id, one]))
const story: Layout = {
  root: row([
    column([group(['map'], 496), group(['profile'], 316)], 392),
    column([group(['curves'], 322), group(['ribbon'], 206), group(['heat'], 276)], 660),
    group(['inspector'], 300)
  ]),
  hidden: [],
  recent: []
}
const groups = (shown: Shown): ShownGroup[] => shown.items.filter((item): item is ShownGroup => !isHandle(item))
const handles = (shown: Shown): Handle[] => shown.items.filter(isHandle)
const tabs = (shown: Shown): string[] => groups(shown).map(({ panels }) => panels.join('+'))

/** Of a window: without rail, bars and padding. */
const room = (width: number, height: number): [number, number] => [width - 56 - 16, height - 40 - 24 - 16]
const windows = [
  [1024, 640],
  [1440, 900],
  [1920, 1080],
  [2560, 1440]
].flatMap(([width, height]) => [0.8, 1, 1.25, 1.5, 2].map((zoom): [number, number, number] => [width, height, zoom]))
const overlap = (a: Box, b: Box): boolean =>
  a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height

function faults(shown: Shown, width: number, height: number): string[] {
  const found: string[] = []
  const boxes = shown.items.map(({ box }) => box)
  boxes.forEach((box, i) => {
    const inside = box.left >= 0 && box.top >= 0 && box.left + box.width <= width && box.top + box.height <= height
    if (!inside || !(box.width > 0 && box.height > 0)) found.push(`box ${JSON.stringify(box)}`)
    if (boxes.some((other, j) => j < i && overlap(box, other))) found.push(`overlap ${JSON.stringify(box)}`)
  })
  const covered = boxes.reduce((sum, box) => sum + box.width * box.height, 0)
  if (covered !== width * height) found.push(`covers ${covered} of ${width * height}`)
  return found
}

describe('a layout in a room', () => {
  it('is that of the reference at 1440 x 900, the sides as wide as they are', () => {
    const shown = fit(story, specs, ...room(1440, 900))
    expect(tabs(shown)).toEqual(['map', 'profile', 'curves', 'ribbon', 'heat', 'inspector'])
    expect(groups(shown).map(({ box }) => box.width)).toEqual([392, 392, 660, 660, 660, 300])
    expect(groups(shown).map(({ box }) => box.height)).toEqual([496, 316, 322, 206, 276, 820])
    // On a large screen the views over time have the room.
    expect(groups(fit(story, specs, ...room(2560, 1440))).map(({ box }) => box.width)).toEqual([
      392, 392, 1780, 1780, 1780, 300
    ])
  })

  it.each(windows)('of %i x %i at zoom %f shows every panel or its tab, none too small', (w, h, zoom) => {
    const [width, height] = room(Math.round(w / zoom), Math.round(h / zoom))
    const shown = fit(story, specs, width, height)
    expect(
      groups(shown)
        .flatMap(({ panels }) => panels)
        .sort()
    ).toEqual(panelsOf(story.root).sort())
    expect(faults(shown, width, height)).toEqual([])
    for (const { panels, box } of groups(shown)) {
      // Where one group is left, its panels scroll inside of it.
      if (groups(shown).length === 1) break
      for (const panel of panels) {
        expect(box.width, panel).toBeGreaterThanOrEqual(byId.get(panel)!.least.width)
        expect(box.height, panel).toBeGreaterThanOrEqual(byId.get(panel)!.least.height)
      }
    }
  })

  it('folds the least important first, into its own neighbour, and all into one group in the end', () => {
    const at = (width: number, height: number): string[] => tabs(fit(story, specs, ...room(width, height)))
    expect(at(1100, 900)).toEqual(['map', 'profile', 'curves', 'ribbon', 'heat', 'inspector'])
    expect(at(1024, 900)).toEqual(['map', 'profile+inspector', 'curves', 'ribbon', 'heat'])
    expect(at(1024, 640)).toEqual(['map', 'profile+inspector', 'curves', 'ribbon+heat'])
    expect(at(720, 450)).toEqual(['map+profile+inspector+curves+ribbon+heat'])
    expect(at(512, 320)).toHaveLength(1)
    // Nothing of it is kept: with room, all is back.
    expect(at(1440, 900)).toHaveLength(6)
  })

  it('leaves the choice of the front tab to the user, and what cannot be shown in its place', () => {
    const narrow = { ...story, recent: ['inspector'] }
    const shown = fit(narrow, specs, ...room(1024, 640))
    expect(groups(shown).find(({ panels }) => panels.includes('profile'))!.front).toBe('inspector')
    const without = specs.filter(({ id }) => id !== 'heat')
    const [width, height] = room(1440, 900)
    const less = fit(story, without, width, height)
    expect(tabs(less)).toEqual(['map', 'profile', 'curves', 'ribbon', 'inspector'])
    expect(faults(less, width, height)).toEqual([])
    expect(fit(story, [], width, height).items).toEqual([])
  })

  it.each(Array.from({ length: 60 }, (_, seed) => seed))('covers its room exactly, seed %i', (seed) => {
    const rng = new Rng(seed)
    let layout = story
    for (let i = 0; i < 12; i++) {
      const ids = specs.map(({ id }) => id)
      const panel = ids[rng.integer(ids.length)]
      const other = ids[rng.integer(ids.length)]
      const side = (['left', 'right', 'above', 'below'] as const)[rng.integer(4)]
      layout = rng.integer(5) === 0 ? hide(layout, panel) : dock(layout, panel, { at: 'side', of: [other], side })
      const width = 300 + rng.integer(2400)
      const height = 200 + rng.integer(1300)
      const shown = fit(layout, specs, width, height)
      expect(faults(shown, width, height), JSON.stringify({ layout, width, height })).toEqual([])
      expect(
        groups(shown)
          .flatMap(({ panels }) => panels)
          .sort()
      ).toEqual(panelsOf(layout.root).sort())
    }
  })
})

describe('sizes', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))('sum to the room and keep their leasts, seed %i', (seed) => {
    const rng = new Rng(seed)
    const parts = Array.from({ length: 1 + rng.integer(6) }, () => ({
      size: 1 + rng.integer(900),
      least: 40 + rng.integer(300),
      fluid: rng.integer(2) === 0
    }))
    const total = 100 + rng.integer(3000)
    const sizes = sharesOf(total, parts)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(total)
    const leasts = parts.reduce((sum, { least }) => sum + least, 0)
    for (const [i, size] of sizes.entries()) {
      if (leasts <= total) expect(size).toBeGreaterThanOrEqual(parts[i].least - 1)
      expect(size).toBeGreaterThan(0)
    }
  })

  it('are moved by a handle within what both neighbours need, and stay so', () => {
    const [width, height] = room(1440, 900)
    const shown = fit(story, specs, width, height)
    const left = handles(shown).find(({ axis, between }) => axis === 'x' && between[0] === 'map')!
    expect([left.size, left.least, left.most]).toEqual([392, 300, 392 + 660 - 440])
    const wide = fit(resize(story, moved(left, 500)), specs, width, height)
    expect(groups(wide).map(({ box }) => box.width)).toEqual([500, 500, 552, 552, 552, 300])
    const most = fit(resize(story, moved(left, 5000)), specs, width, height)
    expect(groups(most)[0].box.width).toBe(left.most)
    const low = handles(shown).find(({ between }) => between[0] === 'ribbon')!
    const taller = fit(resize(story, moved(low, low.size + 40)), specs, width, height)
    expect(groups(taller).map(({ box }) => box.height)).toEqual([496, 316, 322, 246, 236, 820])
  })

  it('of what is folded away are not changed by moving the others', () => {
    const [width, height] = room(1024, 900)
    const shown = fit(story, specs, width, height)
    const handle = handles(shown).find(({ axis }) => axis === 'x')!
    const next = resize(story, moved(handle, handle.size - 40))
    const back = groups(fit(next, specs, ...room(1440, 900)))
    expect(back.find(({ panels }) => panels[0] === 'inspector')!.box.width).toBe(300)
    expect(back[0].box.width).toBe(handle.size - 40)
  })

  it('leave a gap between neighbours', () => {
    const [first, between, second] = fit(story, specs, ...room(1440, 900)).items
    expect(between.box).toEqual({ left: 0, top: first.box.height, width: 392, height: gap })
    expect(second.box.top).toBe(first.box.height + gap)
  })
})

describe('a dragged panel', () => {
  const [width, height] = room(1440, 900)
  const shown = fit(story, specs, width, height)
  const at = (x: number, y: number, panel = 'inspector') => placeAt({ x, y }, shown, { width, height }, panel)
  const curves = groups(shown).find(({ panels }) => panels[0] === 'curves')!.box

  it('goes to a side, into a group by its middle or its head, or along the rim', () => {
    const middle = curves.left + curves.width / 2
    expect(at(curves.left + 40, curves.top + 160)).toEqual({ at: 'side', of: ['curves'], side: 'left' })
    expect(at(middle, curves.top + curves.height - 20)).toEqual({ at: 'side', of: ['curves'], side: 'below' })
    expect(at(middle, curves.top + curves.height / 2)).toEqual({ at: 'tab', of: 'curves' })
    expect(at(middle, curves.top + 20)).toEqual({ at: 'tab', of: 'curves' })
    expect(at(5, 400)).toEqual({ at: 'edge', side: 'left' })
    expect(at(middle, height - 3)).toEqual({ at: 'edge', side: 'below' })
  })

  it('goes nowhere outside of the page, onto a gap or onto itself', () => {
    expect(at(-1, 100)).toBeNull()
    expect(at(392 + gap / 2, 200)).toBeNull()
    expect(at(curves.left + 60, curves.top + 160, 'curves')).toBeNull()
  })
})
