/**
 * Rates of change, for phases that differ in how fast things move and not in where they are: the differences of the means of
 * neighbouring windows of points, per step. Windows, because the difference of two single points is mostly measurement
 * noise.
 */
import type { Sequence } from '../hmm/types'
import { median, meanAndStd } from '../numeric/statistics'
import { scaleInPlace, scalingOfRates } from './scaling'
import type { BuiltSequences } from './sequences'
import type { AnalysisOptions } from '../domain/analysis-options'
import type { Finding } from '../domain/finding'

/** A run needs so many windows: of fewer no two rates can be told from one that changes. */
const LEAST_WINDOWS = 8
const SHORTEST = 3

/** Windows have from so many to so many roots of the length: 120 points have windows of 4 to 12, 1,000 of 12 to 35. */
const [LEAST_ROOTS, MOST_ROOTS] = [0.365, 1.1]
/** At most so much of the variance of rates may be measurement noise (calibrated, docs/results/truth.md). */
const MOST_NOISE = 0.2
/** At the longest window. */
const NEXT_TO_NONE = 0.35
/** Where all of the variance is noise: 120 points have windows of 6. */
const USUAL_ROOTS = 0.55
/** Lengths that are tried, and runs that are looked at for each. */
const TRIED = 8
const LOOKED_AT = 100

/**
 * Points per window: more of them measure a rate better, and place a change worse, because the windows on both sides of it mix
 * two rates into a third. So it is the shortest one whose rates are mostly no noise. Where those of none are, there is little to see,
 * and it is one of middle length: the longest would leave so few rates that chance finds states in them.
 * @param sequences [T, D] of every run, on one scale.
 * @param steps of their rows.
 */
export function rateWindow(sequences: readonly Sequence[], steps: readonly ArrayLike<number>[]): number {
  const rows = median(sequences.map((sequence) => sequence.rows))
  const shortest = Math.max(SHORTEST, Math.round(LEAST_ROOTS * Math.sqrt(rows)))
  const longest = Math.max(
    shortest,
    Math.min(Math.round(MOST_ROOTS * Math.sqrt(rows)), Math.floor(rows / LEAST_WINDOWS))
  )
  const every = Math.ceil(sequences.length / LOOKED_AT)
  const looked = sequences.map((_, r) => r).filter((r) => r % every === 0)
  for (let i = 0; i < TRIED; i++) {
    const window = Math.round(shortest * (longest / shortest) ** (i / (TRIED - 1)))
    let [noise, all] = [0, 0]
    for (const r of looked) {
      if (!hasRates(sequences[r].rows, window)) continue
      noise += noiseOfRates(sequences[r], steps[r], window).reduce((sum, value) => sum + value, 0)
      all += varianceWithin(ratesOf(sequences[r], steps[r], window))
    }
    // At the longest one somewhat more will do: beyond it there is none.
    if (noise <= (window === longest ? NEXT_TO_NONE : MOST_NOISE) * all) return window
  }
  return Math.min(longest, Math.max(shortest, Math.round(USUAL_ROOTS * Math.sqrt(rows))))
}

/** Sum over the columns of their variance. */
function varianceWithin(rates: Sequence): number {
  let sum = 0
  for (let d = 0; d < rates.columns; d++) {
    const values = column(rates, d)
    if (values.length > 0) sum += meanAndStd(values).std ** 2
  }
  return sum
}

/** First row of every window, and the number of rows, [windows + 1]: what does not fill one is shared out. */
function windowStarts(rows: number, window: number): number[] {
  const count = Math.max(1, Math.floor(rows / window))
  return Array.from({ length: count + 1 }, (_, b) => Math.round((b * rows) / count))
}

/**
 * @param sequence [T, D]; missing cells count in no mean, and a window without any has no rate.
 * @param steps of its rows, ascending.
 * @returns [windows - 1, D], per step.
 */
