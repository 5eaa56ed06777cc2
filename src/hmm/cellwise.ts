/**
 * Cells that count one by one, of rows or of changes, in the kernels: where neither covariances nor rules connect features,
 * a missing cell is left out of sums over cells. What the kernels read, and their sums as the M-step reads them.
 */
import { LOG_TWO_PI } from '../numeric/logSpace'
import type { ChangeSums } from './changes'
import type { EmissionTable } from './emissions'
import type { SufficientStatistics } from './mstep'
import { placeRows } from './rows'
import type { RowBlocks } from './rows'
import type { Cellwise, Places } from './simd/layout'
import type { Sequence } from './types'

/** The rows as they were recorded into their blocks, [D][4] each, with NaN for missing cells. */
export function placeRecorded({ shape, kind }: Cellwise, places: Places, sequences: readonly Sequence[]): RowBlocks {
  const { recorded } = places
  if (kind === 'cells') return placeRows(shape, recorded, sequences)
  // What follows the last row of a sequence is missing, and so is no change.
  recorded.values.fill(NaN)
  return placeRows(shape, recorded, sequences, NaN)
}

/** Densities into the kernels' table: per pair of states and feature mean, -1/2 / variance, peak, and the rule of changes. */
export function loadCellwise({ states, features, means, weights, rules }: EmissionTable, places: Places): void {
  const { table, peaks } = places
  const numbers = rules ? 8 : 6
  table.values.fill(0)
  // The last of an odd number of states must win nowhere.
  peaks.values.fill(0, 0, states)
  peaks.values.fill(-Infinity, states)
  for (let k = 0, p = 0; k < states; k++) {
    let to = (k >> 1) * numbers * features + (k & 1)
    for (let d = 0; d < features; d++, p++, to += numbers) {
      table.values[to] = means[p]
      table.values[to + 2] = -0.5 * weights[p]
      table.values[to + 4] = 0.5 * (Math.log(weights[p]) - LOG_TWO_PI)
      if (rules) table.values[to + 6] = rules[p]
    }
  }
}

/** Adds up the two halves of the kernels' sums over cells. */
export function collectCells({ firstSums }: Places, { first, second, cells }: SufficientStatistics): void {
  const { values } = firstSums
  for (let p = 0, from = 0; p < first.length; p++, from += 6) {
    first[p] = values[from] + values[from + 1]
    second[p] = values[from + 2] + values[from + 3]
    cells![p] = values[from + 4] + values[from + 5]
  }
}

/** The same of sums over changes. */
export function collectChanges({ firstSums }: Places, { x, y, xx, xy, yy, count }: ChangeSums): void {
  const { values } = firstSums
  let from = 0
  for (let p = 0; p < x.length; p++)
    for (const sums of [x, y, xx, xy, yy, count]) {
      sums[p] = values[from] + values[from + 1]
      from += 2
    }
}
