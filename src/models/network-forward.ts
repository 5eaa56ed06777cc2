/** Forward pass of a network that is given as a list of layers. */
import * as tf from '@tensorflow/tfjs-core'
import { activation } from '../tensor/ops/activations'
import { batchNorm, batchNormWith } from '../tensor/ops/batch-norm'
import { convolution } from '../tensor/ops/convolution'
import { dense } from '../tensor/ops/dense'
import { embed } from '../tensor/ops/embedding'
import { layerNorm } from '../tensor/ops/layer-norm'
import { avgPool, globalAvgPool, maxPool } from '../tensor/ops/pooling'
import { dilated } from '../tensor/ops/transposed-convolution'
import { kindOf } from './layers'
import { aligned } from './layers/merges'
import { dropoutMask } from './layers/noise'
import { asPictures, filterOfPictures, inTwo } from './layers/windows'
import type { NetworkSpec } from '../domain/network'
import { completedBy } from './network-architecture'
import { inputName, placeLayers, type PlacedLayer } from './network-shapes'
import type { Forward, Pass } from './pass'

type Image = tf.Tensor4D | tf.Tensor5D

const defaultEpsilon = 1e-5
/** PyTorch writes the complement, 0.1. */
const defaultMomentum = 0.9

export function networkForward(network: NetworkSpec): Forward {
  const { layers, outputs } = placeLayers(network)
  const completed = completedBy(layers)
  const untrained = layersWithoutParametersBefore(layers)
  return (pass) => {
    const values = new Map<string, tf.Tensor>([[inputName, inputOf(pass, network)]])
    for (const placed of layers) {
      const { layer, from } = placed
      const inputs = from.map((name) => values.get(name)!)
      let value = run(placed, inputs, { pass, network, inputGradient: !untrained.has(layer.name) })
      if (layer.type !== 'add') value = pass.seen(layer.name, value)
      for (const scope of completed.get(layer.name) ?? []) value = pass.seen(scope, value)
      values.set(layer.name, value)
    }
    return outputs.map((name) => values.get(name) as tf.Tensor2D)
  }
}

/** Layers with nothing to train before them: a gradient of their input would be computed and thrown away. */
function layersWithoutParametersBefore(layers: readonly PlacedLayer[]): Set<string> {
  const untrained = new Set<string>([inputName])
  const first = new Set<string>()
  const trained = new Set(['dense', 'conv', 'batchNorm', 'layerNorm', 'embedding'])
  for (const { layer, from } of layers) {
    if (!from.every((name) => untrained.has(name))) continue
    if (trained.has(layer.type) || kindOf(layer)?.parameters) first.add(layer.name)
    else untrained.add(layer.name)
  }
  return first
}

function inputOf({ inputs, count }: Pass, { input }: NetworkSpec): tf.Tensor {
  return tf.tensor(inputs, [count, ...input], inputs instanceof Int32Array ? 'int32' : 'float32')
}

