/** Layer normalisation over the last axis, with its gradient. Ba, Kiros & Hinton 2016. */
import * as tf from '@tensorflow/tfjs-core'
import { customOp } from '../custom'
import { emptyTensor, inPlace, valuesOf } from '../views'

/** (x - mean) / sqrt(variance + epsilon) * gain + bias per row; population variance. x [N, D], gain and bias [D]. */
export function layerNorm(x: tf.Tensor2D, gain: tf.Tensor1D, bias: tf.Tensor1D, epsilon = 1e-5): tf.Tensor2D {
  const [rows, width] = x.shape
  if (!inPlace()) return layerNormOfStock(x, gain, bias, epsilon)
  return customOp([x, gain, bias], ([tx, tg, tb], save) => {
    const value = emptyTensor<tf.Rank.R2>([rows, width])
    const normal = emptyTensor<tf.Rank.R2>([rows, width])
    const inverse = emptyTensor<tf.Rank.R1>([rows])
    const [from, g, b, to, unit, inv] = [tx, tg, tb, value, normal, inverse].map((tensor) => valuesOf(tensor))
    for (let r = 0; r < rows; r++) {
      const at = r * width
      let sum = 0
      for (let j = 0; j < width; j++) sum += from[at + j]
      const mean = sum / width
      let squares = 0
      for (let j = 0; j < width; j++) squares += (from[at + j] - mean) ** 2
      const scale = 1 / Math.sqrt(squares / width + epsilon)
      inv[r] = scale
      for (let j = 0; j < width; j++) {
        unit[at + j] = (from[at + j] - mean) * scale
        to[at + j] = unit[at + j] * g[j] + b[j]
      }
    }
    save([normal, inverse, tg])
    return {
      value,
      gradient: (dy, saved) => {
        const out = [emptyTensor([rows, width]), emptyTensor([width]), emptyTensor([width])]
        const [sUnit, sInverse, sGain] = saved.map((tensor) => valuesOf(tensor))
        const [dx, dGain, dBias] = out.map((tensor) => valuesOf(tensor).fill(0))
        const d = valuesOf(dy)
        for (let r = 0; r < rows; r++) {
          const at = r * width
          let mean = 0
          let projection = 0
          for (let j = 0; j < width; j++) {
            const dn = d[at + j] * sGain[j]
            mean += dn
            projection += dn * sUnit[at + j]
            dGain[j] += d[at + j] * sUnit[at + j]
            dBias[j] += d[at + j]
          }
          mean /= width
          projection /= width
          for (let j = 0; j < width; j++) {
            dx[at + j] = sInverse[r] * (d[at + j] * sGain[j] - mean - sUnit[at + j] * projection)
          }
        }
        return out
      }
    }
  })
}

function layerNormOfStock(x: tf.Tensor2D, gain: tf.Tensor1D, bias: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  const width = x.shape[1]
  return customOp([x, gain, bias], ([tx, tg, tb], save) => {
    const centred = tf.sub(tx, tf.mean(tx, 1, true))
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon))
    const normal = tf.mul(centred, inverse)
    save([normal, inverse, tg])
    return {
      value: tf.add(tf.mul(normal, tg), tb),
      gradient: (dy, [unit, scale, g]) => {
        const dn = tf.mul(dy, g)
        const mean = tf.mean(dn, 1, true)
        const projection = tf.div(tf.sum(tf.mul(dn, unit), 1, true), width)
        const dx = tf.mul(scale, tf.sub(tf.sub(dn, mean), tf.mul(unit, projection)))
        return [dx, tf.sum(tf.mul(dy, unit), 0), tf.sum(dy, 0)]
      }
    }
  })
}
