/** Histograms with arbitrary buckets: quantiles, and the same counts in other buckets. */

export interface PlainBuckets {
  /** [k] each, ascending, touching or with gaps; a bucket of width 0 holds one value. */
  left: ArrayLike<number>
  right: ArrayLike<number>
  counts: ArrayLike<number>
}

/** Shares that the bands of a distribution chart lie at: mean, one, two and three standard deviations of a normal one. */
export const bandShares = [0, 0.0668, 0.1587, 0.3085, 0.5, 0.6915, 0.8413, 0.9332, 1]

/**
 * Values at given ascending shares of the counts, linear within a bucket (TensorBoard's compressor). All 0 for an empty
 * histogram.
 */
export function quantilesOf({ left, right, counts }: PlainBuckets, shares: readonly number[]): Float64Array {
  const k = counts.length
  const result = new Float64Array(shares.length)
  if (k === 0) return result
  const low = left[0]
  const high = right[k - 1]
  // Sums of counts are whole numbers, so that a share that falls on the edge of a bucket is found there exactly.
  const cumulated = new Float64Array(k)
  let total = 0
  for (let i = 0; i < k; i++) cumulated[i] = total += counts[i]
  let at = 0
  shares.forEach((share, s) => {
    const wanted = share * total
    while (at < k && cumulated[at] <= wanted) at += 1
    let i = at
    // Buckets without counts hold no quantile.
    while (i < k && cumulated[i] === (i > 0 ? cumulated[i - 1] : 0)) i += 1
    if (i >= k) {
      result[s] = high
      return
    }
    const before = i > 0 ? cumulated[i - 1] : 0
    const from = before === 0 ? low : Math.max(right[i - 1], low)
    const to = Math.min(right[i], high)
    result[s] = from + ((wanted - before) / (cumulated[i] - before)) * (to - from)
  })
  return result
}

/**
 * Adds the counts to bins of equal width over [low, high], each bucket spread evenly over its width. What lies outside
 * comes back as [below, above].
 */
export function rebin(
  { left, right, counts }: PlainBuckets,
  low: number,
  high: number,
  bins: Float32Array | Float64Array
): [below: number, above: number] {
  const n = bins.length
  const width = (high - low) / n
  let below = 0
  let above = 0
  for (let b = 0; b < counts.length; b++) {
    const count = counts[b]
    if (count === 0) continue
    const from = left[b]
    const to = right[b]
    if (!(to > from)) {
      // One value; the last bin includes its right edge.
      if (from < low) below += count
      else if (from > high) above += count
      else bins[width > 0 ? Math.min(n - 1, Math.floor((from - low) / width)) : 0] += count
      continue
    }
    const density = count / (to - from)
    if (from < low) below += (Math.min(to, low) - from) * density
    if (to > high) above += (to - Math.max(from, high)) * density
    if (!(width > 0)) continue
    const first = Math.max(0, Math.floor((from - low) / width))
    const last = Math.min(n - 1, Math.floor((to - low) / width))
    for (let i = first; i <= last; i++) {
      const overlap = Math.min(to, low + (i + 1) * width) - Math.max(from, low + i * width)
      if (overlap > 0) bins[i] += overlap * density
    }
  }
  return [below, above]
}

/** Mean and standard deviation with every count at the middle of its bucket; NaN without counts. */
export function momentsOf({ left, right, counts }: PlainBuckets): { mean: number; std: number } {
  let total = 0
  let sum = 0
  let squares = 0
  for (let i = 0; i < counts.length; i++) {
    const middle = (left[i] + right[i]) / 2
    total += counts[i]
    sum += counts[i] * middle
    squares += counts[i] * middle * middle
  }
  const mean = sum / total
  return { mean, std: Math.sqrt(Math.max(0, squares / total - mean * mean)) }
}
