/** Layers and models that Keras wrote: outputs, gradients and updates as Keras has them. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { networkFromKeras } from '../formats/keras-model'
import { placesOf } from '../formats/keras-variables'
import { Rng } from '../numeric/rng'
import { prepareBackend, tensorMemory } from '../tensor/backend'
import { crossEntropy } from '../tensor/ops/losses'
import { expectClose } from '../tensor/testing/compare'
import { goldenJson } from '../testing/golden'
import { sizeOf } from './architecture'
import { Model } from './model'
import type { Layer, NetworkSpec } from '../domain/network'
import { networkArchitecture } from './network-architecture'
import { networkForward } from './network-forward'
import { inputName } from './network-shapes'

interface Case {
  name: string
  model: unknown
  weights: { layer: string; class: string; name: string; shape: number[]; values: number[] }[]
  input: { shape: number[]; values: number[] }
  outputs: { shape: number[]; values: number[] }
  direction: number[]
  gradients: (number[] | null)[]
  inputGradient: number[] | null
  updates?: { labels: number[]; rate: number; losses: number[]; weights: number[][] }
}

const files = ['keras-layers', 'keras-graphs', 'keras-architectures'] as const
const cases = files.flatMap((file) => goldenJson<{ cases: Case[] }>(`networks/${file}.json`).cases)

/** The first layer of a network that is made to look at the gradient of its input. */
const probe = 'probe_of_the_input'

/** Takes the identity in front of it, so that what comes after has something trained before it. */
function withProbe(network: NetworkSpec): NetworkSpec {
  const first: Layer = { name: probe, type: 'dense', units: network.input.at(-1)!, bias: false }
  const layers = network.layers.map((layer, i) => {
    const inputs = layer.inputs ?? (i === 0 ? [inputName] : undefined)
    return inputs ? { ...layer, inputs: inputs.map((name) => (name === inputName ? probe : name)) } : layer
  })
  return { ...network, layers: [first, ...layers] }
}

/** Values of the parameters by name, as Keras has them. */
function valuesOf({ weights }: Case, lists: readonly (readonly number[] | null)[]): Map<string, number[]> {
  const found = new Map<string, number[]>()
  const layers = new Map<string, number[]>()
  weights.forEach(({ layer }, i) => layers.set(layer, [...(layers.get(layer) ?? []), i]))
  for (const [layer, indices] of layers) {
    for (const { index, suffix, values } of placesOf(
      weights[indices[0]].class,
      indices.map((i) => weights[i])
    )) {
      const list = lists[indices[index]]
      if (list) found.set(`${layer}.${suffix}`, values ? list.slice(...values) : [...list])
    }
  }
  return found
}

/** A layer of several steps has its weights in one of them. */
const nameIn = (values: ReadonlyMap<string, unknown>, name: string): string =>
  values.has(name) ? name : name.replace('.conv.', '.')

function setValues(model: Model, values: ReadonlyMap<string, number[]>): void {
  for (const holder of [...model.parameters, ...model.buffers]) {
    if (holder.name.startsWith(probe)) {
      const width = holder.shape[0]
      holder.tensor.dispose()
      holder.tensor = tf.keep(tf.eye(width))
      continue
    }
    const own = values.get(nameIn(values, holder.name))
    expect(own, holder.name).toBeDefined()
    expect(own!.length, holder.name).toBe(sizeOf(holder.shape))
    holder.tensor.dispose()
    holder.tensor = tf.keep(tf.tensor(own!, holder.shape, 'float32'))
  }
}

function built(one: Case, probed: boolean): Model {
  const { network } = networkFromKeras(one.model, 'model.json')
  const used = probed ? withProbe(network) : network
  const model = Model.build({ architecture: networkArchitecture(used), forward: networkForward(used) }, new Rng(1))
  setValues(
    model,
    valuesOf(
      one,
      one.weights.map(({ values }) => values)
    )
  )
  return model
}

