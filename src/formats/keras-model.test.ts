import '@tensorflow/tfjs-backend-cpu'
import * as tfl from '@tensorflow/tfjs-layers'
import { describe, expect, it } from 'vitest'
import { placeLayers } from '../models/network-shapes'
import { convertLayer } from './keras-layers'
import { networkFromKeras } from './keras-model'

const shown = (model: tfl.LayersModel) => model.toJSON(null, false) as unknown

/** Shapes that TensorFlow.js says the layers have, by name, beside those of the network. */
function compareShapes(model: tfl.LayersModel, json: unknown): void {
  const { network } = networkFromKeras(json, 'm.json')
  const { layers } = placeLayers(network)
  for (const { layer, output } of layers) {
    const original = model.layers.find(({ name }) => name === layer.name)
    if (original) expect([layer.name, output]).toEqual([layer.name, (original.outputShape as number[]).slice(1)])
  }
  expect(layers.length).toBeGreaterThan(0)
}

describe('models of TensorFlow.js', () => {
  it('with every layer that is known have the shapes that TensorFlow.js says', () => {
    const { layers } = tfl
    const model = tfl.sequential({ name: 'everything' })
    model.add(layers.conv2d({ inputShape: [17, 16, 3], filters: 4, kernelSize: 3, padding: 'same', name: 'conv' }))
    model.add(layers.batchNormalization({ name: 'norm' }))
    model.add(layers.reLU({ name: 'relu' }))
    model.add(layers.maxPooling2d({ poolSize: 2, name: 'pool' }))
    model.add(
      layers.conv2d({ filters: 6, kernelSize: [3, 2], strides: 2, activation: 'elu', useBias: false, name: 'conv2' })
    )
    model.add(layers.averagePooling2d({ poolSize: [1, 2], strides: 1, padding: 'same', name: 'pool2' }))
    model.add(layers.layerNormalization({ name: 'norm2' }))
    model.add(layers.leakyReLU({ alpha: 0.3, name: 'leaky' }))
    model.add(layers.reshape({ targetShape: [12, 6], name: 'reshape' }))
    model.add(layers.flatten({ name: 'flatten' }))
    model.add(layers.dropout({ rate: 0.25, name: 'dropout' }))
    model.add(layers.dense({ units: 12, activation: 'selu', name: 'dense' }))
    model.add(layers.activation({ activation: 'tanh', name: 'tanh' }))
    model.add(layers.dense({ units: 5, activation: 'softmax', name: 'logits' }))
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' })
    const json = shown(model)
    compareShapes(model, json)
    const { network, problems, loss } = networkFromKeras(json, 'm.json')
    expect([network.title, network.input, loss]).toEqual(['everything', [17, 16, 3], null])
    expect(network.outputs).toBeUndefined()
    expect(network.layers.map(({ name }) => name)).toEqual([
      ...['conv', 'norm', 'relu', 'pool', 'conv2', 'conv2_elu', 'pool2', 'norm2', 'leaky', 'reshape', 'flatten'],
      ...['dropout', 'dense', 'dense_selu', 'tanh', 'logits']
    ])
    expect(network.layers[0]).toEqual({
      name: 'conv',
      type: 'conv',
      filters: 4,
      size: [3, 3],
      strides: [1, 1],
      pad: 'same',
      bias: true,
      // TensorFlow.js draws kernels as Keras 1 did.
      initial: { W: { kind: 'scaled', scale: 1, fan: 'average', spread: 'truncated' } }
    })
    expect(network.layers[8]).toEqual({ name: 'leaky', type: 'activation', fn: 'leakyRelu', slope: 0.3 })
    expect(network.layers[1]).toEqual({ name: 'norm', type: 'batchNorm', momentum: 0.99, epsilon: 1e-3 })
    expect(network.layers[4]).toMatchObject({ size: [3, 2], strides: [2, 2], pad: 'valid', bias: false })
    expect(problems).toEqual(['The softmax of layer logits was taken off: losses start from what comes before it.'])
  })

  it('in three dimensions and with embeddings have the same shapes, too', () => {
    const { layers } = tfl
    const volumes = tfl.sequential()
    volumes.add(layers.conv3d({ inputShape: [8, 8, 8, 1], filters: 2, kernelSize: 3, name: 'conv' }))
    volumes.add(layers.maxPooling3d({ poolSize: 2, name: 'pool' }))
    volumes.add(layers.averagePooling3d({ poolSize: 3, name: 'pool2' }))
    volumes.add(layers.flatten({ name: 'flatten' }))
    volumes.add(layers.dense({ units: 1, activation: 'sigmoid', name: 'out' }))
    compareShapes(volumes, shown(volumes))
    expect(networkFromKeras(shown(volumes), 'm.json').problems).toEqual([
      'The sigmoid of layer out was taken off: losses start from what comes before it.'
    ])
    const tokens = tfl.sequential()
    tokens.add(layers.embedding({ inputDim: 20, outputDim: 6, inputLength: 5, name: 'embed' }))
    tokens.add(layers.flatten({ name: 'flatten' }))
    tokens.add(layers.dense({ units: 3, name: 'out' }))
    compareShapes(tokens, shown(tokens))
  })

  it('with branches keep who takes what, also as a saved model.json', () => {
    const { layers } = tfl
    const input = tfl.input({ shape: [6, 6, 2], name: 'picture' })
    const conv = (name: string, from: tfl.SymbolicTensor) =>
      layers
        .conv2d({ filters: 2, kernelSize: 3, padding: 'same', activation: 'relu', name })
        .apply(from) as tfl.SymbolicTensor
    const [a, b] = [conv('a', input), conv('b', input)]
    const sum = layers.add({ name: 'sum' }).apply([a, b]) as tfl.SymbolicTensor
    const both = layers.concatenate({ name: 'both' }).apply([sum, input]) as tfl.SymbolicTensor
    const mean = layers
      .globalAveragePooling2d({ name: 'mean', dataFormat: 'channelsLast' })
      .apply(both) as tfl.SymbolicTensor
    const logits = layers.dense({ units: 4, name: 'logits' }).apply(mean) as tfl.SymbolicTensor
    const scores = layers.softmax({ name: 'scores' }).apply(logits) as tfl.SymbolicTensor
    const model = tfl.model({ inputs: input, outputs: scores, name: 'branches' })
    const saved = {
      format: 'layers-model',
      modelTopology: { model_config: shown(model), training_config: { loss: 'mse' } }
    }
    compareShapes(model, saved)
    const { network, loss } = networkFromKeras(JSON.stringify(saved), 'model.json')
    expect(loss).toBe('mse')
    expect(network.layers.map(({ name, inputs }) => [name, inputs])).toEqual([
      ['a', undefined],
      ['a_relu', undefined],
      ['b', ['input']],
      ['b_relu', undefined],
      ['sum', ['a_relu', 'b_relu']],
      ['both', ['sum', 'input']],
      ['mean', undefined],
      ['logits', undefined],
      // A mean squared error takes probabilities as they are.
      ['scores', undefined]
    ])
    expect(network.loss).toEqual({ name: 'mean-squared-error' })
    expect(network.outputs).toBeUndefined()
  })
})

