/** What is compared: single runs, or groups of them, and how each differs from a baseline. */
import type { RunInfo } from '../../../../src/domain/run'
import type { GroupCurve } from '../../../../src/contract/recordings'
import { signed } from '../../../ui/format'
import { meanText, valueText, type Column, type Value } from '../columns'
import { groupsOf, sameValue, summaryOf, ungrouped, type ValueOf } from '../rows'

export interface Side {
  key: string
  /** A, B, C... */
  letter: string
  name: string
  runs: RunInfo[]
}

/** More stand beside each other in no window; docs/limits.md */
export const mostSides = 12

/** @param by an expression; `ungrouped`: each run for itself */
export function sidesOf(runs: readonly RunInfo[], by: string, valueOf: ValueOf): { sides: Side[]; left: number } {
  const all =
    by === ungrouped
      ? runs.map((run) => ({ key: run.id, name: run.name, runs: [run] }))
      : groupsOf(runs, by, valueOf).map(({ key, name, runs: its }) => ({ key, name, runs: its }))
  const shown = all.slice(0, mostSides)
  return {
    sides: shown.map((side, i) => ({ ...side, letter: String.fromCharCode(65 + i) })),
    left: all.length - shown.length
  }
}

export interface ComparedCell {
  text: string
  about: string
  /** Not as the baseline, or not as the first where there is none. */
  differs: boolean
}

export interface ComparedRow {
  column: Column
  cells: ComparedCell[]
  /** Whether not all sides are alike. */
  differs: boolean
}

/** @param baseline index of a side; numbers that are measured are then told as differences to it. null: none */
export function rowOf(
  column: Column,
  sides: readonly Side[],
  valueOf: ValueOf,
  baseline: number | null,
  measured: boolean
): ComparedRow {
  const values = sides.map(({ runs }) => runs.map((run) => valueOf(run, column.text)))
  const texts = values.map((its) => textOf(column, its))
  const means = values.map((its) => summaryOf(its)?.mean ?? null)
  const reference = baseline ?? 0
  const cells = texts.map((text, i): ComparedCell => {
    const differs = text !== texts[reference]
    const [mean, base] = [means[i], baseline === null ? null : means[baseline]]
    if (!measured || baseline === null || i === baseline || mean === null || base === null)
      return { text, about: text, differs }
    const difference = mean - base
    const sign = difference > 0 ? '+' : '-'
    const shown = difference === 0 ? '0' : signed(sign + valueText(column, Math.abs(difference)))
    return { text: shown, about: `${text}, ${shown} to the baseline's ${texts[baseline]}`, differs }
  })
  return { column, cells, differs: new Set(texts).size > 1 }
}

/** One value, what all have, or mean and interval; texts that differ by their number. */
function textOf(column: Column, values: readonly Value[]): string {
  const same = sameValue(values)
  if (same !== undefined) return valueText(column, same)
  const summary = summaryOf(values)
  if (!summary) return `${new Set(values.map(String)).size} different`
  if (summary.half === null) return valueText(column, summary.mean)
  return meanText(column, summary.mean, summary.half).join(' ± ')
}

/** Curves minus the baseline's, linear between its points; what lies outside of it is left out. The baseline is a line at 0. */
export function differences(curves: readonly GroupCurve[], baseline: number): GroupCurve[] {
  const base = curves[baseline]
  return curves.map((curve) => {
    const at = Array.from(curve.x, (x) => valueAt(base, x))
    const kept = at.flatMap((value, i) => (Number.isNaN(value) ? [] : [i]))
    const minus = (values: Float64Array): Float64Array =>
      values.length === 0 ? values : Float64Array.from(kept, (i) => values[i] - at[i])
    const pick = (values: Float64Array): Float64Array =>
      values.length === 0 ? values : Float64Array.from(kept, (i) => values[i])
    return {
      ...curve,
      x: pick(curve.x),
      center: minus(curve.center),
      low: minus(curve.low),
      high: minus(curve.high),
      counts: pick(curve.counts)
    }
  })
}

/** NaN outside of what the curve covers. */
function valueAt({ x, center }: GroupCurve, at: number): number {
  if (x.length === 0 || at < x[0] || at > x[x.length - 1]) return Number.NaN
  let [low, high] = [0, x.length - 1]
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (x[middle] <= at) low = middle
    else high = middle
  }
  if (x[low] === at || high === low) return center[low]
  if (x[high] === at) return center[high]
  return center[low] + ((at - x[low]) / (x[high] - x[low])) * (center[high] - center[low])
}
