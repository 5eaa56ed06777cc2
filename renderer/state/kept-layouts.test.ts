// @vitest-environment happy-dom
/** Layouts as a project keeps them: chosen, saved, renamed, damaged. */
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { defineComponent, reactive } from 'vue'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { column, group, panelsOf, row } from '../ui/workspace/layout'
import { useActions } from './actions'
import { layoutsShape, useKeptWorkspace } from './kept-layouts'

const shape = z.object(layoutsShape)
const panels = ['map', 'curves', 'heat', 'extra'].map((id) => ({
  id,
  title: id.toUpperCase(),
  least: { width: 100, height: 100 },
  rank: 1,
  fluid: true
}))
const story = {
  name: 'Story',
  layout: {
    root: row([group(['map']), column([group(['curves']), group(['heat'])])]),
    hidden: [{ panel: 'extra', home: null, size: 300 }],
    recent: []
  }
}
const health = {
  name: 'Health',
  layout: { root: row([group(['heat']), group(['map', 'curves'])]), hidden: story.layout.hidden, recent: [] }
}

let mounted: ReturnType<typeof mount> | null = null
afterEach(() => mounted?.unmount())
beforeEach(() => setActivePinia(createPinia()))

function kept(read: unknown, present?: (panel: string) => boolean) {
  const store = reactive({ view: shape.parse(read) })
  let found: ReturnType<typeof useKeptWorkspace> | null = null
  mounted = mount(
    defineComponent({
      setup: () => {
        found = useKeptWorkspace(store, panels, [story, health], present)
        return () => null
      }
    })
  )
  return { store, ...found! }
}
const shownOf = ({ workspace }: Pick<ReturnType<typeof useKeptWorkspace>, 'workspace'>): string[] =>
  panelsOf(workspace.layout.value.root)
const actions = (): string[] => useActions().all.map(({ title }) => title)
const act = (title: string): void =>
  useActions()
    .all.find((one) => one.title === title)!
    .run()

describe('kept layouts', () => {
  it('begin with the first preset, and say which one is shown', () => {
    const { layouts, workspace, store } = kept({})
    expect(layouts.current.value).toBe('Story')
    layouts.apply(health)
    expect(layouts.current.value).toBe('Health')
    workspace.move('map', { at: 'edge', side: 'left' })
    expect(layouts.current.value).toBeNull()
    expect(layouts.base.value).toBe('Health')
    layouts.reset()
    expect(layouts.current.value).toBe('Health')
    expect(shape.parse(JSON.parse(JSON.stringify(store.view))).layout).toEqual(store.view.layout)
  })

  it('are saved, renamed and removed under names that no other has', () => {
    const { layouts, workspace, store } = kept({})
    workspace.close('heat')
    layouts.save('Mine')
    expect(layouts.current.value).toBe('Mine')
    layouts.apply(story)
    expect(layouts.problemOf(' ')).toBe('A layout needs a name.')
    expect(layouts.problemOf('Story')).toBe('Story is a preset; choose another name.')
    expect(layouts.problemOf('Mine')).toBe('There is a layout Mine already.')
    expect(layouts.problemOf('Mine', 'Mine')).toBeNull()
    layouts.rename('Mine', 'Ours')
    layouts.apply(layouts.own.value[0])
    expect(shownOf({ workspace })).toEqual(['map', 'curves'])
    expect(layouts.base.value).toBe('Ours')
    layouts.save('Ours')
    expect(store.view.own).toHaveLength(1)
    layouts.remove('Ours')
    // What is shown stays; resetting goes back to what there is.
    expect(shownOf({ workspace })).toEqual(['map', 'curves'])
    expect(layouts.base.value).toBe('Story')
  })

  it.each([
    ['nothing', null],
    ['another type', 'gone'],
    ['a root of nothing', { root: { panels: [], size: 3 } }],
    ['unknown panels', { root: { panels: ['gone'], size: 3 } }],
    ['splits nested a thousand times', { root: nested(1000) }]
  ])('of %s give the first preset, not an empty page', (_what, layout) => {
    const read = kept({ layout })
    expect(shownOf(read)).toEqual(['map', 'curves', 'heat'])
    expect(read.layouts.current.value).toBe('Story')
  })

  it('keep what is whole beside what is damaged', () => {
    const { store } = kept({ own: [{ name: 'Good', layout: health.layout }, { name: 'Bad', layout: 7 }, 4], base: 9 })
    expect(store.view.own.map(({ name }) => name)).toEqual(['Good'])
    expect(store.view.base).toBeNull()
  })

  it('offer by name what can be done, and do it', () => {
    const { workspace, layouts } = kept({}, (panel) => panel !== 'heat')
    expect(actions()).toEqual([
      'Maximise MAP',
      'Layout: Story',
      'Layout: Health',
      'Reset the layout to Story',
      'Hide MAP',
      'Move MAP…',
      'Hide CURVES',
      'Move CURVES…',
      'Show EXTRA'
    ])
    act('Maximise MAP')
    expect(workspace.maximised.value).toBe('map')
    act('Restore MAP')
    act('Show EXTRA')
    expect(shownOf({ workspace })).toContain('extra')
    act('Hide MAP')
    act('Hide EXTRA')
    // What there is nothing to show of is no panel that could stay.
    expect(actions()).not.toContain('Hide CURVES')
    act('Layout: Health')
    expect(layouts.current.value).toBe('Health')
  })
})

function nested(depth: number): unknown {
  let node: unknown = { panels: ['map'], size: 1 }
  for (let i = 0; i < depth; i++) node = { axis: 'x', children: [node], size: 1 }
  return node
}
