/** The application menu as a template: which items there are, and which of them apply now. */
import type { MenuItemConstructorOptions } from 'electron'
import type { OfferedAction } from '../../src/contract/app'

type Item = MenuItemConstructorOptions

export interface MenuNow {
  platform: NodeJS.Platform
  developer: boolean
  /** What the page can do at this moment; everything else is disabled. */
  offered: readonly OfferedAction[]
  recents: readonly { id: string; name: string; folder: string; missing: boolean }[]
  /** Open windows by the names of their projects, in the order in which they were opened. */
  windows: readonly { id: number; name: string; isLast: boolean }[]
  /** Does one of the offered actions, in the window that the menu belongs to where the system says so. */
  run(id: string, window: number | undefined): void
  /** Brings a window to the front. */
  front(id: number): void
  about(): void
}

const pages = ['runs', 'design', 'train', 'explore', 'analyze', 'logs', 'settings'] as const
const themes = { dark: 'Dark', light: 'Light', system: 'As the system' }
const mostRecents = 12
const longestLabel = 80

export function menuTemplate(now: MenuNow): Item[] {
  const isMac = now.platform === 'darwin'
  const offered = new Map(now.offered.map((action) => [action.id, action]))
  /** What one item stands for has the same name in the page; the keys are the page's, which hears them itself. */
  const item = (id: string, label: string, type: Item['type'] = 'normal'): Item => {
    const action = offered.get(id)
    return {
      id,
      label,
      enabled: action !== undefined,
      // A group without a choice would get one from the system.
      type: action ? type : 'normal',
      ...(action && type === 'radio' ? { checked: action.on } : {}),
      ...keysOf(action),
      click: (_item, window) => now.run(id, window?.id)
    }
  }
  const separator: Item = { type: 'separator' }
  const about: Item = { id: 'about', label: 'About Phasescope', click: () => now.about() }
  const settings = item('page.settings', isMac ? 'Settings…' : 'Settings', isMac ? 'normal' : 'radio')

  const recents = now.recents.filter(({ missing }) => !missing).slice(0, mostRecents)
  const openRecent: Item = {
    id: 'recents',
    label: 'Open recent',
    enabled: recents.length > 0,
    submenu: [
      ...recents.map(({ id, name, folder }) => item(`recent.${id}`, labelOf(name, folder))),
      separator,
      item('recents.clear', 'Clear the list')
    ]
  }

  const inNewWindow: Item = {
    id: 'recents.window',
    label: 'Open recent in a new window',
    enabled: recents.length > 0,
    submenu: recents.map(({ id, name, folder }) => item(`window.recent.${id}`, labelOf(name, folder)))
  }
  /** A Mac lists its windows by itself. */
  const windows: Item[] = isMac
    ? [separator, { role: 'front' }]
    : [
        separator,
        ...now.windows.map(({ id, name, isLast }): Item => ({
          id: `window.show.${id}`,
          label: name.replaceAll('&', '&&'),
          type: 'radio',
          checked: isLast,
          click: () => now.front(id)
        }))
      ]

  return [
    ...(isMac
      ? [
          {
            label: 'Phasescope',
            submenu: [
              about,
              separator,
              settings,
              separator,
              ...(['services', 'hide', 'hideOthers', 'unhide'] as const).map((role) => ({ role })),
              separator,
              { role: 'quit' as const }
            ]
          }
        ]
      : []),
    {
      label: '&File',
      submenu: [
        item('window.new', 'New window'),
        separator,
        item('project.new', 'New project…'),
        item('project.open', 'Open project…'),
        openRecent,
        inNewWindow,
        item('project.sample', 'Open the sample project'),
        separator,
        item('import', 'Import runs…'),
        separator,
        item('project.close', 'Close project'),
        { role: 'close', label: 'Close window' },
        ...(isMac ? [] : [separator, { role: 'quit' as const, label: 'Quit' }])
      ]
    },
    { role: 'editMenu', label: '&Edit' },
    {
      label: '&View',
      submenu: [
        ...pages
          .filter((page) => !isMac || page !== 'settings')
          .map((page) => (page === 'settings' ? settings : item(`page.${page}`, capital(page), 'radio'))),
        separator,
        {
          label: 'Theme',
          submenu: Object.entries(themes).map(([theme, label]) => item(`theme.${theme}`, label, 'radio'))
        },
        separator,
        { role: 'resetZoom', label: 'Actual size' },
        { role: 'zoomIn', label: 'Zoom in' },
        // Without Shift, as people press it; an item shows one of its keys.
        { role: 'zoomIn', accelerator: 'CommandOrControl+=', visible: false },
        { role: 'zoomOut', label: 'Zoom out' },
        { role: 'togglefullscreen', label: 'Full screen' },
        separator,
        { role: 'reload', label: 'Reload' },
        ...(now.developer ? [{ role: 'toggleDevTools' as const }] : [])
      ]
    },
    {
      role: 'window',
      label: '&Window',
      submenu: [{ role: 'minimize' }, { role: 'zoom' }, ...windows]
    },
    {
      role: 'help',
      label: '&Help',
      submenu: [
        item('tour', 'Take the tour'),
        item('palette', 'All actions…'),
        item('shortcuts', 'Keyboard shortcuts'),
        ...(isMac ? [] : [separator, about])
      ]
    }
  ]
}

/**
 * Keys are shown and not registered: the page does what they say, and would else do it twice. On a Mac, where all keys of
 * menus are live, the page hears them first and keeps what it has done to itself. Letters alone belong to what has the focus.
 */
function keysOf(action: OfferedAction | undefined): Pick<Item, 'accelerator' | 'registerAccelerator'> {
  if (!action?.keys?.startsWith('Mod+')) return {}
  return { accelerator: action.keys.replace('Mod', 'CommandOrControl'), registerAccelerator: false }
}

/** Names are somebody's own: an ampersand is no mark for a key, and a long one is cut. */
function labelOf(name: string, folder: string): string {
  const text = `${name} (${folder})`
  return (text.length > longestLabel ? `${text.slice(0, longestLabel - 1)}…` : text).replaceAll('&', '&&')
}

function capital(word: string): string {
  return word[0].toUpperCase() + word.slice(1)
}
