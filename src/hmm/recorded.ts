/**
 * Rows as they were recorded, in the kernels: cells that count one by one, of rows or of changes, where neither covariances
 * nor rules connect features, and changes that count as a whole where they do. A missing cell, or a change with one, is left
 * out of the sums. What the kernels read, and their sums as the M-step reads them.
 */
import { packedLength } from '../numeric/linear'
import { LOG_TWO_PI } from '../numeric/log-space'
import type { ChangeSums } from './changes'
import type { EmissionTable } from './emissions'
import type { SufficientStatistics } from './mstep'
import { placeRows } from './rows'
import type { RowBlocks } from './rows'
import type { Recorded, Places } from './simd/layout'
import { packPanels, panelsLength, unpackPanelSums } from './simd/panels'
import type { Sequence } from './types'

/** The rows as they were recorded into their blocks, [D][4] each, with NaN for missing cells. */
export function placeRecorded({ shape, kind }: Recorded, places: Places, sequences: readonly Sequence[]): RowBlocks {
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

/** Rules or noise that connect features into the kernels' memory: variances, or factors over sqrt 2. */
export function loadRules(
  { states, features, kind, means, weights, rules, peaks }: EmissionTable,
  places: Places
): void {
  places.peaks.values.set(peaks)
  places.means.values.set(means)
  places.rules.values.set(rules!)
  if (kind === 'diag') weights.forEach((weight, p) => (places.table.values[p] = -0.5 * weight))
  else
    for (let k = 0; k < (kind === 'full' ? states : 1); k++) {
      const [from, to] = [k * packedLength(features), k * panelsLength(features)]
      packPanels(weights, from, features, Math.SQRT1_2, places.factors.values, to)
    }
}

/** Sums over whole changes from the outer products of rows, those that follow them, and 1. */
export function collectRules({ secondSums }: Places, features: number, sums: ChangeSums): void {
  const { x, y, xx, xy, yy, count } = sums
  const size = 2 * features + 1
  const outer = new Float64Array(packedLength(size))
  const at = (i: number, j: number): number => outer[packedLength(i) + j]
  for (let k = 0, p = 0, q = 0, r = 0; k < count.length; k++) {
    unpackPanelSums(secondSums.values, k * 2 * panelsLength(size), size, outer, 0)
    count[k] = at(2 * features, 2 * features)
    for (let i = 0; i < features; i++, p++) {
      x[p] = at(2 * features, i)
      y[p] = at(2 * features, features + i)
      for (let j = 0; j < features; j++, q++) xy[q] = at(features + j, i)
      for (let j = 0; j <= i; j++, r++) {
        xx[r] = at(i, j)
        yy[r] = at(features + i, features + j)
      }
    }
  }
}
