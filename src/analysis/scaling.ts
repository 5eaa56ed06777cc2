/** On which scale the features of runs are compared: the one place that says what is taken off and divided by. */
import type { Sequence } from '../hmm/types'
import { largest, mean, meanAndStd } from '../numeric/statistics'
import { placementsOf } from './placements'
import type { Placement } from './placements'
import type { AnalysisOptions } from '../domain/analysis-options'

export type Scaling = AnalysisOptions['zscore']

/** Taken off and divided by; a standard deviation of 0: the feature never changes, and becomes 0. */
export interface Scale {
  mean: number
  std: number
}

/** Spread below this share of the largest value is rounding: a straight line has one rate. */
const CONSTANT = 1e-9

/** A run starts at the mean of so large a share of its recorded points, and of at least so many: one alone is noise. */
const START_SHARE = 0.05
const START_POINTS = 3

interface ScaleOptions {
  /** Columns to look at; all by default. */
  columns?: readonly number[]
  /** Spread below this share of the largest value is none. */
  rounding?: number
  /** Of shared levels: whether runs differ in scale; told by themselves where this is absent. */
  stretched?: boolean
}

/**
 * Standard deviations are population ones.
 *
 * `shared`: a level is the same in every run, however long a run stays in it: offset and scale of a run are estimated beside
 * the levels (see `placementsOf`); `run`: each run has its own mean and standard deviation;
 * `all`: those of all runs together; `none`: values as they are.
 * @param runs rows [T, D], NaN: missing.
 * @returns per run, per column.
 */
export function scalesOf(runs: readonly Sequence[], scaling: Scaling, options: ScaleOptions = {}): Scale[][] {
  const { columns = Array.from({ length: runs[0].columns }, (_, d) => d), rounding = CONSTANT } = options
  const scales = columns.map((d) => {
    if (scaling === 'none') return runs.map(() => ({ mean: 0, std: 1 }))
    // One column after the other: copies of all would hold everything twice.
    const values = runs.map((run) => recorded(run, d))
    if (scaling === 'run') return values.map((own) => scaleOf(own, rounding))
    const common = scaling === 'all' ? scaleOf(joined(values), rounding) : withinRuns(values, rounding)
    return runs.map(() => common)
  })
  const byRun = runs.map((_, r) => scales.map((own) => own[r]))
  return scaling === 'shared' && runs.length > 1 ? withPlacements(runs, columns, byRun[0], options.stretched) : byRun
}

/** Rates of change of runs that are placed already lie beside each other. */
export function scalingOfRates(scaling: Scaling): Scaling {
  return scaling === 'shared' ? 'all' : scaling
}

/** Whether runs have spreads of their own. */
export function isStretched(scales: readonly (readonly Scale[])[]): boolean {
  return scales.some((own) => own.some(({ std }, d) => Math.abs(std - scales[0][d].std) > 0.01 * std))
}

/** Missing cells stay. */
export function scaled(value: number, { mean, std }: Scale): number {
  return Number.isNaN(value) ? NaN : std === 0 ? 0 : (value - mean) / std
}

/**
 * Puts sequences that were made from others, such as surrogates or rates of change, on the scale that an analysis asks for.
 * @param stretched see `ScaleOptions`.
 * @returns the scales, per run and feature.
 */
export function scaleInPlace(runs: readonly Sequence[], scaling: Scaling, stretched?: boolean): Scale[][] {
  const scales = scalesOf(runs, scaling, { stretched })
  if (scaling === 'none') return scales
  runs.forEach(({ data, columns }, r) => {
    for (let p = 0; p < data.length; p++) data[p] = scaled(data[p], scales[r][p % columns])
  })
  return scales
}

/** The scale for a run that is not among those that the scales are of: about where these are. */
export function usualScale(scaling: readonly (readonly Scale[])[], d: number): Scale {
  const varying = scaling.map((run) => run[d]).filter(({ std }) => std > 0)
  if (varying.length === 0) return { mean: 0, std: 0 }
  return { mean: mean(varying.map((run) => run.mean)), std: mean(varying.map((run) => run.std)) }
}

/** Common scales, moved and stretched to where every run lies. */
function withPlacements(
  runs: readonly Sequence[],
  columns: readonly number[],
  common: readonly Scale[],
  stretched: boolean | null = null
): Scale[][] {
  const guesses = guessesOf(runs, columns, common)
  const placements = placementsOf(runs, columns, common, guesses, stretched)
  const scales = runs.map((): Scale[] => [])
  columns.forEach((d, c) => {
    const { mean, std } = common[c]
    const placed = placements.map(({ gain, shift }, r) =>
      recorded(runs[r], d).map((x) => gain[c] * scaled(x, common[c]) + shift[c])
    )
    // The unit is the spread of everything where it is placed.
    const unit = meanAndStd(joined(placed)).std
    placements.forEach(({ gain, shift }, r) =>
      scales[r].push({ mean: mean - (std * shift[c]) / gain[c], std: (std * unit) / gain[c] })
    )
  })
  return scales
}

/** What may be the same in all runs: where everything lies, the mean of a run, its start or its end; with its spread, or without. */
const LEVELS = [
  ...([(): number => 0, mean, startOf, endOf] as const).map((levelOf) => ({ levelOf, stretched: false })),
  ...([mean, startOf, endOf] as const).map((levelOf) => ({ levelOf, stretched: true }))
]

function guessesOf(
  runs: readonly Sequence[],
  columns: readonly number[],
  common: readonly Scale[]
): { still: Placement[][]; stretched: Placement[][] } {
  const size = columns.length
  const guesses = LEVELS.map(() =>
    runs.map((): Placement => ({ gain: new Float64Array(size).fill(1), shift: new Float64Array(size) }))
  )
  columns.forEach((d, c) =>
    runs.forEach((run, r) => {
      const values = recorded(run, d).map((x) => scaled(x, common[c]))
      if (values.length === 0) return
      const { std } = scaleOf(values, CONSTANT)
      LEVELS.forEach(({ levelOf, stretched }, g) => {
        const gain = stretched && std > 0 ? 1 / std : 1
        guesses[g][r].gain[c] = gain
        guesses[g][r].shift[c] = -gain * levelOf(values)
      })
    })
  )
  const those = (wanted: boolean): Placement[][] => guesses.filter((_, g) => LEVELS[g].stretched === wanted)
  return { still: those(false), stretched: those(true) }
}

/** The mean of everything, and the spread within runs: root of the mean of their variances. */
function withinRuns(values: readonly Float64Array[], rounding: number): Scale {
  const each = values.map((own) => scaleOf(own, rounding))
  return { mean: scaleOf(joined(values), 0).mean, std: Math.sqrt(mean(each.map(({ std }) => std * std))) }
}

function startOf(values: Float64Array): number {
  return mean(values.subarray(0, Math.max(START_POINTS, Math.round(START_SHARE * values.length))))
}

function endOf(values: Float64Array): number {
  return startOf(values.slice().reverse())
}

function recorded({ data, rows, columns }: Sequence, d: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, t) => data[t * columns + d]).filter((value) => !Number.isNaN(value))
}

function scaleOf(values: Float64Array, rounding: number): Scale {
  if (values.length === 0) return { mean: 0, std: 0 }
  const { mean, std } = meanAndStd(values)
  return { mean, std: std > rounding * largest(values.map(Math.abs)) ? std : 0 }
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
