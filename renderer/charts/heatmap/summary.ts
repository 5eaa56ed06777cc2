/** What a heatmap says in numbers: shares outside, how far its histograms have moved, and means over some of its columns. */
import type { PackedHeatmap } from '../../../src/contract/runs'
import { nearestIndex } from '../time-axis'
import type { Range } from '../scales'

/** What of a heatmap is counted: its bins, and what lies outside of them. */
type Counted = Pick<PackedHeatmap, 'counts' | 'underflow' | 'overflow' | 'edges'>

/** Histograms whose total variation from the first is at least this have clearly moved: a fifth of the values are elsewhere. */
export const clearlyMoved = 0.2
/** Which part of the columns, the last of them, stands for what a layer does by now. */
const lastPart = 0.25

/** The values that a heatmap spans. */
export function rangeOf({ edges }: Pick<PackedHeatmap, 'edges'>): Range {
  return { min: edges[0], max: edges[edges.length - 1] }
}

/** How many values each column has, in range or out of it: [columns]. */
export function valuesOf({ counts, underflow, overflow, edges }: Counted): Float64Array {
  const bins = edges.length - 1
  return Float64Array.from(underflow, (below, i) => {
    let sum = below + overflow[i]
    for (let b = 0; b < bins; b++) sum += counts[i * bins + b]
    return sum
  })
}

/**
 * How many values of each column lie below and above a range, [columns] each. A bin across the end of the range counts by the part
 * of it that lies beyond.
 */
export function countsOutside(map: Counted, range: Range = rangeOf(map)): { below: Float64Array; above: Float64Array } {
  const { counts, underflow, overflow, edges } = map
  const bins = edges.length - 1
  const below = Float64Array.from(underflow)
  const above = Float64Array.from(overflow)
  for (let b = 0; b < bins; b++) {
    const width = edges[b + 1] - edges[b]
    const under = Math.min(1, (range.min - edges[b]) / width)
    const over = Math.min(1, (edges[b + 1] - range.max) / width)
    if (!(under > 0) && !(over > 0)) continue
    for (let i = 0; i < below.length; i++) {
      if (under > 0) below[i] += under * counts[i * bins + b]
      if (over > 0) above[i] += over * counts[i * bins + b]
    }
  }
  return { below, above }
}

/** The column with the largest share of its values outside of the heatmap's range, and that share; null where none has any. */
export function mostOutside(map: Counted): { at: number; share: number } | null {
  const { below, above } = countsOutside(map)
  let found: { at: number; share: number } | null = null
  valuesOf(map).forEach((values, at) => {
    const share = (below[at] + above[at]) / values
    if (share > (found?.share ?? 0)) found = { at, share }
  })
  return found
}

/**
 * How far two columns are apart: half the sum of the differences of their shares, over all bins and both sides outside. 0 where
 * they are alike, 1 where they have nothing in common (the total variation distance); NaN where one has no values.
 */
export function totalVariation({ counts, underflow, overflow, edges }: Counted, i: number, j: number): number {
  const bins = edges.length - 1
  const sum = (column: number): number => {
    let total = underflow[column] + overflow[column]
    for (let b = 0; b < bins; b++) total += counts[column * bins + b]
    return total
  }
  const [values, others] = [sum(i), sum(j)]
  const apart = (a: number, b: number): number => Math.abs(a / values - b / others)
  let distance = apart(underflow[i], underflow[j]) + apart(overflow[i], overflow[j])
  for (let b = 0; b < bins; b++) distance += apart(counts[i * bins + b], counts[j * bins + b])
  return distance / 2
}

/**
 * When the histograms had clearly moved from the first one that has values, and how far they are from it at last and at most.
 * Null where there are not two to compare.
 */
export function movementOf(map: Counted): { at: number | null; last: number; most: number } | null {
  const values = valuesOf(map)
  const filled = [...values.keys()].filter((i) => values[i] > 0)
  if (filled.length < 2) return null
  const distances = filled.map((i) => totalVariation(map, filled[0], i))
  const first = distances.findIndex((distance) => distance >= clearlyMoved)
  return {
    at: first < 0 ? null : filled[first],
    last: distances[distances.length - 1],
    most: distances.reduce((best, distance) => (distance > best ? distance : best), 0)
  }
}

/** A histogram over several columns: each counts the same, however many values it has. */
export interface MeanHistogram {
  /** [bins + 1]. */
  edges: Float64Array
  /** Share of the values in each bin, [bins]; with `below` and `above` they sum to 1. */
  shares: Float64Array
  below: number
  above: number
  /** Of how many columns it is the mean. */
  columns: number
}

/**
 * The mean of the histograms of some columns, as shares of their values.
 * @param wanted which columns; those without values are left out
 * @returns null where no column is left
 */
export function meanHistogram(map: Counted, wanted: (column: number) => boolean = () => true): MeanHistogram | null {
  const { counts, underflow, overflow, edges } = map
  const bins = edges.length - 1
  const shares = new Float64Array(bins)
  let [below, above, columns] = [0, 0, 0]
  valuesOf(map).forEach((values, i) => {
    if (!(values > 0 && values < Infinity) || !wanted(i)) return
    columns += 1
    below += underflow[i] / values
    above += overflow[i] / values
    for (let b = 0; b < bins; b++) shares[b] += counts[i * bins + b] / values
  })
  if (columns === 0) return null
  return {
    edges,
    shares: shares.map((share) => share / columns),
    below: below / columns,
    above: above / columns,
    columns
  }
}

/** The first of the last columns, which stand for what a layer does by now. */
export function lastColumns(columns: number): number {
  return columns - Math.ceil(columns * lastPart)
}

/** Where a run was when: the state of each of its points, and when they were recorded, ascending. */
export interface StatePath {
  states: ArrayLike<number>
  times: ArrayLike<number>
}

/** The state of each column: that of the nearest point; null before the first point and after the last. */
export function statesOf(epochs: ArrayLike<number>, { states, times }: StatePath): (number | null)[] {
  const points = Math.min(states.length, times.length)
  return Array.from(epochs, (epoch) => {
    if (points === 0 || !(epoch >= times[0] && epoch <= times[points - 1])) return null
    return states[nearestIndex(times, epoch)]
  })
}

/** The mean histogram of the columns of each state that has some, by the state's index. */
export function meansByState(map: PackedHeatmap, path: StatePath): Map<number, MeanHistogram> {
  const states = statesOf(map.epochs, path)
  const found = new Map<number, MeanHistogram>()
  for (const state of new Set(states)) {
    const mean = state === null ? null : meanHistogram(map, (column) => states[column] === state)
    if (mean) found.set(state!, mean)
  }
  return found
}
