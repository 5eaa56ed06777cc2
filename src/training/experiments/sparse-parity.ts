/** Sparse parity: a plateau at chance, and then a jump. */
import { sparseParity as sparseParityDataset } from '../../datasets/bundled/sparse-parity'
import type { NetworkSpec } from '../../domain/network'
import type { ExperimentSpec, Recipe } from '../../domain/recipe'
import { ofNetwork } from './of-network'
import { initParams, optimiserParams, scheduleParams } from './shared-params'
import type { Experiment } from './types'

const spec: ExperimentSpec = {
  id: 'sparse-parity',
  title: 'Sparse parity',
  description:
    'A network with one hidden layer learns the parity of a few bits hidden among many: long chance, then a jump.',
  reference: 'Barak et al. 2022; Hu, Chen, Saphra & Cho 2023',
  expected: 'Validation accuracy stays at 50% on a plateau and then jumps to at least 99%.',
  data: 'own',
  network: false,
  params: [
    { key: 'bits', label: 'Bits', group: 'Data', kind: 'integer', default: 40, min: 1, max: 1000 },
    {
      key: 'relevant',
      label: 'Relevant bits',
      group: 'Data',
      kind: 'integer',
      default: 3,
      min: 1,
      max: 20,
      hint: 'Which ones is drawn by the seed.'
    },
    {
      key: 'trainSamples',
      label: 'Training examples',
      group: 'Data',
      kind: 'integer',
      default: 1000,
      min: 1,
      max: 1_000_000
    },
    {
      key: 'validationSamples',
      label: 'Validation',
      group: 'Data',
      kind: 'integer',
      default: 1000,
      min: 1,
      max: 1_000_000
    },
    { key: 'hidden', label: 'Hidden units', group: 'Model', kind: 'integer', default: 1000, min: 1, max: 16_384 },
    ...initParams(),
    ...optimiserParams({
      method: 'sgd',
      learningRate: 0.1,
      weightDecay: 0.01,
      momentum: 0,
      beta2: 0.999,
      batchSize: 32
    }),
    ...scheduleParams({ epochs: 200, evalSamples: 1000 })
  ],
  defaultHooks: ['fc1', 'fc2'],
  defaultRecord: {
    metricsEvery: 2,
    metricsUnit: 'epoch',
    observe: ['weights', 'activations', 'gradients', 'updates'],
    perClass: false,
    pauseOnNonFinite: true,
    activationsEvery: 16,
    histogramRange: 'found',
    histogramMin: -3,
    histogramMax: 3,
    histogramBins: 96,
    checkpointEvery: 50,
    keepCheckpoints: 2,
    keepBest: false
  }
}

function network({ params }: Recipe): NetworkSpec {
  const { bits, hidden } = params as Record<string, number>
  return {
    title: `MLP ${bits}-${hidden}-1`,
    input: [bits],
    layers: [
      { name: 'fc1', type: 'dense', units: hidden },
      { name: 'relu1', type: 'activation', fn: 'relu' },
      { name: 'fc2', type: 'dense', units: 1 }
    ]
  }
}

export const sparseParity: Experiment = {
  spec,
  loss: () => 'hinge',
  ...ofNetwork(network),
  trainingExamples: ({ params }) => params.trainSamples as number,
  problems({ params }) {
    const { bits, relevant } = params as Record<string, number>
    if (relevant <= bits) return []
    return [{ key: 'relevant', message: `Relevant bits (relevant) is ${relevant}, but there are ${bits} bits.` }]
  },
  load({ params }, rng) {
    const { bits, relevant, trainSamples, validationSamples } = params as Record<string, number>
    return Promise.resolve(
      sparseParityDataset({ bits, relevant, train: trainSamples, validation: validationSamples }, rng)
    )
  }
}
