/**
 * Histograms as areas with their true edges. Heights are counts where all buckets are equally wide and densities
 * (count / width) where they are not, so that the area of a bucket is always its count.
 */
import type { PackedHistograms } from '../../../src/contract/recordings'
import { scaleOver } from '../scales'
import type { Range } from '../scales'

export interface Buckets {
  left: Float64Array
  right: Float64Array
  counts: Float64Array
}

/** A part of an outline: neighbours too narrow to be told apart are one. */
export interface Segment {
  left: number
  right: number
  density: number
}

/** Buckets narrower than this share of the axis are drawn together with their neighbours. */
const finestShare = 1 / 512
/** Writers close the outermost buckets with the largest double. */
const largest = 1.7e308

export function bucketsAt(packed: PackedHistograms, i: number): Buckets {
  const [from, to] = [packed.offsets[i], packed.offsets[i + 1]]
  return {
    left: packed.left.subarray(from, to),
    right: packed.right.subarray(from, to),
    counts: packed.counts.subarray(from, to)
  }
}

function isOpen(edge: number): boolean {
  return !(Math.abs(edge) < largest)
}

/** What all buckets with counts cover, without open edges; null when there is nothing. Never empty. */
export function valueRange(all: readonly PackedHistograms[]): Range | null {
  let [min, max] = [Infinity, -Infinity]
  for (const { left, right, counts } of all) {
    for (let b = 0; b < counts.length; b++) {
      if (!(counts[b] > 0)) continue
      // The closed edge of an open bucket is where what is known begins.
      for (const edge of [left[b], right[b]]) {
        if (isOpen(edge)) continue
        if (edge < min) min = edge
        if (edge > max) max = edge
      }
    }
  }
  if (!(min <= max)) return null
  const scale = scaleOver({ min, max }, false, {}, 0)
  return { min: scale.min, max: scale.max }
}

/** The width that all closed buckets share, within a thousandth; null when they differ. */
export function commonWidth(all: readonly PackedHistograms[]): number | null {
  let [least, most] = [Infinity, 0]
  for (const { left, right, counts } of all) {
    for (let b = 0; b < counts.length; b++) {
      if (isOpen(left[b]) || isOpen(right[b])) continue
      const width = right[b] - left[b]
      if (width < least) least = width
      if (width > most) most = width
    }
  }
  return least > 0 && most <= least * 1.001 ? most : null
}

/** Counts in buckets without an end, which have no place on the axis. */
export function openCounts({ left, right, counts }: Buckets): { below: number; above: number } {
  let [below, above] = [0, 0]
  for (let b = 0; b < counts.length; b++) {
    if (isOpen(left[b])) below += counts[b]
    else if (isOpen(right[b])) above += counts[b]
  }
  return { below, above }
}

export function segmentsOf({ left, right, counts }: Buckets, range: Range): Segment[] {
  const least = (range.max - range.min) * finestShare
  const segments: Segment[] = []
  let b = 0
  while (b < counts.length) {
    if (isOpen(left[b]) || isOpen(right[b])) {
      b += 1
      continue
    }
    const from = left[b]
    let to = right[b]
    let count = counts[b]
    b += 1
    // Narrow neighbours join until they can be seen; a wide bucket keeps its own edges.
    while (to - from < least && b < counts.length && left[b] - from < least && right[b] - left[b] < least) {
      to = Math.max(to, right[b])
      count += counts[b]
      b += 1
    }
    const end = Math.max(to, from + least)
    if (count > 0) segments.push({ left: from, right: end, density: count / (end - from) })
  }
  return segments
}

export function peakOf(segments: readonly Segment[]): number {
  return segments.reduce((peak, { density }) => Math.max(peak, density), 0)
}

/** 0 to 1. Square roots show small counts beside a large one. */
export function heightOf(density: number, peak: number, roots: boolean): number {
  const share = peak > 0 ? density / peak : 0
  return roots ? Math.sqrt(share) : share
}

export function densityAt(segments: readonly Segment[], value: number): number {
  return segments.find(({ left, right }) => value >= left && value < right)?.density ?? 0
}

/** Index of the bucket that holds a value; -1 between buckets. */
export function bucketAt({ left, right, counts }: Buckets, value: number): number {
  for (let b = 0; b < counts.length; b++) {
    const last = b === counts.length - 1
    if (value >= left[b] && (value < right[b] || (last && value === right[b]))) return b
  }
  return -1
}

/** Where the baselines of ridges lie, 0 (the earliest, behind) to 1 (the latest, in front): like their x. */
export function baselines(x: Float64Array, domain: Range): Float64Array {
  const span = domain.max - domain.min
  return x.map((at) => (span > 0 ? (at - domain.min) / span : 1))
}

/**
 * The ridge that a place means: the foremost that covers it, else the one with the nearest baseline.
 * @param bases baselines in pixels, downwards
 * @param tops outlines in pixels above their baselines, at the place's column
 */
export function ridgeAt(bases: ArrayLike<number>, tops: ArrayLike<number>, y: number): number {
  let nearest = -1
  for (let i = bases.length - 1; i >= 0; i--) {
    if (y <= bases[i] && y >= bases[i] - tops[i] && tops[i] > 1) return i
    if (nearest < 0 || Math.abs(bases[i] - y) < Math.abs(bases[nearest] - y)) nearest = i
  }
  return nearest
}
