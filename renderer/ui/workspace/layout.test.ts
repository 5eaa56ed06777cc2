/** Every operation keeps every panel once, every group filled and every split a split, whatever comes before. */
import { describe, expect, it } from 'vitest'
import { Rng } from '../../../src/numeric/rng'
import {
  activate,
  column,
  dock,
  frontOf,
  group,
  groupOf,
  healed,
  hide,
  isHidden,
  isSameArrangement,
  isSplit,
  panelsOf,
  resize,
  row,
  show,
  sides
} from './layout'
import type { Layout, LayoutNode, Place } from './layout'

const of = (root: LayoutNode): Layout => ({ root, hidden: [], recent: [] })
const story = of(
  row([
    column([group(['map'], 320), group(['profile', 'choice'], 200)], 392),
    column([group(['curves'], 322), group(['ribbon'], 206), group(['heat'], 276)], 684),
    group(['inspector'], 300)
  ])
)
const all = ['map', 'profile', 'choice', 'curves', 'ribbon', 'heat', 'inspector']
/** Panels as nested lists, without sizes. */
const shape = (node: LayoutNode): unknown =>
  isSplit(node) ? { [node.axis]: node.children.map(shape) } : node.panels.join('+')

function faults(layout: Layout): string[] {
  const found: string[] = []
  const every = [...panelsOf(layout.root), ...layout.hidden.map(({ panel }) => panel)]
  if ([...every].sort().join() !== [...all].sort().join()) found.push(`panels ${every.join()}`)
  const look = (node: LayoutNode): void => {
    if (!(node.size > 0 && node.size < 1e6)) found.push(`size ${node.size}`)
    if (!isSplit(node)) {
      if (node.panels.length === 0) found.push('an empty group')
      return
    }
    if (node.children.length < 2) found.push('a split of one')
    for (const child of node.children) {
      if (isSplit(child) && child.axis === node.axis) found.push('a split in a split along the same axis')
      look(child)
    }
  }
  look(layout.root)
  return found
}

function randomPlace(rng: Rng): Place {
  const some = (): string => all[rng.integer(all.length)]
  const side = sides[rng.integer(sides.length)]
  if (rng.integer(3) === 0) return { at: 'tab', of: some() }
  if (rng.integer(4) === 0) return { at: 'edge', side }
  return { at: 'side', of: Array.from({ length: 1 + rng.integer(3) }, some), side }
}

