/** Networks as lists of layers: initial values by their formulas, dropout, branches, and what is refused. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { prepareBackend } from '../tensor/backend'
import { Model } from './model'
import type { InitialiserName, Layer, NetworkSpec } from '../domain/network'
import { networkArchitecture } from './network-architecture'
import { networkForward } from './network-forward'
import { NetworkError, placeLayers } from './network-shapes'

beforeAll(() => prepareBackend('wasm'))

const net = (input: number[], ...layers: Layer[]): NetworkSpec => ({ title: 'Net', input, layers })

function outputs(network: NetworkSpec, inputs: Float32Array | Int32Array, count: number, rng?: Rng): number[] {
  const blueprint = { architecture: networkArchitecture(network), forward: networkForward(network) }
  const model = Model.build(blueprint, new Rng(1))
  const values = tf.tidy(() => [...model.forward(inputs, count, rng ? { rng } : {})[0].dataSync()])
  model.dispose()
  return values
}

describe('initial weights', () => {
  // A filter of 3 x 3 with 2 inputs and 5 outputs: fan in 18, fan out 45; scaled by 2.
  const conv = net([8, 8, 2], { name: 'c', type: 'conv', filters: 5, size: [3, 3], pad: 'same' })
  const cases: [InitialiserName, object][] = [
    ['default', { kind: 'uniform', limit: 2 / Math.sqrt(18) }],
    ['xavier-uniform', { kind: 'uniform', limit: 2 * Math.sqrt(6 / 63) }],
    ['xavier-normal', { kind: 'normal', std: 2 * Math.sqrt(2 / 63) }],
    ['he-uniform', { kind: 'uniform', limit: 2 * Math.sqrt(6 / 18) }],
    ['he-normal', { kind: 'normal', std: 2 * Math.sqrt(2 / 18) }]
  ]
  it.each(cases)('%s', (initialiser, expected) => {
    // The output has spatial dimensions, so only the layer is placed.
    const network: NetworkSpec = { ...conv, layers: [...conv.layers, { name: 'pool', type: 'globalAvgPool' }] }
    const [weight, bias] = networkArchitecture(network, { initialiser, scale: 2 }).parameters
    expect(weight.initial).toEqual(expected)
    const own = initialiser === 'default' ? { kind: 'uniform', limit: 1 / Math.sqrt(18) } : { kind: 'zeros' }
    expect(bias.initial).toEqual(own)
  })
})

describe('a forward pass', () => {
  it('drops in training only, and keeps the expected output', () => {
    const network = net([4000], { name: 'drop', type: 'dropout', rate: 0.25 })
    const ones = new Float32Array(4000).fill(1)
    expect(new Set(outputs(network, ones, 1))).toEqual(new Set([1]))
    const dropped = outputs(network, ones, 1, new Rng(5))
    expect(new Set(dropped)).toEqual(new Set([0, Math.fround(4 / 3)]))
    expect(dropped.filter((value) => value === 0).length / 4000).toBeCloseTo(0.25, 1)
    expect(outputs(network, ones, 1, new Rng(6))).not.toEqual(dropped)
  })

  it('adds and joins branches', () => {
    const network = net(
      [2],
      { name: 'relu', type: 'activation', fn: 'relu' },
      { name: 'sum', type: 'add', inputs: ['relu', 'input'] },
      { name: 'both', type: 'concat', inputs: ['sum', 'input'] }
    )
    expect(outputs(network, Float32Array.of(1, -2, 3, 4), 2)).toEqual([2, -2, 1, -2, 6, 8, 3, 4])
  })
})

describe('a network that cannot be built', () => {
  const dense = (name: string): Layer => ({ name, type: 'dense', units: 2 })
  const cases: [NetworkSpec, string][] = [
    [net([3]), 'Net has no layers.'],
    [net([3], dense('a'), dense('a')), 'Two layers are called a; rename one of them.'],
    [net([3], dense('a'), dense('a.b')), 'cannot both be layers'],
    [net([3], { ...dense('a'), inputs: ['b'] }, dense('b')), 'Layer a takes "b", which comes after it'],
    [net([3], { ...dense('a'), inputs: ['c'] }), 'Layer a takes "c", which does not exist.'],
    [net([3], dense('a b')), 'A layer is called "a b"'],
    [net([3, 4], dense('a')), 'has shape [3, 2] for one example; it must be [classes]'],
    [net([3], { name: 'r', type: 'reshape', shape: [4] }), 'makes [4] of [3]: 4 values of 3.'],
    [net([4, 4, 1], { name: 'p', type: 'maxPool', size: [5, 5] }), 'which is too small; use padding "same".'],
    [net([3], { name: 's', type: 'add', inputs: ['input'] }), 'takes 1 inputs; it needs two or more.']
  ]
  it.each(cases)('%# is refused by name', (network, message) => {
    expect(() => placeLayers(network)).toThrow(NetworkError)
    expect(() => placeLayers(network)).toThrow(message)
  })
})
