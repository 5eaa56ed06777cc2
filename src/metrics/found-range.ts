/**
 * Ranges of histograms that are found, not given. The edges of every found range are multiples of a power of two, so that those of
 * a wide range are edges of any narrower one, and 0 always is one: histograms of different ranges are added without moving a count.
 */
import { counted, type Histogram } from './histogram'

export interface FoundRange {
  min: number
  max: number
}

/** At most this share of the values may lie outside before a range is widened: one value in a million must not cost all others theirs. */
const outsideShare = 0.0005
/** A range is found anew where all values lie in so small a part of it. */
const tooWide = 1 / 16
/** For values that are all 0 any range does; one of its own is found with the first that is not. */
const aroundZero: FoundRange = { min: -1, max: 1 }
const fineBins = 1024
/** A range that is narrower than this share of its values has no bins that single precision could tell apart. */
const finest = 2 ** -20
/** Each pass leaves a five hundredth of the width where a few values lie far away; these lead from the largest float to 1e-15. */
const mostPasses = 20

/**
 * Counts values over `known`, or over a range of their own where there is none yet, where more than a two-thousandth lies outside, or,
 * with `narrows`, where all of them lie in a sixteenth of it.
 * @param near see `counted`
 */
export function countedInFound(
  values: Float32Array,
  bins: number,
  near: number,
  known: FoundRange | null,
  narrows: boolean
): { histogram: Histogram; near: number; isNew: boolean } {
  const { min, max } = known ?? onLattice(aroundZero, bins)
  const found = counted(values, min, max, bins, near)
  const { counts, lowest, highest, num } = found.histogram
  // Values that are all the same fit where they lie, and where there are none there is nothing to find.
  if (num === 0 || (known === null && lowest === 0 && highest === 0)) return { ...found, isNew: false }
  const outside = counts[0] + counts[bins + 1] > outsideShare * num
  if (known && !outside && !(narrows && lowest < highest && isTooWide(counts, bins))) return { ...found, isNew: false }
  const own = trimmed(values, lowest, highest)
  const wanted = known && outside ? { min: Math.min(own.min, known.min), max: Math.max(own.max, known.max) } : own
  const range = onLattice(wanted, bins)
  return { ...counted(values, range.min, range.max, bins, near), isNew: true }
}

function isTooWide(counts: Float64Array, bins: number): boolean {
  const inside = counts.subarray(1, bins + 1)
  const first = inside.findIndex((count) => count > 0)
  const last = inside.findLastIndex((count) => count > 0)
  return first >= 0 && last - first + 1 <= bins * tooWide
}

/** Where all values lie but for half of the share that may lie outside, evenly from both ends. */
function trimmed(values: Float32Array, lowest: number, highest: number): FoundRange {
  let [min, max] = [lowest, highest]
  for (let pass = 0; pass < mostPasses; pass++) {
    if (!(max - min > finest * Math.max(Math.abs(min), Math.abs(max)))) break
    const { counts, num } = counted(values, min, max, fineBins, 0).histogram
    const left = (outsideShare / 4) * num
    const inside = counts.subarray(1, fineBins + 1)
    let first = 0
    for (let cut = counts[0]; first < fineBins - 1 && cut + inside[first] <= left; first++) cut += inside[first]
    let last = fineBins - 1
    for (let cut = counts[fineBins + 1]; last > first && cut + inside[last] <= left; last--) cut += inside[last]
    const width = max - min
    const next = { min: min + (width * first) / fineBins, max: min + (width * (last + 1)) / fineBins }
    // Where little is cut, the fine bins have shown all that there is to see.
    if (next.max - next.min > width / 8) return next
    min = next.min
    max = next.max
  }
  return { min, max }
}

/** The finest range on the lattice that covers [min, max] with `bins` bins, with what is left over on both sides, never below 0 for what is not. */
function onLattice({ min, max }: FoundRange, bins: number): FoundRange {
  const low = Math.min(min, max === min ? 0 : min)
  const high = Math.max(max, max === min ? 0 : max)
  for (let exponent = Math.floor(Math.log2((high - low) / bins)); ; exponent++) {
    const width = 2 ** exponent
    const first = Math.floor(low / width)
    // The largest value lies inside its bin, not on its edge: it stays in that bin when ranges are added.
    const end = Math.floor(high / width) + 1
    const spare = bins - (end - first)
    if (spare < 0) continue
    const start = low >= 0 ? first : high <= 0 ? end - bins : first - (spare >> 1)
    return { min: start * width, max: (start + bins) * width }
  }
}

/** The same counts over another range on the lattice with wider bins or as wide ones, which covers this one. */
export function widened(histogram: Histogram, { min, max }: FoundRange): Histogram {
  if (histogram.min === min && histogram.max === max) return histogram
  const bins = histogram.counts.length - 2
  const from = (histogram.max - histogram.min) / bins
  const to = (max - min) / bins
  const counts = new Float64Array(bins + 2)
  counts[0] = histogram.counts[0]
  counts[bins + 1] = histogram.counts[bins + 1]
  for (let k = 0; k < bins; k++) {
    // Only zeros, for which no range had been found yet, can lie outside.
    const at = Math.floor((histogram.min + k * from - min) / to)
    counts[Math.min(bins + 1, Math.max(0, at + 1))] += histogram.counts[k + 1]
  }
  return { ...histogram, min, max, counts }
}
