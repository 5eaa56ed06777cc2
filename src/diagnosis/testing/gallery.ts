/**
 * Networks that are broken in one known way, and healthy ones: each is trained for real, in seconds, on the bundled digits
 * or on data that are drawn. What the readings must say of them is the measure of the rules (docs/results/diagnosis.md).
 */
import { clouds, digits, exhibit, mlp, noisy, onBoth, surface, withInputs, type Exhibit } from './made'

const relu = mlp([64, 64], 'relu', 10)
const sgd = { optimizer: 'sgd', momentum: 0.9, weightDecay: 0 }
export const gallery: readonly Exhibit[] = [
  // Healthy.
  exhibit('relu', null, [], { network: relu, dataset: digits }),
  exhibit('tanh', null, [], {
    network: mlp([64, 64], 'tanh', 10),
    dataset: digits,
    params: { initialiser: 'xavier-uniform' }
  }),
  exhibit('sigmoid', null, [], { network: mlp([64], 'sigmoid', 10), dataset: digits, params: { learningRate: 5e-3 } }),
  exhibit('gelu and layer norm', null, [], {
    network: mlp([64, 64], 'gelu', 10, (i) => [{ name: `norm${i + 1}`, type: 'layerNorm' }]),
    dataset: digits
  }),
  exhibit('convolutions', null, [], {
    network: [
      { name: 'conv1', type: 'conv', filters: 8, size: [5, 5], strides: [2, 2], pad: 'same' },
      { name: 'bn1', type: 'batchNorm' },
      { name: 'relu1', type: 'activation', fn: 'relu' },
      { name: 'conv2', type: 'conv', filters: 16, size: [3, 3], strides: [2, 2], pad: 'same' },
      { name: 'relu2', type: 'activation', fn: 'relu' },
      { name: 'flatten', type: 'flatten' },
      { name: 'fc', type: 'dense', units: 10 }
    ],
    dataset: digits,
    params: { learningRate: 2e-3, epochs: 8 }
  }),
  exhibit('dropout', null, [], {
    network: mlp([128, 64], 'relu', 10, (i) => [{ name: `dropout${i + 1}`, type: 'dropout', rate: 0.2 }]),
    dataset: digits,
    params: { epochs: 15 }
  }),
  exhibit('sgd', null, [], {
    network: relu,
    dataset: digits,
    params: { ...sgd, learningRate: 0.05, initialiser: 'he-normal' }
  }),
  exhibit('two classes', null, [], {
    network: mlp([16], 'relu', 1),
    dataset: (rng) => clouds(rng, [0.5, 0.5], 1500, 500, 4),
    params: { learningRate: 5e-3 }
  }),
  exhibit('one in five', null, [], {
    network: mlp([16], 'relu', 1),
    dataset: (rng) => clouds(rng, [0.8, 0.2], 1500, 500, 4),
    params: { learningRate: 5e-3 }
  }),
  exhibit('regression', null, [], {
    network: mlp([64, 64], 'relu', 1),
    dataset: surface,
    params: { learningRate: 5e-3, epochs: 20 }
  }),
  exhibit('six layers', null, [], {
    network: mlp([64, 64, 64, 64, 64], 'relu', 10),
    dataset: digits,
    params: { initialiser: 'he-normal', epochs: 12 }
  }),

  // Rates.
  exhibit('rate far too high', 'SGD at a rate of 10', ['diverged'], {
    network: relu,
    dataset: digits,
    params: { ...sgd, learningRate: 10 }
  }),
  exhibit(
    'rate too high',
    'AdamW at a rate of 0.3',
    ['rate-too-high', 'dead-units', 'diverged'],
    { network: relu, dataset: digits, params: { learningRate: 0.3 } },
    ['rate-too-low']
  ),
  exhibit(
    'rate too low',
    'SGD at a rate of 1e-5',
    ['rate-too-low'],
    { network: relu, dataset: digits, params: { ...sgd, learningRate: 1e-5 } },
    ['rate-too-high', 'underfitting']
  ),
  exhibit(
    'rate a little too low',
    'AdamW at a rate of 3e-6',
    ['rate-too-low'],
    { network: relu, dataset: digits, params: { learningRate: 3e-6 } },
    ['rate-too-high']
  ),

  // Initial weights.
  exhibit(
    'born dead',
    'biases of -20 before the ReLUs',
    ['dead-units'],
    {
      network: relu.map((layer) =>
        layer.name === 'fc1' ? { ...layer, initial: { b: { kind: 'constant', value: -20 } } } : layer
      ),
      dataset: digits
    },
    ['rate-too-high', 'rate-too-low']
  ),
  exhibit(
    'all zeros',
    'all weights begin at 0',
    ['dead-units'],
    {
      network: relu.map((layer) =>
        layer.type === 'dense'
          ? { ...layer, initial: { W: { kind: 'constant', value: 0 }, b: { kind: 'constant', value: 0 } } }
          : layer
      ),
      dataset: digits,
      params: sgd
    },
    ['rate-too-high']
  ),
  exhibit(
    'saturated',
    'sigmoids with 40 times the usual weights',
    ['saturated'],
    {
      network: mlp([64, 64], 'sigmoid', 10),
      dataset: digits,
      params: { ...sgd, learningRate: 1e-3, initScale: 40, epochs: 6 }
    },
    ['rate-too-low']
  ),
  exhibit(
    'vanishing',
    'ten layers of sigmoids',
    ['vanishing-gradients'],
    {
      network: mlp(
        Array.from({ length: 9 }, () => 32),
        'sigmoid',
        10
      ),
      dataset: digits,
      params: { ...sgd, learningRate: 0.05 }
    },
    ['rate-too-high']
  ),
  exhibit('exploding', 'eight layers with six times the weights of He', ['exploding'], {
    network: mlp(
      Array.from({ length: 7 }, () => 64),
      'relu',
      10
    ),
    dataset: digits,
    params: { initialiser: 'he-normal', initScale: 6, learningRate: 1e-4 }
  }),
  // Regularisation and size.
  exhibit(
    'weight decay',
    'AdamW with a decay of 100',
    ['weight-decay'],
    { network: relu, dataset: digits, params: { weightDecay: 100, learningRate: 3e-3 } },
    ['rate-too-high']
  ),
  exhibit(
    'bottleneck',
    'a layer of one unit',
    ['underfitting'],
    {
      network: mlp([64, 1], 'linear', 10),
      dataset: digits,
      params: { epochs: 30, learningRate: 0.01 }
    },
    ['rate-too-low', 'vanishing-gradients']
  ),
  exhibit('dropout of everything', 'dropout of 0.9', ['underfitting', 'ended-early', 'validation-shift'], {
    network: mlp([64, 64], 'relu', 10, (i) => [{ name: `dropout${i + 1}`, type: 'dropout', rate: 0.9 }]),
    dataset: digits,
    params: { epochs: 15 }
  }),
  exhibit(
    'frozen',
    'the first layer, of four units, is not trained',
    ['frozen'],
    {
      network: [
        { name: 'flatten', type: 'flatten' },
        { name: 'fc1', type: 'dense', units: 4, frozen: true },
        { name: 'relu1', type: 'activation', fn: 'relu' },
        { name: 'fc2', type: 'dense', units: 64 },
        { name: 'relu2', type: 'activation', fn: 'relu' },
        { name: 'fc3', type: 'dense', units: 10 }
      ],
      dataset: digits,
      params: { epochs: 15 }
    },
    ['dead-units']
  ),

  // Data.
  exhibit('large inputs', 'inputs from 0 to 25,500, SGD', ['input-scale'], {
    network: relu,
    dataset: (rng) => onBoth(digits(rng), (split) => withInputs(split, (value) => value * 25_500)),
    params: { ...sgd, learningRate: 0.01 }
  }),
  exhibit(
    'nothing to see',
    'all inputs are 0',
    ['constant-inputs'],
    {
      network: relu,
      dataset: (rng) => onBoth(digits(rng), (split) => withInputs(split, () => 0))
    },
    ['rate-too-high', 'rate-too-low']
  ),
  exhibit('a hole in the data', 'one input is NaN', ['bad-inputs'], {
    network: relu,
    dataset(rng) {
      const data = digits(rng)
      return { ...data, train: withInputs(data.train, (value, at) => (at === 784 * 700 + 300 ? NaN : value)) }
    }
  }),
  exhibit(
    'random labels',
    'labels are drawn',
    ['memorised'],
    {
      network: mlp([256, 256], 'relu', 10),
      dataset(rng) {
        const data = digits(rng, 500, 500)
        return { ...data, train: noisy(data.train, 1, rng), validation: noisy(data.validation, 1, rng) }
      },
      params: { epochs: 60, learningRate: 2e-3 }
    },
    ['leak', 'rate-too-high', 'rate-too-low']
  ),
  exhibit(
    'noisy labels',
    'four of ten labels are drawn',
    ['overfitting', 'memorised'],
    {
      network: mlp([256], 'relu', 10),
      dataset(rng) {
        const data = digits(rng, 800, 500)
        return { ...data, train: noisy(data.train, 0.4, rng) }
      },
      params: { epochs: 60, learningRate: 2e-3 }
    },
    ['leak', 'rate-too-high', 'rate-too-low']
  ),
  exhibit('leak', 'half of the validation examples are trained on', ['leak'], {
    network: relu,
    dataset(rng) {
      const data = digits(rng)
      const inputs = Float32Array.from(data.validation.inputs)
      const labels = Int32Array.from(data.validation.labels)
      inputs.set(data.train.inputs.subarray(0, 250 * 784))
      labels.set(data.train.labels.subarray(0, 250))
      return { ...data, validation: { inputs, labels, count: 500 } }
    }
  }),
  exhibit('other pictures', 'validation pictures are negatives', ['validation-shift'], {
    network: relu,
    dataset(rng) {
      const data = digits(rng)
      return { ...data, validation: withInputs(data.validation, (value) => 1 - value) }
    }
  }),
  exhibit('one in fifty', 'a class of two in a hundred, which overlaps', ['class-imbalance'], {
    network: mlp([16], 'relu', 2),
    dataset: (rng) => clouds(rng, [0.98, 0.02], 1500, 500, 1)
  }),
  exhibit(
    'wrong labels',
    'labels belong to other pictures, and the network is small',
    ['stuck', 'underfitting', 'rate-too-low', 'memorised'],
    {
      network: mlp([4], 'tanh', 10),
      dataset(rng) {
        const data = digits(rng)
        return {
          ...data,
          train: {
            ...data.train,
            labels: rng.shuffle(Int32Array.from(data.train.labels) as never) as unknown as Int32Array
          }
        }
      },
      params: { epochs: 8 }
    },
    ['leak']
  )
]
