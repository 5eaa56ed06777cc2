/** Adding a metric of matrices: its row, as it would stand in src/domain/weight-metrics.ts, and what computes it in src/metrics. */
import type { WeightMetricRow } from '../../domain/weight-metrics'
import type { Matrix } from '../../metrics/weight-metrics'

export const row = {
  name: 'largest',
  title: 'Largest entry',
  formula: 'largest |w|',
  of: 'matrices',
  aliases: ['max_abs', 'weights_largest']
} as const satisfies WeightMetricRow

/** NaN where a value is not finite, as all metrics of a matrix are. */
export function largest({ data }: Matrix): number {
  let most = 0
  for (const value of data) most = Math.max(most, Number.isFinite(value) ? Math.abs(value) : NaN)
  return most
}