/** Every node that can be observed is shown once, with as many values as the graph says; edges lead between nodes. */
function expectShown(model: Model, inputs: Float32Array | Int32Array, count: number): void {
  const { nodes, edges } = model.graph
  const seen = new Map<string, number>()
  tf.tidy(() => {
    const tap = (path: string, { size }: tf.Tensor): void => {
      expect(seen.has(path), path).toBe(false)
      seen.set(path, size)
    }
    model.forward(inputs, count, { tap })
  })
  const paths = new Set(nodes.map(({ path }) => path))
  expect(paths.size).toBe(nodes.length)
  for (const { from, to } of edges) expect([from, paths.has(from), to, paths.has(to)]).toEqual([from, true, to, true])
  for (const { path, hook, kind, shape, parent } of nodes) {
    expect([path, seen.has(path)]).toEqual([path, hook?.activations === true])
    if (kind === 'layer') expect([path, seen.get(path)]).toEqual([path, count * sizeOf(shape)])
    if (parent !== null) expect(paths.has(parent), parent).toBe(true)
    if (kind !== 'scope') {
      expect(
        edges.some(({ from, to }) => from === path || to === path),
        path
      ).toBe(true)
    }
  }
}

const inputOf = ({ input, inputGradient }: Case): Float32Array | Int32Array =>
  inputGradient ? Float32Array.from(input.values) : Int32Array.from(input.values)

/** Outputs of several heads side by side, as the golden file has them. */
const joined = (outputs: tf.Tensor2D[]): tf.Tensor2D => (outputs.length === 1 ? outputs[0] : tf.concat(outputs, 1))

beforeAll(() => prepareBackend('wasm'))

describe('of Keras', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s: outputs and gradients', (_, one) => {
    const before = tensorMemory().tensors
    const [count] = one.input.shape
    const model = built(one, one.inputGradient !== null)
    const inputs = inputOf(one)
    expectShown(model, inputs, count)
    tf.tidy(() => {
      const out = joined(model.forward(inputs, count))
      expectClose(out.dataSync(), one.outputs.values, 1e-5, 'outputs')
      const wanted = valuesOf(one, one.gradients)
      const direction = tf.tensor(one.direction, out.shape)
      const shape = one.input.shape
      const change = tf.zeros(shape)
      const trained = model.parameters.filter(({ name }) => !name.startsWith(probe))
      const tap = (path: string, value: tf.Tensor): tf.Tensor => (path === probe ? tf.add(value, change) : value)
      const objective = (): tf.Scalar => tf.sum(tf.mul(joined(model.forward(inputs, count, { tap })), direction))
      const variables = trained.map(({ tensor }) => tensor)
      const gradients = tf.grads(objective)([...variables, ...(one.inputGradient ? [change] : [])])
      trained.forEach(({ name }, i) => {
        const own = wanted.get(nameIn(wanted, name))
        expect(own, name).toBeDefined()
        expectClose(gradients[i].dataSync(), own!, 1e-5, `gradient of ${name}`)
      })
      expect(new Set(trained.map(({ name }) => nameIn(wanted, name))).size).toBe(wanted.size)
      if (one.inputGradient) expectClose(gradients.at(-1)!.dataSync(), one.inputGradient, 1e-5, 'gradient of the input')
    })
    model.dispose()
    expect(tensorMemory().tensors).toBe(before)
  })

  const trained = cases.filter(({ updates }) => updates)
  it.each(trained.map((one) => [one.name, one] as const))('%s: five updates', (_, one) => {
    const { labels, rate, losses, weights } = one.updates!
    const model = built(one, false)
    const inputs = inputOf(one)
    for (const loss of losses) {
      tf.tidy(() => {
        const objective = (): tf.Scalar => {
          const [logits] = model.forward(inputs, labels.length, { rng: new Rng(3) })
          return crossEntropy(logits, Int32Array.from(labels))
        }
        const { value, grads } = tf.valueAndGrads(objective)(model.parameters.map(({ tensor }) => tensor))
        expect(value.dataSync()[0]).toBeCloseTo(loss, 5)
        model.parameters.forEach((parameter, i) => {
          const next = tf.keep(tf.sub(parameter.tensor, tf.mul(grads[i], rate)))
          parameter.tensor.dispose()
          parameter.tensor = next
        })
      })
    }
    const wanted = valuesOf(one, weights)
    for (const { name, tensor } of model.parameters) {
      expectClose(tensor.dataSync(), wanted.get(nameIn(wanted, name))!, 1e-5, name)
    }
    model.dispose()
  })
})
