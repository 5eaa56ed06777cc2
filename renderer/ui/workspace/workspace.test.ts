// @vitest-environment happy-dom
/** A page of panels as keyboard and pointer meet it. */
import { mount } from '@vue/test-utils'
import { computed, defineComponent, h, nextTick, ref, shallowRef } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import PanelFrame from '../PanelFrame.vue'
import { group, row } from './layout'
import type { Layout } from './layout'
import WorkspaceArea from './WorkspaceArea.vue'
import { createWorkspace } from './workspace'

const specs = ['map', 'curves', 'heat'].map((id, i) => ({
  id,
  title: id,
  least: { width: 300, height: 200 },
  rank: 3 - i,
  fluid: true
}))
const usual: Layout = { root: row([group(['map'], 300), group(['curves', 'heat'], 300)]), hidden: [], recent: [] }
const room = { width: 1208, height: 800 }

let page: ReturnType<typeof mount> | null = null
const layout = shallowRef<Layout>(usual)
beforeEach(() => {
  layout.value = usual
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockImplementation(() => room.width)
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockImplementation(() => room.height)
})
afterEach(() => {
  page?.unmount()
  vi.restoreAllMocks()
})

/** A panel that remembers something of its own. */
const Counted = defineComponent({
  props: { title: { type: String, required: true } },
  setup(props) {
    const own = ref(0)
    return () =>
      h(PanelFrame, { title: props.title }, () => h('button', { onClick: () => own.value++ }, `${own.value}`))
  }
})
async function opened() {
  const space = createWorkspace(() => specs, { get: () => layout.value, set: (next) => (layout.value = next) })
  page = mount(WorkspaceArea, {
    props: { workspace: space, label: 'Page' },
    slots: Object.fromEntries(specs.map(({ id }) => [id, () => h(Counted, { title: id })])),
    attachTo: document.body
  })
  await nextTick()
  await nextTick()
  return space
}
const panel = (id: string): HTMLElement => document.querySelector<HTMLElement>(`[data-panel="${id}"]`)!
const isSeen = (id: string): boolean => panel(id) !== null && panel(id).style.display !== 'none'
const tab = (id: string): HTMLElement => document.querySelector<HTMLElement>(`[data-dock-tab="${id}"]`)!
const press = (target: EventTarget, key: string): boolean =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
const settled = async (): Promise<void> => {
  for (let i = 0; i < 4; i++) await nextTick()
}
async function choose(id: string, ...labels: string[]): Promise<void> {
  document.querySelector<HTMLElement>(`[data-dock-menu="${id}"]`)!.click()
  for (const label of labels) {
    await settled()
    const item = [...document.querySelectorAll<HTMLElement>('[role^="menuitem"]')].find(
      (one) => one.dataset.label === label
    )
    expect(item, label).toBeDefined()
    item!.click()
  }
  await settled()
}

describe('a page of panels', () => {
  it('shows each where it lies, and begins tabs when they come in front', async () => {
    await opened()
    expect(panel('map').style).toMatchObject({ left: '0px', width: '600px', height: '800px' })
    expect(panel('curves').style).toMatchObject({ left: '608px', width: '600px' })
    expect(panel('heat')).toBeNull()
    expect(tab('curves').getAttribute('aria-selected')).toBe('true')
    const body = document.getElementById(tab('curves').getAttribute('aria-controls')!)!
    expect(body.getAttribute('role')).toBe('tabpanel')
    expect(body.getAttribute('aria-labelledby')).toBe(tab('curves').id)
  })

  it('goes from tab to tab by arrow keys, and the focus goes with it', async () => {
    await opened()
    tab('curves').focus()
    press(tab('curves'), 'ArrowRight')
    await settled()
    expect([isSeen('curves'), isSeen('heat')]).toEqual([false, true])
    expect(document.activeElement).toBe(tab('heat'))
    expect(document.querySelectorAll('[data-dock-tab="heat"]')).toHaveLength(1)
    expect(tab('heat').tabIndex).toBe(0)
    press(tab('heat'), 'ArrowRight')
    await settled()
    expect(isSeen('curves')).toBe(true)
    expect(document.activeElement).toBe(tab('curves'))
  })

  it('moves a panel by its menu; it stays the same element, and what was done in it stays', async () => {
    await opened()
    const before = panel('curves')
    before.querySelector<HTMLElement>('.inner button')!.click()
    await choose('curves', 'Move above', 'map')
    expect(panel('curves')).toBe(before)
    expect(before.querySelector('.inner')!.textContent).toBe('1')
    expect(panel('curves').style).toMatchObject({ left: '0px', top: '0px', width: '600px', height: '396px' })
    expect(panel('map').style).toMatchObject({ top: '404px' })
    // The one that was behind it is alone now.
    expect(isSeen('heat')).toBe(true)
    expect(document.activeElement).toBe(document.querySelector('[data-dock-menu="curves"]'))
    await choose('curves', 'Into a tab with', 'heat')
    expect(tab('curves').getAttribute('aria-selected')).toBe('true')
  })

  it('gives one the page and takes it back by Escape, which lets go of nothing else', async () => {
    const space = await opened()
    const heard = vi.fn()
    window.addEventListener('keydown', heard)
    panel('map').querySelector<HTMLElement>('[aria-label="Maximise panel"]')!.click()
    await settled()
    expect(panel('map').style).toMatchObject({ width: '1208px', height: '800px' })
    expect(isSeen('curves')).toBe(false)
    press(document.body, 'Escape')
    await settled()
    expect(heard).not.toHaveBeenCalled()
    expect(space.maximised.value).toBeNull()
    expect(isSeen('curves')).toBe(true)
    press(document.body, 'Escape')
    expect(heard).toHaveBeenCalledTimes(1)
    window.removeEventListener('keydown', heard)
  })

  it('closes all but the last one', async () => {
    const space = await opened()
    await choose('curves', 'Hide')
    expect(isSeen('heat')).toBe(true)
    await choose('heat', 'Hide')
    expect(layout.value.root).toMatchObject({ panels: ['map'] })
    const items = computed(() => space.menuOf('map'))
    expect(items.value.every(({ disabled }) => disabled)).toBe(true)
  })

  it('moves dividers by arrow keys, within what both sides need', async () => {
    await opened()
    const handle = document.querySelector<HTMLElement>('[role="separator"]')!
    expect(handle.getAttribute('aria-label')).toBe('Width between map and curves')
    expect(['now', 'min', 'max'].map((of) => handle.getAttribute(`aria-value${of}`))).toEqual(['600', '300', '900'])
    press(handle, 'ArrowRight')
    await settled()
    expect(handle.getAttribute('aria-valuenow')).toBe('616')
    for (let i = 0; i < 30; i++) {
      press(handle, 'ArrowRight')
      await settled()
    }
    expect(panel('curves').style.width).toBe('300px')
    expect(document.querySelector('[role="separator"]')).toBe(handle)
  })
})
