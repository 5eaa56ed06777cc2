/** Batch normalisation over all axes but the last, with its gradient. Ioffe & Szegedy 2015. */
import * as tf from '@tensorflow/tfjs-core'
import { customOp } from '../custom'
import { addressOf, heapKernels } from '../heap-kernels'
import type { SimdKernels } from '../simd/module'
import { emptyTensor, inPlace, valuesOf } from '../views'

export interface Normalised<T extends tf.Tensor> {
  value: T
  /** Statistics of this batch, [C]; no gradient flows through them. Population variance. */
  mean: tf.Tensor1D
  variance: tf.Tensor1D
}

/**
 * Training: (x - mean) / sqrt(variance + epsilon) * gain + bias with the statistics of the batch, per channel. x [.., C],
 * gain and bias [C]. The gradient flows through the statistics, as in the paper's section 3.
 */
export function batchNorm<T extends tf.Tensor>(
  x: T,
  gain: tf.Tensor1D,
  bias: tf.Tensor1D,
  epsilon: number
): Normalised<T> {
  const channels = gain.size
  const rows = x.size / channels
  const { mean, variance } = moments(x, rows, channels)
  const value = customOp<T>([x, gain, bias], ([tx, tg, tb], save) => {
    save([tx, tg, mean, variance])
    return {
      value: normalise(tx, tg, tb, mean, variance, epsilon),
      gradient: (dy, [sx, sg, sm, sv]) => {
        return inPlace() ? gradientInPlace(dy, sx, sg, sm, sv, epsilon) : gradientOfStock(dy, sx, sg, sm, sv, epsilon)
      }
    }
  })
  return { value, mean, variance }
}

/** Inference: as above with given statistics, [C] each, which are constants. */
export function batchNormWith<T extends tf.Tensor>(
  x: T,
  gain: tf.Tensor1D,
  bias: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  epsilon: number
): T {
  const channels = gain.size
  return customOp<T>([x, gain, bias], ([tx, tg, tb], save) => {
    save([tx, tg, mean, variance])
    return {
      value: normalise(tx, tg, tb, mean, variance, epsilon),
      gradient: (dy, [sx, sg, sm, sv]) => {
        const inverse = tf.rsqrt(tf.add(sv, epsilon))
        const flat = tf.reshape(dy, [dy.size / channels, channels])
        const unit = tf.mul(tf.sub(tf.reshape(sx, flat.shape), sm), inverse)
        const dx = tf.reshape(tf.mul(flat, tf.mul(sg, inverse)), dy.shape)
        return [dx, tf.sum(tf.mul(flat, unit), 0), tf.sum(flat, 0)]
      }
    }
  })
}

function moments(x: tf.Tensor, rows: number, channels: number): { mean: tf.Tensor1D; variance: tf.Tensor1D } {
  if (!inPlace()) {
    // One operation without a gradient: nothing of what lies between x and the statistics is kept for one.
    const both = customOp<tf.Tensor2D>([x], ([tx]) => {
      const { mean, variance } = tf.moments(tf.reshape(tx, [rows, channels]), 0)
      return { value: tf.stack([mean, variance]), gradient: () => [tf.zerosLike(x)] }
    })
    const [mean, variance] = tf.unstack(both) as tf.Tensor1D[]
    return { mean, variance }
  }
  const mean = emptyTensor<tf.Rank.R1>([channels])
  const variance = emptyTensor<tf.Rank.R1>([channels])
  const simd = heapKernels()
  if (simd) {
    simd.columnSums(addressOf(x), addressOf(mean), rows, channels)
    const means = valuesOf(mean)
    for (let c = 0; c < channels; c++) means[c] /= rows
    simd.columnSquares(addressOf(x), addressOf(mean), addressOf(variance), rows, channels)
    const variances = valuesOf(variance)
    for (let c = 0; c < channels; c++) variances[c] /= rows
    return { mean, variance }
  }
  const values = valuesOf(x)
  const sums = new Float64Array(channels)
  for (let at = 0; at < values.length;) for (let c = 0; c < channels; c++) sums[c] += values[at++]
  for (let c = 0; c < channels; c++) sums[c] /= rows
  const squares = new Float64Array(channels)
  for (let at = 0; at < values.length;) for (let c = 0; c < channels; c++) squares[c] += (values[at++] - sums[c]) ** 2
  valuesOf(mean).set(sums)
  valuesOf(variance).set(squares.map((square) => square / rows))
  return { mean, variance }
}