it('functions with numbers keep them, as layers and as activations of layers', () => {
  const layer = (activation: unknown) =>
    convertLayer({ className: 'Dense', name: 'd', config: { units: 3, activation }, file: 'm' }, 1)
  const leaky = (slope: number) => ({ activation: 'leakyRelu', activationSettings: { slope }, notes: [] })
  // https://keras.io/api/layers/activations/: 0.2 for the function, 0.3 for the layer.
  expect(layer('leaky_relu')).toMatchObject(leaky(0.2))
  expect(layer({ class_name: 'function', config: 'leaky_relu' })).toMatchObject(leaky(0.2))
  expect(layer({ class_name: 'LeakyReLU', config: { negative_slope: 0.1 } })).toMatchObject(leaky(0.1))
  expect(layer({ class_name: 'LeakyReLU', config: {} })).toMatchObject(leaky(0.3))
  expect(layer('relu')).toMatchObject({ activation: 'relu', notes: [] })
  const limited = { class_name: 'ReLU', config: { max_value: 2, negative_slope: 0.1, threshold: 0.5 } }
  expect(layer(limited).activationSettings).toEqual({ slope: 0.1, max: 2, threshold: 0.5 })
  expect(layer({ class_name: 'ReLU', config: { max_value: 6 } })).toMatchObject({ activation: 'relu6' })
  expect(layer({ class_name: 'ELU', config: { alpha: 0.5 } }).activationSettings).toEqual({ alpha: 0.5 })
})

