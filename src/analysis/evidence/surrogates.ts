/**
 * Runs without phases that drift as given runs do: what a number of states gains on them, it gains from slicing a slope.
 *
 * Each run is read as one linear regime per feature on its smoothed path, x[t+1] = a x[t] + b + e, with steps e that are
 * correlated between the features as in the run, plus measurement noise of the size that the second differences show.
 * (Surrogate data as a null hypothesis: Theiler et al. 1992, Physica D 58, 77; here the null is a linear regime.)
 */
import { bridged } from '../../hmm/cells'
import type { Sequence } from '../../hmm/types'
import { choleskyPacked, packedLength } from '../../numeric/linear'
import type { Rng } from '../../numeric/rng'

/** The path is smoothed over this many rows to each side. */
const HALF_WINDOW = 4
/** At most: a regime that grows without end says nothing about runs that were recorded. */
const MOST_PERSISTENT = 0.9999

/** How the pace of a run may slow down, as powers of time: 0 keeps it, 1 is that of a power law. */
const SLOWDOWNS = [0, 0.5, 1, 1.5]

/** One linear regime of all features of one run; enough to draw any number of surrogates. */
export interface LinearRegime {
  rows: number
  features: number
  /** First row of the smoothed path, [D]. */
  start: Float64Array
  /** Pace of every row but the last, 1 at the first, [rows - 1]. */
  pace: Float64Array
  /** x[t+1] = x[t] + pace[t] (rate x[t] + push + step), [D] each. */
  rate: Float64Array
  push: Float64Array
  /** Packed Cholesky factor of the covariance of the steps, [P]. */
  stepFactor: Float64Array
  /** Packed Cholesky factor of the covariance of the measurement noise, [P]. */
  noiseFactor: Float64Array
  /** The run itself, where cells of it are missing: its surrogates lack the same ones. */
  holes: Sequence | null
}

/** @param sequence at least three rows; missing cells are bridged by straight lines. */
export function linearRegime(sequence: Sequence): LinearRegime {
  const { rows, columns: features } = sequence
  const { data } = sequence.missing ? bridged(sequence, new Float64Array(features)) : sequence
  const path = smoothed(data, rows, features)
  const fits = SLOWDOWNS.map((power) => regimeAtPace(path, rows, features, power))
  const best = fits.reduce((one, other) => (other.misfit < one.misfit ? other : one))
  const second = new Float64Array(Math.max(1, rows - 2) * features)
  for (let t = 0; t + 2 < rows; t++)
    for (let d = 0; d < features; d++)
      second[t * features + d] =
        (data[(t + 2) * features + d] - 2 * data[(t + 1) * features + d] + data[t * features + d]) / Math.sqrt(6)
  if (sequence.missing) rescaleNoise(second, sequence)
  const { pace, rate, push, steps } = best
  return {
    holes: sequence.missing ? sequence : null,
    rows,
    features,
    start: path.slice(0, features),
    pace,
    rate,
    push,
    stepFactor: factorOf(steps, features),
    noiseFactor: factorOf(second, features)
  }
}

/**
 * Straight lines have no second differences: in a feature that is seldom recorded the noise would all but vanish. Each
 * column gets the size that its own points show, one recorded after the other.
 */
function rescaleNoise(second: Float64Array, { data, rows, columns }: Sequence): void {
  for (let d = 0; d < columns; d++) {
    const values: number[] = []
    for (let t = 0; t < rows; t++) if (!Number.isNaN(data[t * columns + d])) values.push(data[t * columns + d])
    let [own, bent] = [0, 0]
    for (let i = 0; i + 2 < values.length; i++) own += (values[i + 2] - 2 * values[i + 1] + values[i]) ** 2 / 6
    own /= Math.max(1, values.length - 2)
    for (let p = d; p < second.length; p += columns) bent += second[p] ** 2 / (second.length / columns)
    if (bent > 0) for (let p = d; p < second.length; p += columns) second[p] *= Math.sqrt(own / bent)
  }
}

interface PacedRegime {
  pace: Float64Array
  rate: Float64Array
  push: Float64Array
  /** What is left of every step, over its pace, [rows - 1, D]. */
  steps: Float64Array
  /** Half the negative log-likelihood of the steps up to constants, summed over the features. */
  misfit: number
}

