/** The panels of Phases, in which they are read, and the layouts that come with them. */
import { z } from 'zod'
import { layoutsShape } from '../../../state/kept-layouts'
import { keptView } from '../../../state/kept-view'
import { column, group, row } from '../../../ui/workspace/layout'
import type { Closed, LayoutNode } from '../../../ui/workspace/layout'
import type { NamedLayout } from '../../../ui/workspace/layouts'
import type { PanelSpec } from '../../../ui/workspace/fit'

export const panels: readonly PanelSpec[] = [
  { id: 'map', title: 'Training map', least: { width: 300, height: 320 }, rank: 8, fluid: false },
  {
    id: 'profile',
    title: 'State profile',
    least: { width: 280, height: 180 },
    rank: 4,
    fluid: false,
    foldsInto: ['selection', 'inspector']
  },
  {
    id: 'selection',
    title: 'Choice of K',
    least: { width: 300, height: 220 },
    rank: 3,
    fluid: false,
    foldsInto: ['profile', 'inspector']
  },
  { id: 'metrics', title: 'Metrics', least: { width: 440, height: 300 }, rank: 9, fluid: true },
  { id: 'ribbon', title: 'State ribbon', least: { width: 400, height: 120 }, rank: 7, fluid: true },
  {
    id: 'activations',
    title: 'Activations',
    least: { width: 400, height: 180 },
    rank: 5,
    fluid: true,
    foldsInto: ['ribbon', 'metrics']
  },
  {
    id: 'inspector',
    title: 'Inspector',
    least: { width: 260, height: 220 },
    rank: 1,
    fluid: false,
    foldsInto: ['profile', 'selection', 'other', 'map']
  },
  {
    id: 'other',
    title: 'Other analysis',
    least: { width: 260, height: 220 },
    rank: 2,
    fluid: false,
    foldsInto: ['inspector', 'profile', 'map']
  },
  {
    id: 'otherMap',
    title: 'Other map',
    least: { width: 300, height: 240 },
    rank: 6,
    fluid: true,
    foldsInto: ['map']
  },
  {
    id: 'otherRibbon',
    title: 'Other ribbon',
    least: { width: 400, height: 120 },
    rank: 6,
    fluid: true,
    foldsInto: ['ribbon', 'metrics']
  }
]

const closed = (panel: string, size = 300): Closed => ({ panel, home: null, size })
const preset = (name: string, root: LayoutNode, hidden: readonly Closed[]): NamedLayout => ({
  name,
  layout: { root, hidden, recent: [] }
})

/** Sizes as in a window of 1440 x 900: the sides keep their widths, the views over time take the rest. */
export const presets: readonly [NamedLayout, ...NamedLayout[]] = [
  preset(
    'Grokking story',
    row([
      column([group(['map'], 488), group(['profile', 'selection'], 316)], 392),
      column([group(['metrics'], 322), group(['ribbon'], 206), group(['activations'], 276)], 660),
      group(['inspector'], 300)
    ]),
    [closed('other'), closed('otherMap'), closed('otherRibbon')]
  ),
  preset(
    'Layer health',
    row([
      column([group(['activations'], 590), group(['ribbon'], 206)], 760),
      column([group(['metrics'], 440), group(['profile', 'inspector', 'selection', 'map'], 360)], 560)
    ]),
    [closed('other'), closed('otherMap'), closed('otherRibbon')]
  ),
  preset(
    'Compare',
    row([
      column([group(['map'], 520), group(['ribbon'], 276)], 520),
      column([group(['otherMap'], 520), group(['otherRibbon'], 276)], 520),
      group(['other', 'inspector'], 300)
    ]),
    [closed('metrics', 322), closed('activations', 276), closed('selection'), closed('profile')]
  )
]

/** What a project remembers of Phases. */
export const usePhasesView = keptView(
  'layout-phases',
  z.object({
    ...layoutsShape,
    other: z
      .object({ id: z.string().max(200), states: z.number().int().nullable() })
      .nullable()
      .catch(null)
  })
)
