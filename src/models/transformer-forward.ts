/** Forward pass of the one-layer transformer of `transformer.ts`. */
import * as tf from '@tensorflow/tfjs-core'
import { attention } from '../tensor/ops/attention'
import { dense, relu } from '../tensor/ops/dense'
import { addPositions, embed, lastPosition } from '../tensor/ops/embedding'
import { layerNorm } from '../tensor/ops/layer-norm'
import type { Forward } from './pass'
import { contextLength, type TransformerOptions } from './transformer'

export function transformerForward({ heads, dModel, layerNorm: normed, positions }: TransformerOptions): Forward {
  const block = 'blocks.0'
  return (pass) => {
    const { seen } = pass
    const parameter = <T extends tf.Tensor>(name: string): T => pass.value(name) as T
    const linear = (path: string, x: tf.Tensor2D, bias = false): tf.Tensor2D => {
      return seen(path, dense(x, parameter(`${path}.W`), bias ? parameter<tf.Tensor1D>(`${path}.b`) : null))
    }
    const norm = (path: string, x: tf.Tensor2D): tf.Tensor2D => {
      return normed ? seen(path, layerNorm(x, parameter(`${path}.W`), parameter(`${path}.b`))) : x
    }
    const queried = (x: tf.Tensor2D): tf.Tensor2D => (positions === 'all' ? x : lastPosition(x, contextLength))
    const embedded = seen('embed', embed(parameter('embed.W'), pass.inputs as Int32Array))
    const place = seen('pos_embed', parameter<tf.Tensor2D>('pos_embed.W'))
    const pre = addPositions(embedded, place)

    const attn = `${block}.attn`
    const x1 = norm(`${block}.ln1`, pre)
    const q = linear(`${attn}.q`, queried(x1))
    const k = linear(`${attn}.k`, x1)
    const v = linear(`${attn}.v`, x1)
    const queries = positions === 'all' ? contextLength : 1
    const shape = { examples: pass.count, queries, keys: contextLength, heads, width: dModel / heads }
    const z = seen(
      `${attn}.z`,
      // The pattern is looked at only: it is part of the attention's own operation.
      attention(q, k, v, shape, (pattern) => void seen(`${attn}.pattern`, pattern))
    )
    const attnOut = seen(attn, linear(`${attn}.o`, z))
    const mid = tf.add(queried(pre), attnOut) as tf.Tensor2D

    const mlp = `${block}.mlp`
    const x2 = norm(`${block}.ln2`, mid)
    const hidden = seen(`${mlp}.relu`, relu(linear(`${mlp}.fc1`, x2, true)))
    const mlpOut = seen(mlp, linear(`${mlp}.fc2`, hidden, true))
    const post = seen(block, tf.add(mid, mlpOut) as tf.Tensor2D)
    return [linear('unembed', positions === 'all' ? lastPosition(post, contextLength) : post)]
  }
}
