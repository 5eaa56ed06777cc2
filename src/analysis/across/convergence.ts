/** When runs converge. */
import { median } from '../../numeric/statistics'
import { valuesAtSteps } from '../align'
import { wholeOf } from '../name-details'
import { quantityOf } from '../roles'
import type { ConvergenceRule } from '../../domain/across-runs'
import type { Roles } from '../../domain/roles'
import type { RunSeries } from '../../domain/run-series'
import type { TimeAxis } from '../../domain/time'

/** Index of the first value strictly beyond the threshold, or -1. A gap is not beyond anything. */
export function firstBeyond(values: ArrayLike<number>, threshold: number, direction: 'above' | 'below'): number {
  for (let i = 0; i < values.length; i++)
    if (direction === 'above' ? values[i] > threshold : values[i] < threshold) return i
  return -1
}

/**
 * True step, and epoch or the step again, at which a run converges, from every recorded point of the metric (not only those that the
 * analysis used); null when it never does. The paper takes the row number instead, and gives a run that never converges
 * the length of the longest run.
 */
export function convergenceOf(
  run: RunSeries,
  rule: Pick<ConvergenceRule, 'metric' | 'direction'> & { threshold: number },
  axis: TimeAxis = 'epoch'
): { step: number; epoch: number } | null {
  const series = run.series[rule.metric]
  if (!series) return null
  const at = firstBeyond(series.values, rule.threshold, rule.direction)
  if (at < 0) return null
  const step = series.steps[at]
  if (axis === 'step') return { step, epoch: step }
  return { step, epoch: valuesAtSteps(run.series.epoch, [step])?.[0] ?? step }
}

/**
 * A threshold when none is given: 0.9 (90 where it is in percent) for an accuracy that most runs bring there; else the middle, over the runs, of
 * the value nine tenths of the way from its first to its last value.
 */
export function proposeThreshold(runs: readonly RunSeries[], rule: ConvergenceRule, roles: Roles = {}): number {
  const curves = runs.map((run) => run.series[rule.metric]?.values.filter(Number.isFinite)).filter((v) => v?.length)
  if (curves.length === 0) return rule.direction === 'above' ? 0.9 : 0
  const quantity = quantityOf(rule.metric, roles)
  if (quantity === 'accuracy' && rule.direction === 'above') {
    const most = 0.9 * wholeOf(curves.map((values) => values!))
    const reaching = curves.filter((values) => firstBeyond(values!, most, 'above') >= 0).length
    if (2 * reaching > curves.length) return most
  }
  const points = curves.map((values) => {
    const first = values![0]
    const last = values![values!.length - 1]
    // Losses fall by factors, not by amounts.
    return first > 0 && last > 0 && quantity === 'loss' ? first * (last / first) ** 0.9 : first + 0.9 * (last - first)
  })
  const left = points.map((point, i) => Math.abs(curves[i]![curves[i]!.length - 1] - point))
  return shortest(median(points), ROUNDING * median(left))
}

/** A threshold is rounded by at most this share of the way that is left from it to the last value. */
const ROUNDING = 0.1

/** The number with the fewest digits, two or more, that differs from `value` by no more than `tolerance`. */
function shortest(value: number, tolerance: number): number {
  for (let digits = 2; digits <= 16; digits++) {
    const rounded = Number(value.toPrecision(digits))
    if (Math.abs(rounded - value) <= tolerance) return rounded
  }
  return value
}
