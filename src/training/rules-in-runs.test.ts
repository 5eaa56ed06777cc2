/** Whole runs of networks with frozen layers, penalties, constraints, and of yes/no labels: what is recorded, and resumption. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Layer, NetworkSpec } from '../domain/network'
import { Rng } from '../numeric/rng'
import { prepareBackend } from '../tensor/backend'
import { findExperiment, resolveRecipe } from './experiments'
import { RecordingPort } from './testing/tiny-runs'
import { train } from './trainer'
import type { CheckpointState } from '../domain/records'
import type { Dataset, DatasetFacts, Split } from '../domain/dataset'
import type { ParamValue } from '../domain/recipe'
import type { RunSpec } from '../domain/run'

const rng = new Rng(4)

function splitOf(count: number, labels: number): Split {
  const inputs = Float32Array.from({ length: count * 4 }, () => rng.normal())
  if (labels === 0) return { inputs, labels: Int32Array.from({ length: count }, (_, i) => i % 2), count }
  const targets = Float32Array.from({ length: count * labels }, (_, i) =>
    Number(inputs[Math.floor(i / labels) * 4] > i % labels)
  )
  return { inputs, labels: new Int32Array(0), targets, count }
}

const network = (...layers: Layer[]): NetworkSpec => ({ title: 'Net', input: [4], conventions: 'keras', layers })
const hidden: Layer[] = [
  { name: 'fc', type: 'dense', units: 5, frozen: true },
  { name: 'norm', type: 'batchNorm', frozen: true },
  { name: 'tanh', type: 'activation', fn: 'tanh' }
]
const out: Layer = {
  name: 'out',
  type: 'dense',
  units: 2,
  penalties: { W: { l1: 0.01, l2: 0.02 } },
  constraints: { W: { kind: 'norm', min: 0, max: 0.8, rate: 1, axis: [0] } }
}

function runOf(spec: NetworkSpec, labels: number, params: Record<string, ParamValue> = {}): [RunSpec, Dataset] {
  const facts: DatasetFacts = {
    id: 'd',
    name: 'Data',
    inputShape: [4],
    classes: labels === 0 ? 2 : 0,
    classNames: ['no', 'yes'],
    targetWidth: labels,
    train: 24,
    validation: 12,
    ...(labels > 0 ? { labelNames: ['a', 'b', 'c'].slice(0, labels) } : {})
  }
  const given = { epochs: 4, batchSize: 6, learningRate: 0.05, ...params }
  const recipe = resolveRecipe({ experiment: 'custom', params: given, data: facts, network: spec })
  const record = { ...findExperiment('custom').defaultRecord, checkpointEvery: 2, keepBest: false }
  const run: RunSpec = { ...recipe, seed: 2, streams: 3, hooks: ['fc', 'out'], record, backend: 'wasm', parent: null }
  const { inputShape, classes } = facts
  return [run, { inputShape, classes, train: splitOf(24, labels), validation: splitOf(12, labels) }]
}

async function trained(run: RunSpec, data: Dataset, from?: CheckpointState): Promise<RecordingPort> {
  const port = new RecordingPort()
  await train(run, data, port, from)
  return port
}

const checkpoints = ({ records }: RecordingPort): CheckpointState[] =>
  records.flatMap((record) => (record.kind === 'checkpoint' ? [record.state] : []))

const scalars = ({ records }: RecordingPort, tag: string): number[] =>
  records.flatMap((record) => (record.kind === 'scalars' && tag in record.values ? [record.values[tag]] : []))

const valuesOf = ({ weights }: CheckpointState, name: string): number[] => [
  ...weights.find((array) => array.name === name)!.data
]

beforeAll(() => prepareBackend('wasm'))

describe('a run with rules', () => {
  it('keeps frozen parameters and statistics, keeps to constraints, and goes on to the bit', async () => {
    const [run, data] = runOf(network(...hidden, out), 0, { optimizer: 'adamw', weightDecay: 0.5 })
    const whole = await trained(run, data)
    const [first, last] = checkpoints(whole)
    expect(first.step).toBeLessThan(last.step)
    for (const name of ['fc.W', 'fc.b', 'norm.W', 'norm.b', 'norm.mean', 'norm.variance']) {
      expect(valuesOf(last, name), name).toEqual(valuesOf(first, name))
    }
    expect(new Set(scalars(whole, 'weights/fc/l2')).size).toBe(1)
    expect(valuesOf(last, 'norm.mean')).toEqual([0, 0, 0, 0, 0])
    expect(valuesOf(last, 'out.W')).not.toEqual(valuesOf(first, 'out.W'))
    const weights = valuesOf(last, 'out.W')
    for (const column of [0, 1]) {
      const size = Math.hypot(...weights.filter((_, i) => i % 2 === column))
      expect(size).toBeLessThan(0.8001)
    }
    expect(last.optimizer.map(({ name }) => name).filter((name) => !name.includes('out'))).toEqual([])
    const penalty = weights.reduce((sum, w) => sum + 0.01 * Math.abs(w) + 0.02 * w * w, 0)
    expect(scalars(whole, 'loss/penalty').at(-1)).toBeCloseTo(penalty, 6)
    const resumed = await trained(run, data, structuredClone(first))
    expect(checkpoints(resumed).at(-1)!.weights).toEqual(last.weights)
  })

  it('is refused where nothing would be trained', () => {
    const frozen: Layer[] = hidden.map((layer) => ({ ...layer }))
    expect(() => runOf(network(...frozen, { ...out, frozen: true }), 0)).toThrow('No layer of Net is trained')
  })
})

describe('a run of yes/no labels', () => {
  it('has a loss from logits and metrics for each label', async () => {
    const layers: Layer[] = [
      { name: 'fc', type: 'dense', units: 6 },
      { name: 'tanh', type: 'activation', fn: 'tanh' },
      { name: 'out', type: 'dense', units: 3 },
      { name: 'sigmoid', type: 'activation', fn: 'sigmoid' }
    ]
    const [run, data] = runOf(network(...layers), 3, { epochs: 30 })
    const port = await trained(run, data)
    const losses = scalars(port, 'loss/train')
    expect(losses.at(-1)!).toBeLessThan(losses[0] / 2)
    expect(scalars(port, 'accuracy/train').at(-1)!).toBeGreaterThan(0.9)
    expect(scalars(port, 'accuracy/val/a').length).toBe(losses.length)
    const each = ['a', 'b', 'c'].map((label) => scalars(port, `loss/val/${label}`).at(-1)!)
    expect(scalars(port, 'loss/val').at(-1)!).toBeCloseTo((each[0] + each[1] + each[2]) / 3, 6)
  })

  it('and of two classes with one unit', async () => {
    const [run, data] = runOf(
      network({ name: 'fc', type: 'dense', units: 3 }, { name: 'out', type: 'dense', units: 1 }),
      0,
      {
        classWeights: 'balanced'
      }
    )
    const port = await trained(run, data)
    expect(scalars(port, 'loss/val').every(Number.isFinite)).toBe(true)
    expect(scalars(port, 'recall/val').length).toBeGreaterThan(0)
    expect(port.records.filter(({ kind }) => kind === 'pr-curve').length).toBeGreaterThan(0)
    const wrong = { ...run.data!, classes: 3, classNames: ['a', 'b', 'c'] }
    expect(() =>
      resolveRecipe({ ...run, params: { ...run.params, loss: 'binary-cross-entropy' }, data: wrong })
    ).toThrow('The binary cross-entropy needs two classes or yes/no labels; Data has 3 classes.')
  })
})
