/** What a model of Keras was compiled with, and what its layers say of their parameters: used, told, or refused. */
import { describe, expect, it } from 'vitest'
import { compiledOf } from './keras-compiled'
import { networkFromKeras } from './keras-model'
import { placeLayers } from '../models/network-shapes'

const optimizer = (name: string, config: object) => ({ optimizer: { class_name: name, config } })

describe('a compiled model', () => {
  it('has its loss by any of its names, and as a class', () => {
    const loss = (value: unknown) => compiledOf({ loss: value }).loss
    expect(loss('mse')).toEqual({ name: 'mean-squared-error' })
    expect(loss(['binaryCrossentropy'])).toEqual({ name: 'binary-cross-entropy' })
    expect(loss({ head: 'sparse_categorical_crossentropy' })).toEqual({ name: 'cross-entropy' })
    const logits = { class_name: 'BinaryCrossentropy', config: { from_logits: true, label_smoothing: 0.1 } }
    expect(compiledOf({ loss: logits })).toMatchObject({
      loss: { name: 'binary-cross-entropy', fromLogits: true },
      params: { labelSmoothing: 0.1 }
    })
    expect(loss({ class_name: 'Huber', config: { delta: 0.5 } })).toEqual({ name: 'huber', delta: 0.5 })
    expect(compiledOf(null)).toEqual({ loss: null, lossName: null, params: {}, notes: [] })
  })

  it('is told what is not here, by name', () => {
    const notes = (compiled: object) => compiledOf(compiled).notes.join(' ')
    expect(notes({ loss: 'poisson' })).toContain('the loss poisson, which is not here')
    expect(notes({ loss: { class_name: 'Huber', config: { reduction: 'sum', delta: 1 } } })).toContain(
      'reduction="sum"'
    )
    // As Keras 3.15.1 writes compile(metrics=['accuracy', AUC()]).
    const auc = { module: 'keras.metrics', class_name: 'AUC', config: { name: 'auc' }, registered_name: null }
    expect(notes({ metrics: ['accuracy', auc, 'mae'] })).toBe('Of the metrics that the model was compiled with, AUC, mae are not recorded; loss and accuracy, and what classes have, are.') // prettier-ignore
    expect(notes({ metrics: { out: ['acc'] }, weighted_metrics: null })).toBe('')
    const smoothed = { class_name: 'BinaryCrossentropy', config: { label_smoothing: 1 } }
    expect(notes({ loss: smoothed })).toContain('label_smoothing=1')
    expect(notes({ loss: { class_name: 'Huber', config: { delta: 0 } } })).toContain('delta=0')
    expect(notes({ optimizer: 'adagrad' })).toContain('the optimizer adagrad, which is not here')
    expect(notes(optimizer('SGD', { nesterov: true, momentum: 0.9 }))).toContain('nesterov=true')
    expect(notes(optimizer('Adam', { clipnorm: 1, amsgrad: true, use_ema: true }))).toMatch(
      /amsgrad.*clipnorm.*use_ema/
    )
    const schedule = { class_name: 'CosineDecay', config: { initial_learning_rate: 0.02 } }
    const scheduled = compiledOf(optimizer('SGD', { learning_rate: schedule }))
    expect(scheduled.params.learningRate).toBe(0.02)
    expect(scheduled.notes[0]).toContain('CosineDecay')
  })

  it('has its optimizer as hyperparameters', () => {
    expect(compiledOf({ optimizer: 'adam' }).params).toEqual({
      optimizer: 'adam',
      learningRate: 0.001,
      weightDecay: 0,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-7
    })
    // As Keras 3.15.1 writes Adam(0.001), a single.
    expect(compiledOf(optimizer('Adam', { learning_rate: 0.0010000000474974513 })).params.learningRate).toBe(0.001)
    expect(compiledOf(optimizer('Adam', { learning_rate: 0.00123456789 })).params.learningRate).toBe(0.00123456789)
    const given = { learning_rate: 0.01, weight_decay: 0.02, beta_1: 0.8, global_clipnorm: 2 }
    expect(compiledOf(optimizer('Adam', given)).params).toMatchObject({
      optimizer: 'adamw',
      learningRate: 0.01,
      weightDecay: 0.02,
      beta1: 0.8,
      clipNorm: 2
    })
    const saved = { optimizer_config: { class_name: 'SGD', config: { learning_rate: 0.1, momentum: 0.5 } } }
    expect(compiledOf(saved).params).toEqual({ optimizer: 'sgd', learningRate: 0.1, momentum: 0.5, weightDecay: 0 })
  })
})

