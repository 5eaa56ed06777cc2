/** Networks from files: texts, archives of Keras 3, whole models in HDF5, and files that are none. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readNetwork } from './network'

const bytesOf = (name: string): Uint8Array => readFileSync(new URL(`../../testdata/networks/${name}`, import.meta.url))
const read = (name: string) => readNetwork({ name, file: bytesOf(name) })

const drawn = 'The weights in the file are not used: the first ones are drawn by the seed.'
const takenOff = 'The softmax of layer out was taken off: losses start from what comes before it.'

it.each(['small.keras', 'small.h5'])('%s is the model that Keras saved', async (name) => {
  const { network, notes } = await read(name)
  expect(network).toEqual({
    ...{ title: 'small', input: [6, 2] },
    layers: [
      { name: 'gru', type: 'gru', units: 3 },
      { name: 'out', type: 'dense', units: 2, bias: true }
    ]
  })
  expect(notes).toEqual([takenOff, drawn])
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
