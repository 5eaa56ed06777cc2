import type { PackedHeatmap } from '../../../../src/contract/runs'

/**
 * A heatmap of given columns; what is not said is 0.
 * @param rows each column: below the range, in each bin, above it
 */
export function heatmapWith(
  edges: readonly number[],
  rows: readonly (readonly number[])[],
  more: Partial<PackedHeatmap> = {}
): PackedHeatmap {
  const zero = new Float64Array(rows.length)
  return {
    runId: 'a',
    tag: 'activations/fc1',
    steps: zero.map((_, i) => i),
    epochs: zero.map((_, i) => i),
    counts: Float32Array.from(rows.flatMap((row) => row.slice(1, -1))),
    underflow: Float32Array.from(rows, (row) => row[0]),
    overflow: Float32Array.from(rows, (row) => row[row.length - 1]),
    edges: Float64Array.from(edges),
    means: zero,
    stds: zero,
    zeros: zero,
    nonFinite: zero,
    rebinned: false,
    total: rows.length,
    ...more
  }
}
