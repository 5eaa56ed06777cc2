import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { prepareBackend, tensorMemory } from '../tensor/backend'
import { crossEntropy } from '../tensor/ops/cross-entropy'
import { expectClose } from '../tensor/testing/compare'
import { resolveParams } from '../training/experiments'
import type { ParamValue } from '../training/types'
import { sizeOf } from './architecture'
import { architectureFor, describeModel } from './describe'
import { Model } from './model'
import type { ModuleGraph } from './types'

const variants: { name: string; experiment: string; overrides: Record<string, ParamValue> }[] = [
  { name: 'MLP', experiment: 'mnist', overrides: { hidden1: 12, hidden2: 8 } },
  { name: 'LeNet-5', experiment: 'mnist', overrides: { model: 'lenet5', initScale: 1 } },
  { name: 'transformer', experiment: 'modular-addition', overrides: { p: 11, dModel: 8, heads: 2, dMlp: 16 } },
  {
    name: 'transformer with layer norm, all positions',
    experiment: 'modular-addition',
    overrides: { p: 11, dModel: 8, heads: 2, dMlp: 16, layerNorm: true, positions: 'all' }
  }
]

function inputsFor(experiment: string, count: number): Float32Array | Int32Array {
  const rng = new Rng(4)
  if (experiment === 'mnist') return Float32Array.from({ length: count * 784 }, () => rng.uniform())
  return Int32Array.from({ length: count * 3 }, (_, i) => (i % 3 === 2 ? 11 : rng.integer(11)))
}

beforeAll(() => prepareBackend('wasm'))

for (const { name, experiment, overrides } of variants) {
  describe(name, () => {
    const params = resolveParams(experiment, overrides)
    const graph = describeModel(experiment, params)

    it('has a well-formed graph', () => expectWellFormed(graph))

    it('shows every hookable activation to the tap, once, in the shape that the graph says', () => {
      const before = tensorMemory().tensors
      const model = Model.build(experiment, params, new Rng(1))
      const seen = new Map<string, number[]>()
      tf.tidy(() => {
        const logits = model.forward(inputsFor(experiment, 5), 5, (path, { shape }) => {
          expect(seen.has(path), path).toBe(false)
          seen.set(path, shape)
        })
        expect(logits.shape).toEqual([5, experiment === 'mnist' ? 10 : 11])
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
        const model = Model.build(experiment, params, new Rng(2))
        results.push(
          tf.tidy(() => {
            const labels = Int32Array.from([3, 1, 4, 1, 5])
            const inputs = inputsFor(experiment, 5)
            const { value, grads } = tf.valueAndGrads(() => crossEntropy(model.forward(inputs, 5), labels))(
              model.parameters.map(({ tensor }) => tensor)
            )
            return [value, ...grads].map((tensor) => new Float32Array(tensor.dataSync()))
          })
        )
        model.dispose()
      }
      results[0].forEach((expected, i) => expectClose(results[1][i], expected, 1e-5, String(i)))
    })

    it('draws the same initial values from the same seed', () => {
      const [a, b, c] = [1, 1, 2].map((seed) => {
        const model = Model.build(experiment, params, new Rng(seed))
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
      const params = resolveParams('modular-addition', { ...shared, positions })
      const model = Model.build('modular-addition', params, new Rng(3))
      const result = tf.tidy(() => {
        const inputs = inputsFor('modular-addition', 6)
        const { value, grads } = tf.valueAndGrads(() => {
          return crossEntropy(model.forward(inputs, 6), Int32Array.from([0, 1, 2, 3, 4, 5]))
        })(model.parameters.map(({ tensor }) => tensor))
        return [value, ...grads].map((tensor) => new Float32Array(tensor.dataSync()))
      })
      model.dispose()
      return result
    })
    last.forEach((values, i) => expectClose(values, all[i], 1e-6, String(i)))
  })

  it('has the size of the reference: 226,688 parameters', () => {
    const { graph, parameters } = architectureFor('modular-addition', resolveParams('modular-addition', {}))
    const [e, pos, attention, mlp, unembed] = [114 * 128, 3 * 128, 4 * 128 * 128, 2 * 128 * 512 + 512 + 128, 128 * 113]
    expect(graph.parameters).toBe(e + pos + attention + mlp + unembed)
    expect(parameters.filter(({ owner, role }) => owner.startsWith('blocks.0.attn') && role === 'bias')).toEqual([])
  })
})

it('LeNet-5 has 61,706 parameters, the MLP 784-512-512-10 669,706', () => {
  expect(describeModel('mnist', resolveParams('mnist', { model: 'lenet5' })).parameters).toBe(61_706)
  expect(describeModel('mnist', resolveParams('mnist', { hidden1: 512, hidden2: 512 })).parameters).toBe(669_706)
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
