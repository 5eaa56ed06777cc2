/**
 * Losses with their gradients, each a mean over the batch. Where values can be reached in place the sums run in double
 * precision: late in grokking the loss is far below what float32 can tell from zero.
 */
import * as tf from '@tensorflow/tfjs-core'
import { customOp } from '../custom'
import { emptyTensor, inPlace, valuesOf } from '../views'

/**
 * Mean over the batch of -sum_c target[c] log softmax(logits)[c], natural log. logits [N, C], labels [N] in 0..C-1. The
 * target is 1 at the label; with `smoothing` s it is 1 - s there and s / C more everywhere (Szegedy et al. 2016, eq. 7).
 */
export function crossEntropy(logits: tf.Tensor2D, labels: Int32Array, smoothing = 0): tf.Scalar {
  const [rows, classes] = logits.shape
  checkCount(labels.length, rows, 'labels')
  if (!inPlace()) return crossEntropyOfStock(logits, labels, smoothing)
  return lossOf(logits, (z, g) => {
    let loss = 0
    for (let r = 0; r < rows; r++) {
      const at = r * classes
      let highest = -Infinity
      for (let c = 0; c < classes; c++) if (z[at + c] > highest) highest = z[at + c]
      let sum = 0
      for (let c = 0; c < classes; c++) {
        const e = Math.exp(z[at + c] - highest)
        sum += e
        g[at + c] = e
      }
      const scale = 1 / (sum * rows)
      for (let c = 0; c < classes; c++) g[at + c] *= scale
      const target = at + labels[r]
      // p - 1 from the other classes' share, which keeps its digits where p is nearly 1.
      let others = 0
      for (let c = at; c < at + classes; c++) if (c !== target) others += g[c]
      g[target] = -others
      const logSum = Math.log(sum)
      const atLabel = logSum - (z[target] - highest)
      if (smoothing === 0) {
        loss += atLabel
        continue
      }
      let everywhere = 0
      for (let c = at; c < at + classes; c++) {
        everywhere += logSum - (z[c] - highest)
        g[c] -= smoothing / (classes * rows)
      }
      g[target] += smoothing / rows
      loss += (1 - smoothing) * atLabel + (smoothing / classes) * everywhere
    }
    return loss / rows
  })
}

/** Mean of max(0, 1 - y s) for scores s [N, 1] and y = -1 for label 0, +1 for label 1. */
export function hinge(scores: tf.Tensor2D, labels: Int32Array): tf.Scalar {
  const rows = scores.shape[0]
  if (scores.size !== rows)
    throw new Error(`The hinge loss takes one score per example, got [${scores.shape.join(', ')}].`)
  checkCount(labels.length, rows, 'labels')
  if (!inPlace()) {
    const signs = Float32Array.from(labels, (label) => 2 * label - 1)
    return tf.mean(tf.relu(tf.sub(1, tf.mul(tf.tensor(signs, scores.shape), scores))))
  }
  return lossOf(scores, (s, g) => {
    let loss = 0
    for (let r = 0; r < rows; r++) {
      const y = 2 * labels[r] - 1
      const margin = 1 - y * s[r]
      // Not `margin > 0`: NaN has to come through.
      loss += margin <= 0 ? 0 : margin
      g[r] = margin <= 0 ? 0 : -y / rows
    }
    return loss / rows
  })
}

/** Mean of (prediction - target)^2 over examples and outputs: predictions [N, W], targets [N * W] row-major. */
export function meanSquaredError(predictions: tf.Tensor2D, targets: Float32Array): tf.Scalar {
  const { size } = predictions
  checkCount(targets.length, size, 'targets')
  if (!inPlace()) return tf.mean(tf.square(tf.sub(predictions, tf.tensor(targets, predictions.shape))))
  return lossOf(predictions, (p, g) => {
    let loss = 0
    for (let i = 0; i < size; i++) {
      const difference = p[i] - targets[i]
      loss += difference * difference
      g[i] = (2 * difference) / size
    }
    return loss / size
  })
}

/** An operation of one pass that returns the loss and writes its gradient beside the values. */
function lossOf(x: tf.Tensor2D, pass: (values: Float32Array, gradient: Float32Array) => number): tf.Scalar {
  return customOp([x], ([tx], save) => {
    const gradient = emptyTensor<tf.Rank.R2>(x.shape)
    const value = emptyTensor<tf.Rank.R0>([])
    valuesOf(value)[0] = pass(valuesOf(tx), valuesOf(gradient))
    save([gradient])
    return { value, gradient: (dy, saved) => [tf.mul(saved[0], dy)] }
  })
}

function crossEntropyOfStock(logits: tf.Tensor2D, labels: Int32Array, smoothing: number): tf.Scalar {
  const [rows, classes] = logits.shape
  return customOp([logits], ([x], save) => {
    const targets = new Float32Array(rows * classes).fill(smoothing / classes)
    labels.forEach((label, r) => (targets[r * classes + label] += 1 - smoothing))
    const target = tf.tensor2d(targets, [rows, classes])
    const shifted = tf.sub(x, tf.max(x, 1, true))
    const exp = tf.exp(shifted)
    const sum = tf.sum(exp, 1, true)
    const logP = tf.sub(shifted, tf.log(sum))
    save([tf.div(tf.sub(tf.div(exp, sum), target), rows)])
    return {
      value: tf.div(tf.sum(tf.mul(target, logP)), -rows),
      gradient: (dy, saved) => [tf.mul(saved[0], dy)]
    }
  })
}

function checkCount(given: number, wanted: number, what: string): void {
  if (given !== wanted) throw new Error(`A loss over ${wanted} values was given ${given} ${what}.`)
}
