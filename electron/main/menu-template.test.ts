import type { MenuItemConstructorOptions } from 'electron'
import { describe, expect, it } from 'vitest'
import type { OfferedAction } from '../../src/contract/app'
import { menuTemplate, type MenuNow } from './menu-template'

function offer(id: string, keys: string | null = null, on = false): OfferedAction {
  return { id, title: id, keys, on }
}

function now(given: Partial<MenuNow> = {}): MenuNow {
  const nothing = (): void => undefined
  return {
    platform: 'linux',
    developer: false,
    offered: [],
    recents: [],
    windows: [],
    run: nothing,
    front: nothing,
    about: nothing,
    ...given
  }
}

/** All items below all menus, those of submenus too. */
function itemsOf(template: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return template.flatMap((one) => [one, ...(Array.isArray(one.submenu) ? itemsOf(one.submenu) : [])])
}
const find = (given: Partial<MenuNow>, id: string) => itemsOf(menuTemplate(now(given))).find((one) => one.id === id)

describe('the application menu', () => {
  it('offers what the page does, and nothing else', () => {
    const given = { offered: [offer('project.new'), offer('import'), offer('analysis.7'), offer('../evil')] }
    const enabled = itemsOf(menuTemplate(now(given))).filter(({ id, enabled }) => id && enabled)
    expect(enabled.map(({ id }) => id)).toEqual(['project.new', 'import'])
    expect(find(given, 'project.close')).toMatchObject({ enabled: false })
  })

  it('does an action by its name, in the window that it was chosen in', () => {
    const done: unknown[] = []
    const item = find({ offered: [offer('import')], run: (id, window) => done.push([id, window]) }, 'import')
    item?.click?.(undefined as never, undefined, undefined as never)
    item?.click?.(undefined as never, { id: 7 } as never, undefined as never)
    expect(done).toEqual([
      ['import', undefined],
      ['import', 7]
    ])
  })

  it('lists the windows by their projects and brings one to the front; a Mac lists them itself', () => {
    const shown: number[] = []
    const windows = [
      { id: 1, name: 'R&D', isLast: false },
      { id: 4, name: 'Start page', isLast: true }
    ]
    const given = { windows, front: (id: number) => shown.push(id) }
    expect(find(given, 'window.show.1')).toMatchObject({ label: 'R&&D', type: 'radio', checked: false })
    expect(find(given, 'window.show.4')).toMatchObject({ label: 'Start page', checked: true })
    find(given, 'window.show.1')?.click?.(undefined as never, undefined, undefined as never)
    expect(shown).toEqual([1])
    expect(find({ ...given, platform: 'darwin' }, 'window.show.1')).toBeUndefined()
  })

  it('shows the keys of the page without listening to them', () => {
    const offered = [offer('project.new', 'Mod+N'), offer('page.settings', 'Mod+,'), offer('shortcuts', '?')]
    expect(find({ offered }, 'project.new')).toMatchObject({
      accelerator: 'CommandOrControl+N',
      registerAccelerator: false
    })
    expect(find({ offered }, 'page.settings')).toMatchObject({ accelerator: 'CommandOrControl+,' })
    // A question mark in a field is a letter.
    expect(find({ offered }, 'shortcuts')).not.toHaveProperty('accelerator')
    const registered = itemsOf(menuTemplate(now({ offered }))).filter(
      (one) => one.accelerator && one.registerAccelerator !== false
    )
    expect(registered.map(({ role }) => role)).toEqual(['zoomIn'])
  })

  it('marks the page and the theme that are shown, and no page where there is no project', () => {
    const offered = [offer('page.runs'), offer('page.train', null, true), offer('theme.dark', null, true)]
    expect(find({ offered }, 'page.runs')).toMatchObject({ type: 'radio', checked: false })
    expect(find({ offered }, 'page.train')).toMatchObject({ type: 'radio', checked: true })
    expect(find({ offered }, 'theme.dark')).toMatchObject({ checked: true })
    expect(find({}, 'page.runs')).toMatchObject({ type: 'normal', enabled: false })
  })

  it('lists recent projects that are still there, by names as they are', () => {
    const recents = [
      { id: 'a', name: 'R&D', folder: '/p/a', missing: false },
      { id: 'b', name: 'gone', folder: '/p/b', missing: true },
      { id: 'c', name: 'c'.repeat(200), folder: '/p/c', missing: false }
    ]
    const given = { recents, offered: [offer('recent.a'), offer('window.recent.a'), offer('recents.clear')] }
    expect(find(given, 'window.recent.a')).toMatchObject({ label: 'R&&D (/p/a)', enabled: true })
    expect(find(given, 'window.recent.c')).toMatchObject({ enabled: false })
    expect(find(given, 'recents')).toMatchObject({ enabled: true })
    expect(find(given, 'recent.a')).toMatchObject({ label: 'R&&D (/p/a)', enabled: true })
    expect(find(given, 'recent.b')).toBeUndefined()
    expect(find(given, 'recent.c')?.label).toHaveLength(80)
    // The one that is open is in the list and cannot be opened again.
    expect(find(given, 'recent.c')).toMatchObject({ enabled: false })
    expect(find({}, 'recents')).toMatchObject({ enabled: false })
  })

  it('keeps to the customs of a Mac', () => {
    const mac = menuTemplate(now({ platform: 'darwin' }))
    expect(mac.map(({ label }) => label)).toEqual(['Phasescope', '&File', '&Edit', '&View', '&Window', '&Help'])
    const ids = (menu: MenuItemConstructorOptions) => itemsOf([menu]).map(({ id, role }) => id ?? role)
    expect(ids(mac[0])).toEqual(expect.arrayContaining(['about', 'page.settings', 'quit']))
    expect(ids(mac[1])).not.toContain('quit')
    expect(ids(mac[3])).not.toContain('page.settings')
  })
})
