/** Layers that scale their inputs: by fixed numbers, and by the size of the values themselves. */
import * as tf from '@tensorflow/tfjs-core'
import { groupNorm, rmsNorm } from '../../tensor/ops/group-norm'
import { checkWhole, type LayerKind } from './kind'
import type { ScaleLayer } from '../../domain/network-layers'

type Of<T extends ScaleLayer['type']> = LayerKind<Extract<ScaleLayer, { type: T }>>

const defaultEpsilon = 1e-5

const rescale: Of<'rescale'> = {
  shape: ({ scale, offset }, [input], fail) => {
    for (const values of [scale, offset]) {
      if (values.length !== 1 && values.length !== input.at(-1)) {
        fail(`has ${values.length} numbers for ${input.at(-1)} channels; it needs one, or one for each.`)
      }
    }
    return input
  },
  label: () => 'rescale',
  forward: ({ layer, x }) => {
    const values = x.dtype === 'float32' ? x : tf.cast(x, 'float32')
    const channels = x.shape.at(-1)!
    const flat = tf.reshape(values, [x.size / channels, channels])
    const scaled = tf.mul(flat, tf.tensor1d(layer.scale))
    return tf.reshape(layer.offset.every((v) => v === 0) ? scaled : tf.add(scaled, tf.tensor1d(layer.offset)), x.shape)
  }
}

const groupNormKind: Of<'groupNorm'> = {
  shape: ({ groups = 1 }, [input], fail) => {
    checkWhole(fail, groups, 'groups')
    if (input.at(-1)! % groups !== 0) fail(`has ${groups} groups, which do not divide ${input.at(-1)} channels.`)
    return input
  },
  parameters: ({ scale, center }, [input]) => [
    ...(scale === false
      ? []
      : [{ role: 'weight' as const, shape: input.slice(-1), initial: { kind: 'ones' as const }, normalisation: true }]),
    ...(center === false
      ? []
      : [{ role: 'bias' as const, shape: input.slice(-1), initial: { kind: 'zeros' as const }, normalisation: true }])
  ],
  label: ({ groups }) => (groups === undefined ? 'instance norm' : `group norm ${groups}`),
  forward: ({ layer, x, parameter }) => {
    const gain = layer.scale === false ? null : parameter<tf.Tensor1D>('W')
    const bias = layer.center === false ? null : parameter<tf.Tensor1D>('b')
    return groupNorm(x, gain, bias, layer.groups ?? x.shape.at(-1)!, layer.epsilon ?? defaultEpsilon)
  }
}

const rmsNormKind: Of<'rmsNorm'> = {
  shape: (_, [input]) => input,
  parameters: (_, [input]) => [
    { role: 'weight', shape: input.slice(-1), initial: { kind: 'ones' }, normalisation: true }
  ],
  label: () => 'rms norm',
  forward: ({ layer, x, parameter }) => rmsNorm(x, parameter<tf.Tensor1D>('W'), layer.epsilon ?? defaultEpsilon)
}

export const scaleKinds: { [T in ScaleLayer['type']]: Of<T> } = {
  rescale,
  groupNorm: groupNormKind,
  rmsNorm: rmsNormKind
}