/** As Keras 3 writes them: https://keras.io/api/models/model_saving_apis/model_config_serialization/ */
const keras3 = (className: string, config: object) => ({
  module: 'keras.layers',
  class_name: className,
  config: { trainable: true, ...config },
  registered_name: null,
  build_config: { input_shape: [null, 4] }
})
const tensor = (name: string) => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 4], dtype: 'float32', keras_history: [name, 0, 0] }
})
const sequential3 = (...layers: object[]) => ({
  module: 'keras',
  class_name: 'Sequential',
  registered_name: 'Sequential',
  config: { name: 'net', layers: [keras3('InputLayer', { batch_shape: [null, 4], name: 'in' }), ...layers] },
  compile_config: {
    loss: { class_name: 'SparseCategoricalCrossentropy', config: { name: 'sparse_categorical_crossentropy' } }
  }
})

describe('models of Keras 3', () => {
  it('in a row', () => {
    const relu = { module: 'builtins', class_name: 'function', config: 'relu', registered_name: 'function' }
    const model = sequential3(
      keras3('Dense', { name: 'hidden/1', units: 8, activation: relu, use_bias: true }),
      keras3('BatchNormalization', {
        name: 'norm',
        axis: -1,
        momentum: 0.9,
        epsilon: 1e-4,
        center: true,
        scale: false
      }),
      keras3('Dense', { name: 'out', units: 3, activation: 'linear', use_bias: false }),
      keras3('Activation', { name: 'probabilities', activation: 'softmax' })
    )
    const { network, loss, problems } = networkFromKeras(model, 'net.json')
    expect(network.layers).toEqual([
      { name: 'hidden_1', type: 'dense', units: 8, bias: true },
      { name: 'hidden_1_relu', type: 'activation', fn: 'relu' },
      { name: 'norm', type: 'batchNorm', momentum: 0.9, epsilon: 1e-4, scale: false },
      { name: 'out', type: 'dense', units: 3, bias: false }
    ])
    expect(loss).toBe('sparse_categorical_crossentropy')
    expect(problems).toEqual([
      'The softmax of layer probabilities was taken off: losses start from what comes before it.'
    ])
    expect(placeLayers(network).layers.at(-1)?.output).toEqual([3])
  })

  it('with branches, in whatever order their layers are saved', () => {
    const node = (...names: string[]) => [
      { args: [names.length === 1 ? tensor(names[0]) : names.map(tensor)], kwargs: {} }
    ]
    const model = {
      class_name: 'Functional',
      config: {
        name: 'branches',
        layers: [
          { ...keras3('InputLayer', { batch_shape: [null, 4], name: 'in' }), name: 'in', inbound_nodes: [] },
          { ...keras3('Add', { name: 'sum' }), name: 'sum', inbound_nodes: node('a', 'b') },
          { ...keras3('Dense', { name: 'a', units: 2 }), name: 'a', inbound_nodes: node('in') },
          { ...keras3('Dense', { name: 'b', units: 2 }), name: 'b', inbound_nodes: node('in') }
        ],
        input_layers: ['in', 0, 0],
        output_layers: [
          ['sum', 0, 0],
          ['a', 0, 0]
        ]
      }
    }
    const { network } = networkFromKeras(model, 'f.json')
    expect(network.layers.map(({ name, inputs }) => [name, inputs])).toEqual([
      ['a', undefined],
      ['b', ['input']],
      ['sum', ['a', 'b']]
    ])
    expect(network.outputs).toEqual(['sum', 'a'])
  })
})

