/**
 * Scaled dot-product attention over short contexts, with its gradient, as plain loops: for a context of 3 the products
 * are far too small for a matrix kernel, and one pass replaces some twenty kernel calls.
 */
import * as tf from '@tensorflow/tfjs-core'
import { customOp } from '../custom'
import { emptyTensor, inPlace, valuesOf } from '../views'

export interface AttentionShape {
  examples: number
  /** Positions that ask (the last `queries` of `keys`). */
  queries: number
  keys: number
  heads: number
  /** Width of one head. */
  width: number
}

/**
 * q [N * P, H * W], k and v [N * T, H * W] -> z [N * P, H * W]; head h lies in columns h * W .. (h + 1) * W. Causal: query
 * i, which sits at position T - P + i, sees keys up to its own position. `onPattern` is given the weights
 * [N, H, P, T] (softmax over T), zero where masked. Vaswani et al. 2017, eq. 1.
 */
export function attention(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  shape: AttentionShape,
  onPattern: (pattern: tf.Tensor4D) => void
): tf.Tensor2D {
  const { examples, queries, keys, heads } = shape
  if (!inPlace()) return attentionOfStock(q, k, v, shape, onPattern)
  return customOp([q, k, v], ([tq, tk, tv], save) => {
    const value = emptyTensor<tf.Rank.R2>([examples * queries, heads * shape.width])
    const pattern = emptyTensor<tf.Rank.R4>([examples, heads, queries, keys])
    forward(valuesOf(tq), valuesOf(tk), valuesOf(tv), valuesOf(pattern), valuesOf(value), shape)
    onPattern(pattern)
    save([tq, tk, tv, pattern])
    return {
      value,
      gradient: (dy, saved) => {
        const out = [emptyTensor(q.shape), emptyTensor(k.shape), emptyTensor(v.shape)]
        const [sq, sk, sv, sp] = saved.map((tensor) => valuesOf(tensor))
        const [dq, dk, dv] = out.map((tensor) => valuesOf(tensor).fill(0))
        backward(sq, sk, sv, sp, valuesOf(dy), dq, dk, dv, shape)
        return out
      }
    }
  })
}

function attentionOfStock(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  { examples, queries, keys, heads, width }: AttentionShape,
  onPattern: (pattern: tf.Tensor4D) => void
): tf.Tensor2D {
  const split = (x: tf.Tensor2D, positions: number): tf.Tensor4D => {
    return tf.transpose(tf.reshape(x, [examples, positions, heads, width]), [0, 2, 1, 3])
  }
  const hidden = Float32Array.from({ length: queries * keys }, (_, at) => {
    return (at % keys) - (keys - queries) > Math.floor(at / keys) ? -1e9 : 0
  })
  const products = tf.mul(tf.matMul(split(q, queries), split(k, keys), false, true), 1 / Math.sqrt(width))
  const pattern = tf.softmax(tf.add(products, tf.tensor(hidden, [queries, keys]))) as tf.Tensor4D
  onPattern(pattern)
  const mixed = tf.transpose(tf.matMul(pattern, split(v, keys)), [0, 2, 1, 3])
  return tf.reshape(mixed, [examples * queries, heads * width])
}

function forward(
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  pattern: Float32Array,
  z: Float32Array,
  { examples, queries, keys, heads, width }: AttentionShape
): void {
  const stride = heads * width
  const scale = 1 / Math.sqrt(width)
  const weights = new Float64Array(keys)
  for (let n = 0; n < examples; n++) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < queries; i++) {
        const qAt = (n * queries + i) * stride + h * width
        const visible = keys - queries + i + 1
        let highest = -Infinity
        for (let t = 0; t < visible; t++) {
          const kAt = (n * keys + t) * stride + h * width
          let dot = 0
          for (let j = 0; j < width; j++) dot += q[qAt + j] * k[kAt + j]
          weights[t] = dot * scale
          if (weights[t] > highest) highest = weights[t]
        }
        let sum = 0
        for (let t = 0; t < visible; t++) {
          weights[t] = Math.exp(weights[t] - highest)
          sum += weights[t]
        }
        const pAt = ((n * heads + h) * queries + i) * keys
        for (let t = 0; t < keys; t++) pattern[pAt + t] = t < visible ? weights[t] / sum : 0
        for (let j = 0; j < width; j++) {
          let acc = 0
          for (let t = 0; t < visible; t++) acc += pattern[pAt + t] * v[(n * keys + t) * stride + h * width + j]
          z[qAt + j] = acc
        }
      }
    }
  }
}

function backward(
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  pattern: Float32Array,
  dz: Float32Array,
  dq: Float32Array,
  dk: Float32Array,
  dv: Float32Array,
  { examples, queries, keys, heads, width }: AttentionShape
): void {
  const stride = heads * width
  const scale = 1 / Math.sqrt(width)
  const dp = new Float64Array(keys)
  for (let n = 0; n < examples; n++) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < queries; i++) {
        const qAt = (n * queries + i) * stride + h * width
        const pAt = ((n * heads + h) * queries + i) * keys
        const visible = keys - queries + i + 1
        let mean = 0
        for (let t = 0; t < visible; t++) {
          const at = (n * keys + t) * stride + h * width
          const p = pattern[pAt + t]
          let dot = 0
          for (let j = 0; j < width; j++) {
            dot += dz[qAt + j] * v[at + j]
            dv[at + j] += p * dz[qAt + j]
          }
          dp[t] = dot
          mean += p * dot
        }
        for (let t = 0; t < visible; t++) {
          const at = (n * keys + t) * stride + h * width
          // Gradient of the softmax: p (dp - sum p dp), then of the scaled dot product.
          const ds = pattern[pAt + t] * (dp[t] - mean) * scale
          for (let j = 0; j < width; j++) {
            dq[qAt + j] += ds * k[at + j]
            dk[at + j] += ds * q[qAt + j]
          }
        }
      }
    }
  }
}
