/** Distance irrelevance against its definition over all pairs; symmetricity where symmetry is known. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { Model } from '../../models/model'
import { Rng } from '../../numeric/rng'
import { prepareBackend, tensorMemory } from '../../tensor/backend'
import { recipeOf } from '../testing/tiny-runs'
import { experimentOf } from '.'
import { modularMetrics } from './modular-metrics'

beforeAll(() => prepareBackend('wasm'))

const p = 13

function model(seed: number): { params: ReturnType<typeof recipeOf>['params']; built: Model } {
  const recipe = recipeOf('modular-addition', { p, dModel: 16, heads: 2, dMlp: 24 })
  return {
    params: recipe.params,
    built: Model.build(experimentOf('modular-addition').blueprint(recipe), new Rng(seed))
  }
}

it('distance irrelevance is the mean spread over differences beside the whole spread', async () => {
  const { params, built } = model(1)
  const correct: number[][] = Array.from({ length: p }, () => [])
  const pairs = Array.from({ length: p * p }, (_, i) => [Math.floor(i / p), i % p])
  tf.tidy(() => {
    const [logits] = built.forward(Int32Array.from(pairs.flatMap(([a, b]) => [a, b, p])), pairs.length)
    const values = logits.dataSync()
    pairs.forEach(([a, b], i) => correct[(a - b + p) % p].push(values[i * p + ((a + b) % p)]))
  })
  const spread = (values: number[]): number => {
    const mean = values.reduce((x, y) => x + y, 0) / values.length
    return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length)
  }
  const expected = correct.map(spread).reduce((a, b) => a + b) / p / spread(correct.flat())
  const before = tensorMemory().tensors
  const metrics = await modularMetrics(params, built, new Rng(3))
  expect(metrics['modular/distance_irrelevance']).toBeCloseTo(expected, 5)
  expect(tensorMemory().tensors).toBe(before)
  built.dispose()
})

it('gradient symmetricity is 1 where a model cannot tell its inputs apart, and less where it can', async () => {
  const { params, built } = model(2)
  const plain = (await modularMetrics(params, built, new Rng(3)))['modular/gradient_symmetricity']
  expect(Math.abs(plain)).toBeLessThan(0.99)
  // Without positions, and with one embedding for all numbers, both inputs play the same part.
  const level = (name: string): void => {
    const parameter = built.parameters.find((one) => one.name === name)!
    const values = parameter.tensor.dataSync().slice() as Float32Array
    const [rows, width] = parameter.shape
    for (let r = 0; r < rows; r++)
      for (let j = 0; j < width; j++) values[r * width + j] = name === 'embed.W' ? values[j] : 0
    parameter.tensor.dispose()
    parameter.tensor = tf.keep(tf.tensor(values, parameter.shape))
  }
  level('embed.W')
  level('pos_embed.W')
  const same = (await modularMetrics(params, built, new Rng(3)))['modular/gradient_symmetricity']
  expect(same).toBeCloseTo(1, 4)
  built.dispose()
})
