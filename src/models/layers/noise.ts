/** Layers that add chance in training and do nothing otherwise. All numbers come from the pass, so a run can be repeated. */
import * as tf from '@tensorflow/tfjs-core'
import { sizeOf } from '../architecture'
import type { Pass } from '../pass'
import type { LayerKind } from './kind'
import type { NoiseLayer } from '../../domain/network-layers'

type Of<T extends NoiseLayer['type']> = LayerKind<Extract<NoiseLayer, { type: T }>>

/** 0 with probability `rate`, else 1 / (1 - rate), so that the expected output is the same with and without dropout. */
export function dropoutMask(shape: number[], rate: number, { rng }: Pass): tf.Tensor {
  const mask = new Float32Array(sizeOf(shape))
  const kept = 1 / (1 - rate)
  for (let i = 0; i < mask.length; i++) mask[i] = rng.uniform() < rate ? 0 : kept
  return tf.tensor(mask, shape)
}

function normals(shape: number[], { rng }: Pass, mean: number, std: number): tf.Tensor {
  return tf.tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => mean + std * rng.normal()),
    shape
  )
}

const rated = <L extends { rate: number }>(
  label: string,
  inTraining: (x: tf.Tensor, rate: number, pass: Pass) => tf.Tensor
): LayerKind<L> => ({
  shape: ({ rate }, [input], fail) =>
    rate >= 0 && rate < 1 ? input : fail(`has rate ${rate}; it must be from 0 to below 1.`),
  label: ({ rate }) => `${label} ${rate}`,
  forward: ({ layer, x, pass }) => (pass.training && layer.rate > 0 ? inTraining(x, layer.rate, pass) : x)
})

/** The limit of SELU far below zero, -scale * alpha. */
const lowest = -1.7580993408473766

export const noiseKinds: { [T in NoiseLayer['type']]: Of<T> } = {
  spatialDropout: rated('spatial dropout', (x, rate, pass) => {
    const [examples, channels] = [x.shape[0], x.shape.at(-1)!]
    const blocks = tf.reshape(x, [examples, x.size / (examples * channels), channels])
    return tf.reshape(tf.mul(blocks, dropoutMask([examples, 1, channels], rate, pass)), x.shape)
  }),
  gaussianNoise: {
    shape: ({ std }, [input], fail) => (std >= 0 ? input : fail(`has std ${std}; it must be 0 or more.`)),
    label: ({ std }) => `noise ${std}`,
    forward: ({ layer, x, pass }) =>
      pass.training && layer.std > 0 ? tf.add(x, normals(x.shape, pass, 0, layer.std)) : x
  },
  gaussianDropout: rated('gaussian dropout', (x, rate, pass) =>
    tf.mul(x, normals(x.shape, pass, 1, Math.sqrt(rate / (1 - rate))))
  ),
  alphaDropout: rated('alpha dropout', (x, rate, pass) => {
    const { rng } = pass
    const kept = Float32Array.from({ length: x.size }, () => (rng.uniform() < rate ? 0 : 1))
    const a = 1 / Math.sqrt((1 - rate) * (1 + rate * lowest ** 2))
    const shifts = kept.map((keep) => a * (keep === 1 ? 0 : lowest) - a * lowest * rate)
    return tf.add(
      tf.mul(
        x,
        tf.tensor(
          kept.map((keep) => a * keep),
          x.shape
        )
      ),
      tf.tensor(shifts, x.shape)
    )
  })
}
