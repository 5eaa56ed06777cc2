import { expect, it } from 'vitest'
import { kindOfRun } from './run'

it('runs are of one kind when they were trained on the same', () => {
  const spec = {
    experiment: 'mnist',
    params: {},
    data: null,
    network: null,
    seed: 0,
    streams: 2 as const,
    hooks: [],
    backend: 'wasm' as const,
    parent: null,
    record: {
      metricsEvery: 1,
      metricsUnit: 'epoch' as const,
      observe: [],
      perClass: false,
      pauseOnNonFinite: false,
      activationsEvery: 1,
      histogramRange: 'fixed' as const,
      histogramMin: 0,
      histogramMax: 1,
      histogramBins: 2,
      checkpointEvery: 1,
      keepCheckpoints: 2,
      keepBest: false
    }
  }
  const facts = {
    id: 'd',
    name: 'cifar',
    inputShape: [32, 32, 3],
    classes: 10,
    classNames: [],
    targetWidth: 0,
    train: 100,
    validation: 10
  }
  expect(kindOfRun({ spec })).toBe('mnist')
  expect(kindOfRun({ spec: { ...spec, data: facts } })).toBe('mnist on cifar')
  expect(kindOfRun({ spec: null })).toBe('imported')
})
