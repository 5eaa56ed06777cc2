/** Layers with windows that slide over their inputs, beside the convolutions and pools of all channels. */
import * as tf from '@tensorflow/tfjs-core'
import { depthwise } from '../../tensor/ops/depthwise'
import { maxPool } from '../../tensor/ops/pooling'
import { dilated, transposedConvolution, transposedLength } from '../../tensor/ops/transposed-convolution'
import { sizeOf } from '../architecture'
import { checkWhole, type Fail, type LayerKind, type LayerPass, type ParameterDraft } from './kind'
import type { WindowLayer } from '../../domain/network-layers'

type Of<T extends WindowLayer['type']> = LayerKind<Extract<WindowLayer, { type: T }>>

const ones = (size: readonly number[]): number[] => size.map(() => 1)

function checkWindow(size: readonly number[], strides: readonly number[], input: readonly number[], fail: Fail): void {
  if ((size.length !== 1 && size.length !== 2) || strides.length !== size.length) {
    fail(`has size [${size.join(', ')}] and strides [${strides.join(', ')}]; both need one or two numbers.`)
  }
  for (const value of [...size, ...strides]) checkWhole(fail, value, 'a size or stride of')
  if (input.length !== size.length + 1) {
    const wanted = size.length === 1 ? '[steps, channels]' : '[height, width, channels]'
    fail(`needs ${wanted}, but gets [${input.join(', ')}].`)
  }
}

/** [N, T, C] as pictures of one row. */
export function asPictures(x: tf.Tensor): tf.Tensor4D {
  const [examples, ...rest]: number[] = x.shape
  const floats = x.dtype === 'float32' ? x : tf.cast(x, 'float32')
  return rest.length === 3 ? (floats as tf.Tensor4D) : tf.reshape(floats, [examples, 1, rest[0], rest[1]])
}

/** A filter of pictures of one row. */
export function filterOfPictures(filter: tf.Tensor): tf.Tensor4D {
  const [window, from, to]: number[] = filter.shape
  return filter.shape.length === 4 ? (filter as tf.Tensor4D) : tf.reshape(filter, [1, window, from, to])
}

/** Sizes or strides for pictures: 1 along the row that is not there. */
export const inTwo = (values: readonly number[]): [number, number] =>
  values.length === 1 ? [1, values[0]] : [values[0], values[1]]

function biased<L extends { bias?: boolean }>(
  { layer, output, pass, parameter }: LayerPass<L>,
  y: tf.Tensor
): tf.Tensor {
  const shape = [pass.count, ...output]
  if (layer.bias === false) return tf.reshape(y, shape)
  const channels = output.at(-1)!
  return tf.reshape(tf.add(tf.reshape(y, [y.size / channels, channels]), parameter<tf.Tensor1D>('b')), shape)
}

/** As many as the layer has; every output sees `seen` values of the window. */
function weights(shape: number[], fan: { in: number; out: number }, outputs: number, bias?: boolean): ParameterDraft[] {
  const weight: ParameterDraft = { role: 'weight', shape, fan }
  return bias === false ? [weight] : [weight, { role: 'bias', shape: [outputs], fan }]
}

const depthwiseConv: Of<'depthwiseConv'> = {
  shape: ({ size, strides = ones(size), dilations = ones(size), pad, multiplier = 1 }, [input], fail) => {
    checkWindow(size, strides, input, fail)
    checkWhole(fail, multiplier, 'a multiplier of')
    const spatial = size.map((window, axis): number => {
      const reach = (window - 1) * dilations[axis] + 1
      const length = pad === 'same' ? input[axis] : input[axis] - reach + 1
      if (length < 1) fail(`slides a window of [${size.join(', ')}] over [${input.join(', ')}], which is too small.`)
      return Math.ceil(length / strides[axis])
    })
    return [...spatial, input.at(-1)! * multiplier]
  },
  parameters: ({ size, multiplier = 1, bias }, [input]) => {
    const channels = input.at(-1)!
    const fan = { in: sizeOf(size), out: sizeOf(size) * multiplier }
    return weights([...size, channels, multiplier], fan, channels * multiplier, bias)
  },
  label: ({ size }) => `depthwise ${size.join('x')}`,
  forward: (pass) => {
    const { layer, x, parameter } = pass
    const filter = dilated(parameter('W'), layer.dilations ?? [])
    const flat = filterOfPictures(filter)
    return biased(pass, depthwise(asPictures(x), flat, inTwo(layer.strides ?? ones(layer.size)), layer.pad))
  }
}

const convTranspose: Of<'convTranspose'> = {
  shape: ({ size, strides = ones(size), pad, filters }, [input], fail) => {
    checkWindow(size, strides, input, fail)
    checkWhole(fail, filters, 'filters')
    return [...size.map((window, axis) => transposedLength(input[axis], window, strides[axis], pad)), filters]
  },
  parameters: ({ size, filters, bias }, [input]) => {
    const channels = input.at(-1)!
    const fan = { in: sizeOf(size) * channels, out: sizeOf(size) * filters }
    return weights([...size, filters, channels], fan, filters, bias)
  },
  label: ({ size }) => `transposed conv ${size.join('x')}`,
  forward: (pass) => {
    const { layer, x, parameter } = pass
    const filter = parameter('W')
    const flat = filterOfPictures(filter)
    return biased(pass, transposedConvolution(asPictures(x), flat, inTwo(layer.strides ?? ones(layer.size)), layer.pad))
  }
}

const globalMaxPool: Of<'globalMaxPool'> = {
  shape: (_, [input], fail) =>
    input.length < 2
      ? fail(`needs an input with spatial dimensions, but gets [${input.join(', ')}].`)
      : input.slice(-1),
  label: () => 'global max',
  forward: ({ x }) => {
    const [examples, channels] = [x.shape[0], x.shape.at(-1)!]
    const places = x.size / (examples * channels)
    // One window over everything: of equal values, one alone gets the gradient.
    const column = tf.reshape(x, [examples, places, 1, channels]) as tf.Tensor4D
    return tf.reshape(maxPool(column, [places, 1], [places, 1], 'valid'), [examples, channels])
  }
}

export const windowKinds: { [T in WindowLayer['type']]: Of<T> } = { depthwiseConv, convTranspose, globalMaxPool }
