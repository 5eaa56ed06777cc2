/**
 * Placements of runs: by which offset and scale each feature of a run differs from the same phases of the other runs.
 *
 * Mean and spread of the run would do where every run spends the same time in every phase. Where one stays longer in one, they
 * move, and one level comes to lie at another height in every run. Here they are random effects beside the levels: rows, put
 * on the common scale by y = gain x + shift of their run, are drawn from a mixture of Gaussians that is the same for all runs.
 * Shifts are normal around 0 and gains log-normal around 1, with spreads that are estimated as well, so that runs which do
 * not differ are not moved (EM for mixtures with random effects: McLachlan & Peel 2000, Finite Mixture Models). Time plays no
 * part: what follows what is left to the model that is fitted afterwards.
 */
import type { Sequence } from '../hmm/types'
import { Rng } from '../numeric/rng'
import type { Scale } from './scaling'

/** More than the phases that one expects: what is not a level, such as a drift, is cut into as many pieces. */
const COMPONENTS = 6
/** EM steps for every guess, and for the best of them. */
const FIRST_STEPS = 8
const MOST_STEPS = 30
/** A step that gains less than this per row is the last. */
const TOLERANCE = 1e-4
/** Rows that are looked at, evenly over each run: placements are means, and more rows would sharpen nothing. */
const MOST_ROWS = 1200
const FEWEST_OF_RUN = 12
/** Variances, in units of that within a run: what components start with, and what they get as a prior against memorising rows. */
const FIRST_VARIANCE = 0.3
const LEAST_VARIANCE = 1e-3
/** Least variance of shifts and of logarithms of gains over the runs. */
export const LEAST_SPREAD = 1e-6
/** Runs are stretched where a cell is explained so much better (natural log): runs that are alike differ in no scale. */
const LEAST_GAIN = 0.03
/** Gains from 1/50 to 50: beyond, a run has nothing to be scaled by. */
const LARGEST_LOG_GAIN = Math.log(50)

/** y = gain x + shift, [D] each. */
export interface Placement {
  gain: Float64Array
  shift: Float64Array
}

/** Variances over the runs, [D] each: of the logarithms of gains, and of shifts. */
export interface PlacementSpread {
  logGain: Float64Array
  shift: Float64Array
}

/**
 * @param columns of the runs that are looked at, D of them.
 * @param common scales of these, on which they vary by about 1 within a run: x is what is left.
 * @param guesses where to start from, per run, with all gains 1, which they then keep, and with others; the best of what they
 *   lead to is taken.
 * @param stretched whether gains differ; null: where that explains clearly more.
 * @returns one per run; over the runs gains have the geometric mean 1, and shifts the mean 0.
 */
export function placementsOf(
  runs: readonly Sequence[],
  columns: readonly number[],
  common: readonly Scale[],
  guesses: { still: readonly Placement[][]; stretched: readonly Placement[][] },
  stretched: boolean | null
): Placement[] {
  const rows = chosenRows(runs, columns, common)
  const bestOf = (some: readonly Placement[][]): Fit => {
    const begun = some.map((guess) => {
      const fit = started(rows, guess)
      improve(rows, fit, FIRST_STEPS)
      return fit
    })
    const best = begun.reduce((one, other) => (other.score > one.score ? other : one))
    improve(rows, best, MOST_STEPS)
    return best
  }
  if (stretched !== null) return bestOf(stretched ? guesses.stretched : guesses.still).placements
  const [still, free] = [bestOf(guesses.still), bestOf(guesses.stretched)]
  return (free.score - still.score > LEAST_GAIN * rows.data.length ? free : still).placements
}

/** What is summed over the cells of one feature of one run, each weighted by its share in a level over the level's variance. */
export interface Moments {
  /** Shares alone. */
  count: number
  weight: number
  x: number
  xx: number
  level: number
  xLevel: number
}

/**
 * The most probable gain and shift given the levels: -1/2 weight (gain x + shift - level)² + count ln gain, and the normal
 * densities of shift and ln gain.
 */
export function placed(moments: Moments, spread: { logGain: number; shift: number }): { gain: number; shift: number } {
  const { count, weight, x, xx, level, xLevel } = moments
  const whole = weight + 1 / spread.shift
  const square = xx - (x * x) / whole
  const cross = xLevel - (x * level) / whole
  let logGain = 0
  // Newton in ln gain of a concave function, where it has a maximum at all.
  for (let step = 0; step < 20; step++) {
    const gain = Math.exp(logGain)
    const slope = -square * gain * gain + cross * gain + count - logGain / spread.logGain
    const curve = -2 * square * gain * gain + cross * gain - 1 / spread.logGain
    const move = curve < 0 ? -slope / curve : Math.sign(slope) * 0.5
    const bounded = Math.max(-0.7, Math.min(0.7, move))
    logGain = Math.max(-LARGEST_LOG_GAIN, Math.min(LARGEST_LOG_GAIN, logGain + bounded))
    if (Math.abs(bounded) < 1e-9) break
  }
  const gain = Math.exp(logGain)
  return { gain, shift: (level - gain * x) / whole }
}

