/** What the curves of a card say at the cursor: one row each, in the order that the user chose. */
import type { DrawnCurve } from '../../../charts/scalar/model'
import { colorAt, pointAt } from '../../../charts/scalar/model'
import { toUnit } from '../../../charts/scales'
import type { Scale } from '../../../charts/scales'
import { compareNaturally } from '../../../state/run-groups'

export interface Readout {
  id: string
  name: string
  color: string
  value: number
  /** Null without smoothing. */
  smoothed: number | null
  low: number | null
  high: number | null
  runs: number | null
  x: number
  /** Null for groups, which have neither. */
  step: number | null
  wallTime: number | null
  /** Seconds since the curve's first point. */
  relative: number | null
}

export interface Readouts {
  rows: Readout[]
  /** Those that found no room. */
  more: number
  nearest: string | null
}

const most = 12

export function readoutsAt(
  curves: readonly DrawnCurve[],
  x: number,
  pointerY: number | null,
  view: { x: Scale; y: Scale; reach: number },
  order: 'nearest' | 'name' | 'value'
): Readouts {
  const at = pointerY === null ? Number.NaN : toUnit(pointerY, view.y)
  const rows = curves.flatMap((curve) => {
    const i = pointAt(curve, x, view.reach)
    if (i < 0) return []
    const unit = toUnit(curve.y[i], view.y)
    const away = Math.abs(unit - at)
    return [{ row: readout(curve, i), away: Number.isFinite(away) ? away : Infinity }]
  })
  rows.sort((a, b) => compareNaturally(a.row.name, b.row.name))
  const nearest = rows.reduce<(typeof rows)[number] | null>(
    (best, item) => (item.away < (best?.away ?? Infinity) ? item : best),
    null
  )
  const shownValue = ({ smoothed, value }: Readout): number => {
    const shown = smoothed ?? value
    return Number.isNaN(shown) ? -Infinity : shown
  }
  rows.sort((a, b) => {
    if (order === 'value') return shownValue(b.row) - shownValue(a.row)
    // Without a pointer nothing is near.
    if (order === 'nearest' && nearest && a.away !== b.away) return a.away - b.away
    return compareNaturally(a.row.name, b.row.name)
  })
  const kept = rows.slice(0, most)
  // The highlighted row has to be there whatever the order.
  if (nearest && !kept.includes(nearest)) kept[most - 1] = nearest
  return { rows: kept.map((item) => item.row), more: rows.length - kept.length, nearest: nearest?.row.id ?? null }
}

function readout(curve: DrawnCurve, i: number): Readout {
  const timed = i < curve.wallTimes.length
  return {
    id: curve.id,
    name: curve.name,
    color: colorAt(curve, i),
    x: curve.x[i],
    value: curve.raw ? curve.raw[i] : curve.y[i],
    smoothed: curve.raw ? curve.y[i] : null,
    low: curve.band ? curve.band.low[i] : null,
    high: curve.band ? curve.band.high[i] : null,
    runs: curve.counts ? curve.counts[i] : null,
    step: i < curve.steps.length ? curve.steps[i] : null,
    wallTime: timed ? curve.wallTimes[i] : null,
    relative: timed ? curve.wallTimes[i] - curve.wallTimes[0] : null
  }
}
