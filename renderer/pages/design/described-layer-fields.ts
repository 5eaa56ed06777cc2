/** What the layers of `src/models/layers` ask for in the editor. */
import type { ActivationName } from '../../../src/domain/network-layers'
import type { Layer } from '../../../src/domain/network'
import type { LayerField, LayerForm } from './network-fields'

export const functions: ActivationName[] = [
  ...(['relu', 'sigmoid', 'tanh', 'elu', 'selu', 'leakyRelu', 'gelu', 'softplus', 'swish', 'linear'] as const),
  ...(['hardSigmoid', 'hardSigmoid5', 'hardSwish', 'relu6', 'mish', 'softsign', 'exponential'] as const),
  ...(['geluTanh', 'logSigmoid', 'softmax'] as const)
]

export const bias: LayerField = { key: 'bias', label: 'Bias', kind: 'flag' }
export const pad: LayerField = { key: 'pad', label: 'Padding', kind: 'choice', choices: ['same', 'valid'] }
export const size: LayerField = { key: 'size', label: 'Window', kind: 'sizes' }
export const epsilon: LayerField = { key: 'epsilon', label: 'Epsilon', kind: 'number', empty: '1e-5' }
export const strides: LayerField = { key: 'strides', label: 'Strides', kind: 'sizes', empty: '1' }
export const dilations: LayerField = { key: 'dilations', label: 'Dilation', kind: 'sizes', empty: '1' }

const count = (key: string, label: string, empty?: string): LayerField => ({
  key,
  label,
  kind: 'count',
  ...(empty === undefined ? {} : { empty })
})
const number = (key: string, label: string, empty?: string): LayerField => ({
  key,
  label,
  kind: 'number',
  ...(empty === undefined ? {} : { empty })
})
const fn = (key: string, label: string, empty: string): LayerField => ({
  key,
  label,
  kind: 'choice',
  choices: functions,
  empty
})
const rate = number('rate', 'Rate')
const numbers = (key: string, label: string): LayerField => ({ key, label, kind: 'numbers' })
const edges: LayerField = { key: 'edges', label: 'Before and after, each dimension', kind: 'pairs' }

const form = (label: string, fields: LayerField[], fresh: object): LayerForm => ({ label, fields, fresh: () => fresh })
const none = (label: string): LayerForm => form(label, [], {})

const recurrent: LayerField[] = [
  ...[count('units', 'Units'), fn('activation', 'Function', 'tanh'), number('dropout', 'Dropout of inputs', '0'), bias]
]
const gate = fn('gate', 'Gate', 'sigmoid')
const fills = ['reflect', 'wrap', 'nearest', 'constant']
const fill: LayerField = { key: 'fill', label: 'Beyond the edge', kind: 'choice', choices: fills }
const moved: LayerField[] = [
  numbers('height', 'Height, least and most'),
  numbers('width', 'Width, least and most'),
  fill
]

type Simple = 'dense' | 'conv' | 'maxPool' | 'avgPool' | 'globalAvgPool' | 'batchNorm' | 'layerNorm' | 'activation'
type Described = Exclude<Layer['type'], Simple | 'flatten' | 'reshape' | 'dropout' | 'embedding' | 'add' | 'concat'>

export const describedForms: Record<Described, LayerForm> = {
  lstm: form('LSTM', [...recurrent, gate], { units: 32 }),
  gru: form('GRU', [...recurrent, gate], { units: 32 }),
  simpleRnn: form('Recurrent', recurrent, { units: 32 }),
  attention: form(
    'Attention',
    [
      ...[count('heads', 'Heads'), count('width', 'Width of a head'), count('valueWidth', 'Of values', 'the same')],
      ...[count('units', 'Units', 'as they come'), number('dropout', 'Dropout', '0'), bias]
    ],
    { heads: 2, width: 16 }
  ),
  depthwiseConv: form(
    'Depthwise convolution',
    [size, strides, dilations, pad, count('multiplier', 'Outputs a channel', '1'), bias],
    { size: [3, 3], pad: 'same' }
  ),
  convTranspose: form('Transposed convolution', [count('filters', 'Filters'), size, strides, pad, bias], {
    filters: 16,
    size: [2, 2],
    strides: [2, 2],
    pad: 'valid'
  }),
  globalMaxPool: none('Global maximum'),
  groupNorm: form('Group norm', [count('groups', 'Groups', 'each channel'), epsilon], { groups: 1 }),
  rmsNorm: form('RMS norm', [epsilon], {}),
  rescale: form('Rescale', [numbers('scale', 'Times'), numbers('offset', 'Plus')], { scale: [1], offset: [0] }),
  multiply: none('Multiply'),
  subtract: none('Subtract'),
  divide: none('Divide'),
  average: none('Average'),
  maximum: none('Maximum'),
  minimum: none('Minimum'),
  permute: form('Permute', [numbers('order', 'Order, from 0')], { order: [0] }),
  repeat: form('Repeat', [count('times', 'Times')], { times: 2 }),
  reverse: none('Reverse'),
  pick: form('Pick a place', [number('axis', 'Dimension, from 0'), number('at', 'Place')], { axis: 0, at: 0 }),
  zeroPad: form('Zero padding', [edges], { edges: [[1, 1], [1, 1]] }), // prettier-ignore
  crop: form('Crop', [edges], { edges: [[1, 1], [1, 1]] }), // prettier-ignore
  centerCrop: form('Crop to the centre', [size], { size: [24, 24] }),
  upsample: form('Upsample', [{ key: 'scale', label: 'Factors', kind: 'sizes' }], { scale: [2, 2] }),
  resize: form('Resize', [{ key: 'size', label: 'Size', kind: 'sizes' }], { size: [32, 32] }),
  spatialDropout: form('Spatial dropout', [rate], { rate: 0.2 }),
  gaussianNoise: form('Gaussian noise', [number('std', 'Deviation')], { std: 0.1 }),
  gaussianDropout: form('Gaussian dropout', [rate], { rate: 0.2 }),
  alphaDropout: form('Alpha dropout', [rate], { rate: 0.1 }),
  randomFlip: form('Random flip', [], { horizontal: true, vertical: false }),
  randomShift: form('Random shift', moved, { height: [-0.1, 0.1], width: [-0.1, 0.1], fill: 'reflect' }),
  randomZoom: form('Random zoom', moved, { height: [-0.1, 0.1], width: [-0.1, 0.1], fill: 'reflect' }),
  randomContrast: form(
    'Random contrast',
    [numbers('factor', 'Factor, least and most'), numbers('range', 'Range of values')],
    { factor: [0.8, 1.2], range: [0, 1] }
  ),
  randomBrightness: form(
    'Random brightness',
    [numbers('delta', 'Plus, least and most'), numbers('range', 'Range of values')],
    { delta: [-0.2, 0.2], range: [0, 1] }
  )
}
