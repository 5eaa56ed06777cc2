/** Against PyTorch: schedules, and a network with batch norm trained with momentum, decay, clipping and label smoothing. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { NetworkSpec } from '../domain/network'
import { prepareBackend } from '../tensor/backend'
import { expectClose } from '../tensor/testing/compare'
import { evaluate } from './evaluation'
import { findExperiment, resolveRecipe } from './experiments'
import { learningRateAt } from './learning-rate'
import { TrainingSession } from './session'
import { recipeOf } from './testing/tiny-runs'
import type { DatasetFacts } from '../domain/dataset'
import type { RunSpec } from '../domain/run'

interface Golden {
  schedules: Record<'step' | 'cosine' | 'one-cycle', number[]>
  x: number[]
  y: number[]
  initial: Record<string, number[]>
  losses: number[]
  final: Record<string, number[]>
  running: Record<'mean' | 'variance', number[]>
}

const golden = JSON.parse(
  readFileSync(new URL('../../testdata/training/training.json', import.meta.url), 'utf8')
) as Golden

describe('learning rates', () => {
  it.each(['step', 'cosine', 'one-cycle'] as const)('fall as those of PyTorch: %s', (schedule) => {
    const { params } = recipeOf('sparse-parity', { learningRate: 0.5, schedule, stepEpochs: 3, stepFactor: 0.3 })
    const rates = golden.schedules[schedule].map((_, step) => learningRateAt(params, step, 4, 40))
    rates.forEach((rate, step) => expect(rate, String(step)).toBeCloseTo(golden.schedules[schedule][step], 10))
  })

  it('rise linearly over the warm-up, whatever comes after', () => {
    for (const schedule of ['constant', 'step', 'cosine']) {
      const { params } = recipeOf('sparse-parity', { learningRate: 1, schedule, warmupSteps: 4 })
      const plain = { ...params, warmupSteps: 0 }
      const ratio = [0, 1, 2, 3, 4, 9].map((s) => learningRateAt(params, s, 5, 50) / learningRateAt(plain, s, 5, 50))
      ratio.forEach((value, i) => expect(value).toBeCloseTo([0.25, 0.5, 0.75, 1, 1, 1][i], 12))
    }
  })
})

const facts: DatasetFacts = {
  id: 'golden',
  name: 'golden',
  inputShape: [4],
  classes: 3,
  classNames: ['0', '1', '2'],
  targetWidth: 0,
  train: 8,
  validation: 8
}
const network: NetworkSpec = {
  title: 'golden',
  input: [4],
  layers: [
    { name: 'fc1', type: 'dense', units: 6 },
    { name: 'bn', type: 'batchNorm' },
    { name: 'relu', type: 'activation', fn: 'relu' },
    { name: 'fc2', type: 'dense', units: 3 }
  ]
}
const names: Record<string, string> = {
  '0.weight': 'fc1.W',
  '0.bias': 'fc1.b',
  '1.weight': 'bn.W',
  '1.bias': 'bn.b',
  '3.weight': 'fc2.W',
  '3.bias': 'fc2.b'
}

describe('five updates of a small network', () => {
  beforeAll(() => prepareBackend('wasm'))

  it('are those of PyTorch, running statistics and evaluation included', async () => {
    const params = {
      optimizer: 'sgd',
      learningRate: 0.2,
      momentum: 0.8,
      weightDecay: 0.01,
      clipNorm: 0.15,
      labelSmoothing: 0.2,
      batchSize: 8,
      epochs: 5
    }
    const recipe = resolveRecipe({ experiment: 'custom', params, data: facts, network })
    const { defaultRecord: record } = findExperiment('custom')
    const spec: RunSpec = { ...recipe, seed: 0, streams: 2, hooks: [], record, backend: 'wasm', parent: null }
    const session = new TrainingSession(spec)
    const state = await session.checkpoint(0, false, {})
    for (const [theirs, ours] of Object.entries(names)) {
      state.weights.find(({ name }) => name === ours)!.data.set(golden.initial[theirs])
    }
    session.restore(state)
    const split = { inputs: Float32Array.from(golden.x), labels: Int32Array.from(golden.y), count: 8 }
    const losses: number[] = []
    for (let i = 0; i < 5; i++) losses.push(await session.update(split))
    expectClose(losses, golden.losses, 1e-5, 'losses')
    const after = await session.checkpoint(5, true, {})
    const values = (name: string): Float32Array => after.weights.find((one) => one.name === name)!.data
    for (const [theirs, ours] of Object.entries(names)) expectClose(values(ours), golden.final[theirs], 1e-5, ours)
    expectClose(values('bn.mean'), golden.running.mean, 1e-5, 'running mean')
    expectClose(values('bn.variance'), golden.running.variance, 1e-5, 'running variance')
    const before = await session.checkpoint(5, true, {})
    await evaluate(session.model, session.loss, split)
    expect(await session.checkpoint(5, true, {})).toEqual(before)
    session.dispose()
  })
})
