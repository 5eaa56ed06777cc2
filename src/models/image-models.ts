/** Module trees of the image classifiers: the multilayer perceptron and LeNet-5. */
import type { Architecture, Initialiser, ParameterSpec } from './architecture'
import { GraphBuilder, sizeOf } from './architecture'

export interface MlpOptions {
  hidden1: number
  hidden2: number
  initScale: number
}

const imageShape = [28, 28, 1]
const pixels = sizeOf(imageShape)
const classes = 10

/** PyTorch's default for dense and convolution layers, uniform in +-1 / sqrt(fan in), times `scale` for the weights. */
function uniform(fanIn: number, scale: number): Initialiser {
  return { kind: 'uniform', limit: scale / Math.sqrt(fanIn) }
}

function dense(path: string, inputs: number, outputs: number, scale: number): ParameterSpec[] {
  return [
    { name: `${path}.W`, owner: path, role: 'weight', shape: [inputs, outputs], initial: uniform(inputs, scale) },
    { name: `${path}.b`, owner: path, role: 'bias', shape: [outputs], initial: uniform(inputs, 1) }
  ]
}

function conv(path: string, size: number, inputs: number, outputs: number, scale: number): ParameterSpec[] {
  const fanIn = size * size * inputs
  const shape = [size, size, inputs, outputs]
  return [
    { name: `${path}.W`, owner: path, role: 'weight', shape, initial: uniform(fanIn, scale) },
    { name: `${path}.b`, owner: path, role: 'bias', shape: [outputs], initial: uniform(fanIn, 1) }
  ]
}

/** 784 - hidden1 - hidden2 - 10 with ReLU between. */
export function mlpArchitecture({ hidden1, hidden2, initScale }: MlpOptions): Architecture {
  const parameters = [
    ...dense('fc1', pixels, hidden1, initScale),
    ...dense('fc2', hidden1, hidden2, initScale),
    ...dense('fc3', hidden2, classes, initScale)
  ]
  const title = `MLP 784-${hidden1}-${hidden2}-10`
  const graph = new GraphBuilder(title, parameters)
    .input('image', 'image [28, 28]', imageShape)
    .layer('fc1', 'dense', [hidden1])
    .layer('relu1', 'relu', [hidden1])
    .layer('fc2', 'dense', [hidden2])
    .layer('relu2', 'relu', [hidden2])
    .layer('fc3', 'dense', [classes])
    .output('logits', 'logits [10]', [classes])
    .chain('image', 'fc1', 'relu1', 'fc2', 'relu2', 'fc3', 'logits')
    .build()
  return { title, parameters, graph }
}

/** LeNet-5 (LeCun et al. 1998) in its usual modern form: ReLU and max pooling, 28 x 28 inputs padded to keep their size. */
export function lenetArchitecture({ initScale }: { initScale: number }): Architecture {
  const parameters = [
    ...conv('conv1', 5, 1, 6, initScale),
    ...conv('conv2', 5, 6, 16, initScale),
    ...dense('fc1', 400, 120, initScale),
    ...dense('fc2', 120, 84, initScale),
    ...dense('fc3', 84, classes, initScale)
  ]
  const title = 'LeNet-5'
  const graph = new GraphBuilder(title, parameters)
    .input('image', 'image [28, 28]', imageShape)
    .layer('conv1', 'conv 5x5', [28, 28, 6])
    .layer('relu1', 'relu', [28, 28, 6])
    .layer('pool1', 'max pool 2x2', [14, 14, 6])
    .layer('conv2', 'conv 5x5', [10, 10, 16])
    .layer('relu2', 'relu', [10, 10, 16])
    .layer('pool2', 'max pool 2x2', [5, 5, 16])
    .layer('fc1', 'dense', [120])
    .layer('relu3', 'relu', [120])
    .layer('fc2', 'dense', [84])
    .layer('relu4', 'relu', [84])
    .layer('fc3', 'dense', [classes])
    .output('logits', 'logits [10]', [classes])
    .chain(
      'image',
      'conv1',
      'relu1',
      'pool1',
      'conv2',
      'relu2',
      'pool2',
      'fc1',
      'relu3',
      'fc2',
      'relu4',
      'fc3',
      'logits'
    )
    .build()
  return { title, parameters, graph }
}
