/** What runs carry beside their curves: when it is recorded, and that it says what the model and the data are. */
import { beforeAll, describe, expect, it } from 'vitest'
import { prepareBackend } from '../tensor/backend'
import { findExperiment } from './experiments'
import { Schedule } from './plan'
import { runTiny, tinyMnist, tinySpec, tinyTransformer, type RecordingPort } from './testing/tiny-runs'

beforeAll(() => prepareBackend('wasm'))

const tagsOf = (port: RecordingPort, kind: 'image' | 'pr-curve'): string[] => [
  ...new Set(port.of(kind).map(({ tag }) => tag))
]

describe('points with pictures and curves', () => {
  const { defaultRecord } = findExperiment('mnist')
  const steps = (perEpoch: number, total: number, metricsEvery: number, unit: 'step' | 'epoch'): number[] => {
    const schedule = new Schedule(perEpoch, total, { ...defaultRecord, metricsEvery, metricsUnit: unit })
    const all = Array.from({ length: total + 1 }, (_, step) => step)
    const sampled = all.filter((step) => schedule.samplesAt(step))
    expect(sampled.every((step) => schedule.recordsAt(step))).toBe(true)
    expect(sampled).toHaveLength(schedule.samples())
    return sampled
  }

  it('are all points of a short run and at most 25 of a long one, the first and the last among them', () => {
    expect(steps(3, 12, 1, 'epoch')).toEqual([0, 3, 6, 9, 12])
    expect(steps(3, 11, 2, 'epoch')).toEqual([0, 6, 11])
    for (const total of [1, 23, 24, 25, 48, 49, 50, 299, 1200, 1201]) {
      for (const every of [1, 2, 7, 5000]) {
        const sampled = steps(8, total, every, 'step')
        expect(sampled.length).toBeLessThanOrEqual(25)
        expect([sampled[0], sampled.at(-1)]).toEqual([0, total])
      }
    }
    expect(steps(8, 1200, 1, 'epoch')).toHaveLength(23)
  })
})

describe('a run', () => {
  it('of a convolutional network shows its first batch, its filters and its feature maps', async () => {
    const spec = tinySpec('mnist', { ...tinyMnist, model: 'lenet5', initScale: 1, epochs: 2 }, { hooks: [] })
    const { port } = await runTiny(spec)
    expect(tagsOf(port, 'image')).toEqual([
      'images/first_batch',
      'feature_maps/input',
      'filters/conv1',
      'feature_maps/conv1'
    ])
    const sizes = port.of('image').map(({ tag, image: { width, height, channels, data } }) => {
      expect(data).toHaveLength(width * height * channels)
      return [tag, width, height]
    })
    expect(sizes.slice(0, 4)).toEqual([
      ['images/first_batch', 4 * 29 - 1, 4 * 29 - 1],
      ['feature_maps/input', 28, 28],
      ['filters/conv1', 3 * 6 - 1, 2 * 6 - 1],
      ['feature_maps/conv1', 3 * 29 - 1, 2 * 29 - 1]
    ])
    const filters = port.of('image').filter(({ tag }) => tag === 'filters/conv1')
    expect(filters.map(({ step }) => step)).toEqual(port.of('scalars').map(({ step }) => step))
    expect(filters[0].image.data).not.toEqual(filters.at(-1)!.image.data)
  })

  it('of a classifier has curves that agree with its accuracy', async () => {
    const { port } = await runTiny(tinySpec('mnist', tinyMnist))
    expect(tagsOf(port, 'pr-curve')).toEqual([...Array.from({ length: 10 }, (_, c) => `pr/${c}`), 'pr/micro'])
    const { counts } = port.of('pr-curve').findLast(({ tag }) => tag === 'pr/micro')!
    const { truePositives, falsePositives, trueNegatives, falseNegatives } = counts
    truePositives.forEach((tp, i) => {
      expect(tp + falseNegatives[i]).toBe(30)
      expect(falsePositives[i] + trueNegatives[i]).toBe(30 * 9)
    })
    // Above one half at most one class of an example is called, and it is the most likely one.
    const accuracy = port.of('scalars').at(-1)!.values['accuracy/val']
    expect(truePositives[51] / 30).toBeLessThanOrEqual(accuracy)
    expect(truePositives[0]).toBe(30)
  })

  it('of many classes has one curve', async () => {
    const { port } = await runTiny(tinySpec('modular-addition', { ...tinyTransformer, p: 23, epochs: 1 }))
    expect(tagsOf(port, 'pr-curve')).toEqual(['pr/micro'])
    expect(port.of('image')).toEqual([])
  })

  it('says first what it is, and not again when it is continued', async () => {
    const spec = tinySpec('modular-addition', tinyTransformer)
    const { port } = await runTiny(spec)
    const [description] = port.of('description')
    expect(port.records.filter(({ kind }) => kind !== 'log')[0]).toBe(description)
    expect(description.hparams).toEqual({ experiment: 'modular-addition', ...spec.params, seed: 5, backend: 'wasm' })
    expect(description.graph.nodes.length).toBeGreaterThan(10)
    expect(description.text).toContain('# Modular addition')
    expect(description.text).toContain('| Width | dModel | 16 |')
    expect(description.text).toContain('- `blocks.0.attn`')
    expect(description.text).toContain('| Metrics | every 1 epoch(s); weights, activations, gradients, updates |')
    const again = await runTiny(spec, undefined, port.checkpoints()[0])
    expect(again.port.of('description')).toEqual([])
  })
})
