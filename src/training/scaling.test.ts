/** Scaling against scikit-learn 1.9.1: StandardScaler and MinMaxScaler, fitted to the training rows. */
import { describe, expect, it } from 'vitest'
import { findExperiment } from './experiments'
import { scaled } from './scaling'
import { prepareBackend } from '../tensor/backend'
import { train } from './trainer'
import { RecordingPort, recipeOf } from './testing/tiny-runs'
import type { Dataset } from '../domain/dataset'
import type { RunSpec } from '../domain/run'

/** A column far from zero, one around it, one that does not change in training. */
const rows = {
  train: [1e6 + 1, 0.5, 7, 1e6 + 2, -0.25, 7, 1e6 + 4, 1e-3, 7, 1e6 + 9, 3, 7],
  validation: [1e6, 5, 8, 1e6 + 20, -1, 7]
}
const sklearn = {
  standard: {
    train: [
      ...[-0.9733285267845753, -0.2421900148737729, 0, -0.6488856845230502, -0.8229814174267166, 0],
      ...[0, -0.6286098946688833, 0, 1.6222142113076254, 1.6937813269693727, 0]
    ],
    validation: [-1.2977713690461004, 3.2425584004438894, 1, 5.191085476184401, -1.4037728199796602, 0]
  },
  'min-max': {
    train: [0, 0.23076923076923078, 0, 0.125, 0, 0, 0.375, 0.07723076924538383, 0, 1, 1, 0],
    validation: [-0.125, 1.6153846153846154, 1, 2.375, -0.23076923076923078, 0]
  }
}

function dataset(): Dataset {
  const labels = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i % 2)
  return {
    inputShape: [3],
    classes: 2,
    train: { inputs: Float32Array.from(rows.train), labels: labels(4), count: 4 },
    validation: { inputs: Float32Array.from(rows.validation), labels: labels(2), count: 2 }
  }
}

describe('scaling', () => {
  it.each(['standard', 'min-max'] as const)('%s is as in scikit-learn, by the training rows alone', (kind) => {
    const given = dataset()
    const { train, validation } = scaled(given, kind)
    for (const [split, wanted] of [
      [train, sklearn[kind].train],
      [validation, sklearn[kind].validation]
    ] as const) {
      wanted.forEach((value, at) => expect(split.inputs[at]).toBeCloseTo(value, 5))
    }
    // The data themselves are used by other runs.
    expect(given).toEqual(dataset())
  })

  it('is of the last axis, where channels are', () => {
    const series = dataset()
    series.inputShape = [2, 3]
    for (const split of [series.train, series.validation]) split.count /= 2
    expect(scaled(series, 'standard').train.inputs).toEqual(scaled(dataset(), 'standard').train.inputs)
  })

  it('is refused for pictures', () => {
    const pictures = dataset()
    pictures.train.inputs = new Uint8Array(12)
    expect(() => scaled(pictures, 'standard')).toThrow('The inputs are bytes, which count as 0 to 1 already')
  })

  it('of a run is in its text and its checkpoints', async () => {
    await prepareBackend('wasm')
    const facts = { id: 'd', name: 'd', inputShape: [3], classes: 2, classNames: ['a', 'b'], targetWidth: 0 }
    const recipe = recipeOf(
      'custom',
      { scaling: 'standard', epochs: 2, batchSize: 2 },
      { ...facts, train: 4, validation: 2 }
    )
    const record = findExperiment('custom').defaultRecord
    const data = scaled(dataset(), 'standard')
    const spec: RunSpec = { ...recipe, seed: 1, streams: 3, hooks: [], record, backend: 'wasm', parent: null }
    const port = new RecordingPort()
    await train(spec, data, port)
    expect(port.of('description')[0].text).toContain('| 1 | 1000004 | 3.08')
    expect(port.checkpoints().at(-1)!.progress.scaling).toEqual(data.scaling)
  })
})
