/** Attention with several heads. */
import * as tf from '@tensorflow/tfjs-core'
import { dense } from '../../tensor/ops/dense'
import { headedAttention } from '../../tensor/ops/headed-attention'
import { checkRank, checkWhole, type LayerKind, type LayerPart, type ParameterDraft } from './kind'
import { dropoutMask } from './noise'
import type { AttentionLayer } from '../../domain/network-layers'

const ofInputs = (inputs: readonly number[][]): { query: number[]; key: number[]; value: number[] } => {
  const [query, value = query, key = value] = inputs
  return { query, value, key }
}

const drawn = (part: string, from: number, to: number, bias: boolean, columnBlocks?: number): ParameterDraft[] => {
  const fan = { in: from, out: to }
  const weight: ParameterDraft = { part, role: 'weight', shape: [from, to], fan }
  return [
    columnBlocks === undefined ? weight : { ...weight, columnBlocks },
    ...(bias ? [{ part, role: 'bias' as const, shape: [to], initial: { kind: 'zeros' as const }, fan }] : [])
  ]
}

const attention: LayerKind<AttentionLayer> = {
  inputs: [1, 3],
  shape: (layer, inputs, fail) => {
    for (const input of inputs) checkRank(fail, input, 2, 'sequences [steps, width]')
    checkWhole(fail, layer.heads, 'heads')
    checkWhole(fail, layer.width, 'width')
    checkWhole(fail, layer.valueWidth ?? layer.width, 'valueWidth')
    const { query, key, value } = ofInputs(inputs)
    if (key[0] !== value[0]) fail(`has ${key[0]} keys for ${value[0]} values; there must be one for each.`)
    const { dropout = 0, units = query[1] } = layer
    if (!(dropout >= 0 && dropout < 1)) fail(`has dropout ${dropout}; it must be from 0 to below 1.`)
    return [query[0], units]
  },
  parameters: ({ heads, width, valueWidth = width, units, bias }, inputs) => {
    const { query, key, value } = ofInputs(inputs)
    const has = bias !== false
    return [
      ...drawn('query', query[1], heads * width, has, heads),
      ...drawn('key', key[1], heads * width, has, heads),
      ...drawn('value', value[1], heads * valueWidth, has, heads),
      ...drawn('output', heads * valueWidth, units ?? query[1], has)
    ]
  },
  parts: ({ heads, width, valueWidth = width, units }, inputs): LayerPart[] => {
    const { query, key } = ofInputs(inputs)
    return [
      { name: 'query', type: 'dense', shape: [query[0], heads * width], input: 0 },
      { name: 'key', type: 'dense', shape: [key[0], heads * width], input: Math.min(2, inputs.length - 1) },
      { name: 'value', type: 'dense', shape: [key[0], heads * valueWidth], input: Math.min(1, inputs.length - 1) },
      { name: 'pattern', type: 'softmax', shape: [heads, query[0], key[0]], from: ['query', 'key'] },
      { name: 'mix', type: 'mix', shape: [query[0], heads * valueWidth], from: ['pattern', 'value'] },
      { name: 'output', type: 'dense', shape: [query[0], units ?? query[1]], from: ['mix'] }
    ]
  },
  label: ({ heads }) => `attention, ${heads} head${heads === 1 ? '' : 's'}`,
  forward: ({ layer, inputs, pass, parameter, seen, inputGradient }) => {
    const [query, value = query, key = value] = inputs
    const linear = (part: string, x: tf.Tensor, withGradient = inputGradient): tf.Tensor3D => {
      const [examples, steps, width] = x.shape
      const floats = x.dtype === 'float32' ? x : tf.cast(x, 'float32')
      const bias = layer.bias === false ? null : parameter<tf.Tensor1D>(`${part}.b`)
      const rows = tf.reshape(floats, [examples * steps, width]) as tf.Tensor2D
      const y = dense(rows, parameter<tf.Tensor2D>(`${part}.W`), bias, withGradient)
      return seen(part, tf.reshape(y, [examples, steps, y.shape[1]]))
    }
    const [q, k, v] = [linear('query', query), linear('key', key), linear('value', value)]
    const rate = layer.dropout ?? 0
    const drop = (pattern: tf.Tensor): tf.Tensor =>
      pass.training && rate > 0 ? tf.mul(pattern, dropoutMask(pattern.shape, rate, pass)) : pattern
    const mixed = headedAttention(q, k, v, layer.heads, layer.causal === true, (pattern) =>
      drop(seen('pattern', pattern))
    )
    return linear('output', seen('mix', mixed), true)
  }
}

export const attentionKinds = { attention }
