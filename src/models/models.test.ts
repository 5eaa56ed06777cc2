import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { prepareBackend, tensorMemory } from '../tensor/backend'
import { crossEntropy, hinge } from '../tensor/ops/losses'
import { expectClose } from '../tensor/testing/compare'
import { architectureOf, experimentOf } from '../training/experiments'
import { recipeOf } from '../training/testing/tiny-runs'
import type { ParamValue } from '../domain/recipe'
import { sizeOf } from './architecture'
import { Model } from './model'
import type { Tap } from './pass'
import type { ModuleGraph } from '../domain/model-graph'

const tinyResnet = { model: 'resnet18', width: 2 }
const variants: { name: string; experiment: string; overrides: Record<string, ParamValue> }[] = [
  { name: 'MLP', experiment: 'mnist', overrides: { hidden1: 12, hidden2: 8 } },
  { name: 'LeNet-5', experiment: 'mnist', overrides: { model: 'lenet5', initScale: 1 } },
  { name: 'ResNet-18', experiment: 'mnist', overrides: tinyResnet },
  { name: 'ResNet-18 without batch norm', experiment: 'mnist', overrides: { ...tinyResnet, batchNorm: false } },
  { name: 'ResNet-18 without residuals', experiment: 'mnist', overrides: { ...tinyResnet, residual: false } },
  { name: 'parity MLP', experiment: 'sparse-parity', overrides: { bits: 6, hidden: 9 } },
  {
    name: 'captcha network',
    experiment: 'captcha',
    overrides: { filters1: 2, filters2: 3, hidden1: 8, hidden2: 7 }
  },
  { name: '3-D CNN', experiment: 'nodules', overrides: { size: 12, channels: 2, blocks: 2 } },
  { name: 'transformer', experiment: 'modular-addition', overrides: { p: 11, dModel: 8, heads: 2, dMlp: 16 } },
  {
    name: 'transformer with layer norm, all positions',
    experiment: 'modular-addition',
    overrides: { p: 11, dModel: 8, heads: 2, dMlp: 16, layerNorm: true, positions: 'all' }
  }
]

function inputsFor(graph: ModuleGraph, count: number): Float32Array | Int32Array {
  const rng = new Rng(4)
  const { shape, path } = graph.nodes.find(({ kind }) => kind === 'input')!
  if (path === 'tokens') return Int32Array.from({ length: count * 3 }, (_, i) => (i % 3 === 2 ? 11 : rng.integer(11)))
  return Float32Array.from({ length: count * sizeOf(shape) }, () => rng.uniform())
}

/** One output is a score. */
function lossOf(logits: tf.Tensor2D, labels: Int32Array): tf.Scalar {
  return logits.shape[1] === 1 ? hinge(logits, labels) : crossEntropy(logits, labels)
}

beforeAll(() => prepareBackend('wasm'))

for (const { name, experiment, overrides } of variants) {
  describe(name, () => {
    const recipe = recipeOf(experiment, overrides)
    const { graph, heads } = architectureOf(recipe)
    const build = (seed: number): Model => Model.build(experimentOf(experiment).blueprint(recipe), new Rng(seed))

    it('has a well-formed graph', () => expectWellFormed(graph))

    it('shows every hookable activation to the tap, once, in the shape that the graph says', () => {
      const before = tensorMemory().tensors
      const model = build(1)
      const seen = new Map<string, number[]>()
      tf.tidy(() => {
        const tap: Tap = (path, { shape }) => {
          expect(seen.has(path), path).toBe(false)
          seen.set(path, shape)
        }
        const outputs = model.forward(inputsFor(graph, 5), 5, { tap })
        expect(outputs.map(({ shape }) => shape)).toEqual(heads.map((width) => [5, width]))
      })
      for (const node of graph.nodes) {
        expect(seen.has(node.path), node.path).toBe(node.hook?.activations === true)
        if (node.kind !== 'layer') continue
        // Positions are the same for all examples.
        const examples = node.path === 'pos_embed' ? 1 : 5
        expect(sizeOf(seen.get(node.path)!), node.path).toBe(examples * sizeOf(node.shape))
      }
      model.dispose()
      expect(tensorMemory().tensors).toBe(before)
    })

    it('has gradients for all parameters, the same on both backends', async () => {
      const results: Float32Array[][] = []
      for (const backend of ['cpu', 'wasm'] as const) {
        await prepareBackend(backend)
        const model = build(2)
        results.push(
          tf.tidy(() => {
            const labels = Int32Array.from([1, 0, 1, 1, 0])
            const inputs = inputsFor(graph, 5)
            const forward = { rng: new Rng(3), normalised: () => undefined }
            const { value, grads } = tf.valueAndGrads(() => {
              const losses = model.forward(inputs, 5, forward).map((logits) => lossOf(logits, labels))
              return losses.reduce((sum, loss) => tf.add(sum, loss))
            })(model.parameters.map(({ tensor }) => tensor))
            return [value, ...grads].map((tensor) => new Float32Array(tensor.dataSync()))
          })
        )
        model.dispose()
      }
      // Seventeen normalisations by the spread of few values amplify rounding.
      const tolerance = graph.title.startsWith('ResNet') ? 2e-4 : 1e-5
      results[0].forEach((expected, i) => expectClose(results[1][i], expected, tolerance, String(i)))
    })

    it('draws the same initial values from the same seed', () => {
      const [a, b, c] = [1, 1, 2].map((seed) => {
        const model = build(seed)
        const values = model.parameters.map(({ tensor }) => [...tensor.dataSync()])
        model.dispose()
        return values
      })
      expect(a).toEqual(b)
      expect(a).not.toEqual(c)
    })
  })
}

