/**
 * LSTM and GRU with their gradients where values are in place: a product per step, one for the gradient of the recurrent
 * weights over all steps, and the gates as loops. Of stock operations it would be some twenty kernel calls a step.
 */
import * as tf from '@tensorflow/tfjs-core'
import { customOp } from '../custom'
import { emptyTensor, valuesOf } from '../views'
import { columnSums } from './dense'

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v))

/** As `lstm`, with tanh and sigmoid. */
export function lstmInPlace(projected: tf.Tensor3D, recurrent: tf.Tensor2D): tf.Tensor3D {
  const [steps, examples, width] = projected.shape
  const units = width / 4
  return customOp([projected, recurrent], ([p, r], save) => {
    const value = emptyTensor<tf.Rank.R3>([steps, examples, units])
    const gates = emptyTensor<tf.Rank.R3>([steps, examples, width])
    const cells = emptyTensor<tf.Rank.R3>([steps, examples, units])
    forEachStep(steps, value, r as tf.Tensor2D, (t, product) => {
      const [x, g, c, h] = [p, gates, cells, value].map((tensor) => valuesOf(tensor))
      for (let n = 0; n < examples; n++) {
        const at = (t * examples + n) * width
        const from = n * width
        const to = (t * examples + n) * units
        for (let u = 0; u < units; u++) {
          const z = (gate: number): number =>
            x[at + gate * units + u] + (product ? product[from + gate * units + u] : 0)
          const [i, f, candidate, o] = [sigmoid(z(0)), sigmoid(z(1)), Math.tanh(z(2)), sigmoid(z(3))]
          g[at + u] = i
          g[at + units + u] = f
          g[at + 2 * units + u] = candidate
          g[at + 3 * units + u] = o
          const carry = (t > 0 ? f * c[to - examples * units + u] : 0) + i * candidate
          c[to + u] = carry
          h[to + u] = o * Math.tanh(carry)
        }
      }
    })
    save([r, value, gates, cells])
    return {
      value,
      gradient: (dy, [sr, sv, sg, sc]) => {
        const dz = emptyTensor<tf.Rank.R3>([steps, examples, width])
        const carried = new Float64Array(examples * units)
        backThroughTime(steps, dz, sr as tf.Tensor2D, (t, later) => {
          const [d, g, c, out] = [dy, sg, sc, dz].map((tensor) => valuesOf(tensor))
          for (let n = 0; n < examples; n++) {
            const at = (t * examples + n) * width
            const to = (t * examples + n) * units
            for (let u = 0; u < units; u++) {
              const [i, f, candidate, o] = [0, 1, 2, 3].map((gate) => g[at + gate * units + u])
              const squashed = Math.tanh(c[to + u])
              const dh = d[to + u] + (later ? later[n * units + u] : 0)
              const dc = carried[n * units + u] + dh * o * (1 - squashed * squashed)
              const before = t > 0 ? c[to - examples * units + u] : 0
              out[at + u] = dc * candidate * i * (1 - i)
              out[at + units + u] = dc * before * f * (1 - f)
              out[at + 2 * units + u] = dc * i * (1 - candidate * candidate)
              out[at + 3 * units + u] = dh * squashed * o * (1 - o)
              carried[n * units + u] = dc * f
            }
          }
          return null
        })
        return [dz, recurrentGradient(sv as tf.Tensor3D, dz)]
      }
    }
  })
}

