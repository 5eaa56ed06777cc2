/** Ranges of histograms that are found while a run trains. */
import { beforeEach, expect, it } from 'vitest'
import { hookPoints } from '../hooks/hook-points'
import { prepareBackend } from '../tensor/backend'
import { architectureOf } from './experiments'
import {
  finalState,
  RecordingPort,
  runTiny,
  stored,
  tinyDataset,
  tinyMnist,
  tinySpec,
  tinyTransformer
} from './testing/tiny-runs'
import { train } from './trainer'
import type { HistogramRecord } from '../domain/records'
import type { RunSpec } from '../domain/run'

beforeEach(() => prepareBackend('wasm'))

const small: Record<string, RunSpec> = {
  mnist: tinySpec('mnist', tinyMnist),
  'mnist, LeNet-5': tinySpec('mnist', { ...tinyMnist, model: 'lenet5', initScale: 1, epochs: 2 }),
  'modular addition': tinySpec('modular-addition', tinyTransformer),
  'sparse parity': tinySpec('sparse-parity', { epochs: 2, trainSamples: 200, validationSamples: 100, hidden: 32 })
}

it.each(Object.keys(small))('%s has less than a thousandth outside at any hook point', async (name) => {
  const hooks = hookPoints(architectureOf(small[name]).graph).map(({ path }) => path)
  const { port } = await runTiny({ ...small[name], hooks })
  const seen = new Map<string, { all: number; outside: number }>()
  for (const { tag, counts, num } of port.of('histogram')) {
    if (!tag.startsWith('activations/')) continue
    const sums = seen.get(tag) ?? { all: 0, outside: 0 }
    seen.set(tag, { all: sums.all + num, outside: sums.outside + counts[0] + counts[counts.length - 1] })
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(num)
  }
  expect(seen.size).toBeGreaterThanOrEqual(2 * hooks.length)
  for (const [tag, { all, outside }] of seen) expect([tag, outside < 0.001 * all]).toEqual([tag, true])
})

it('goes on with the ranges that a run had, which a range of its own batch alone would not be', async () => {
  // Weights that shrink: ranges of the first batches are wider than what later ones would be given.
  const params = { ...tinyMnist, epochs: 10, weightDecay: 0, optimizer: 'adamw', learningRate: 0.01 }
  const spec = tinySpec('mnist', params, { hooks: ['fc1', 'relu1', 'fc3'] })
  const { port } = await runTiny(spec)
  const middle = port.checkpoints().find(({ step }) => step >= 20)!
  expect(Object.keys(middle.progress.ranges as object).sort()).toEqual(['fc1', 'fc3', 'relu1'])
  const resumed = new RecordingPort()
  await train(spec, await tinyDataset(spec), resumed, stored(middle))
  const ranges = (from: RecordingPort): unknown[] =>
    (from.of('histogram') as HistogramRecord[])
      .filter(({ step }) => step > middle.step)
      .map(({ tag, step, min, max, counts }) => [tag, step, min, max, [...counts]])
  expect(ranges(resumed)).toEqual(ranges(port))
  expect(finalState(resumed)).toEqual(finalState(port))
})

it('is the one that somebody has given where somebody has', async () => {
  const spec = tinySpec('mnist', tinyMnist)
  const record = { ...spec.record, histogramRange: 'fixed' as const, histogramMin: -2, histogramMax: 2 }
  const { port } = await runTiny({ ...spec, record })
  for (const { tag, min, max } of port.of('histogram')) {
    if (tag.startsWith('activations/')) expect([min, max]).toEqual([-2, 2])
  }
  expect(finalState(port).progress).not.toHaveProperty('ranges')
})