/** A model in a model in a model. */
const deep = (levels: number): object =>
  levels === 0
    ? sequential3(keras3('Dense', { name: 'd', units: 2 }))
    : { class_name: 'Sequential', name: `s${levels}`, config: { layers: [deep(levels - 1)] } }

describe('models that cannot be read', () => {
  const dense = (config: object) => keras3('Dense', { name: 'd', units: 2, ...config })
  const functional = (layers: object[], outputs: unknown = [['d', 0, 0]]) => ({
    class_name: 'Functional',
    config: { name: 'f', layers, output_layers: outputs }
  })
  const input = {
    class_name: 'InputLayer',
    name: 'in',
    config: { batch_shape: [null, 4], name: 'in' },
    inbound_nodes: []
  }
  const bad: [string, unknown, string][] = [
    ['text', 'hello', 'm.json is not valid JSON ('],
    ['another JSON', { a: 1 }, 'm.json is no model of Keras: it has no "class_name". Save it with model.to_json().'],
    [
      'a graph model',
      { format: 'graph-model', modelTopology: {} },
      'm.json is a TensorFlow.js graph model, which has no layers.'
    ],
    [
      'an own class',
      { class_name: 'MyModel', config: {} },
      'm.json is a MyModel; Sequential and Functional models are read'
    ],
    [
      'no layers',
      { class_name: 'Sequential', config: {} },
      'm.json has no list of layers. Save it with model.to_json().'
    ],
    [
      'an unknown layer',
      sequential3(keras3('ConvLSTM2D', { name: 'l' })),
      'm.json, layer "l": it is a ConvLSTM2D, which is not known. Known are InputLayer, Dense, Conv1D,'
    ],
    [
      'a program',
      sequential3(keras3('Lambda', { name: 'l', function: {} })),
      'm.json, layer "l": it is a Lambda, which is a program. Write it as layers.'
    ],
    [
      'a setting that is not known',
      sequential3(dense({ sparsity: 0.5 })),
      'm.json, layer "d": it has sparsity=0.5, which is not known for a Dense. Leave it out.'
    ],
    [
      'an unknown operation',
      functional([
        input,
        {
          ...keras3('Einsum', { name: 'd' }),
          module: 'keras.src.ops.numpy',
          inbound_nodes: [{ args: [tensor('in')], kwargs: {} }]
        }
      ]),
      'm.json, layer "d": it is the operation Einsum, which is not known. Use a layer of Keras instead.'
    ],
    [
      'an initial state',
      functional([
        input,
        { ...dense({}), inbound_nodes: [{ args: [tensor('in')], kwargs: {} }] },
        {
          ...keras3('LSTM', { name: 'l', units: 2 }),
          name: 'l',
          inbound_nodes: [{ args: [tensor('d')], kwargs: { initial_state: tensor('d') } }]
        }
      ]),
      'm.json, layer "l": it takes a tensor as its "initial_state", which is not read. Leave it out.'
    ],
    [
      'dropout in evaluation',
      functional([
        input,
        // As Keras 2 writes it; Keras 3 writes the value that it has without being given.
        {
          class_name: 'Dropout',
          name: 'd',
          config: { name: 'd', rate: 0.5 },
          inbound_nodes: [[['in', 0, 0, { training: true }]]]
        }
      ]),
      'm.json, layer "d": it is called with training=True, so that it works in evaluation, too.'
    ],
    ['models without end', deep(22), 'm.json has models 20 deep in models.'],
    [
      'a state that is given back',
      sequential3(
        keras3('Reshape', { name: 'r', target_shape: [2, 2] }),
        keras3('GRU', { name: 'l', units: 2, return_state: true })
      ),
      'm.json, layer "l": it has return_state=true, which is not read. Take the output alone.'
    ],
    [
      'an unknown activation',
      sequential3(dense({ activation: 'sparsemax' })),
      'm.json, layer "d": it has the activation "sparsemax". Known are linear, relu,'
    ],
    [
      'channels first',
      sequential3(keras3('Conv2D', { name: 'c', filters: 1, kernel_size: [3, 3], data_format: 'channels_first' })),
      'm.json, layer "c": it has its channels first. Save the model with data_format="channels_last".'
    ],
    [
      'groups',
      sequential3(keras3('Conv2D', { name: 'c', filters: 2, kernel_size: 3, groups: 2 })),
      'm.json, layer "c": it has groups.'
    ],
    [
      'another axis',
      sequential3(keras3('BatchNormalization', { name: 'n', axis: 2 })),
      'm.json, layer "n": it works along axis 2. Only the last axis is read.'
    ],
    ['no units', sequential3(dense({ units: 0 })), 'm.json, layer "d": it has no usable "units".'],
    [
      'no input shape',
      { class_name: 'Sequential', config: { layers: [dense({})] } },
      'm.json does not say the shape of its input. Build it with an Input layer and save it again.'
    ],
    [
      'an open input',
      { class_name: 'Sequential', config: { layers: [dense({ batch_input_shape: [null, null, 3] })] } },
      'm.json has an input of shape [open, 3]. Give every size and save it again.'
    ],
    [
      'two inputs',
      functional([input, { ...input, name: 'in2' }, dense({})]),
      'm.json has 2 inputs ("in", "in2"); networks with one input are read.'
    ],
    [
      'a missing layer',
      functional([input, { ...dense({}), inbound_nodes: [[['gone', 0, 0]]] }]),
      'm.json refers to a layer "gone" that it does not have.'
    ],
    [
      'a circle',
      functional([input, { ...dense({}), inbound_nodes: [[['d', 0, 0]]] }]),
      'm.json, layer "d": its inputs form a circle or are missing.'
    ]
  ]
  it.each(bad)('%s', (_, json, message) => expect(() => networkFromKeras(json, 'm.json')).toThrow(message))
})

