/** What models of Keras set for their training, against Keras itself: losses and weights of five of its updates. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { placesOf } from '../formats/keras-variables'
import { networkFromKeras } from '../formats/keras-model'
import { settingsOf } from '../formats/keras-settings'
import { initialValues } from '../models/draw-values'
import { drawnAs } from '../models/initial-values'
import { Rng } from '../numeric/rng'
import { prepareBackend, tensorMemory } from '../tensor/backend'
import { expectClose } from '../tensor/testing/compare'
import { goldenJson } from '../testing/golden'
import type { Batch } from './batches'
import { evaluate, meanLoss } from './evaluation'
import { findExperiment, resolveRecipe } from './experiments'
import { TrainingSession } from './session'
import type { DatasetFacts } from '../domain/dataset'
import type { RunSpec } from '../domain/run'

interface Values {
  shape: number[]
  values: number[]
}
interface Case {
  name: string
  model: object
  targetKind: 'classes' | 'binary' | 'labels' | 'numbers'
  input: Values
  targets: number[]
  delta: number | null
  classWeights: Record<string, number> | null
  outputs: Values
  evaluated: number
  losses: number[]
  weights: ({ layer: string; class: string; name: string } & Values)[]
  after: number[][]
}
interface Drawn {
  name: string
  initializer: object
  shape: number[]
  mean: number
  std: number
  largest: number
  count: number
}

const { cases, initializers } = goldenJson<{ cases: Case[]; initializers: Drawn[] }>('networks/keras-training.json')

function factsOf({ targetKind, input, targets, outputs }: Case): DatasetFacts {
  const width = outputs.shape[1]
  const classes = { classes: width, binary: 2, labels: 0, numbers: 0 }[targetKind]
  return {
    id: 'golden',
    name: 'Golden',
    inputShape: input.shape.slice(1),
    classes,
    classNames: Array.from({ length: classes }, (_, i) => String(i)),
    targetWidth: classes > 0 ? 0 : targets.length / input.shape[0],
    train: 1000,
    validation: 100,
    ...(targetKind === 'labels' ? { labelNames: Array.from({ length: width }, (_, i) => String(i)) } : {})
  }
}

function specOf(one: Case): RunSpec {
  const { network, params: compiled, problems } = networkFromKeras(one.model, 'm.json')
  const told = problems.filter((note) => !note.includes('was taken off'))
  expect(told).toEqual(one.delta === null ? [] : [expect.stringContaining('Keras does not write the delta')])
  const params = one.delta === null ? compiled : { ...compiled, loss: 'huber', huberDelta: one.delta }
  const recipe = resolveRecipe({ experiment: 'custom', params, data: factsOf(one), network })
  return {
    ...recipe,
    seed: 1,
    streams: 3,
    hooks: [],
    record: findExperiment('custom').defaultRecord,
    backend: 'wasm',
    parent: null
  }
}

function batchOf({ targetKind, input, targets }: Case): Batch {
  const isOfClasses = targetKind === 'classes' || targetKind === 'binary'
  return {
    inputs: Float32Array.from(input.values),
    count: input.shape[0],
    labels: isOfClasses ? Int32Array.from(targets) : new Int32Array(0),
    ...(isOfClasses ? {} : { targets: Float32Array.from(targets) })
  }
}

/** By the names of parameters and running statistics here. */
function byName({ weights }: Case, lists: readonly (readonly number[])[]): Map<string, readonly number[]> {
  const found = new Map<string, readonly number[]>()
  weights.forEach((weight, i) => {
    const [{ suffix }] = placesOf(weight.class, [weight])
    found.set(`${weight.layer}.${suffix}`, lists[i])
  })
  return found
}

beforeAll(() => prepareBackend('wasm'))

describe('training as Keras does', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const before = tensorMemory().tensors
    const spec = specOf(one)
    const { classWeights } = one
    const weights = classWeights ? Object.keys(classWeights).map((label) => classWeights[label]) : undefined
    const session = new TrainingSession(spec, weights)
    const first = byName(
      one,
      one.weights.map(({ values }) => values)
    )
    const holders = [...session.model.parameters, ...session.model.buffers]
    for (const holder of holders) {
      holder.tensor.dispose()
      holder.tensor = tf.keep(tf.tensor([...first.get(holder.name)!], holder.shape, 'float32'))
    }
    const batch = batchOf(one)
    const split = { ...batch, count: batch.count }
    // Label smoothing is in the training loss only here, in both in Keras.
    if (spec.params.labelSmoothing === 0) {
      const evaluation = await evaluate(session.model, session.loss, split, {}, session.lossOptions.delta)
      expect(meanLoss(evaluation) + (await session.penalty())).toBeCloseTo(one.evaluated, 5)
    }
    const losses: number[] = []
    for (let i = 0; i < one.losses.length; i++) losses.push(await session.update(batch))
    expectClose(Float32Array.from(losses), one.losses, 1e-5, 'losses')
    const wanted = byName(one, one.after)
    expect(holders.length).toBe(wanted.size)
    for (const { name, tensor } of [...session.model.parameters, ...session.model.buffers]) {
      expectClose(tensor.dataSync(), [...wanted.get(name)!], 1e-5, name)
    }
    session.dispose()
    expect(tensorMemory().tensors).toBe(before)
  })
})

describe('initial values as Keras draws them', () => {
  it.each(initializers.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const layer = {
      className: 'Dense',
      name: 'd',
      file: 'm',
      config: { units: one.shape.at(-1), kernel_initializer: one.initializer }
    }
    const { settings } = settingsOf(layer, { type: 'dense', units: one.shape.at(-1)! }, null)
    const initial = settings.initial?.W ?? { kind: 'scaled', scale: 1, fan: 'average', spread: 'uniform' }
    const drawn = drawnAs(initial, one.shape, 1)
    const rng = new Rng(5)
    const values = Array.from({ length: 40 }, () => [
      ...initialValues({ initial: drawn, shape: one.shape }, rng)
    ]).flat()
    expect(values.length).toBe(one.count)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    // Six standard errors of two samples of this size; the limit of a uniform or cut distribution is nearly reached.
    const error = (6 * Math.SQRT2) / Math.sqrt(one.count)
    expect(Math.abs(mean - one.mean)).toBeLessThanOrEqual(error * Math.max(one.std, 1e-9))
    expect(Math.abs(std - one.std)).toBeLessThanOrEqual(error * one.std + 1e-7)
    const isOpen = drawn.kind === 'normal' || drawn.kind === 'orthogonal'
    if (!isOpen) expect(Math.abs(largest - one.largest)).toBeLessThanOrEqual(0.01 * one.largest)
  })
})
