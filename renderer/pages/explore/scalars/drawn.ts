/** Answers of the host as curves to draw. */
import type { GroupCurve, ScalarCurve, XAxis } from '../../../../src/contract/recordings'
import type { AxisKind } from '../../../charts/ticks'
import { isAscending } from '../../../charts/scalar/model'
import type { DrawnCurve } from '../../../charts/scalar/model'

export function drawnCurve(curve: ScalarCurve, name: string, color: string): DrawnCurve {
  const smooth = curve.smoothed.length > 0
  return {
    id: curve.runId,
    name,
    color,
    x: curve.x,
    y: smooth ? curve.smoothed : curve.values,
    raw: smooth ? curve.values : null,
    band: null,
    pieces: curve.pieces,
    steps: curve.steps,
    wallTimes: curve.wallTimes,
    counts: null,
    parts: null,
    ascending: isAscending(curve.x, curve.pieces)
  }
}

const none = new Float64Array(0)

export function drawnGroup(curve: GroupCurve, color: string, banded: boolean): DrawnCurve {
  return {
    id: curve.name,
    name: curve.name,
    color,
    x: curve.x,
    y: curve.center,
    raw: null,
    band: banded ? { low: curve.low, high: curve.high } : null,
    pieces: [],
    steps: none,
    wallTimes: none,
    counts: curve.counts,
    parts: null,
    ascending: isAscending(curve.x, [])
  }
}

export function axisKind(x: XAxis): AxisKind {
  return x === 'relative' ? 'seconds' : x === 'wall' ? 'clock' : 'number'
}

export function axisName(x: XAxis): string {
  if (typeof x === 'object') return x.tag
  return { step: 'Step', relative: 'Time since the first point', wall: 'Time', epoch: 'Epoch' }[x]
}

/** Points to ask for per curve, so that a card of hundreds of runs is drawn in time. */
export function pointsFor(runs: number): number {
  return Math.round(Math.max(100, Math.min(2000, 60_000 / Math.max(1, runs))))
}