describe('a layout', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('stays whole through 60 operations, seed %i', (seed) => {
    const rng = new Rng(seed)
    let layout = story
    for (let i = 0; i < 60; i++) {
      const panel = all[rng.integer(all.length)]
      const before = layout
      const what = rng.integer(6)
      if (what < 3) layout = dock(layout, panel, randomPlace(rng))
      else if (what === 3) layout = hide(layout, panel)
      else if (what === 4) layout = show(layout, panel)
      else layout = resize(layout, [{ path: [rng.integer(3)], size: 1 + rng.integer(900) }])
      expect(faults(layout), `${what} ${panel} on ${JSON.stringify(before)}`).toEqual([])
      expect(panelsOf(layout.root).length, 'something is always shown').toBeGreaterThan(0)
    }
  })

  it('takes a panel to a side of another one, of a column, and of the page', () => {
    expect(shape(dock(story, 'inspector', { at: 'side', of: ['ribbon'], side: 'right' }).root)).toEqual({
      x: [{ y: ['map', 'profile+choice'] }, { y: ['curves', { x: ['ribbon', 'inspector'] }, 'heat'] }]
    })
    expect(shape(dock(story, 'inspector', { at: 'side', of: ['curves', 'heat'], side: 'left' }).root)).toEqual({
      x: [{ y: ['map', 'profile+choice'] }, 'inspector', { y: ['curves', 'ribbon', 'heat'] }]
    })
    expect(shape(dock(story, 'heat', { at: 'edge', side: 'below' }).root)).toEqual({
      y: [{ x: [{ y: ['map', 'profile+choice'] }, { y: ['curves', 'ribbon'] }, 'inspector'] }, 'heat']
    })
  })

  it('makes tabs, and takes one out of its own group', () => {
    const tabs = dock(story, 'heat', { at: 'tab', of: 'ribbon' })
    expect(shape(tabs.root)).toEqual({
      x: [{ y: ['map', 'profile+choice'] }, { y: ['curves', 'ribbon+heat'] }, 'inspector']
    })
    expect(frontOf(['ribbon', 'heat'], tabs.recent)).toBe('heat')
    expect(frontOf(['ribbon', 'heat'], activate(tabs, 'ribbon').recent)).toBe('ribbon')
    const apart = dock(tabs, 'heat', { at: 'side', of: ['ribbon'], side: 'below' })
    expect(isSameArrangement(apart, story)).toBe(true)
  })

  it('gives half of the neighbour, and nothing else moves', () => {
    const { root } = dock(story, 'inspector', { at: 'side', of: ['map'], side: 'right' })
    const sizes = isSplit(root) ? root.children.map(({ size }) => size) : []
    expect(sizes).toEqual([392, 684])
    const under = dock(story, 'inspector', { at: 'side', of: ['heat'], side: 'below' }).root
    const middle = isSplit(under) ? under.children[1] : under
    expect(isSplit(middle) && middle.children.map(({ size }) => size)).toEqual([322, 206, 138, 138])
  })

  it.each(all)('closes %s and opens it where and as large as it was', (panel) => {
    const closed = hide(story, panel)
    expect(panelsOf(closed.root)).not.toContain(panel)
    expect(isHidden(closed, panel)).toBe(true)
    const open = show(closed, panel)
    // In a group the order of tabs is no matter.
    if (panel !== 'profile') expect(shape(open.root)).toEqual(shape(story.root))
    expect(groupOf(open.root, panel)!.size).toBe(groupOf(story.root, panel)!.size)
  })

  it('opens a panel somewhere when those it stood beside are closed too', () => {
    let layout = hide(hide(story, 'heat'), 'ribbon')
    layout = show(hide(layout, 'curves'), 'heat', ['inspector'])
    expect(shape(layout.root)).toEqual({ x: [{ y: ['map', 'profile+choice'] }, 'inspector+heat'] })
  })

  it('never closes the last panel, nor moves it anywhere', () => {
    const last = of(group(['map']))
    expect(hide(last, 'map')).toBe(last)
    expect(dock(last, 'map', { at: 'edge', side: 'left' })).toBe(last)
  })

  it('stays as it is when asked for a place that is not there', () => {
    expect(dock(story, 'map', { at: 'tab', of: 'nobody' })).toBe(story)
    expect(dock(story, 'map', { at: 'side', of: ['map'], side: 'left' })).toBe(story)
    expect(show(story, 'map')).toBe(story)
  })
})

describe('what was read', () => {
  it('keeps known panels once, drops unknown ones and what they leave empty', () => {
    const odd = of(
      row([group(['gone']), column([group(['map', 'map', 'gone']), row([group(['ribbon', 'map'], Number.NaN)])])])
    )
    const layout = healed(odd, ['map', 'ribbon'], of(group(['map', 'ribbon'])))
    expect(shape(layout.root)).toEqual({ y: ['map', 'ribbon'] })
    expect(panelsOf(layout.root)).toEqual(['map', 'ribbon'])
  })

  it('is the usual layout where nothing of it can be used', () => {
    expect(healed(null, all, story)).toBe(story)
    expect(healed(of(group(['gone'])), all, story)).toBe(story)
  })

  it('gets panels that came later where the usual layout has them, hidden if it hides them', () => {
    const old = of(row([column([group(['map']), group(['profile', 'choice'])], 392), group(['curves', 'ribbon'], 684)]))
    const usual = hide(story, 'inspector')
    const layout = healed(old, all, usual)
    expect(faults(layout)).toEqual([])
    expect(isHidden(layout, 'inspector')).toBe(true)
    expect(panelsOf(layout.root)).toContain('heat')
    expect(isHidden(healed(old, all, story), 'inspector')).toBe(false)
  })
})
