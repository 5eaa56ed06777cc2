/** The image classifiers as lists of layers: multilayer perceptron, LeNet-5 and ResNet-18. */
import { sizeOf } from './architecture'
import type { Layer, NetworkSpec } from '../domain/network'

export interface ImageTask {
  /** [height, width, channels] */
  input: number[]
  classes: number
}

/** Pixels - hidden... - classes with ReLU between. */
export function mlp({ input, classes }: ImageTask, hidden: readonly number[]): NetworkSpec {
  const widths = [...hidden, classes]
  return {
    title: `MLP ${[sizeOf(input), ...widths].join('-')}`,
    input,
    layers: [
      { name: 'flatten', type: 'flatten' },
      ...widths.flatMap((units, i): Layer[] => [
        { name: `fc${i + 1}`, type: 'dense', units },
        ...(i < hidden.length ? [{ name: `relu${i + 1}`, type: 'activation', fn: 'relu' } as const] : [])
      ])
    ]
  }
}

/** LeNet-5 (LeCun et al. 1998) in its usual modern form: ReLU and max pooling, inputs padded to keep their size. */
export function lenet({ input, classes }: ImageTask): NetworkSpec {
  const relu = (name: string): Layer => ({ name, type: 'activation', fn: 'relu' })
  return {
    title: 'LeNet-5',
    input,
    layers: [
      { name: 'conv1', type: 'conv', filters: 6, size: [5, 5], pad: 'same' },
      relu('relu1'),
      { name: 'pool1', type: 'maxPool', size: [2, 2] },
      { name: 'conv2', type: 'conv', filters: 16, size: [5, 5], pad: 'valid' },
      relu('relu2'),
      { name: 'pool2', type: 'maxPool', size: [2, 2] },
      { name: 'flatten', type: 'flatten' },
      { name: 'fc1', type: 'dense', units: 120 },
      relu('relu3'),
      { name: 'fc2', type: 'dense', units: 84 },
      relu('relu4'),
      { name: 'fc3', type: 'dense', units: classes }
    ]
  }
}

export interface ResnetOptions {
  /** Channels of the first stage; each of the four stages doubles them. The original has 64. */
  width: number
  batchNorm: boolean
  residual: boolean
}

/**
 * ResNet-18 (He et al. 2016) in the form for small images: a 3x3 stem without pooling, four stages of two basic blocks,
 * strides 1, 2, 2, 2, a 1x1 convolution where the shape changes. Without batch norm the convolutions have biases; without
 * residual connections the same layers stand in a row.
 */
export function resnet18({ input, classes }: ImageTask, { width, batchNorm, residual }: ResnetOptions): NetworkSpec {
  const layers: Layer[] = []
  const conv = (name: string, filters: number, size: number, stride: number, inputs?: string[]): void => {
    layers.push({
      name,
      type: 'conv',
      filters,
      size: [size, size],
      strides: [stride, stride],
      pad: 'same',
      bias: !batchNorm,
      ...(inputs ? { inputs } : {})
    })
  }
  const norm = (name: string): void => {
    if (batchNorm) layers.push({ name, type: 'batchNorm' })
  }
  const relu = (name: string): void => void layers.push({ name, type: 'activation', fn: 'relu' })
  conv('conv1', width, 3, 1)
  norm('bn1')
  relu('relu1')
  let channels = width
  for (const stage of [0, 1, 2, 3]) {
    for (const block of [0, 1]) {
      const path = `layer${stage + 1}.${block}`
      const filters = width * 2 ** stage
      const stride = stage > 0 && block === 0 ? 2 : 1
      const entry = layers.at(-1)!.name
      conv(`${path}.conv1`, filters, 3, stride)
      norm(`${path}.bn1`)
      relu(`${path}.relu1`)
      conv(`${path}.conv2`, filters, 3, 1)
      norm(`${path}.bn2`)
      if (residual) {
        const computed = layers.at(-1)!.name
        let shortcut = entry
        if (stride > 1 || channels !== filters) {
          conv(`${path}.downsample.conv`, filters, 1, stride, [entry])
          norm(`${path}.downsample.bn`)
          shortcut = layers.at(-1)!.name
        }
        layers.push({ name: `${path}.add`, type: 'add', inputs: [computed, shortcut] })
      }
      relu(`${path}.relu2`)
      channels = filters
    }
  }
  layers.push({ name: 'pool', type: 'globalAvgPool' }, { name: 'fc', type: 'dense', units: classes })
  const kinds = [batchNorm ? '' : 'no batch norm', residual ? '' : 'no residuals'].filter(Boolean)
  return { title: `ResNet-18${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}, width ${width}`, input, layers }
}
