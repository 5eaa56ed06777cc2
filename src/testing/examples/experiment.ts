/** Adding an experiment: the file of one, as it would stand in src/training/experiments. Two numbers, and whether their signs differ. */
import type { Dataset, Split } from '../../domain/dataset'
import type { Rng } from '../../numeric/rng'
import { ofNetwork } from '../../training/experiments/of-network'
import { initParams, optimiserParams, scheduleParams } from '../../training/experiments/shared-params'
import type { Experiment } from '../../training/experiments/types'

function draw(count: number, rng: Rng): Split {
  const inputs = Float32Array.from({ length: 2 * count }, () => rng.uniform() * 2 - 1)
  const labels = Int32Array.from({ length: count }, (_, i) => Number(inputs[2 * i] > 0 !== inputs[2 * i + 1] > 0))
  return { inputs, labels, count }
}

export const signs: Experiment = {
  spec: {
    id: 'signs',
    title: 'Signs',
    description: 'A small network learns whether the signs of two numbers differ.',
    reference: 'An example.',
    expected: 'Validation accuracy rises above 90% within some epochs.',
    data: 'own',
    network: false,
    params: [
      { key: 'hidden', label: 'Hidden units', group: 'Model', kind: 'integer', default: 16, min: 1, max: 1000 },
      ...initParams(),
      ...optimiserParams({
        method: 'adamw',
        learningRate: 0.03,
        weightDecay: 0,
        momentum: 0,
        beta2: 0.999,
        batchSize: 16
      }),
      ...scheduleParams({ epochs: 20, evalSamples: 1000 })
    ],
    defaultHooks: ['fc1', 'fc2'],
    defaultRecord: {
      metricsEvery: 1,
      metricsUnit: 'epoch',
      observe: ['weights'],
      perClass: false,
      pauseOnNonFinite: false,
      activationsEvery: 16,
      histogramRange: 'fixed',
      histogramMin: -3,
      histogramMax: 3,
      histogramBins: 64,
      checkpointEvery: 10,
      keepCheckpoints: 2,
      keepBest: false
    }
  },
  loss: () => 'cross-entropy',
  ...ofNetwork(({ params }) => ({
    title: 'MLP 2-2',
    input: [2],
    layers: [
      { name: 'fc1', type: 'dense', units: params.hidden as number },
      { name: 'tanh1', type: 'activation', fn: 'tanh' },
      { name: 'fc2', type: 'dense', units: 2 }
    ]
  })),
  trainingExamples: () => 256,
  problems: () => [],
  load: (_recipe, rng): Promise<Dataset> =>
    Promise.resolve({ inputShape: [2], classes: 2, train: draw(256, rng), validation: draw(128, rng) })
}
