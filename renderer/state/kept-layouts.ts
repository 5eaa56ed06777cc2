/** Layouts of a page of panels as a project keeps them. Anything of it may be damaged, or be of another version. */
import { computed } from 'vue'
import { z } from 'zod'
import { healed, isSameArrangement, panelsOf, sides } from '../ui/workspace/layout'
import type { Layout, LayoutNode } from '../ui/workspace/layout'
import type { Layouts, NamedLayout } from '../ui/workspace/layouts'
import type { PanelSpec } from '../ui/workspace/fit'
import { createWorkspace } from '../ui/workspace/workspace'
import type { Workspace } from '../ui/workspace/workspace'
import { provideActions } from './actions'
import type { Action } from './actions'
import { keptView } from './kept-view'

const mostPanels = 60
const mostOwn = 50
/** No hand has ever nested panels as deep. */
const mostNested = 8

const panel = z.string().min(1).max(60)
const size = z.number().min(1).max(100_000).catch(300)
const tabs = z.object({ panels: z.array(panel).min(1).max(mostPanels), size })
/** As deep as it may be, so that what somebody has nested a thousand times is not followed. */
const node = Array.from({ length: mostNested }).reduce<z.ZodType<LayoutNode>>(
  (inner) =>
    z.union([tabs, z.object({ axis: z.enum(['x', 'y']), children: z.array(inner).min(1).max(mostPanels), size })]),
  tabs
)
const place = z.union([
  z.object({ at: z.literal('tab'), of: panel }),
  z.object({ at: z.literal('side'), of: z.array(panel).max(mostPanels), side: z.enum(sides) }),
  z.object({ at: z.literal('edge'), side: z.enum(sides) })
])
const layout: z.ZodType<Layout> = z.object({
  root: node,
  hidden: z
    .array(z.object({ panel, home: place.nullable().catch(null), size }))
    .max(mostPanels)
    .catch([]),
  recent: z.array(panel).max(mostPanels).catch([])
})
const named = z.object({ name: z.string().trim().min(1).max(60), layout })

export const layoutsShape = {
  /** Null: that of the first preset. */
  layout: layout.nullable().catch(null),
  /** Which one was chosen last. */
  base: z.string().max(60).nullable().catch(null),
  /** One that is damaged takes none of the others with it. */
  own: z
    .array(z.unknown())
    .catch([])
    .transform((list): NamedLayout[] => list.flatMap((one) => named.safeParse(one).data ?? []).slice(0, mostOwn))
}

/** What a page remembers of its panels, and whatever else it adds. */
const shape = z.object(layoutsShape)
export const useTrainLayouts = keptView('layout-train', shape)

type Kept = z.output<typeof shape>

/**
 * The panels of a page, arranged as its project has kept it.
 * @param panels all that the page knows, in the order of its menu
 * @param present whether there is something to show of a panel now; else it keeps its place
 */
export function useKeptWorkspace(
  store: { view: Kept },
  panels: readonly PanelSpec[],
  presets: readonly [NamedLayout, ...NamedLayout[]],
  present: (panel: string) => boolean = () => true
): { workspace: Workspace; layouts: Layouts } {
  const ids = panels.map(({ id }) => id)
  const usual = presets[0].layout
  const heal = (read: Layout | null): Layout => healed(read, ids, usual)
  const workspace = createWorkspace(() => panels.filter(({ id }) => present(id)), {
    get: () => heal(store.view.layout),
    set: (next) => (store.view.layout = next)
  })
  const own = computed(() => store.view.own)
  const every = computed(() => [...presets, ...own.value])
  const base = computed(() => every.value.find(({ name }) => name === store.view.base) ?? presets[0])
  const isShown = (one: NamedLayout): boolean => isSameArrangement(heal(one.layout), workspace.layout.value)

  const layouts: Layouts = {
    presets,
    own,
    base: computed(() => base.value.name),
    current: computed(() => (isShown(base.value) ? base.value : every.value.find(isShown))?.name ?? null),
    apply(chosen) {
      workspace.maximised.value = null
      store.view.layout = heal(chosen.layout)
      store.view.base = chosen.name
    },
    reset: () => layouts.apply(base.value),
    save(name) {
      const kept = { name, layout: workspace.layout.value }
      const at = store.view.own.findIndex((one) => one.name === name)
      store.view.own = at < 0 ? [...store.view.own, kept] : store.view.own.with(at, kept)
      store.view.base = name
    },
    problemOf(name, own) {
      const wanted = name.trim()
      if (!wanted) return 'A layout needs a name.'
      if (presets.some((preset) => preset.name === wanted)) return `${wanted} is a preset; choose another name.`
      if (wanted !== own && store.view.own.some((one) => one.name === wanted))
        return `There is a layout ${wanted} already.`
      if (store.view.own.length >= mostOwn && !store.view.own.some((one) => one.name === own))
        return `A project keeps at most ${mostOwn} layouts; remove one first.`
      return null
    },
    rename(name, to) {
      store.view.own = store.view.own.map((one) => (one.name === name ? { ...one, name: to } : one))
      if (store.view.base === name) store.view.base = to
    },
    remove(name) {
      store.view.own = store.view.own.filter((one) => one.name !== name)
    }
  }

  /** By name, as the palette and the menus of the window have them. */
  provideActions((): Action[] => {
    const shown = panelsOf(workspace.layout.value.root).filter(present)
    const at = workspace.maximised.value ?? workspace.current.value
    const here = panels.find(({ id }) => id === (at !== null && shown.includes(at) ? at : shown[0]))
    return [
      ...(here && shown.length > 1
        ? [
            {
              id: 'panel.maximise',
              title: workspace.maximised.value === null ? `Maximise ${here.title}` : `Restore ${here.title}`,
              about: 'panel',
              run: () => workspace.toggle(here.id)
            }
          ]
        : []),
      ...every.value.map((one) => ({
        id: `layout.${one.name}`,
        title: `Layout: ${one.name}`,
        on: layouts.current.value === one.name,
        run: () => layouts.apply(one)
      })),
      {
        id: 'layout.reset',
        title: `Reset the layout to ${base.value.name}`,
        run: () => layouts.reset()
      },
      ...panels
        .filter(({ id }) => present(id))
        .flatMap(({ id, title }): Action[] =>
          shown.includes(id)
            ? [
                ...(shown.length > 1
                  ? [{ id: `panel.hide.${id}`, title: `Hide ${title}`, about: 'panel', run: () => workspace.close(id) }]
                  : []),
                {
                  id: `panel.move.${id}`,
                  title: `Move ${title}…`,
                  about: 'panel',
                  run: () => workspace.begin(id)
                }
              ]
            : [{ id: `panel.show.${id}`, title: `Show ${title}`, about: 'panel', run: () => workspace.open(id) }]
        )
    ]
  })

  return { workspace, layouts }
}
