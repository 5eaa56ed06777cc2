/** Histograms with an explicit range, counted in one pass. */

export interface Histogram {
  min: number
  max: number
  /** [bins + 2]: underflow (below min), the bins, overflow (above max). */
  counts: Float64Array
  /** Smallest and largest finite value; 0 when there is none. */
  lowest: number
  highest: number
  /** Number of finite values, their sum and sum of squares. */
  num: number
  sum: number
  sumSquares: number
  /** Values that are exactly zero (they are in their bin as well). */
  zeros: number
  /** NaN and infinities; they are in no bin. */
  nonFinite: number
}

/**
 * Bins are [low, high) between the edges min + (max - min) k / bins, which an event file has too; the last one is
 * [low, max], so that a value of `max` is inside.
 */
export function histogram(values: Float32Array | Float64Array, min: number, max: number, bins: number): Histogram {
  if (!(max > min) || !Number.isInteger(bins) || bins < 1) {
    throw new Error(`A histogram needs min < max and at least one bin; got ${min} to ${max} in ${bins} bins.`)
  }
  const counts = new Float64Array(bins + 2)
  const scale = bins / (max - min)
  // The multiplication may round to the bin beside, so that zeros would count as negative; the edges decide.
  const edges = new Float64Array(bins + 1)
  for (let k = 0; k < bins; k++) edges[k] = min + ((max - min) * k) / bins
  edges[bins] = Infinity
  let lowest = Infinity
  let highest = -Infinity
  let sum = 0
  let sumSquares = 0
  let zeros = 0
  let nonFinite = 0
  for (let i = 0; i < values.length; i++) {
    const v = values[i]
    // Only a finite value minus itself is 0.
    if (v - v !== 0) {
      nonFinite++
      continue
    }
    sum += v
    sumSquares += v * v
    if (v === 0) zeros++
    if (v < lowest) lowest = v
    if (v > highest) highest = v
    if (v < min) counts[0]++
    else if (v > max) counts[bins + 1]++
    else {
      let bin = ((v - min) * scale) | 0
      if (bin >= bins) bin = bins - 1
      if (v < edges[bin]) bin--
      else if (v >= edges[bin + 1]) bin++
      counts[bin + 1]++
    }
  }
  const num = values.length - nonFinite
  if (num === 0) lowest = highest = 0
  return { min, max, counts, lowest, highest, num, sum, sumSquares, zeros, nonFinite }
}
