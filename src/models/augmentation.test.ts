/** Random changes of pictures: those of Keras where nothing is left to chance, and what chance does. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { networkFromKeras } from '../formats/keras-model'
import { Rng } from '../numeric/rng'
import { prepareBackend } from '../tensor/backend'
import { expectClose } from '../tensor/testing/compare'
import { goldenJson } from '../testing/golden'
import { Model } from './model'
import type { Layer, NetworkSpec } from '../domain/network'
import { networkArchitecture } from './network-architecture'
import { networkForward } from './network-forward'

interface Case {
  name: string
  model: unknown
  input: { shape: number[]; values: number[] }
  outputs: { values: number[] }
}

const { cases } = goldenJson<{ cases: Case[] }>('networks/keras-augmentation.json')

function outputs(network: NetworkSpec, inputs: Float32Array, count: number, rng?: Rng): Float32Array {
  const model = Model.build(
    { architecture: networkArchitecture(network), forward: networkForward(network) },
    new Rng(1)
  )
  const values = tf.tidy(() => Float32Array.from(model.forward(inputs, count, rng ? { rng } : {})[0].dataSync()))
  model.dispose()
  return values
}

const flat = (layer: Layer, input: number[]): NetworkSpec => ({
  title: 'n',
  input,
  layers: [layer, { name: 'flat', type: 'flatten' }]
})

beforeAll(() => prepareBackend('wasm'))

describe('changes of pictures in training', () => {
  it.each(cases.map((one) => [one.name, one] as const))(
    'are those of Keras: %s',
    (_, { model, input, outputs: out }) => {
      const { network } = networkFromKeras(model, 'm.json')
      const values = Float32Array.from(input.values)
      expectClose(outputs(network, values, input.shape[0], new Rng(4)), out.values, 1e-5)
      // And none in evaluation.
      expectClose(outputs(network, values, input.shape[0]), values, 0)
    }
  )

  it('turn half of the pictures, both ways at once', () => {
    const values = Float32Array.from({ length: 400 * 4 }, (_, i) => i % 4)
    const layer: Layer = { name: 'f', type: 'randomFlip', horizontal: true, vertical: true }
    const turned = outputs(flat(layer, [2, 2, 1]), values, 400, new Rng(2))
    const kinds = Array.from({ length: 400 }, (_, n) => turned.slice(n * 4, n * 4 + 4).join())
    const count = kinds.filter((kind) => kind === '3,2,1,0').length
    expect(count + kinds.filter((kind) => kind === '0,1,2,3').length).toBe(400)
    expect(count / 400).toBeCloseTo(0.5, 1)
    const across: Layer = { ...layer, vertical: false }
    const seen = new Set(
      Array.from({ length: 50 }, (_, n) => outputs(flat(across, [2, 2, 1]), values.slice(0, 4), 1, new Rng(n)).join())
    )
    expect(seen).toEqual(new Set(['0,1,2,3', '1,0,3,2']))
  })

  it('stretch values around the mean of each channel by a factor of the range', () => {
    const values = Float32Array.from([0, 10, 2, 20, 4, 30, 6, 40])
    const layer: Layer = { name: 'c', type: 'randomContrast', factor: [0.5, 1.5], range: [-100, 100] }
    for (let seed = 0; seed < 20; seed++) {
      const out = outputs(flat(layer, [2, 2, 2]), values, 1, new Rng(seed))
      const factor = (out[6] - out[0]) / 6
      expect(factor).toBeGreaterThanOrEqual(0.5)
      expect(factor).toBeLessThan(1.5)
      const expected = [...values].map((v, i) => (v - [3, 25][i % 2]) * factor + [3, 25][i % 2])
      expectClose(out, expected, 1e-5)
    }
  })
})