/** Spreads of placements, never 0. */
export function spreadOf(placements: readonly Placement[]): PlacementSpread {
  const over = (squareOf: (own: Placement, d: number) => number): Float64Array =>
    placements[0].gain.map((_, d) => {
      const squares = placements.reduce((sum, own) => sum + squareOf(own, d), 0)
      return Math.max(LEAST_SPREAD, squares / placements.length)
    })
  return { logGain: over(({ gain }, d) => Math.log(gain[d]) ** 2), shift: over(({ shift }, d) => shift[d] ** 2) }
}

/** Some rows of all runs, run after run. */
interface Rows {
  /** [n, D]; 0 where missing. */
  data: Float64Array
  /** [n, D]: 1 where recorded, else 0. */
  there: Float64Array
  /** Run of every row, [n]. */
  runOf: Int32Array
  features: number
}

interface Fit {
  weights: Float64Array
  /** [K, D] each. */
  means: Float64Array
  variances: Float64Array
  placements: Placement[]
  /** Rows where they are placed, [n, D]. */
  at: Float64Array
  /** Shares of the components in every row, [n, K]. */
  shares: Float64Array
  /** Log-likelihood of the rows and the placements. */
  score: number
}

function chosenRows(runs: readonly Sequence[], columns: readonly number[], common: readonly Scale[]): Rows {
  const features = columns.length
  const most = Math.max(FEWEST_OF_RUN, Math.floor(MOST_ROWS / runs.length))
  const counts = runs.map(({ rows }) => Math.min(rows, most))
  const n = counts.reduce((sum, count) => sum + count, 0)
  const [data, there, runOf] = [new Float64Array(n * features), new Float64Array(n * features), new Int32Array(n)]
  let to = 0
  runs.forEach((run, r) => {
    for (let i = 0; i < counts[r]; i++, to++) {
      const from = Math.floor(((i + 0.5) * run.rows) / counts[r]) * run.columns
      runOf[to] = r
      for (let d = 0; d < features; d++) {
        const value = run.data[from + columns[d]]
        const { mean, std } = common[d]
        if (Number.isNaN(value)) continue
        there[to * features + d] = 1
        data[to * features + d] = std > 0 ? (value - mean) / std : 0
      }
    }
  })
  return { data, there, runOf, features }
}

/** Components around rows that lie far from each other (k-means++: Arthur & Vassilvitskii 2007), wide enough to meet. */
function started(rows: Rows, guess: readonly Placement[]): Fit {
  const { there, runOf, features } = rows
  const rng = Rng.forPurpose(0, 'placements')
  const n = runOf.length
  const placements = guess.map(({ gain, shift }) => ({ gain: gain.slice(), shift: shift.slice() }))
  centre(placements)
  const at = new Float64Array(n * features)
  place(rows, placements, at)
  const means = new Float64Array(COMPONENTS * features)
  const nearest = new Float64Array(n).fill(Infinity)
  let chosen = Math.floor(n / 2)
  for (let k = 0; k < COMPONENTS; k++) {
    means.set(at.subarray(chosen * features, (chosen + 1) * features), k * features)
    let total = 0
    for (let i = 0; i < n; i++) {
      let distance = 0
      for (let d = 0, p = i * features, q = k * features; d < features; d++, p++, q++)
        distance += there[p] * (at[p] - means[q]) ** 2
      nearest[i] = Math.min(nearest[i], distance)
      total += nearest[i]
    }
    let left = rng.uniform() * total
    for (chosen = 0; chosen < n - 1 && (left -= nearest[chosen]) > 0; chosen++);
  }
  return {
    weights: new Float64Array(COMPONENTS).fill(1 / COMPONENTS),
    means,
    variances: new Float64Array(COMPONENTS * features).fill(FIRST_VARIANCE),
    placements,
    at,
    shares: new Float64Array(n * COMPONENTS),
    score: -Infinity
  }
}

/** Expectation maximisation over components and placements together. */
function improve(rows: Rows, fit: Fit, steps: number): void {
  for (let step = 0; step < steps; step++) {
    const spread = spreadOf(fit.placements)
    const score = expect(rows, fit) + densityOf(rows, fit.placements, spread)
    const gained = score - fit.score
    fit.score = score
    if (gained < TOLERANCE * rows.runOf.length) return
    movePlacements(rows, fit, spread)
    centre(fit.placements)
    place(rows, fit.placements, fit.at)
    moveComponents(rows, fit)
  }
}

