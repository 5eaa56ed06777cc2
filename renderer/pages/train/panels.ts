/** The panels of Train, in the order in which they are read, and the layouts that come with them. */
import { column, group, row } from '../../ui/workspace/layout'
import type { NamedLayout } from '../../ui/workspace/layouts'
import type { PanelSpec } from '../../ui/workspace/fit'

export const panels: readonly PanelSpec[] = [
  { id: 'queue', title: 'Runs', least: { width: 260, height: 200 }, rank: 4, fluid: false, foldsInto: ['run'] },
  { id: 'curves', title: 'Loss and accuracy', least: { width: 420, height: 240 }, rank: 5, fluid: true },
  {
    id: 'rates',
    title: 'Learning rates',
    least: { width: 420, height: 240 },
    rank: 3,
    fluid: true,
    foldsInto: ['curves']
  },
  {
    id: 'activations',
    title: 'Activations',
    least: { width: 420, height: 180 },
    rank: 2,
    fluid: true,
    foldsInto: ['curves']
  },
  { id: 'run', title: 'Run', least: { width: 260, height: 200 }, rank: 1, fluid: false, foldsInto: ['queue'] }
]

/** Sizes as in a window of 1440 x 900. */
export const presets: readonly [NamedLayout, ...NamedLayout[]] = [
  {
    name: 'Training',
    layout: {
      root: row([
        group(['queue'], 320),
        column([group(['curves', 'rates'], 467), group(['activations'], 345)], 732),
        group(['run'], 300)
      ]),
      hidden: [],
      recent: []
    }
  },
  {
    name: 'Layer health',
    layout: {
      root: row([group(['queue', 'run'], 320), group(['curves', 'rates'], 460), group(['activations'], 572)]),
      hidden: [],
      recent: []
    }
  }
]
