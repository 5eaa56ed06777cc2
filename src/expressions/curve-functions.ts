/** What can be called in the expression of a curve. */
import { smooth } from '../numeric/smoothing'
import type { SeriesSummary } from './subject'

/** A series at the steps of the curve, or one number at all of them. */
export type Column = Float64Array | number

export type CurveFunction = { about: string } & (
  | { takes: 'number'; of(value: number): number }
  | { takes: 'points'; of(values: Float64Array): Float64Array }
  /** Also how much of what was before counts, from 0 to below 1. */
  | { takes: 'points and weight'; of(values: Float64Array, weight: number): Float64Array }
  /** One number of a whole series, as the run filter has it. */
  | { takes: 'tag'; of(summary: SeriesSummary): number }
)

const ofNumber = (about: string, of: (value: number) => number): CurveFunction => ({ takes: 'number', about, of })
const ofPoints = (about: string, of: (values: Float64Array) => Float64Array): CurveFunction => ({
  takes: 'points',
  about,
  of
})
const ofTag = (about: string, of: (summary: SeriesSummary) => number): CurveFunction => ({ takes: 'tag', about, of })

export const curveFunctions: ReadonlyMap<string, CurveFunction> = new Map(
  Object.entries({
    abs: ofNumber('size of a number', Math.abs),
    sqrt: ofNumber('square root', Math.sqrt),
    exp: ofNumber('e to the power of', Math.exp),
    log: ofNumber('natural logarithm', Math.log),
    log2: ofNumber('logarithm to base 2', Math.log2),
    log10: ofNumber('logarithm to base 10', Math.log10),
    smooth: {
      takes: 'points and weight',
      about: 'debiased moving average, as the slider has it: smooth("loss/val", 0.9)',
      of: (values: Float64Array, weight: number) => smooth(values, 0, values.length, weight)
    },
    diff: ofPoints('change since the point before', (values) =>
      values.map((value, i) => (i === 0 ? Number.NaN : value - values[i - 1]))
    ),
    cumsum: ofPoints('sum up to each point', (values) => running(values, 0, (sum, value) => sum + value)),
    cummin: ofPoints('least value so far', (values) => running(values, Infinity, Math.min)),
    cummax: ofPoints('largest value so far', (values) => running(values, -Infinity, Math.max)),
    first: ofTag('first finite value of the whole series', ({ first }) => first),
    last: ofTag('newest value of the whole series', ({ last }) => last),
    min: ofTag('least finite value of the whole series', ({ min }) => min),
    max: ofTag('largest finite value of the whole series', ({ max }) => max),
    mean: ofTag('mean of the finite values of the whole series', ({ mean }) => mean)
  } satisfies Record<string, CurveFunction>)
)

/** What is not finite is a gap, as in smoothing: it stays where it is and does not touch what follows. */
function running(values: Float64Array, start: number, join: (so: number, value: number) => number): Float64Array {
  let so = start
  return values.map((value) => (Number.isFinite(value) ? (so = join(so, value)) : value))
}