/** @returns the log-likelihood of the placed rows, up to a constant. */
function expect({ there, runOf, features }: Rows, { weights, means, variances, at, shares }: Fit): number {
  const halfPrecision = variances.map((variance) => 0.5 / variance)
  const halfLog = variances.map((variance) => 0.5 * Math.log(variance))
  const logWeights = weights.map(Math.log)
  let logLikelihood = 0
  for (let i = 0; i < runOf.length; i++) {
    const first = i * COMPONENTS
    let most = -Infinity
    for (let k = 0; k < COMPONENTS; k++) {
      let log = logWeights[k]
      // A cell that is not there is integrated out: it counts for nothing.
      for (let d = 0, p = i * features, q = k * features; d < features; d++, p++, q++) {
        const apart = at[p] - means[q]
        log -= there[p] * (apart * apart * halfPrecision[q] + halfLog[q])
      }
      shares[first + k] = log
      if (log > most) most = log
    }
    let sum = 0
    for (let k = 0; k < COMPONENTS; k++) sum += shares[first + k] = Math.exp(shares[first + k] - most)
    for (let k = 0; k < COMPONENTS; k++) shares[first + k] /= sum
    logLikelihood += most + Math.log(sum)
  }
  return logLikelihood
}

/** Of rows as they were before they were placed, and of the placements themselves. */
function densityOf(
  { there, runOf, features }: Rows,
  placements: readonly Placement[],
  spread: PlacementSpread
): number {
  let log = 0
  const logGains = placements.map(({ gain }) => gain.map(Math.log))
  for (let i = 0; i < runOf.length; i++)
    for (let d = 0; d < features; d++) log += there[i * features + d] * logGains[runOf[i]][d]
  for (let d = 0; d < features; d++)
    log -= 0.5 * placements.length * (Math.log(spread.logGain[d]) + Math.log(spread.shift[d]))
  return log
}

function moveComponents({ there, runOf, features }: Rows, { weights, means, variances, at, shares }: Fit): void {
  const n = runOf.length
  const [mass, sum, squares] = [0, 1, 2].map(() => new Float64Array(features))
  for (let k = 0; k < COMPONENTS; k++) {
    let weight = 0
    for (const moments of [mass, sum, squares]) moments.fill(0)
    for (let i = 0; i < n; i++) {
      const share = shares[i * COMPONENTS + k]
      if (share < 1e-9) continue
      weight += share
      for (let d = 0, p = i * features; d < features; d++, p++) {
        const counted = share * there[p]
        mass[d] += counted
        sum[d] += counted * at[p]
        squares[d] += counted * at[p] * at[p]
      }
    }
    weights[k] = (weight + 1e-3) / (n + 1e-3 * COMPONENTS)
    for (let d = 0; d < features; d++) {
      if (mass[d] < 1e-6) continue
      const mean = sum[d] / mass[d]
      means[k * features + d] = mean
      variances[k * features + d] = Math.max(0, squares[d] / mass[d] - mean * mean) + LEAST_VARIANCE
    }
  }
}

function movePlacements({ data, there, runOf, features }: Rows, fit: Fit, spread: PlacementSpread): void {
  const { means, variances, placements, shares } = fit
  const size = placements.length * features
  const [count, weight, x, xx, level, xLevel] = Array.from({ length: 6 }, () => new Float64Array(size))
  for (let i = 0; i < runOf.length; i++) {
    const first = runOf[i] * features
    for (let k = 0; k < COMPONENTS; k++) {
      const share = shares[i * COMPONENTS + k]
      if (share < 1e-9) continue
      for (let d = 0, p = i * features, q = k * features, to = first; d < features; d++, p++, q++, to++) {
        const counted = share * there[p]
        const w = counted / variances[q]
        count[to] += counted
        weight[to] += w
        x[to] += w * data[p]
        xx[to] += w * data[p] * data[p]
        level[to] += w * means[q]
        xLevel[to] += w * data[p] * means[q]
      }
    }
  }
  placements.forEach((own, r) => {
    for (let d = 0; d < features; d++) {
      const p = r * features + d
      const moments = { count: count[p], weight: weight[p], x: x[p], xx: xx[p], level: level[p], xLevel: xLevel[p] }
      const { gain, shift } = placed(moments, { logGain: spread.logGain[d], shift: spread.shift[d] })
      own.gain[d] = gain
      own.shift[d] = shift
    }
  })
}

function place({ data, runOf, features }: Rows, placements: readonly Placement[], at: Float64Array): void {
  for (let i = 0; i < runOf.length; i++) {
    const { gain, shift } = placements[runOf[i]]
    for (let d = 0, p = i * features; d < features; d++, p++) at[p] = gain[d] * data[p] + shift[d]
  }
}

/** What all runs share is in the levels. */
function centre(placements: readonly Placement[]): void {
  for (let d = 0; d < placements[0].gain.length; d++) {
    const shared = Math.exp(placements.reduce((sum, { gain }) => sum + Math.log(gain[d]), 0) / placements.length)
    for (const own of placements) {
      own.gain[d] /= shared
      own.shift[d] /= shared
    }
    const mean = placements.reduce((sum, { shift }) => sum + shift[d], 0) / placements.length
    for (const own of placements) own.shift[d] -= mean
  }
}