function run(
  { layer, output }: PlacedLayer,
  inputs: tf.Tensor[],
  { pass, network, inputGradient }: { pass: Pass; network: NetworkSpec; inputGradient: boolean }
): tf.Tensor {
  const { name } = layer
  const [x] = inputs
  const owner = layer.weightsOf ?? name
  const parameter = <T extends tf.Tensor>(suffix: string): T => pass.value(`${owner}.${suffix}`) as T
  const shape = [pass.count, ...output]
  const kind = kindOf(layer)
  if (kind) {
    const seen = <T extends tf.Tensor>(part: string, value: T): T => pass.seen(`${name}.${part}`, value)
    return kind.forward({ layer, x, inputs, output, pass, parameter, seen, inputGradient })
  }
  switch (layer.type) {
    case 'dense': {
      const width = x.shape.at(-1)!
      const rows = (x.shape.length === 2 ? x : tf.reshape(x, [x.size / width, width])) as tf.Tensor2D
      const bias = layer.bias === false ? null : parameter<tf.Tensor1D>('b')
      const y = dense(floats(rows), parameter<tf.Tensor2D>('W'), bias, inputGradient)
      return x.shape.length === 2 ? y : tf.reshape(y, shape)
    }
    case 'conv': {
      const bias = layer.bias === false ? null : parameter<tf.Tensor1D>('b')
      const strides = layer.strides ?? layer.size.map(() => 1)
      const filter = dilated(parameter<Image>('W'), layer.dilations ?? [])
      const options = { pad: layer.pad, inputGradient }
      if (layer.size.length > 1) return convolution(floats(x) as Image, filter, bias, { strides, ...options })
      const row = filterOfPictures(filter)
      return tf.reshape(convolution(asPictures(x), row, bias, { strides: inTwo(strides), ...options }), shape)
    }
    case 'maxPool':
    case 'avgPool': {
      const pool = layer.type === 'maxPool' ? maxPool : avgPool
      const { size, strides = size, pad = 'valid' } = layer
      if (size.length > 1) return pool(x as Image, size, strides, pad)
      return tf.reshape(pool(asPictures(x), inTwo(size), inTwo(strides), pad), shape)
    }
    case 'globalAvgPool':
      return globalAvgPool(x as Image)
    case 'batchNorm': {
      const epsilon = layer.epsilon ?? defaultEpsilon
      const [gain, bias] = affine(layer, x, parameter)
      if (!pass.training || layer.frozen) {
        return batchNormWith(floats(x), gain, bias, parameter('mean'), parameter('variance'), epsilon)
      }
      const { value, mean, variance } = batchNorm(floats(x), gain, bias, epsilon)
      const count = x.size / x.shape.at(-1)!
      const uncorrected = network.conventions === 'keras' ? { uncorrected: true } : {}
      pass.normalised({
        path: owner,
        momentum: layer.momentum ?? defaultMomentum,
        mean,
        variance,
        count,
        ...uncorrected
      })
      return value
    }
    case 'layerNorm': {
      const width = x.shape.at(-1)!
      const rows = tf.reshape(floats(x), [x.size / width, width]) as tf.Tensor2D
      const y = layerNorm(rows, ...affine(layer, x, parameter), layer.epsilon)
      return tf.reshape(y, shape)
    }
    case 'activation':
      return activation(layer.fn, floats(x), layer)
    case 'flatten':
    case 'reshape':
      return tf.reshape(x, shape)
    case 'dropout':
      return pass.training && layer.rate > 0 ? tf.mul(x, dropoutMask(x.shape, layer.rate, pass)) : x
    case 'embedding': {
      // Only the network's input can hold whole numbers, so the tokens are at hand without asking the backend.
      const tokens = pass.inputs instanceof Int32Array ? pass.inputs : Int32Array.from(pass.inputs, Math.round)
      return tf.reshape(embed(parameter<tf.Tensor2D>('W'), tokens), shape)
    }
    case 'add':
      return aligned(inputs, output.length).reduce((sum, other) => tf.add(sum, other))
    case 'concat':
      return tf.concat(inputs, layer.axis === undefined ? x.shape.length - 1 : layer.axis + 1)
    default:
      throw new Error(`Layer ${name} of type ${layer.type} has no forward pass.`)
  }
}

/** Gain and bias of a normalisation; constants where it has none. */
function affine(
  { scale, center }: { scale?: boolean; center?: boolean },
  x: tf.Tensor,
  parameter: <T extends tf.Tensor>(suffix: string) => T
): [tf.Tensor1D, tf.Tensor1D] {
  const width = [x.shape.at(-1)!] as [number]
  return [
    scale === false ? tf.ones(width) : parameter<tf.Tensor1D>('W'),
    center === false ? tf.zeros(width) : parameter<tf.Tensor1D>('b')
  ]
}

function floats<T extends tf.Tensor>(x: T): T {
  return x.dtype === 'float32' ? x : tf.cast(x, 'float32')
}
