import type { RunInfo } from '../../../src/domain/run'
import { metricValue } from '../../ui/format'

/** "accuracy/val 98.1%" */
export function bestText({ metric, value }: NonNullable<RunInfo['best']>): string {
  return `${metric} ${metricValue(metric, value)}`
}
