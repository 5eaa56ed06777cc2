/**
 * Indices of at most about `mostPoints` points that draw the same curve: in each of equal index buckets the smallest
 * and the largest value, and always the first and the last point. Non-finite values are kept where a bucket has no
 * finite one, so that gaps stay gaps. For drawing only.
 */
export function decimateMinMax(values: Float64Array, from: number, to: number, mostPoints: number): Int32Array {
  const count = to - from
  if (count <= mostPoints) return Int32Array.from({ length: Math.max(0, count) }, (_, i) => from + i)
  const buckets = Math.max(1, Math.floor((mostPoints - 2) / 2))
  const kept: number[] = [from]
  for (let b = 0; b < buckets; b++) {
    const start = from + 1 + Math.floor((b * (count - 2)) / buckets)
    const end = from + 1 + Math.floor(((b + 1) * (count - 2)) / buckets)
    let low = -1
    let high = -1
    for (let i = start; i < end; i++) {
      if (!Number.isFinite(values[i])) continue
      if (low < 0 || values[i] < values[low]) low = i
      if (high < 0 || values[i] > values[high]) high = i
    }
    if (low < 0) {
      if (start < end) kept.push(start)
    } else if (low === high) kept.push(low)
    else kept.push(Math.min(low, high), Math.max(low, high))
  }
  kept.push(to - 1)
  return Int32Array.from(kept)
}
