import type { HistogramMode } from '../state/tab-views'

export const modes: readonly { value: HistogramMode; label: string; hint: string }[] = [
  { value: 'offset', label: 'Offset', hint: 'One behind the other, the latest in front' },
  { value: 'overlay', label: 'Overlay', hint: 'On top of each other, the latest strongest' },
  {
    value: 'distribution',
    label: 'Distribution',
    hint: 'Bands between the percentiles 0, 6.68, 15.87, 30.85, 50, 69.15, 84.13, 93.32 and 100'
  },
  { value: 'heatmap', label: 'Heatmap', hint: 'A column for each histogram, colour is count' }
]