describe('parameters of layers', () => {
  const read = (config: object, className = 'Dense', shape: number[] = [4], top: object = {}) =>
    networkFromKeras(
      {
        class_name: 'Sequential',
        config: {
          name: 'net',
          layers: [
            { class_name: 'InputLayer', config: { name: 'in', batch_shape: [null, ...shape] } },
            { class_name: className, config: { name: 'l', units: 3, ...config } }
          ],
          ...top
        }
      },
      'm.json'
    )
  const layer = (...args: Parameters<typeof read>) => read(...args).network.layers[0]
  const of = (name: string, config: object = {}) => ({ class_name: name, config })

  it('have penalties, constraints and initial values by their names', () => {
    expect(
      layer({
        kernel_regularizer: of('L1L2', { l1: 0, l2: 0.1 }),
        bias_regularizer: 'l1',
        kernel_constraint: of('MaxNorm', { max_value: 3, axis: 0 }),
        kernel_initializer: of('HeNormal'),
        bias_initializer: of('Constant', { value: 0.5 })
      })
    ).toMatchObject({
      penalties: { W: { l2: 0.1 }, b: { l1: 0.01 } },
      constraints: { W: { kind: 'norm', min: 0, max: 3, rate: 1, axis: [0] } },
      initial: { W: { kind: 'scaled', scale: 2, fan: 'in', spread: 'truncated' }, b: { kind: 'constant', value: 0.5 } }
    })
    const lstm = { kernel_regularizer: 'l2', recurrent_regularizer: of('L1', { l1: 0.2 }), unit_forget_bias: true }
    expect(layer(lstm, 'LSTM', [5, 2])).toMatchObject({
      penalties: { 'kernel.W': { l2: 0.01 }, 'recurrent.W': { l1: 0.2 } }
    })
    // A bias that is not there has no penalty.
    expect(layer({ use_bias: false, bias_regularizer: 'l2' })).not.toHaveProperty('penalties')
  })

  it('are frozen by their layer, or by a model around it', () => {
    expect(layer({ trainable: false })).toMatchObject({ frozen: true })
    expect(layer({}, 'Dense', [4], { trainable: false })).toMatchObject({ frozen: true })
    expect(layer({ trainable: true })).not.toHaveProperty('frozen')
  })

  it('of a layer that is used twice are one set, frozen at both places', () => {
    const call = (name: string) => ({
      args: [{ class_name: '__keras_tensor__', config: { keras_history: [name, 0, 0] } }],
      kwargs: {}
    })
    const settings = { name: 'n', trainable: false, gamma_regularizer: 'l2', gamma_initializer: of('Zeros') }
    const { network } = networkFromKeras(
      {
        class_name: 'Functional',
        config: {
          name: 'net',
          layers: [
            { class_name: 'InputLayer', name: 'in', config: { name: 'in', batch_shape: [null, 4] }, inbound_nodes: [] },
            { class_name: 'BatchNormalization', name: 'n', config: settings, inbound_nodes: [call('in'), call('e')] },
            { class_name: 'ELU', name: 'e', config: { name: 'e' }, inbound_nodes: [call('n')] }
          ],
          input_layers: [['in', 0, 0]],
          output_layers: [['n', 1, 0]]
        }
      },
      'm.json'
    )
    const [first, , second] = placeLayers(network).layers.map(({ layer: placed }) => placed)
    expect(first).toMatchObject({ frozen: true, penalties: { W: { l2: 0.01 } } })
    expect(second).toMatchObject({ frozen: true, weightsOf: 'n' })
    expect(second).not.toHaveProperty('penalties')
  })

  it('say where a seed of their own is not used', () => {
    expect(read({ kernel_initializer: of('GlorotUniform', { seed: 3 }) }).problems).toEqual([
      'Layer l: its initial values are drawn by the seed of the run, not by one of its own.'
    ])
  })

  const bad: [string, object, string][] = [
    ['orthogonal penalty', { kernel_regularizer: of('OrthogonalRegularizer') }, 'Read are L1, L2 and L1L2'],
    ['penalty of outputs', { activity_regularizer: of('L2') }, 'Penalties of outputs are not read'],
    ['unknown constraint', { kernel_constraint: of('RadialConstraint') }, 'Read are MaxNorm, MinMaxNorm'],
    ['unknown initialiser', { kernel_initializer: of('MyInit') }, 'has kernel_initializer={"class_name":"MyInit"']
  ]
  it.each(bad)('refuses: %s', (_, config, message) => expect(() => read(config)).toThrow(message))
})
