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
 * With `weights` [N], every example's loss is multiplied by its own before the mean over N.
 */
export function crossEntropy(
  logits: tf.Tensor2D,
  labels: Int32Array,
  smoothing = 0,
  weights?: Float32Array
): tf.Scalar {
  const [rows, classes] = logits.shape
  checkCount(labels.length, rows, 'labels')
  if (weights) return weightedCrossEntropy(logits, labels, smoothing, weights)
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

/**
 * Mean over examples and labels of -t log sigmoid(z) - (1 - t) log(1 - sigmoid(z)), natural log: logits z [N, W], targets t
 * of 0 and 1 [N * W] row-major. With `smoothing` s a target is t (1 - s) + s / 2, as in Keras; with `weights` [N], every
 * example's loss is multiplied by its own before the mean.
 */
export function binaryCrossEntropy(
  logits: tf.Tensor2D,
  targets: Float32Array,
  smoothing = 0,
  weights?: Float32Array
): tf.Scalar {
  const { size } = logits
  checkCount(targets.length, size, 'targets')
  const width = size / logits.shape[0]
  const smooth = targets.map((target) => target * (1 - smoothing) + smoothing / 2)
  if (!inPlace()) {
    return customOp([logits], ([z], save) => {
      const target = tf.tensor(smooth, logits.shape)
      const scale = rowScale(weights, size, logits.shape[0])
      // Written so that large |z| does not overflow.
      const each = tf.add(tf.sub(tf.relu(z), tf.mul(z, target)), tf.log1p(tf.exp(tf.neg(tf.abs(z)))))
      save([tf.mul(tf.sub(tf.sigmoid(z), target), scale)])
      return { value: tf.sum(tf.mul(each, scale)), gradient: (dy, saved) => [tf.mul(saved[0], dy)] }
    })
  }
  return lossOf(logits, (z, g) => {
    let loss = 0
    for (let i = 0; i < size; i++) {
      const weight = weights ? weights[Math.floor(i / width)] : 1
      const small = Math.exp(-Math.abs(z[i]))
      loss += weight * (Math.max(z[i], 0) - z[i] * smooth[i] + Math.log1p(small))
      const probability = z[i] >= 0 ? 1 / (1 + small) : small / (1 + small)
      g[i] = (weight * (probability - smooth[i])) / size
    }
    return loss / size
  })
}

/** Mean of |prediction - target| over examples and outputs; its gradient at 0 is 0. predictions [N, W], targets [N * W]. */
export function meanAbsoluteError(predictions: tf.Tensor2D, targets: Float32Array): tf.Scalar {
  return errorLoss(
    predictions,
    targets,
    (d) => Math.abs(d),
    (d) => Math.sign(d),
    (d) => ({ value: tf.abs(d), slope: tf.sign(d) })
  )
}

/**
 * Mean over examples and outputs of d^2 / 2 where |d| <= delta, delta |d| - delta^2 / 2 beyond, d = prediction - target.
 * Huber 1964. predictions [N, W], targets [N * W].
 */
export function huber(predictions: tf.Tensor2D, targets: Float32Array, delta: number): tf.Scalar {
  const limited = (d: number): number => Math.min(delta, Math.max(-delta, d))
  return errorLoss(
    predictions,
    targets,
    (d) => limited(d) * (d - limited(d) / 2),
    limited,
    (d) => {
      const slope = tf.clipByValue(d, -delta, delta)
      return { value: tf.mul(slope, tf.sub(d, tf.div(slope, 2))), slope }
    }
  )
}

/** Mean of a function of prediction - target, given with its slope, for numbers and for tensors. */
function errorLoss(
  predictions: tf.Tensor2D,
  targets: Float32Array,
  valueAt: (difference: number) => number,
  slopeAt: (difference: number) => number,
  stock: (difference: tf.Tensor) => { value: tf.Tensor; slope: tf.Tensor }
): tf.Scalar {
  const { size } = predictions
  checkCount(targets.length, size, 'targets')
  if (!inPlace()) {
    return customOp([predictions], ([p], save) => {
      const { value, slope } = stock(tf.sub(p, tf.tensor(targets, predictions.shape)))
      save([tf.div(slope, size)])
      return { value: tf.mean(value), gradient: (dy, saved) => [tf.mul(saved[0], dy)] }
    })
  }
  return lossOf(predictions, (p, g) => {
    let loss = 0
    for (let i = 0; i < size; i++) {
      const difference = p[i] - targets[i]
      loss += valueAt(difference)
      g[i] = slopeAt(difference) / size
    }
    return loss / size
  })
}

/** What every value of a row counts in the mean: [N, 1], or one number for all. */
function rowScale(weights: Float32Array | undefined, size: number, rows: number): tf.Tensor {
  return weights ? tf.div(tf.tensor(weights, [rows, 1]), size) : tf.scalar(1 / size)
}

function weightedCrossEntropy(
  logits: tf.Tensor2D,
  labels: Int32Array,
  smoothing: number,
  weights: Float32Array
): tf.Scalar {
  const [rows] = logits.shape
  checkCount(weights.length, rows, 'weights')
  return customOp([logits], ([x], save) => {
    const { target, p, logP } = softmaxBeside(x, labels, smoothing)
    const scale = rowScale(weights, rows, rows)
    save([tf.mul(tf.sub(p, target), scale)])
    return {
      value: tf.neg(tf.sum(tf.mul(tf.mul(target, logP), scale))),
      gradient: (dy, saved) => [tf.mul(saved[0], dy)]
    }
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
  const [rows] = logits.shape
  return customOp([logits], ([x], save) => {
    const { target, p, logP } = softmaxBeside(x, labels, smoothing)
    save([tf.div(tf.sub(p, target), rows)])
    return {
      value: tf.div(tf.sum(tf.mul(target, logP)), -rows),
      gradient: (dy, saved) => [tf.mul(saved[0], dy)]
    }
  })
}

/** Wanted probabilities, those that the logits give, and their logarithms, all [rows, classes]. */
function softmaxBeside(
  x: tf.Tensor,
  labels: Int32Array,
  smoothing: number
): { target: tf.Tensor2D; p: tf.Tensor; logP: tf.Tensor } {
  const [rows, classes] = x.shape as [number, number]
  const targets = new Float32Array(rows * classes).fill(smoothing / classes)
  labels.forEach((label, r) => (targets[r * classes + label] += 1 - smoothing))
  const shifted = tf.sub(x, tf.max(x, 1, true))
  const exp = tf.exp(shifted)
  const sum = tf.sum(exp, 1, true)
  return {
    target: tf.tensor2d(targets, [rows, classes]),
    p: tf.div(exp, sum),
    logP: tf.sub(shifted, tf.log(sum))
  }
}

function checkCount(given: number, wanted: number, what: string): void {
  if (given !== wanted) throw new Error(`A loss over ${wanted} values was given ${given} ${what}.`)
}
