/** What pictures show, in a sentence, for whoever does not see them. */
import { epochLabel, integer, plural, sharePercent } from '../ui/format'
import { nearestIndex } from './time-axis'
import type { StateSegment } from './time-axis'

const mostNamed = 5

/** "S1 to 490, S2 to 1 190". Visits beyond a dozen are counted. */
export function pathInWords(segments: readonly StateSegment[]): string {
  const named = segments.slice(0, 12).map(({ color, end }) => `S${color} to ${epochLabel(end)}`)
  const more = segments.length - named.length
  return [...named, ...(more > 0 ? [`and ${plural(more, 'more visit')}`] : [])].join(', ')
}

/** The rows of a ribbon, the chosen one first. */
export function pathsInWords(
  rows: readonly { runId: string; label: string; segments: readonly StateSegment[] }[],
  chosen: string | null
): string {
  const order = [...rows.filter(({ runId }) => runId === chosen), ...rows.filter(({ runId }) => runId !== chosen)]
  const named = order.slice(0, mostNamed).map(({ label, segments }) => `${label}: ${pathInWords(segments)}`)
  const more = rows.length - named.length
  const rest = more > 0 ? ` And ${plural(more, 'more run')}.` : ''
  return [`State paths of ${plural(rows.length, 'run')}`, ...named].join('. ') + '.' + rest
}

/**
 * The most probable state over time: "Posterior: mostly S1 until 490, then S2".
 * @param probabilities [rows, states] row-major
 * @param colors numbers of the states' colours
 */
export function probabilitiesInWords(
  title: string,
  probabilities: Float64Array,
  colors: readonly number[],
  times: Float64Array
): string {
  const states = Math.max(1, colors.length)
  const visits: { state: number; until: number }[] = []
  for (let t = 0; t < times.length; t++) {
    let best = 0
    for (let k = 1; k < states; k++) if (probabilities[t * states + k] > probabilities[t * states + best]) best = k
    const last = visits[visits.length - 1]
    if (last?.state === best) last.until = times[t]
    else visits.push({ state: best, until: times[t] })
  }
  const named = visits.slice(0, 12).map(({ state, until }) => `S${colors[state]} to ${epochLabel(until)}`)
  const more = visits.length - named.length
  return `${title}, most probable: ${named.join(', ')}${more > 0 ? `, and ${plural(more, 'more change')}` : ''}`
}

/** "Log-likelihood of each point: 9.1 in the middle, lowest -3.0 at 490". */
export function likelihoodInWords(title: string, values: Float64Array, times: Float64Array): string {
  let [lowest, at, count, sum] = [Infinity, 0, 0, 0]
  values.forEach((value, t) => {
    if (!Number.isFinite(value)) return
    count += 1
    sum += value
    if (value < lowest) [lowest, at] = [value, times[t]]
  })
  if (count === 0) return `${title}: no point has one`
  return `${title}: ${(sum / count).toFixed(1)} on average, lowest ${lowest.toFixed(1)} at ${epochLabel(at)}`
}

interface WordedCurve {
  label?: string
  epochs: ArrayLike<number>
  values: ArrayLike<number>
}

/**
 * Curves at their ends: "Curves over epoch 0 to 150. Validation accuracy: 0.11 at first, 0.904 at last. And 9 more runs."
 * @param quiet how many more stand behind them
 */
export function curvesInWords(curves: readonly WordedCurve[], quiet: number, unit: string): string {
  const drawn = curves.filter(({ epochs }) => epochs.length > 0)
  if (drawn.length === 0) return 'Curves: no points yet'
  const first = Math.min(...drawn.map(({ epochs }) => epochs[0]))
  const last = Math.max(...drawn.map(({ epochs }) => epochs[epochs.length - 1]))
  const each = drawn.map(
    ({ label, values }) =>
      `${label ?? 'Curve'}: ${number(values[0])} at first, ${number(values[values.length - 1])} at last`
  )
  const more = quiet > 0 ? [`And ${plural(quiet, 'more curve')}`] : []
  return [`Curves from ${unit} ${epochLabel(first)} to ${epochLabel(last)}`, ...each, ...more].join('. ') + '.'
}

/** Where the cursor stands on curves: "epoch 30, step 240, seed 0, S2 Generalising, Validation accuracy 0.881". */
export function curvesAtInWords(
  curves: readonly WordedCurve[],
  { cursor, unit, place }: { cursor: number | null; unit: string; place: string }
): string {
  if (cursor === null) return ''
  const values = curves.flatMap(({ label, epochs, values }) => {
    const at = nearestIndex(epochs, cursor)
    return at < 0 ? [] : [`${label ?? 'value'} ${number(values[at])}`]
  })
  return [placeInWords(cursor, unit, place), ...values].join(', ')
}

/** What a readout and the words of a column say beside its mean: shares of its values; NaN where one was not recorded. */
export interface ColumnShares {
  zeros: number
  below: number
  above: number
  /** How many values were NaN or infinite. */
  nonFinite: number
}

/**
 * The same on histograms: "epoch 30, seed 0, mean 0.31, standard deviation 1.2, 48% zeros, 3% above, 0.2% below".
 * @returns "nothing recorded" where the column has no values
 */
export function histogramAtInWords(
  { mean, std, zeros, below, above, nonFinite }: { mean: number; std: number } & ColumnShares,
  { cursor, unit, place }: { cursor: number; unit: string; place: string }
): string {
  const shape = Number.isNaN(mean)
    ? ['nothing recorded']
    : [`mean ${number(mean)}`, `standard deviation ${number(std)}`]
  const shares = [
    ...(zeros >= 0 ? [`${sharePercent(zeros)} zeros`] : []),
    ...(above > 0 ? [`${sharePercent(above)} above`] : []),
    ...(below > 0 ? [`${sharePercent(below)} below`] : []),
    ...(nonFinite > 0 ? [`${integer(nonFinite)} NaN or infinite`] : [])
  ]
  return [placeInWords(cursor, unit, place), ...shape, ...shares].join(', ')
}

/** "epoch 30, step 240, seed 0". */
export function placeInWords(cursor: number, unit: string, place: string): string {
  return [`${unit} ${epochLabel(cursor)}`, ...(place === '' ? [] : [place])].join(', ')
}

/**
 * Histograms over time: how many, when, where their values lie at the ends, and what lies outside.
 * @param means [columns]
 */
export function heatmapInWords({
  unit,
  times,
  low,
  high,
  means
}: {
  unit: string
  times: ArrayLike<number>
  low: number
  high: number
  means: ArrayLike<number>
}): string {
  const count = times.length
  if (count === 0) return 'Histograms over time: none yet'
  const [first, last] = [0, count - 1].map((i) => means[i])
  const moved =
    Number.isFinite(first) && Number.isFinite(last) ? `; mean ${number(first)} at first, ${number(last)} at last` : ''
  return `${plural(count, 'histogram')} from ${unit} ${epochLabel(times[0])} to ${epochLabel(times[count - 1])}, values from ${number(low)} to ${number(high)}${moved}`
}

const number = (value: number): string => String(Number(value.toPrecision(3)))
