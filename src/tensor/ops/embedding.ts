/** Token and position embeddings and the choice of positions, with their gradients. Tokens are [N, T], rows [N * T, D]. */
import * as tf from '@tensorflow/tfjs-core'
import { customOp } from '../custom'
import { emptyTensor, inPlace, valuesOf } from '../views'

/** Rows of `table` [V, D] by token: [N * T, D]. The gradient is scattered back in one pass. */
export function embed(table: tf.Tensor2D, tokens: Int32Array): tf.Tensor2D {
  const [vocabulary, width] = table.shape
  if (!inPlace()) return embedOfStock(table, tokens)
  return customOp([table], ([t]) => {
    const value = emptyTensor<tf.Rank.R2>([tokens.length, width])
    const from = valuesOf(t)
    const to = valuesOf(value)
    for (let i = 0; i < tokens.length; i++) to.set(from.subarray(tokens[i] * width, (tokens[i] + 1) * width), i * width)
    return {
      value,
      gradient: (dy) => {
        const out = emptyTensor<tf.Rank.R2>([vocabulary, width])
        const g = valuesOf(dy)
        const d = valuesOf(out).fill(0)
        for (let i = 0; i < tokens.length; i++) {
          const target = tokens[i] * width
          const source = i * width
          for (let j = 0; j < width; j++) d[target + j] += g[source + j]
        }
        return [out]
      }
    }
  })
}

/** x [N * T, D] + positions [T, D], repeated for every example. */
export function addPositions(x: tf.Tensor2D, positions: tf.Tensor2D): tf.Tensor2D {
  const [rows, width] = x.shape
  const block = positions.shape[0] * width
  if (!inPlace()) {
    const blocks = tf.reshape(x, [rows / positions.shape[0], positions.shape[0], width])
    return tf.reshape(tf.add(blocks, positions), [rows, width])
  }
  return customOp([x, positions], ([a, b]) => {
    const value = emptyTensor<tf.Rank.R2>([rows, width])
    const from = valuesOf(a)
    const add = valuesOf(b)
    const to = valuesOf(value)
    for (let start = 0; start < from.length; start += block) {
      for (let j = 0; j < block; j++) to[start + j] = from[start + j] + add[j]
    }
    return {
      value,
      gradient: (dy) => {
        const out = emptyTensor(positions.shape)
        const g = valuesOf(dy)
        const d = valuesOf(out).fill(0)
        for (let start = 0; start < g.length; start += block) for (let j = 0; j < block; j++) d[j] += g[start + j]
        return [tf.clone(dy), out]
      }
    }
  })
}

/** The last of every T rows: [N * T, D] -> [N, D]. */
export function lastPosition(x: tf.Tensor2D, positions: number): tf.Tensor2D {
  const [rows, width] = x.shape
  const examples = rows / positions
  if (!inPlace()) {
    const blocks = tf.reshape(x, [examples, positions, width])
    return tf.reshape(tf.slice(blocks, [0, positions - 1, 0], [examples, 1, width]), [examples, width])
  }
  return customOp([x], ([a]) => {
    const value = emptyTensor<tf.Rank.R2>([examples, width])
    const from = valuesOf(a)
    const to = valuesOf(value)
    for (let n = 0; n < examples; n++) {
      const row = (n + 1) * positions - 1
      to.set(from.subarray(row * width, (row + 1) * width), n * width)
    }
    return {
      value,
      gradient: (dy) => {
        const out = emptyTensor<tf.Rank.R2>([rows, width])
        const g = valuesOf(dy)
        const d = valuesOf(out).fill(0)
        for (let n = 0; n < examples; n++) {
          const row = (n + 1) * positions - 1
          d.set(g.subarray(n * width, (n + 1) * width), row * width)
        }
        return [out]
      }
    }
  })
}

/**
 * The gradient as a product with the tokens' one-hot rows: a scatter on a GPU adds in any order, and so would give other
 * bits every time.
 */
function embedOfStock(table: tf.Tensor2D, tokens: Int32Array): tf.Tensor2D {
  const vocabulary = table.shape[0]
  return customOp([table], ([t]) => ({
    value: tf.gather(t, tf.tensor1d(tokens, 'int32')),
    gradient: (dy) => {
      const rows = tf.cast(tf.oneHot(tf.tensor1d(tokens, 'int32'), vocabulary), 'float32')
      return [tf.matMul(rows as tf.Tensor2D, dy as tf.Tensor2D, true, false)]
    }
  }))
}
