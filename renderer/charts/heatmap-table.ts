/** The counts of a heatmap as a table: a row for each recorded histogram, a column for each bin. */
import type { PackedHeatmap } from '../../src/contract/runs'
import type { DataTable } from '../ui/csv'

export function heatmapTable(map: PackedHeatmap): DataTable {
  const bins = map.edges.length - 1
  const knowsZeros = map.zeros.some((share) => !Number.isNaN(share))
  const header = [
    'step',
    'epoch',
    'mean',
    'std',
    ...(knowsZeros ? ['zero share'] : []),
    `below ${map.edges[0]}`,
    ...Array.from(map.edges.subarray(0, bins), (edge) => `from ${edge}`),
    `above ${map.edges[bins]}`
  ]
  const rows = Array.from(map.steps, (step, i) => [
    step,
    map.epochs[i],
    map.means[i],
    map.stds[i],
    ...(knowsZeros ? [map.zeros[i]] : []),
    map.underflow[i],
    ...map.counts.subarray(i * bins, (i + 1) * bins),
    map.overflow[i]
  ])
  return { header, rows }
}
