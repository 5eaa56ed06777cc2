/** What a curve chart draws, on which scale, and how curves of several runs become one uPlot table. */
import uPlot from 'uplot'
import { scaleOver } from '../scales'
import type { Range, Scale } from '../scales'
import type { TimeDomain } from '../time-axis'

export interface Curve {
  id: string
  epochs: Float64Array
  values: Float64Array
  /** chosen: the run in ink; quiet: the other runs; train: the chosen run's training metric, dashed; mean: over seeds. */
  role: 'chosen' | 'quiet' | 'train' | 'mean'
  /** Written once beside the end of the curve. */
  label?: string
}

export interface Band {
  epochs: Float64Array
  low: Float64Array
  high: Float64Array
}

export interface StatePoint {
  epoch: number
  value: number
  color: number
  quiet: boolean
}

/** One x column and a y column per curve. Points that a run lacks stay undefined (bridged), NaN becomes a gap. */
export function joinCurves(curves: { epochs: Float64Array; values: Float64Array }[]): uPlot.AlignedData {
  if (curves.length === 0) return [[]]
  const tables = curves.map(
    (curve) =>
      [
        Array.from(curve.epochs),
        Array.from(curve.values, (value) => (Number.isFinite(value) ? value : null))
      ] as uPlot.AlignedData
  )
  // Mode 1 keeps NaN's nulls as gaps while alignment leaves undefined, which uPlot draws through.
  return tables.length === 1
    ? tables[0]
    : uPlot.join(
        tables,
        tables.map(() => [1, 1])
      )
}

/** Whether a logarithmic axis would show anything of them. */
export function hasPositive(curves: readonly { values: Float64Array }[]): boolean {
  return curves.some(({ values }) => values.some((value) => value > 0 && Number.isFinite(value)))
}

/**
 * The y axis over what lies within the domain. Only finite values count, on a logarithmic axis only positive ones; where
 * there are values but none is positive (a log-likelihood, a return), a logarithmic axis would be empty, so it is linear.
 */
export function curveScale(
  curves: readonly { epochs: Float64Array; values: Float64Array }[],
  domain: TimeDomain,
  logarithmic: boolean
): Scale {
  const positive = logarithmic ? extentOf(curves, domain, true) : null
  const log = logarithmic && (positive !== null || extentOf(curves, domain, false) === null)
  return scaleOver(log ? positive : extentOf(curves, domain, false), log, {}, log ? 0.03 : 0.06)
}

function extentOf(
  curves: readonly { epochs: Float64Array; values: Float64Array }[],
  domain: TimeDomain,
  positive: boolean
): Range | null {
  let [min, max] = [Infinity, -Infinity]
  for (const { epochs, values } of curves) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (!Number.isFinite(value) || (positive && value <= 0)) continue
      if (epochs[i] < domain.min || epochs[i] > domain.max) continue
      if (value < min) min = value
      if (value > max) max = value
    }
  }
  return min <= max ? { min, max } : null
}

/** Mean and mean +- one standard deviation over runs, at the epochs of the run with the most points. */
export function meanAndBand(
  curves: { epochs: Float64Array; values: Float64Array }[]
): { mean: Float64Array; band: Band } | null {
  const longest = curves.reduce((best, curve) => (curve.epochs.length > best.epochs.length ? curve : best), curves[0])
  if (!longest || curves.length < 2) return null
  const { epochs } = longest
  const mean = new Float64Array(epochs.length)
  const low = new Float64Array(epochs.length)
  const high = new Float64Array(epochs.length)
  const cursors = curves.map(() => 0)
  for (let i = 0; i < epochs.length; i++) {
    // Welford 1962: the mean of the squares minus the square of the mean loses what large values differ by.
    let [count, middle, squares] = [0, 0, 0]
    curves.forEach((curve, c) => {
      const value = valueAt(curve, epochs[i], cursors, c)
      if (!Number.isFinite(value)) return
      count += 1
      const away = value - middle
      middle += away / count
      squares += away * (value - middle)
    })
    mean[i] = count > 0 ? middle : Number.NaN
    const spread = count > 0 ? Math.sqrt(squares / count) : Number.NaN
    low[i] = mean[i] - spread
    high[i] = mean[i] + spread
  }
  return { mean, band: { epochs, low, high } }
}

function valueAt(
  curve: { epochs: Float64Array; values: Float64Array },
  epoch: number,
  cursors: number[],
  c: number
): number {
  const { epochs, values } = curve
  let at = cursors[c]
  while (at + 1 < epochs.length && epochs[at + 1] <= epoch) at += 1
  cursors[c] = at
  if (epochs.length === 0 || epoch < epochs[0]) return Number.NaN
  if (epochs[at] === epoch) return values[at]
  if (at + 1 >= epochs.length) return Number.NaN
  const share = (epoch - epochs[at]) / (epochs[at + 1] - epochs[at])
  return values[at] + share * (values[at + 1] - values[at])
}