function regimeAtPace(path: Float64Array, rows: number, features: number, power: number): PacedRegime {
  const count = rows - 1
  const pace = Float64Array.from({ length: count }, (_, t) => (t + 1) ** -power)
  const rate = new Float64Array(features)
  const push = new Float64Array(features)
  const steps = new Float64Array(count * features)
  // Each change is divided by its pace: then the steps are alike, and ordinary least squares is right.
  let misfit = 0
  for (let t = 0; t < count; t++) misfit += features * Math.log(pace[t])
  for (let d = 0; d < features; d++) {
    const changeOf = (t: number): number => (path[(t + 1) * features + d] - path[t * features + d]) / pace[t]
    let [meanX, meanY] = [0, 0]
    for (let t = 0; t < count; t++) {
      meanX += path[t * features + d] / count
      meanY += changeOf(t) / count
    }
    let [xy, xx, yy] = [0, 0, 0]
    for (let t = 0; t < count; t++) {
      const x = path[t * features + d] - meanX
      const y = changeOf(t) - meanY
      xy += x * y
      xx += x * x
      yy += y * y
    }
    rate[d] = xx > 0 ? Math.min(MOST_PERSISTENT - 1, Math.max(-MOST_PERSISTENT - 1, xy / xx)) : 0
    push[d] = meanY - rate[d] * meanX
    for (let t = 0; t < count; t++) steps[t * features + d] = changeOf(t) - rate[d] * path[t * features + d] - push[d]
    const left = Math.max(yy - 2 * rate[d] * xy + rate[d] * rate[d] * xx, 1e-12 * yy, 1e-300)
    misfit += (count / 2) * Math.log(left / count)
  }
  return { pace, rate, push, steps, misfit }
}

/** One surrogate run. */
export function surrogateOf(regime: LinearRegime, rng: Rng): Sequence {
  const { rows, features, start, pace, rate, push, stepFactor, noiseFactor, holes } = regime
  const data = new Float64Array(rows * features)
  const at = start.slice()
  const white = new Float64Array(features)
  for (let t = 0; t < rows; t++) {
    if (t > 0) {
      const p = pace[t - 1]
      for (let d = 0; d < features; d++) at[d] += p * (rate[d] * at[d] + push[d])
      addCorrelated(stepFactor, white, rng, at, 0, p)
    }
    data.set(at, t * features)
    addCorrelated(noiseFactor, white, rng, data, t * features, 1)
  }
  if (!holes) return { data, rows, columns: features }
  for (let p = 0; p < data.length; p++) if (Number.isNaN(holes.data[p])) data[p] = NaN
  return { data, rows, columns: features, missing: true }
}

export function addCorrelated(
  factor: Float64Array,
  white: Float64Array,
  rng: Rng,
  out: Float64Array,
  to: number,
  scale: number
): void {
  for (let d = 0; d < white.length; d++) white[d] = rng.normal()
  for (let i = 0, p = 0; i < white.length; i++) {
    let sum = 0
    for (let j = 0; j <= i; j++, p++) sum += factor[p] * white[j]
    out[to + i] += scale * sum
  }
}

/** Means over the rows around each; at the ends over fewer, as many before as after, so that no slope is bent. */
function smoothed(data: Float64Array, rows: number, features: number): Float64Array {
  const out = new Float64Array(rows * features)
  for (let t = 0; t < rows; t++) {
    const half = Math.min(HALF_WINDOW, t, rows - 1 - t)
    const from = t - half
    const to = t + half + 1
    for (let d = 0; d < features; d++) {
      let sum = 0
      for (let u = from; u < to; u++) sum += data[u * features + d]
      out[t * features + d] = sum / (to - from)
    }
  }
  return out
}

/** Packed Cholesky factor of the second moments of rows [n, D]; a ridge keeps copies of one feature apart. */
export function factorOf(rows: Float64Array, features: number): Float64Array {
  const n = rows.length / features
  const moments = new Float64Array(packedLength(features))
  let trace = 0
  for (let i = 0, p = 0; i < features; i++)
    for (let j = 0; j <= i; j++, p++) {
      let sum = 0
      for (let t = 0; t < n; t++) sum += rows[t * features + i] * rows[t * features + j]
      moments[p] = sum / n
      if (i === j) trace += moments[p]
    }
  for (let ridge = 1e-10; ; ridge *= 10) {
    const factor = moments.slice()
    for (let i = 0; i < features; i++) factor[(i * (i + 1)) / 2 + i] += (ridge * trace) / features + 1e-300
    if (choleskyPacked(factor, 0, features)) return factor
    if (!(ridge < 1e6)) throw new Error('A run holds numbers that are not finite.')
  }
}
