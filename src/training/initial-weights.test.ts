/** Networks that begin with saved weights instead of drawn ones. */
import { beforeAll, expect, it } from 'vitest'
import type { NetworkSpec } from '../domain/network'
import { prepareBackend } from '../tensor/backend'
import { findExperiment, resolveRecipe } from './experiments'
import { TrainingSession } from './session'
import { RecordingPort } from './testing/tiny-runs'
import { train } from './trainer'
import type { Dataset, DatasetFacts } from '../domain/dataset'
import type { NamedArray } from '../domain/arrays'
import type { RunSpec } from '../domain/run'

const facts: DatasetFacts = {
  id: 'd',
  name: 'd',
  inputShape: [2],
  classes: 2,
  classNames: ['0', '1'],
  targetWidth: 0,
  train: 4,
  validation: 2
}
const network: NetworkSpec = {
  title: 'n',
  input: [2],
  layers: [
    { name: 'bn', type: 'batchNorm' },
    { name: 'fc', type: 'dense', units: 2 }
  ]
}
const params = { optimizer: 'sgd', learningRate: 0, batchSize: 4, epochs: 2, weightDecay: 0 }
const recipe = resolveRecipe({ experiment: 'custom', params, data: facts, network })
const { defaultRecord: record } = findExperiment('custom')
const spec: RunSpec = { ...recipe, seed: 1, streams: 2, hooks: [], record, backend: 'wasm', parent: null }

const array = (name: string, ...values: number[]): NamedArray => ({
  name,
  shape: [values.length],
  data: Float32Array.from(values)
})
const saved = [
  ...[array('bn.W', 1, 1), array('bn.b', 0, 0), array('bn.mean', 0, 0), array('bn.variance', 1, 1)],
  ...[array('fc.W', 1, -1, 2, -2), array('fc.b', 0.5, 0)]
]

beforeAll(() => prepareBackend('wasm'))

it('a run begins with them, running statistics included', async () => {
  const split = { inputs: Float32Array.from([1, 0, 0, 1, 1, 1, 0, 0]), labels: Int32Array.of(0, 0, 1, 1), count: 4 }
  const validation = { ...split, inputs: split.inputs.slice(0, 4), labels: Int32Array.of(0, 0), count: 2 }
  const dataset: Dataset = { inputShape: [2], classes: 2, train: split, validation, initial: saved }
  const port = new RecordingPort()
  await train(spec, dataset, port)
  const [first] = port.of('scalars')
  // Logits 1.5 and -1, 2.5 and -2: with the statistics as saved, but for epsilon.
  const expected = (Math.log1p(Math.exp(-2.5)) + Math.log1p(Math.exp(-4.5))) / 2
  expect([first.step, first.values['accuracy/val']]).toEqual([0, 1])
  expect(first.values['loss/val']).toBeCloseTo(expected, 4)
  const weights = new Map(
    port
      .checkpoints()
      .at(-1)!
      .weights.map(({ name, data }) => [name, [...data]])
  )
  expect(weights.get('fc.W')).toEqual([1, -1, 2, -2])
})

it('those of another network are refused', () => {
  const session = new TrainingSession(spec)
  const attempt = (arrays: NamedArray[]) => () => session.begin(arrays)
  expect(attempt(saved.slice(0, -1))).toThrow('The saved weights have no "fc.b": the network was changed.')
  expect(attempt([...saved.slice(0, -1), array('fc.b', 1)])).toThrow('have 1 values for "fc.b", not 2')
  expect(attempt([...saved, array('old.W', 1)])).toThrow('have "old.W", which the network has not')
  session.dispose()
})
