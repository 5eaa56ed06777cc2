/** Depthwise, separable and transposed convolutions of Keras. */
import { activationOf } from './keras-activations'
import {
  checkOff,
  dilations,
  padding,
  refused,
  sizes,
  whole,
  type Converted,
  type KerasLayer,
  type Part,
  type Reader
} from './keras-config'

type Depthwise = Extract<Part, { type: 'depthwiseConv' }>

function depthwisePart(layer: KerasLayer, dimensions: number): Depthwise {
  const multiplier = layer.config.depth_multiplier == null ? 1 : whole(layer, 'depth_multiplier')
  return {
    type: 'depthwiseConv',
    size: sizes(layer, 'kernel_size', layer.config.kernel_size, dimensions),
    strides: sizes(layer, 'strides', layer.config.strides ?? 1, dimensions),
    pad: padding(layer),
    ...dilations(layer, dimensions),
    ...(multiplier === 1 ? {} : { multiplier })
  }
}

function depthwise(layer: KerasLayer, dimensions: number): Converted {
  const bias = layer.config.use_bias !== false
  return { part: { ...depthwisePart(layer, dimensions), ...(bias ? {} : { bias }) }, ...activationOf(layer) }
}

function separable(layer: KerasLayer, dimensions: number): Converted {
  const ones = new Array<number>(dimensions).fill(1)
  const bias = layer.config.use_bias !== false
  const steps = [
    { suffix: 'depthwise', part: { ...depthwisePart(layer, dimensions), bias: false } },
    {
      suffix: 'pointwise',
      part: { type: 'conv' as const, filters: whole(layer, 'filters'), size: ones, pad: 'valid' as const, bias }
    }
  ]
  return { part: null, steps, ...activationOf(layer) }
}

function transposed(layer: KerasLayer, dimensions: number): Converted {
  checkOff(layer, 'output_padding', 'Leave it out.')
  if (dilations(layer, dimensions).dilations) throw refused(layer, 'is dilated. Set dilation_rate=1')
  return {
    part: {
      type: 'convTranspose',
      filters: whole(layer, 'filters'),
      pad: padding(layer),
      size: sizes(layer, 'kernel_size', layer.config.kernel_size, dimensions),
      strides: sizes(layer, 'strides', layer.config.strides ?? 1, dimensions),
      bias: layer.config.use_bias !== false
    },
    ...activationOf(layer)
  }
}

export const windows: Record<string, Reader> = {
  DepthwiseConv1D: (layer) => depthwise(layer, 1),
  DepthwiseConv2D: (layer) => depthwise(layer, 2),
  SeparableConv1D: (layer) => separable(layer, 1),
  SeparableConv2D: (layer) => separable(layer, 2),
  Conv1DTranspose: (layer) => transposed(layer, 1),
  Conv2DTranspose: (layer) => transposed(layer, 2)
}