export function ratesOf(sequence: Sequence, steps: ArrayLike<number>, window: number): Sequence {
  const { data, rows, columns } = sequence
  const starts = windowStarts(rows, window)
  const windows = starts.length - 1
  const means = new Float64Array(windows * columns)
  const times = new Float64Array(windows * columns)
  for (let b = 0; b < windows; b++)
    for (let d = 0; d < columns; d++) {
      let [count, sum, time] = [0, 0, 0]
      for (let t = starts[b]; t < starts[b + 1]; t++) {
        const value = data[t * columns + d]
        if (Number.isNaN(value)) continue
        count += 1
        sum += value
        time += steps[t]
      }
      means[b * columns + d] = count > 0 ? sum / count : NaN
      times[b * columns + d] = time / count
    }
  const rates = new Float64Array((windows - 1) * columns)
  for (let p = 0; p < rates.length; p++) {
    const [from, to] = [p, p + columns]
    rates[p] = (means[to] - means[from]) / (times[to] - times[from])
  }
  const out = { data: rates, rows: windows - 1, columns }
  return sequence.missing ? { ...out, missing: true } : out
}

/**
 * Rows of the points at which rates are, one each: where one window ends and the next begins. The first and the last stand at
 * the ends of the run, so that their states are those of all of it.
 */
export function rateRows(rows: number, window: number): number[] {
  const starts = windowStarts(rows, window)
  return Array.from({ length: starts.length - 2 }, (_, b) =>
    b === 0 ? 0 : b === starts.length - 3 ? rows - 1 : starts[b + 1]
  )
}

/**
 * Variance of every rate by measurement noise alone, [D], where noise is what the second differences of the values show: twice
 * that of a window's mean, per step squared.
 */
export function noiseOfRates(sequence: Sequence, steps: ArrayLike<number>, window: number): Float64Array {
  const { rows, columns } = sequence
  const windows = windowStarts(rows, window).length - 1
  const apart = (steps[rows - 1] - steps[0]) / Math.max(1, windows)
  return Float64Array.from({ length: columns }, (_, d) => {
    const values = column(sequence, d)
    let squares = 0
    for (let i = 0; i + 2 < values.length; i++) squares += (values[i + 2] - 2 * values[i + 1] + values[i]) ** 2 / 6
    const noise = values.length > 2 ? squares / (values.length - 2) : 0
    return (2 * noise * windows) / Math.max(1, values.length) / apart ** 2
  })
}

/** What was recorded of a feature. */
function column({ data, rows, columns }: Sequence, d: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, t) => data[t * columns + d]).filter((value) => !Number.isNaN(value))
}

/** Whether a run is long enough for rates. */
export function hasRates(rows: number, window: number): boolean {
  return rows >= LEAST_WINDOWS * window
}

/**
 * The same runs as rates of change, z-scored or not as they were. `inputs.scaling` is that of the rates of recorded values, per
 * step.
 * @returns null when no run is long enough, and with `kept` the indices of those that are.
 */
export function ratesOfBuilt(
  { inputs, sequences, findings }: BuiltSequences,
  zscore: AnalysisOptions['zscore'],
  window: number
): (BuiltSequences & { kept: number[] }) | null {
  const kept = sequences.map((_, r) => r).filter((r) => hasRates(sequences[r].rows, window))
  if (kept.length === 0) return null
  const rates = kept.map((r) => ratesOf(sequences[r], inputs.runs[r].steps, window))
  const scaling = scaleInPlace(rates, scalingOfRates(zscore))
  const left: Finding[] = sequences.flatMap((sequence, r) => {
    if (kept.includes(r)) return []
    const { runId, label } = inputs.runs[r]
    const text = `Run "${label}" was left out: ${sequence.rows} points are too few for rates of change over windows of ${window}.`
    return [{ severity: 'warning', runId, text }]
  })
  return {
    kept,
    inputs: {
      ...inputs,
      window,
      runs: kept.map((r) => {
        const { steps, epochs, ...run } = inputs.runs[r]
        const at = rateRows(steps.length, window)
        return { ...run, steps: at.map((t) => steps[t]), epochs: at.map((t) => epochs[t]) }
      }),
      rows: rates.reduce((sum, { rows }) => sum + rows, 0),
      // Values were (x - mean) / std: their rates are those of x over std.
      scaling: scaling.map((own, i) =>
        own.map(({ mean, std }, d) => {
          const unit = inputs.scaling[kept[i]][d].std || 1
          return { mean: mean * unit, std: std * unit }
        })
      )
    },
    sequences: rates,
    findings: [...findings, ...left]
  }
}
