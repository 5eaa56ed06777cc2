/** Histograms with an explicit range, counted in one pass. */
import { simdKernels, type SimdKernels } from '../tensor/simd/module'
import { growTo, newMemory, type LinearMemory } from '../wasm/module'

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
  return counted(values, min, max, bins, 0).histogram
}

/** The same, and how many values are nearer to zero than `near`. */
export function counted(
  values: Float32Array | Float64Array,
  min: number,
  max: number,
  bins: number,
  near: number
): { histogram: Histogram; near: number } {
  if (!(max > min) || !Number.isInteger(bins) || bins < 1) {
    throw new Error(`A histogram needs min < max and at least one bin; got ${min} to ${max} in ${bins} bins.`)
  }
  // The multiplication may round to the bin beside, so that zeros would count as negative; the edges decide.
  const edges = new Float64Array(bins + 1)
  for (let k = 0; k < bins; k++) edges[k] = min + ((max - min) * k) / bins
  edges[bins] = Infinity
  const range = { min, max, bins, near, edges }
  if (values instanceof Float32Array && values.length >= worthSimd && bins <= mostSimdBins) {
    const found = bySimd(values, range)
    if (found) return found
  }
  return byLoop(values, range)
}

interface Range {
  min: number
  max: number
  bins: number
  near: number
  edges: Float64Array
}

/** Below this many values the loop is as fast. */
const worthSimd = 256
const mostSimdBins = 4096
/** Values that are copied at a time: they stay in the nearest cache. */
const partLength = 4096

/** Bytes of the kernel's memory: state and spilled lanes, edges, four rows of counters, a part of the values. */
const stateAt = 16
const edgesAt = stateAt + 96
const countsAt = edgesAt + 8 * (mostSimdBins + 2)
const partAt = countsAt + 4 * 4 * (mostSimdBins + 4)
const memoryBytes = partAt + 4 * partLength

let simd: { memory: LinearMemory; kernels: SimdKernels } | null | undefined

/** By a kernel in a memory of its own; null where WebAssembly has no SIMD. The same to the bit. */
function bySimd(
  values: Float32Array,
  { min, max, bins, near, edges }: Range
): { histogram: Histogram; near: number } | null {
  if (simd === undefined) {
    try {
      const memory = newMemory()
      growTo(memory, memoryBytes)
      simd = { memory, kernels: simdKernels(memory) }
    } catch {
      simd = null
    }
  }
  if (!simd) return null
  const { buffer } = simd.memory
  const own = bins + 2
  const state = new Float64Array(buffer, stateAt, 7)
  state.set([0, 0, Infinity, -Infinity, 0, 0, 0])
  new Float64Array(buffer, edgesAt, bins + 1).set(edges)
  const rows = new Int32Array(buffer, countsAt, 4 * own).fill(0)
  const part = new Float32Array(buffer, partAt, partLength)
  const scale = bins / (max - min)
  for (let from = 0; from < values.length; from += partLength) {
    const length = Math.min(partLength, values.length - from)
    part.set(values.subarray(from, from + length))
    simd.kernels.countValues(partAt, length, min, max, scale, bins, near, edgesAt, countsAt, own, stateAt)
  }
  const [sum, sumSquares, low, high, zeros, nonFinite, isNear] = state
  const counts = new Float64Array(own)
  for (let k = 0; k < own; k++) counts[k] = rows[k] + rows[own + k] + rows[2 * own + k] + rows[3 * own + k]
  const num = values.length - nonFinite
  // The kernel does not say which of 0 and -0 came first.
  const signed = (extreme: number): number => (extreme === 0 ? values.find((v) => v === 0)! : extreme)
  const [lowest, highest] = num === 0 ? [0, 0] : [signed(low), signed(high)]
  return { histogram: { min, max, counts, lowest, highest, num, sum, sumSquares, zeros, nonFinite }, near: isNear }
}

/** In plain JavaScript: of double precision, of few values, and what the kernel is held against. */
function byLoop(
  values: Float32Array | Float64Array,
  { min, max, bins, near, edges }: Range
): { histogram: Histogram; near: number } {
  const counts = new Float64Array(bins + 2)
  const scale = bins / (max - min)
  let lowest = Infinity
  let highest = -Infinity
  let sum = 0
  let sumSquares = 0
  let zeros = 0
  let nonFinite = 0
  let isNear = 0
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
    if (v < near && v > -near) isNear++
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
  return { histogram: { min, max, counts, lowest, highest, num, sum, sumSquares, zeros, nonFinite }, near: isNear }
}
