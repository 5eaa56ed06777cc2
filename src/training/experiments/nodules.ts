/** Three-dimensional classification with rare positives. */
import { nodulesDataset, smallestVolume } from '../../datasets/bundled/nodules'
import type { Layer, NetworkSpec } from '../../domain/network'
import type { ExperimentSpec, Recipe } from '../../domain/recipe'
import { ofNetwork } from './of-network'
import { initParams, labelSmoothing, optimiserParams, scheduleParams } from './shared-params'
import type { Experiment } from './types'

const spec: ExperimentSpec = {
  id: 'nodules',
  title: 'Nodules in volumes',
  description:
    'A 3-D convolutional network finds small round nodules among vessels and noise; one volume in ten has one. Loss and correct share are recorded for positives and negatives apart.',
  reference: 'Stevens, Antiga & Viehmann 2020 (Deep Learning with PyTorch, part 2)',
  expected:
    'At first everything is called negative (90% correct, recall 0); then recall rises, and F1 passes 0.8 on unseen volumes.',
  data: 'own',
  network: false,
  params: [
    {
      key: 'trainSamples',
      label: 'Training volumes',
      group: 'Data',
      kind: 'integer',
      default: 6000,
      min: 1,
      max: 50_000
    },
    {
      key: 'validationSamples',
      label: 'Validation',
      group: 'Data',
      kind: 'integer',
      default: 500,
      min: 1,
      max: 50_000
    },
    {
      key: 'size',
      label: 'Edge of a volume',
      group: 'Data',
      kind: 'integer',
      default: 20,
      min: smallestVolume,
      max: 48,
      hint: 'In voxels.'
    },
    {
      key: 'positiveShare',
      label: 'Share of positives',
      group: 'Data',
      kind: 'number',
      default: 0.1,
      min: 0.01,
      max: 0.99
    },
    { key: 'noise', label: 'Noise', group: 'Data', kind: 'number', default: 0.05, min: 0, max: 1 },
    {
      key: 'channels',
      label: 'Channels',
      group: 'Model',
      kind: 'integer',
      default: 8,
      min: 1,
      max: 64,
      hint: 'Of the first block; each block doubles them.'
    },
    { key: 'blocks', label: 'Blocks', group: 'Model', kind: 'integer', default: 3, min: 1, max: 4 },
    ...initParams({ initialiser: 'he-normal' }),
    ...optimiserParams({ method: 'adamw', learningRate: 4e-3, weightDecay: 0.01, beta2: 0.999, batchSize: 32 }),
    labelSmoothing,
    ...scheduleParams({ epochs: 4, evalSamples: 500, schedule: 'one-cycle' })
  ],
  defaultHooks: ['block1', 'block2', 'block3', 'fc'],
  defaultRecord: {
    metricsEvery: 47,
    metricsUnit: 'step',
    observe: ['weights', 'activations', 'gradients', 'updates'],
    perClass: true,
    pauseOnNonFinite: true,
    activationsEvery: 5,
    histogramRange: 'found',
    histogramMin: -4,
    histogramMax: 6,
    histogramBins: 96,
    checkpointEvery: 1,
    keepCheckpoints: 2,
    keepBest: false
  }
}

function network({ params }: Recipe): NetworkSpec {
  const { size, channels, blocks } = params as Record<string, number>
  const layers: Layer[] = [{ name: 'norm', type: 'batchNorm' }]
  for (let i = 1; i <= blocks; i++) {
    layers.push(
      {
        name: `block${i}.conv`,
        type: 'conv',
        filters: channels * 2 ** (i - 1),
        size: [3, 3, 3],
        pad: 'same',
        bias: false
      },
      { name: `block${i}.bn`, type: 'batchNorm' },
      { name: `block${i}.relu`, type: 'activation', fn: 'relu' },
      { name: `block${i}.pool`, type: 'maxPool', size: [2, 2, 2] }
    )
  }
  layers.push({ name: 'flatten', type: 'flatten' }, { name: 'fc', type: 'dense', units: 2 })
  return { title: `3-D CNN, ${blocks} ${blocks === 1 ? 'block' : 'blocks'}`, input: [size, size, size, 1], layers }
}

export const nodules: Experiment = {
  spec,
  loss: () => 'cross-entropy',
  ...ofNetwork(network),
  trainingExamples: ({ params }) => params.trainSamples as number,
  problems: () => [],
  load({ params }, rng) {
    const {
      trainSamples: train,
      validationSamples: validation,
      size,
      positiveShare,
      noise
    } = params as Record<string, number>
    return Promise.resolve(nodulesDataset({ train, validation, size, positiveShare, noise }, rng))
  }
}
