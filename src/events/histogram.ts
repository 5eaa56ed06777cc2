/** Histograms as they lie in event files, and the buckets that they mean. */
import { form } from './event-scan'
import { ProtoError, ProtoReader } from './protobuf'
import { allValues, decodeTensor } from './tensor'

/** HistogramProto, the v1 form. */
export interface HistogramValue {
  min: number
  max: number
  num: number
  sum: number
  sumSquares: number
  /** Right edges; bucket i counts (limit[i-1], limit[i]]. */
  bucketLimits: number[]
  buckets: number[]
}

/** Buckets with both edges, [k] each. */
export interface Buckets {
  left: Float64Array
  right: Float64Array
  counts: Float64Array
  /** Moments of the values themselves, NaN where the form does not tell them (v2). */
  mean: number
  std: number
}

/** @throws ProtoError */
export function decodeHistogramValue(bytes: Uint8Array): HistogramValue {
  const value: HistogramValue = { min: 0, max: 0, num: 0, sum: 0, sumSquares: 0, bucketLimits: [], buckets: [] }
  const reader = new ProtoReader(bytes)
  while (reader.next()) {
    const list = reader.wireType === 1 || reader.wireType === 2
    if (reader.field === 6 && list) reader.doublesInto(value.bucketLimits)
    else if (reader.field === 7 && list) reader.doublesInto(value.buckets)
    else if (reader.wireType === 1) {
      if (reader.field === 1) value.min = reader.double()
      else if (reader.field === 2) value.max = reader.double()
      else if (reader.field === 3) value.num = reader.double()
      else if (reader.field === 4) value.sum = reader.double()
      else if (reader.field === 5) value.sumSquares = reader.double()
    }
  }
  return value
}

/** The buckets of a value of either form. @throws ProtoError when it is no histogram */
export function bucketsOf(bytes: Uint8Array, valueForm: number): Buckets {
  return valueForm === form.histo ? bucketsOfValue(decodeHistogramValue(bytes)) : bucketsOfTensor(bytes)
}

/**
 * Empty buckets at both ends go; inner edges are the limits, the outermost ones the smallest and the largest value
 * (TensorBoard's data_compat, in double precision).
 */
function bucketsOfValue(value: HistogramValue): Buckets {
  const { bucketLimits: limits, buckets, num } = value
  if (limits.length !== buckets.length) {
    throw new ProtoError(`a histogram has ${buckets.length} counts for ${limits.length} edges`)
  }
  let first = 0
  while (first < buckets.length && buckets[first] === 0) first += 1
  let last = buckets.length - 1
  while (last >= first && buckets[last] === 0) last -= 1
  const count = Math.max(0, last - first + 1)
  const left = new Float64Array(count)
  const right = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    left[i] = i === 0 ? value.min : limits[first + i - 1]
    right[i] = i === count - 1 ? value.max : limits[first + i]
  }
  const mean = num > 0 ? value.sum / num : Number.NaN
  const std = Math.sqrt(Math.max(0, value.sumSquares / num - mean * mean))
  return { left, right, counts: Float64Array.from(buckets.slice(first, last + 1)), mean, std }
}

/** A tensor [k, 3] of rows (left, right, count). */
function bucketsOfTensor(bytes: Uint8Array): Buckets {
  const tensor = decodeTensor(bytes)
  const { shape } = tensor
  if (shape.length !== 2 || shape[1] !== 3) {
    throw new ProtoError(`a histogram is a tensor [k, 3], not [${shape.join(', ')}]`)
  }
  const values = allValues(tensor)
  const [count] = shape
  const buckets: Buckets = {
    left: new Float64Array(count),
    right: new Float64Array(count),
    counts: new Float64Array(count),
    mean: Number.NaN,
    std: Number.NaN
  }
  for (let i = 0; i < count; i++) {
    buckets.left[i] = values[i * 3]
    buckets.right[i] = values[i * 3 + 1]
    buckets.counts[i] = values[i * 3 + 2]
  }
  return buckets
}
