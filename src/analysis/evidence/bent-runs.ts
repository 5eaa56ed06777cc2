/**
 * Runs without phases that bend as smoothly as given runs do: what states of rules of change gain on them, they gain from
 * following a curve piece by piece. Beside a linear regime these are the second kind of surrogates that such states have to beat: an
 * S-shaped drift is no linear regime, and two rules explain it better than one.
 */
import { bridged } from '../../hmm/cells'
import type { Sequence } from '../../hmm/types'
import type { Rng } from '../../numeric/rng'
import { addCorrelated, factorOf } from './surrogates'

/** Runs are smoothed over this share of their length to each side: wider than a change between phases, and like a bend. */
const REACH = 0.15

/** The smooth path of one run, and the noise about it: enough to draw any number of surrogates. */
export interface BentRun {
  /** [T, D] */
  path: Float64Array
  /** Packed Cholesky factor of the covariance of the noise, [P]. */
  noiseFactor: Float64Array
  own: Sequence
}

/**
 * The path is that of local straight lines under a triangular weight (Cleveland 1979, JASA 74, 829, without its second pass);
 * the noise has the size of the second differences that the path does not have.
 * @param run [T, D] with at least three rows; missing cells are bridged by straight lines.
 */
export function bentRun(run: Sequence): BentRun {
  const { rows, columns } = run
  const { data } = run.missing ? bridged(run, new Float64Array(columns)) : run
  const half = Math.max(1, Math.round(REACH * rows))
  const path = new Float64Array(rows * columns)
  const [level, slope] = [new Float64Array(columns), new Float64Array(columns)]
  for (let t = 0; t < rows; t++) {
    let [w, wt, wtt] = [0, 0, 0]
    level.fill(0)
    slope.fill(0)
    for (let u = Math.max(0, t - half); u <= Math.min(rows - 1, t + half); u++) {
      const apart = u - t
      const weight = half + 1 - Math.abs(apart)
      w += weight
      wt += weight * apart
      wtt += weight * apart * apart
      for (let d = 0; d < columns; d++) {
        level[d] += weight * data[u * columns + d]
        slope[d] += weight * apart * data[u * columns + d]
      }
    }
    for (let d = 0; d < columns; d++) path[t * columns + d] = (wtt * level[d] - wt * slope[d]) / (w * wtt - wt * wt)
  }
  const rest = data.map((value, p) => value - path[p])
  const second = Float64Array.from({ length: (rows - 2) * columns }, (_, p) => {
    return (rest[p + 2 * columns] - 2 * rest[p + columns] + rest[p]) / Math.sqrt(6)
  })
  return { path, noiseFactor: factorOf(second, columns), own: run }
}

/** One surrogate. Cells that the run lacks it lacks, too. */
export function surrogateOfBent({ path, noiseFactor, own }: BentRun, rng: Rng): Sequence {
  const { rows, columns } = own
  const data = path.slice()
  const white = new Float64Array(columns)
  for (let t = 0; t < rows; t++) addCorrelated(noiseFactor, white, rng, data, t * columns, 1)
  if (own.missing) for (let p = 0; p < data.length; p++) if (Number.isNaN(own.data[p])) data[p] = NaN
  return { ...own, data }
}
