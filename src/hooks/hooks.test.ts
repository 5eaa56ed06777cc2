import { describe, expect, it } from 'vitest'
import { weightMetrics } from '../domain/weight-metrics'
import { matrixMetrics } from '../metrics/weight-metrics'
import type { ParameterSpec } from '../models/architecture'
import { Rng } from '../numeric/rng'
import { initialValues } from '../models/draw-values'
import { architectureOf } from '../training/experiments'
import { recipeOf } from '../training/testing/tiny-runs'
import { nearNames } from '../text/near-names'
import { ConfigError } from './config-error'
import { hookPoints, resolveHooks } from './hook-points'
import { matricesOf, weightScalars, type ParameterValues } from './weights'

const recipe = recipeOf('modular-addition', { p: 7, dModel: 8, heads: 4, dMlp: 6, layerNorm: true })
const architecture = architectureOf(recipe)
const rng = new Rng(9)
const parameters: ParameterValues[] = architecture.parameters.map((spec) => ({
  spec,
  values: initialValues(spec, rng)
}))

describe('names', () => {
  it('resolve in the order given, each once', () => {
    const names = ['unembed', 'blocks.0.mlp', 'unembed']
    expect(resolveHooks(architecture.graph, names).map(({ path }) => path)).toEqual(['unembed', 'blocks.0.mlp'])
    expect(hookPoints(architecture.graph).map(({ path }) => path)).not.toContain('tokens')
  })

  it('that are wrong are answered with near ones', () => {
    const attempt = (name: string) => (): unknown => resolveHooks(architecture.graph, [name])
    expect(attempt('blocks.0.mpl')).toThrow(ConfigError)
    expect(attempt('blocks.0.mpl')).toThrow(
      'There is no hook point "blocks.0.mpl" in 1-layer transformer with layer norm. Did you mean "blocks.0.mlp"'
    )
    expect(attempt('mlp')).toThrow('"blocks.0.mlp"')
    expect(attempt('zzzzzzzz')).toThrow('Known are: embed, pos_embed, ')
    expect(attempt('logits')).toThrow('There is no hook point "logits"')
  })

  it('nearNames finds swapped letters first', () => {
    expect(nearNames('learnignRate', ['epochs', 'learningRate', 'batchSize'])).toEqual(['learningRate'])
    expect(nearNames('x', ['epochs'])).toEqual([])
  })
})

describe('weight scalars', () => {
  it('are the flat mean over all matrices of the block: 4 K, 4 Q, 4 V, O, in, out', () => {
    const { values } = weightScalars(parameters, ['blocks.0'])
    const inside = parameters.filter(
      ({ spec }) => spec.owner.startsWith('blocks.0') && spec.role === 'weight' && !spec.normalisation
    )
    const matrices = inside.flatMap((parameter) => matricesOf(parameter))
    expect(matrices.length).toBe(15)
    const spectral = matrices.map((matrix) => matrixMetrics(matrix).spectral)
    expect(values['weights/blocks.0/spectral']).toBeCloseTo(spectral.reduce((a, b) => a + b) / 15, 12)
    const all = inside.flatMap((parameter) => [...parameter.values])
    expect(values['weights/blocks.0/mean_w']).toBeCloseTo(all.reduce((a, b) => a + b) / all.length, 12)
    for (const { name } of weightMetrics) expect(values[`weights/blocks.0/${name}`], name).toBeTypeOf('number')
  })

  it('average over hook points, each metric over the points that have it', () => {
    const { values } = weightScalars(parameters, ['blocks.0.mlp', 'unembed', 'blocks.0.attn.pattern'])
    expect(values['weights/l2']).toBe((values['weights/blocks.0.mlp/l2'] + values['weights/unembed/l2']) / 2)
    expect(values['weights/mean_b']).toBe(values['weights/blocks.0.mlp/mean_b'])
    expect(values).not.toHaveProperty('weights/unembed/mean_b')
    expect(Object.keys(values).filter((tag) => tag.includes('pattern'))).toEqual([])
  })

  it('exist exactly for the hook points that the graph says have weights', () => {
    for (const { path, hook } of hookPoints(architecture.graph)) {
      const { values } = weightScalars(parameters, [path])
      expect(Object.keys(values).length > 0, path).toBe(hook?.weights)
    }
  })

  it('cut attention weights into heads by columns', () => {
    const spec = { name: 'q.W', owner: 'q', role: 'weight', shape: [2, 4], columnBlocks: 2 } as ParameterSpec
    const heads = matricesOf({ spec, values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) })
    expect(heads.map(({ data }) => [...data])).toEqual([
      [1, 2, 5, 6],
      [3, 4, 7, 8]
    ])
  })

  it('become NaN and are reported when a weight is not finite', () => {
    const broken = parameters.map(({ spec, values }) => ({ spec, values: values.slice() }))
    broken.find(({ spec }) => spec.name === 'blocks.0.mlp.fc1.W')!.values[3] = Infinity
    const { values, nonFinite } = weightScalars(broken, ['blocks.0.mlp', 'unembed'])
    expect(nonFinite).toEqual(['blocks.0.mlp.fc1.W'])
    expect(values['weights/blocks.0.mlp/l1']).toBeNaN()
    expect(values['weights/l1']).toBeNaN()
    expect(values['weights/unembed/l1']).toBeGreaterThan(0)
  })
})
