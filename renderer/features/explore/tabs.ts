/** The dashboards, in the order of their tabs. A new one is a row here and a component beside `scalars`. */
import type { Component } from 'vue'
import ScalarsTab from './scalars/ScalarsTab.vue'

export interface BoardTab {
  id: string
  label: string
  /** Kinds of tags that it shows; it is dimmed while no run has any of them. */
  kinds: readonly string[]
  component: Component
}

export const boardTabs: readonly BoardTab[] = [
  { id: 'scalars', label: 'Scalars', kinds: ['scalars'], component: ScalarsTab }
]