/** As `gru` with the reset gate after the product, tanh and sigmoid. */
export function gruInPlace(projected: tf.Tensor3D, recurrent: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor3D {
  const [steps, examples, width] = projected.shape
  const units = width / 3
  return customOp([projected, recurrent, bias], ([p, r, b], save) => {
    const value = emptyTensor<tf.Rank.R3>([steps, examples, units])
    const gates = emptyTensor<tf.Rank.R3>([steps, examples, width])
    const recalled = emptyTensor<tf.Rank.R3>([steps, examples, units])
    forEachStep(steps, value, r as tf.Tensor2D, (t, product) => {
      const [x, g, q, h, offset] = [p, gates, recalled, value, b].map((tensor) => valuesOf(tensor))
      for (let n = 0; n < examples; n++) {
        const at = (t * examples + n) * width
        const from = n * width
        const to = (t * examples + n) * units
        for (let u = 0; u < units; u++) {
          const inner = (gate: number): number =>
            offset[gate * units + u] + (product ? product[from + gate * units + u] : 0)
          const z = sigmoid(x[at + u] + inner(0))
          const reset = sigmoid(x[at + units + u] + inner(1))
          const recall = inner(2)
          const candidate = Math.tanh(x[at + 2 * units + u] + reset * recall)
          g[at + u] = z
          g[at + units + u] = reset
          g[at + 2 * units + u] = candidate
          q[to + u] = recall
          h[to + u] = (t > 0 ? z * h[to - examples * units + u] : 0) + (1 - z) * candidate
        }
      }
    })
    save([r, value, gates, recalled])
    return {
      value,
      gradient: (dy, [sr, sv, sg, sq]) => {
        const dx = emptyTensor<tf.Rank.R3>([steps, examples, width])
        const inner = emptyTensor<tf.Rank.R3>([steps, examples, width])
        backThroughTime(steps, inner, sr as tf.Tensor2D, (t, later) => {
          const [d, g, q, h, out, product] = [dy, sg, sq, sv, dx, inner].map((tensor) => valuesOf(tensor))
          const kept = new Float64Array(examples * units)
          for (let n = 0; n < examples; n++) {
            const at = (t * examples + n) * width
            const to = (t * examples + n) * units
            for (let u = 0; u < units; u++) {
              const [z, reset, candidate] = [g[at + u], g[at + units + u], g[at + 2 * units + u]]
              const before = t > 0 ? h[to - examples * units + u] : 0
              const dh = d[to + u] + (later ? later[n * units + u] : 0)
              const dc = dh * (1 - z) * (1 - candidate * candidate)
              out[at + u] = dh * (before - candidate) * z * (1 - z)
              out[at + units + u] = dc * q[to + u] * reset * (1 - reset)
              out[at + 2 * units + u] = dc
              product[at + u] = out[at + u]
              product[at + units + u] = out[at + units + u]
              product[at + 2 * units + u] = dc * reset
              kept[n * units + u] = dh * z
            }
          }
          return kept
        })
        const flat = tf.reshape(inner, [steps * examples, width]) as tf.Tensor2D
        return [dx, recurrentGradient(sv as tf.Tensor3D, inner), columnSums(flat)]
      }
    }
  })
}

/** Calls `step` with the product of the state before it and the recurrent weights, [N, width]; null at the first step. */
function forEachStep(
  steps: number,
  states: tf.Tensor3D,
  recurrent: tf.Tensor2D,
  step: (t: number, product: Float32Array | null) => void
): void {
  for (let t = 0; t < steps; t++) {
    const product = t === 0 ? null : tf.tidy(() => tf.keep(tf.matMul(stepOf(states, t - 1), recurrent)))
    step(t, product ? valuesOf(product) : null)
    product?.dispose()
  }
}

/**
 * From the last step to the first: `step` writes the gradient of its product into `products` and is given what flows back to its
 * state from the later ones, [N, U]; what it returns flows to the state before it beside the product.
 */
function backThroughTime(
  steps: number,
  products: tf.Tensor3D,
  recurrent: tf.Tensor2D,
  step: (t: number, later: ArrayLike<number> | null) => Float64Array | null
): void {
  let later: Float64Array | null = null
  for (let t = steps - 1; t >= 0; t--) {
    const beside = step(t, later)
    if (t === 0) return
    const flowing = tf.tidy(() => tf.keep(tf.matMul(stepOf(products, t), recurrent, false, true)))
    later = Float64Array.from(valuesOf(flowing))
    if (beside) for (let i = 0; i < later.length; i++) later[i] += beside[i]
    flowing.dispose()
  }
}

function stepOf(x: tf.Tensor3D, t: number): tf.Tensor2D {
  const [, examples, width] = x.shape
  return tf.reshape(tf.slice(x, [t, 0, 0], [1, examples, width]), [examples, width])
}

/** Sum over the steps of (state before)^T times the gradient of the product, in one product. The first state is zero. */
function recurrentGradient(states: tf.Tensor3D, products: tf.Tensor3D): tf.Tensor2D {
  const [steps, examples, units] = states.shape
  const width = products.shape[2]
  if (steps === 1) return tf.zeros([units, width])
  const rows = (steps - 1) * examples
  const before = tf.reshape(tf.slice(states, [0, 0, 0], [steps - 1, examples, units]), [rows, units])
  const after = tf.reshape(tf.slice(products, [1, 0, 0], [steps - 1, examples, width]), [rows, width])
  return tf.matMul(before as tf.Tensor2D, after as tf.Tensor2D, true, false)
}
