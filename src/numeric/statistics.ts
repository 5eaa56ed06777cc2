/** Plain statistics of number lists. Standard deviations are population ones (divided by n) unless named otherwise. */

/** Arithmetic mean; NaN for an empty list. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]
  return sum / values.length
}

/** Mean and population standard deviation in two passes, so that a large offset does not cancel the spread. */
export function meanAndStd(values: ArrayLike<number>): { mean: number; std: number } {
  const center = mean(values)
  let sum = 0
  for (let i = 0; i < values.length; i++) {
    const d = values[i] - center
    sum += d * d
  }
  return { mean: center, std: Math.sqrt(sum / values.length) }
}

/** Median; the mean of the two middle values for an even count; NaN for an empty list. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort()
  const n = sorted.length
  if (n === 0) return Number.NaN
  return n % 2 === 1 ? sorted[(n - 1) / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2
}

/**
 * Quantile of ascending values, linear between neighbours (numpy's default, Hyndman & Fan 1996, definition 7);
 * NaN for an empty list.
 * @param share 0 to 1
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN
  const position = share * (sorted.length - 1)
  const low = Math.floor(position)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low] + (position - low) * (sorted[high] - sorted[low])
}

/**
 * Smallest value; Infinity for an empty list, NaN with one among them. The list may have any length: Math.min(...values)
 * takes some hundred thousand, then throws.
 */
export function smallest(values: ArrayLike<number>): number {
  let found = Infinity
  for (let i = 0; i < values.length; i++) found = Math.min(found, values[i])
  return found
}

/** Largest value; -Infinity for an empty list, NaN with one among them. Any number of them, as `smallest`. */
export function largest(values: ArrayLike<number>): number {
  let found = -Infinity
  for (let i = 0; i < values.length; i++) found = Math.max(found, values[i])
  return found
}

/**
 * Pearson's correlation of the pairs in which both are finite; 0 where one of them does not change there, null where neither does or
 * there are fewer than `least` pairs.
 */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>, least = 2): number | null {
  const pairs = Array.from({ length: Math.min(a.length, b.length) }, (_, i) => i).filter(
    (i) => Number.isFinite(a[i]) && Number.isFinite(b[i])
  )
  if (pairs.length < least) return null
  const [meanA, meanB] = [mean(pairs.map((i) => a[i])), mean(pairs.map((i) => b[i]))]
  let [ab, aa, bb] = [0, 0, 0]
  for (const i of pairs) {
    ab += (a[i] - meanA) * (b[i] - meanB)
    aa += (a[i] - meanA) ** 2
    bb += (b[i] - meanB) ** 2
  }
  if (aa === 0 && bb === 0) return null
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb)
}