describe('what bytes are for a model', () => {
  const dense = keras3('Dense', { name: 'd', units: 2 })
  const read = (...layers: object[]) =>
    networkFromKeras({ ...sequential3(...layers, dense), compile_config: null }, 'm.json')
  const whole = (name: string): string =>
    `Layer ${name} is for values of 0 to 255, so pictures of bytes reach the network as 0 to 255, not as 0 to 1.`

  it('is 0 to 255 where it scales them itself, also behind what leaves values alone', () => {
    const flat = keras3('Reshape', { name: 'r', target_shape: [2, 2] })
    const rescaling = keras3('Rescaling', { name: 's', scale: 1 / 127.5, offset: -1 })
    const { network, problems } = read(flat, rescaling)
    expect(network.byteMaximum).toBe(255)
    expect(problems).toEqual([whole('s')])
    expect(network.layers[1]).toEqual({ name: 's', type: 'rescale', scale: [1 / 127.5], offset: [-1] })
    const normalization = keras3('Normalization', { name: 'n', axis: null, mean: 120, variance: 3600 })
    expect(read(normalization)).toMatchObject({ network: { byteMaximum: 255 }, problems: [whole('n')] })
  })

  it('is 0 to 1 where it scales such numbers, or nothing, or something in between', () => {
    const rescaling = keras3('Rescaling', { name: 's', scale: 2, offset: -1 })
    expect(read(rescaling).network.byteMaximum).toBeUndefined()
    expect(read(rescaling).problems).toEqual([
      'Layer s is for values as they come; pictures of bytes reach it as 0 to 1.'
    ])
    expect(read().problems).toEqual([])
    const inner = read(keras3('Dense', { name: 'e', units: 2 }), keras3('Rescaling', { name: 's', scale: 1 / 255 }))
    expect(inner.network.byteMaximum).toBeUndefined()
  })
})
