/** The tabs of Explore, in their order. A new one is a row here and a component beside `scalars`. */
import type { Component } from 'vue'
import AudioTab from './audio/AudioTab.vue'
import GraphTab from './graph/GraphTab.vue'
import HistogramsTab from './histograms/HistogramsTab.vue'
import HparamsTab from './hparams/HparamsTab.vue'
import ImagesTab from './images/ImagesTab.vue'
import PrTab from './pr/PrTab.vue'
import ScalarsTab from './scalars/ScalarsTab.vue'
import TextTab from './text/TextTab.vue'
import { graphKinds } from './kinds'

export interface ExploreTab {
  id: string
  label: string
  /** Kinds of tags that it shows; it is dimmed while no run has any of them. */
  kinds: readonly string[]
  /** Every run that was trained here has something to show, whatever it has recorded. */
  ofOwnRuns?: boolean
  component: Component
}

export const exploreTabs: readonly ExploreTab[] = [
  { id: 'scalars', label: 'Scalars', kinds: ['scalars'], component: ScalarsTab },
  { id: 'histograms', label: 'Histograms', kinds: ['histograms'], component: HistogramsTab },
  { id: 'images', label: 'Images', kinds: ['images'], component: ImagesTab },
  { id: 'audio', label: 'Audio', kinds: ['audio'], component: AudioTab },
  { id: 'text', label: 'Text', kinds: ['text'], component: TextTab },
  { id: 'pr', label: 'PR curves', kinds: ['pr_curves'], component: PrTab },
  { id: 'hparams', label: 'HParams', kinds: ['hparams'], ofOwnRuns: true, component: HparamsTab },
  { id: 'graph', label: 'Graph', kinds: graphKinds, component: GraphTab }
]
