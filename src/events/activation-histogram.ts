/**
 * How an activation histogram lies in an event file: bucket limits [hMin, edge 1, ..., hMax, +max], so the first
 * bucket is the underflow and the last one the overflow, and TensorBoard shows the file as it is.
 */
import type { HistogramRecord } from '../domain/records'
import type { HistogramValue } from './histogram'

export function toHistogramValue(record: HistogramRecord): HistogramValue {
  const bins = record.counts.length - 2
  const limits: number[] = []
  for (let i = 0; i <= bins; i++) limits.push(record.min + ((record.max - record.min) * i) / bins)
  limits.push(Number.MAX_VALUE)
  return {
    min: record.num > 0 ? record.lowest : 0,
    max: record.num > 0 ? record.highest : 0,
    num: record.num,
    sum: record.sum,
    sumSquares: record.sumSquares,
    bucketLimits: limits,
    buckets: Array.from(record.counts)
  }
}

/** Bin edges [bins + 1] when the limits are of that form, else null. */
export function activationEdges(limits: Float64Array): Float64Array | null {
  const last = limits.length - 1
  return last >= 2 && limits[last] > 1e300 ? limits.slice(0, last) : null
}