describe('transformer', () => {
  it('computing the last position only changes neither logits nor gradients', () => {
    const shared = { p: 11, dModel: 8, heads: 2, dMlp: 16, layerNorm: true }
    const [last, all] = (['last', 'all'] as const).map((positions) => {
      const recipe = recipeOf('modular-addition', { ...shared, positions })
      const model = Model.build(experimentOf('modular-addition').blueprint(recipe), new Rng(3))
      const result = tf.tidy(() => {
        const inputs = inputsFor(model.graph, 6)
        const { value, grads } = tf.valueAndGrads(() => {
          return crossEntropy(model.forward(inputs, 6)[0], Int32Array.from([0, 1, 2, 3, 4, 5]))
        })(model.parameters.map(({ tensor }) => tensor))
        return [value, ...grads].map((tensor) => new Float32Array(tensor.dataSync()))
      })
      model.dispose()
      return result
    })
    last.forEach((values, i) => expectClose(values, all[i], 1e-6, String(i)))
  })

  it('has the size of the reference: 226,688 parameters', () => {
    const { graph, parameters } = architectureOf(recipeOf('modular-addition'))
    const [e, pos, attention, mlp, unembed] = [114 * 128, 3 * 128, 4 * 128 * 128, 2 * 128 * 512 + 512 + 128, 128 * 113]
    expect(graph.parameters).toBe(e + pos + attention + mlp + unembed)
    expect(parameters.filter(({ owner, role }) => owner.startsWith('blocks.0.attn') && role === 'bias')).toEqual([])
  })
})

it('LeNet-5 has 61,706 parameters, the MLP 784-512-512-10 669,706', () => {
  expect(architectureOf(recipeOf('mnist', { model: 'lenet5' })).graph.parameters).toBe(61_706)
  expect(architectureOf(recipeOf('mnist', { hidden1: 512, hidden2: 512 })).graph.parameters).toBe(669_706)
})

function expectWellFormed(graph: ModuleGraph): void {
  const paths = graph.nodes.map(({ path }) => path)
  expect(new Set(paths).size).toBe(paths.length)
  for (const node of graph.nodes) {
    if (node.parent !== null) {
      expect(paths).toContain(node.parent)
      expect(node.path.startsWith(`${node.parent}.`)).toBe(true)
      expect(paths.indexOf(node.parent)).toBeLessThan(paths.indexOf(node.path))
    }
    if (node.kind === 'scope') {
      const inside = graph.nodes.filter(({ parent }) => parent === node.path)
      expect(node.parameters).toBe(inside.reduce((sum, { parameters }) => sum + parameters, 0))
    }
  }
  const top = graph.nodes.filter(({ parent }) => parent === null)
  expect(top.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(graph.parameters)
  for (const { from, to } of graph.edges) {
    expect(paths).toContain(from)
    expect(paths).toContain(to)
  }
  for (const { path, kind } of graph.nodes) {
    if (kind === 'scope') continue
    if (kind !== 'output')
      expect(
        graph.edges.some(({ from }) => from === path),
        `${path} leads somewhere`
      ).toBe(true)
    if (kind !== 'input' && path !== 'pos_embed') {
      expect(
        graph.edges.some(({ to }) => to === path),
        `${path} is reached`
      ).toBe(true)
    }
  }
}