function normalise(
  x: tf.Tensor,
  gain: tf.Tensor,
  bias: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  epsilon: number
): tf.Tensor {
  if (!inPlace()) {
    // As a matrix: with five dimensions the webgpu backend makes a program that does not compile.
    const flat = tf.reshape(x, [x.size / gain.size, gain.size])
    const scaled = tf.mul(tf.sub(flat, mean), tf.mul(gain, tf.rsqrt(tf.add(variance, epsilon))))
    return tf.reshape(tf.add(scaled, bias), x.shape)
  }
  const value = emptyTensor(x.shape)
  const simd = heapKernels()
  if (simd) {
    const scale = emptyTensor(gain.shape)
    const [g, v, s] = [gain, variance, scale].map((tensor) => valuesOf(tensor))
    for (let c = 0; c < g.length; c++) s[c] = g[c] / Math.sqrt(v[c] + epsilon)
    const places = [x, mean, scale, bias, value].map(addressOf) as [number, number, number, number, number]
    simd.normalise(...places, x.size / gain.size, gain.size)
    return value
  }
  const [from, g, b, m, v, to] = [x, gain, bias, mean, variance, value].map((tensor) => valuesOf(tensor))
  const scale = g.map((factor, c) => factor / Math.sqrt(v[c] + epsilon))
  const channels = g.length
  for (let at = 0; at < from.length;) {
    for (let c = 0; c < channels; c++, at++) to[at] = (from[at] - m[c]) * scale[c] + b[c]
  }
  return value
}

function gradientInPlace(
  dy: tf.Tensor,
  x: tf.Tensor,
  gain: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  epsilon: number
): tf.Tensor[] {
  const out = [emptyTensor(x.shape), emptyTensor(gain.shape), emptyTensor(gain.shape)]
  const simd = heapKernels()
  if (simd) return gradientOnHeap(simd, dy, x, gain, mean, variance, epsilon, out)
  const [dx, dGain, dBias] = out.map((tensor) => valuesOf(tensor))
  const [d, from, g, m, v] = [dy, x, gain, mean, variance].map((tensor) => valuesOf(tensor))
  const channels = g.length
  const rows = from.length / channels
  const inverse = Float64Array.from(v, (value) => 1 / Math.sqrt(value + epsilon))
  const sums = new Float64Array(channels)
  const products = new Float64Array(channels)
  for (let at = 0; at < d.length;) {
    for (let c = 0; c < channels; c++, at++) {
      sums[c] += d[at]
      products[c] += d[at] * (from[at] - m[c])
    }
  }
  // dx = gain / sqrt(v) (dy - mean(dy) - unit mean(dy unit)), as factors per channel.
  const a = new Float64Array(channels)
  const b = new Float64Array(channels)
  for (let c = 0; c < channels; c++) {
    dBias[c] = sums[c]
    dGain[c] = products[c] * inverse[c]
    a[c] = g[c] * inverse[c]
    b[c] = (-a[c] * products[c] * inverse[c] * inverse[c]) / rows
    sums[c] *= -a[c] / rows
  }
  for (let at = 0; at < d.length;) {
    for (let c = 0; c < channels; c++, at++) dx[at] = d[at] * a[c] + (from[at] - m[c]) * b[c] + sums[c]
  }
  return out
}

/** The same with vectors; `out` are dx, dGain and dBias. */
function gradientOnHeap(
  simd: SimdKernels,
  dy: tf.Tensor,
  x: tf.Tensor,
  gain: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  epsilon: number,
  out: tf.Tensor[]
): tf.Tensor[] {
  const [dx, dGain, dBias] = out
  const channels = gain.size
  const rows = x.size / channels
  const factors = [emptyTensor(gain.shape), emptyTensor(gain.shape), emptyTensor(gain.shape)]
  const [atX, atDy, atMean] = [x, dy, mean].map(addressOf)
  simd.columnSums(atDy, addressOf(dBias), rows, channels)
  simd.columnDots(atX, atMean, atDy, addressOf(dGain), rows, channels)
  const [a, b, rest] = factors.map((tensor) => valuesOf(tensor))
  const [sums, products, g, v] = [dBias, dGain, gain, variance].map((tensor) => valuesOf(tensor))
  for (let c = 0; c < channels; c++) {
    const inverse = 1 / Math.sqrt(v[c] + epsilon)
    a[c] = g[c] * inverse
    b[c] = (-g[c] * inverse ** 3 * products[c]) / rows
    rest[c] = (-g[c] * inverse * sums[c]) / rows
    products[c] *= inverse
  }
  const [atA, atB, atRest] = factors.map(addressOf)
  simd.normaliseGradient(atX, atDy, atMean, atA, atB, atRest, addressOf(dx), rows, channels)
  return out
}

function gradientOfStock(
  dy: tf.Tensor,
  x: tf.Tensor,
  gain: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  epsilon: number
): tf.Tensor[] {
  const channels = gain.size
  const rows = x.size / channels
  const inverse = tf.rsqrt(tf.add(variance, epsilon))
  const d = tf.reshape(dy, [rows, channels])
  const unit = tf.mul(tf.sub(tf.reshape(x, [rows, channels]), mean), inverse)
  const dBias = tf.sum(d, 0)
  const dGain = tf.sum(tf.mul(d, unit), 0)
  const rest = tf.sub(d, tf.div(tf.add(dBias, tf.mul(unit, dGain)), rows))
  return [tf.reshape(tf.mul(rest, tf.mul(gain, inverse)), x.shape), dGain, dBias]
}
