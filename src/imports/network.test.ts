/** Networks from files: texts, archives of Keras 3, whole models in HDF5, and files that are none. */
import { readFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { decodeSafetensors } from '../formats/safetensors'
import { Model } from '../models/model'
import { networkArchitecture } from '../models/network-architecture'
import { networkForward } from '../models/network-forward'
import { Rng } from '../numeric/rng'
import { prepareBackend } from '../tensor/backend'
import { expectClose } from '../tensor/testing/compare'
import { goldenJson } from '../testing/golden'
import { readNetwork } from './network'

const bytesOf = (name: string): Uint8Array => readFileSync(new URL(`../../testdata/networks/${name}`, import.meta.url))
const read = (name: string) => readNetwork({ name, file: bytesOf(name) })

const drawn =
  'The weights in the file are not read: the first ones are drawn by the seed. Save it as .keras with Keras 3.'
const takenOff = 'The softmax of layer out was taken off: losses start from what comes before it.'

it.each(['small.keras', 'small.h5'])('%s is the model that Keras saved', async (name) => {
  const { network, notes, weights } = await read(name)
  expect(network).toEqual({
    title: 'small',
    input: [6, 2],
    conventions: 'keras',
    loss: { name: 'cross-entropy' },
    layers: [
      { name: 'gru', type: 'gru', units: 3 },
      { name: 'out', type: 'dense', units: 2, bias: true }
    ]
  })
  expect(notes).toEqual(name === 'small.h5' ? [takenOff, drawn] : [takenOff])
  expect(weights === null).toBe(name === 'small.h5')
})

it('a Normalization has the numbers that lie with the weights', async () => {
  const { network } = await read('adapted.keras')
  const [scaled] = network.layers
  // Of 0, 2, 4, ... 22, and of three times 1, 3, 5, ... 23: a variance of 143 / 3, and nine times that.
  const deviations = [Math.sqrt(143 / 3), 3 * Math.sqrt(143 / 3)]
  expect(scaled).toMatchObject({ name: 'scaled', type: 'rescale' })
  if (scaled.type !== 'rescale') return
  deviations.forEach((deviation, i) => {
    expect(scaled.scale[i]).toBeCloseTo(1 / deviation, 6)
    expect(scaled.offset[i]).toBeCloseTo(-[11, 36][i] / deviation, 5)
  })
})

it('the weights of every kind of layer are those that Keras computes with', async () => {
  const { network, notes, weights } = await read('many.keras')
  expect(notes).toEqual([])
  const answer = goldenJson<{ input: number[]; outputs: number[] }>('networks/many.json')
  const arrays = new Map(decodeSafetensors(weights!.file).tensors.map(({ name, data }) => [name, data]))
  await prepareBackend('wasm')
  const model = Model.build(
    { architecture: networkArchitecture(network), forward: networkForward(network) },
    new Rng(1)
  )
  expect([...arrays.keys()].sort()).toEqual([...model.parameters, ...model.buffers].map(({ name }) => name).sort())
  for (const holder of [...model.parameters, ...model.buffers]) {
    holder.tensor.dispose()
    holder.tensor = tf.keep(tf.tensor(arrays.get(holder.name)!, holder.shape))
  }
  const outputs = tf.tidy(() => [...model.forward(Float32Array.from(answer.input), 3)[0].dataSync()])
  model.dispose()
  expectClose(outputs, answer.outputs, 1e-5)
})

it('what is no model is refused by name', async () => {
  await expect(read('small.weights.h5')).rejects.toThrow(
    'small.weights.h5 holds weights without the model that they belong to. Save the model with model.save("name.keras") of Keras.'
  )
  await expect(readNetwork({ name: 'a.keras', file: bytesOf('small.keras').slice(0, 2000) })).rejects.toThrow(
    'a.keras is no whole zip archive'
  )
  await expect(readNetwork({ name: 'a.json', file: new TextEncoder().encode('hello') })).rejects.toThrow(
    'a.json is not valid JSON'
  )
})
