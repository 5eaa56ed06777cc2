/** A page of panels: what can be done with them, whichever way somebody asks for it. */
import { computed, ref } from 'vue'
import type { ComputedRef, InjectionKey, Ref } from 'vue'
import type { MenuItem } from '../MenuButton.vue'
import { fit, isHandle } from './fit'
import type { PanelSpec, Shown, ShownGroup } from './fit'
import { activate, dock, hide, isHidden, panelsOf, show } from './layout'
import type { Layout, Place, Side } from './layout'

export interface Workspace {
  /** All of the page that there is something to show of. */
  panels: ComputedRef<readonly PanelSpec[]>
  layout: ComputedRef<Layout>
  change(next: Layout): void
  /** The size that there is, in CSS pixels. */
  room: Ref<{ width: number; height: number }>
  shown: ComputedRef<Shown>
  /** The panel that has the whole page. */
  maximised: Ref<string | null>
  /** The one that somebody has been at last. */
  current: Ref<string | null>
  /** Whose menu is to have the focus next, and whether it is to be open. */
  wanted: Ref<{ panel: string; open: boolean } | null>
  isShown(panel: string): boolean
  move(panel: string, place: Place): void
  close(panel: string): void
  open(panel: string): void
  /** In front of its group, wherever that is; what is closed stays closed. */
  reveal(panel: string): void
  toggle(panel: string): void
  /** Opens the menu that moves it. */
  begin(panel: string): void
  menuOf(panel: string): MenuItem[]
}

/** What the frame of a panel has to know of its place. */
export interface Dock {
  id: string
  tabs: ComputedRef<readonly { id: string; title: string; front: boolean }[]>
  maximised: ComputedRef<boolean>
  /** What its content needs where there is less. */
  least: ComputedRef<{ width: number; height: number } | null>
  menu: ComputedRef<MenuItem[]>
  title: ComputedRef<string>
  choose(panel: string): void
  toggle(): void
  grab(event: PointerEvent, panel: string): void
}
export const dockKey: InjectionKey<Dock> = Symbol('dock')

const directions: readonly { side: Side; of: string; along: string }[] = [
  { side: 'left', of: 'Move left of', along: 'All, along the left side' },
  { side: 'right', of: 'Move right of', along: 'All, along the right side' },
  { side: 'above', of: 'Move above', along: 'All, along the top' },
  { side: 'below', of: 'Move below', along: 'All, along the bottom' }
]

export function createWorkspace(
  panels: () => readonly PanelSpec[],
  layout: { get(): Layout; set(next: Layout): void }
): Workspace {
  const all = computed(panels)
  const now = computed(layout.get)
  const room = ref({ width: 0, height: 0 })
  const maximised = ref<string | null>(null)
  const current = ref<string | null>(null)
  const wanted = ref<{ panel: string; open: boolean } | null>(null)
  const titleOf = (id: string): string => all.value.find((panel) => panel.id === id)?.title ?? id
  const inPlace = computed(() => panelsOf(now.value.root).filter((id) => all.value.some((panel) => panel.id === id)))
  const isShown = (panel: string): boolean => inPlace.value.includes(panel)

  const shown = computed((): Shown => {
    const { width, height } = room.value
    if (width <= 0 || height <= 0) return { items: [] }
    const alone = maximised.value
    if (alone !== null && isShown(alone)) {
      const box = { left: 0, top: 0, width, height }
      return { items: [{ panels: [alone], front: alone, anchor: alone, box }] }
    }
    return fit(now.value, all.value, width, height)
  })
  const groups = computed(() => shown.value.items.filter((item): item is ShownGroup => !isHandle(item)))

  function move(panel: string, place: Place): void {
    maximised.value = null
    layout.set(dock(now.value, panel, place))
    current.value = panel
    wanted.value = { panel, open: false }
  }
  function close(panel: string): void {
    if (maximised.value === panel) maximised.value = null
    layout.set(hide(now.value, panel))
    const next = inPlace.value[0]
    if (next !== undefined) wanted.value = { panel: frontWith(next), open: false }
  }
  function open(panel: string): void {
    maximised.value = null
    const spec = all.value.find(({ id }) => id === panel)
    if (isHidden(now.value, panel)) layout.set(show(now.value, panel, spec?.foldsInto))
    else layout.set(activate(now.value, panel))
    current.value = panel
    wanted.value = { panel, open: false }
  }
  function reveal(panel: string): void {
    if (isShown(panel) && frontWith(panel) !== panel) layout.set(activate(now.value, panel))
  }
  function toggle(panel: string): void {
    maximised.value = maximised.value === panel ? null : panel
    if (maximised.value === null) layout.set(activate(now.value, panel))
    current.value = panel
  }
  function begin(panel: string): void {
    reveal(panel)
    current.value = panel
    wanted.value = { panel, open: true }
  }
  /** Which panel of its group is in front. */
  function frontWith(panel: string): string {
    return groups.value.find((one) => one.panels.includes(panel))?.front ?? panel
  }

  function menuOf(panel: string): MenuItem[] {
    const others = inPlace.value.filter((other) => other !== panel)
    const alone = others.length === 0
    const group = groups.value.find((one) => one.panels.includes(panel))
    const apart = others.filter((other) => !group?.panels.includes(other))
    return [
      { label: maximised.value === panel ? 'Restore' : 'Maximise', disabled: alone, run: () => toggle(panel) },
      ...directions.map(({ side, of, along }): MenuItem => ({
        label: of,
        disabled: alone,
        items: [
          ...others.map((other) => ({
            label: titleOf(other),
            run: () => move(panel, { at: 'side', of: [other], side })
          })),
          { label: along, run: () => move(panel, { at: 'edge', side }) }
        ]
      })),
      {
        label: 'Into a tab with',
        disabled: apart.length === 0,
        items: apart.map((other) => ({ label: titleOf(other), run: () => move(panel, { at: 'tab', of: other }) }))
      },
      { label: 'Hide', disabled: alone, run: () => close(panel) }
    ]
  }

  return {
    panels: all,
    layout: now,
    change: layout.set,
    room,
    shown,
    maximised,
    current,
    wanted,
    isShown,
    move,
    close,
    open,
    reveal,
    toggle,
    begin,
    menuOf
  }
}
