/** Whether a state and its neighbour are two levels, or two slices of one slope. */
import type { Sequence } from '../../hmm/types'
import { segmentsOf } from '../trajectory'

/** A change of state counts when so many of the runs make it. */
const LEAST_SHARE = 0.15
/** Fewest points of a visit that shows whether it is level. */
const LEAST_VISIT = 3

/**
 * How many of the states are only slices. Over every two visits that follow each other, the squares about one straight line
 * through both are held against those about a mean for each, summed over features and runs: between two states where the line
 * leaves less, there is no step, and they count as one.
 * @param sequences scaled; missing cells count nowhere.
 * @param paths states of their rows.
 */
export function slicesOf(sequences: readonly Sequence[], paths: readonly ArrayLike<number>[], states: number): number {
  const pairs = new Map<number, { a: number; b: number; count: number; levels: number; line: number }>()
  sequences.forEach((sequence, r) => {
    const visits = segmentsOf(paths[r])
    for (let i = 0; i + 1 < visits.length; i++) {
      const [before, after] = [visits[i], visits[i + 1]]
      if (before.end - before.start < LEAST_VISIT || after.end - after.start < LEAST_VISIT) continue
      const [a, b] = [Math.min(before.state, after.state), Math.max(before.state, after.state)]
      const pair = pairs.get(a * states + b) ?? { a, b, count: 0, levels: 0, line: 0 }
      pairs.set(a * states + b, pair)
      pair.count += 1
      for (let d = 0; d < sequence.columns; d++) {
        pair.levels += squaresOf(sequence, d, before.start, before.end).level
        pair.levels += squaresOf(sequence, d, after.start, after.end).level
        pair.line += squaresOf(sequence, d, before.start, after.end).line
      }
    }
  })
  // States joined by slices are one: each that joins two groups makes them fewer by one.
  const group = Array.from({ length: states }, (_, k) => k)
  const rootOf = (k: number): number => (group[k] === k ? k : rootOf(group[k]))
  let slices = 0
  for (const { a, b, count, levels, line } of pairs.values()) {
    if (count < LEAST_SHARE * sequences.length || line >= levels || rootOf(a) === rootOf(b)) continue
    group[rootOf(a)] = rootOf(b)
    slices += 1
  }
  return slices
}

/** Of what is recorded of a feature in rows from..to - 1: squares about the mean, and about the best straight line. */
function squaresOf({ data, columns }: Sequence, d: number, from: number, to: number): { level: number; line: number } {
  let [count, meanX, meanT, xx, tt, xt] = [0, 0, 0, 0, 0, 0]
  for (let t = from; t < to; t++) {
    const x = data[t * columns + d]
    if (Number.isNaN(x)) continue
    count += 1
    // Welford 1962, for two columns.
    const [ofX, ofT] = [x - meanX, t - meanT]
    meanX += ofX / count
    meanT += ofT / count
    xx += ofX * (x - meanX)
    tt += ofT * (t - meanT)
    xt += ofX * (t - meanT)
  }
  return { level: xx, line: tt > 0 ? Math.max(0, xx - (xt * xt) / tt) : xx }
}
