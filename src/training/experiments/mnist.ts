/** Image classification: handwritten digits, or the user's own pictures such as CIFAR. */
import { mnistDataset } from '../../datasets/bundled/mnist'
import { lenet, mlp, resnet18, type ImageTask } from '../../models/image-models'
import type { NetworkSpec } from '../../domain/network'
import type { Rng } from '../../numeric/rng'
import type { ExperimentSpec, ParamSpec, ParamValue, Recipe } from '../../domain/recipe'
import { loadProjectData, projectExamples, projectProblems } from './project-data'
import { ofNetwork } from './of-network'
import { initParams, labelSmoothing, optimiserParams, scheduleParams } from './shared-params'
import type { Experiment, Resources } from './types'
import { unpacked } from './unpacked'

/** Images in the bundled MNIST files. */
const mnistCount = 10_000
const mnistFiles = { images: 'mnist-10k-images.idx3.gz', labels: 'mnist-10k-labels.idx1.gz' } as const

const forModel = (...values: string[]): { when: { key: string; values: string[] } } => ({
  when: { key: 'model', values }
})

/** The convolutional networks are there to be trained well, not to memorise first. */
const usualFor: Record<string, Record<string, ParamValue>> = {
  initScale: { lenet5: 1, resnet18: 1 },
  learningRate: { lenet5: 2e-3, resnet18: 2e-3 },
  weightDecay: { lenet5: 0.01, resnet18: 0.01 },
  batchSize: { lenet5: 64, resnet18: 32 },
  schedule: { resnet18: 'one-cycle' },
  epochs: { lenet5: 30, resnet18: 15 }
}
const byModel = (param: ParamSpec): ParamSpec => {
  const values = usualFor[param.key]
  return values ? { ...param, defaultFor: { key: 'model', values } } : param
}

const spec: ExperimentSpec = {
  id: 'mnist',
  title: 'MNIST digits',
  description:
    'A network with large initial weights learns handwritten digits from 1,000 examples: it memorises, then generalises. Also for your own pictures, such as CIFAR.',
  reference: 'LeCun et al. 1998; He et al. 2016; Liu, Michaud & Tegmark 2023 (Omnigrok)',
  expected:
    'Training accuracy reaches 100% by epoch 30 with validation at 75%, which then climbs slowly to 89% as the weights shrink.',
  data: 'optional',
  network: false,
  params: [
    {
      key: 'trainSamples',
      label: 'Training images',
      group: 'Data',
      kind: 'integer',
      default: 1000,
      min: 1,
      max: 1_000_000
    },
    {
      key: 'validationSamples',
      label: 'Validation images',
      group: 'Data',
      kind: 'integer',
      default: 1000,
      min: 1,
      max: 1_000_000,
      hint: 'Both are drawn by the seed; of the bundled digits there are 10,000.'
    },
    {
      key: 'model',
      label: 'Network',
      group: 'Model',
      kind: 'choice',
      default: 'mlp',
      choices: [
        { value: 'mlp', label: 'MLP' },
        { value: 'lenet5', label: 'LeNet-5' },
        { value: 'resnet18', label: 'ResNet-18' }
      ]
    },
    {
      key: 'hidden1',
      label: 'Hidden layer 1',
      group: 'Model',
      kind: 'integer',
      default: 512,
      min: 1,
      max: 4096,
      ...forModel('mlp')
    },
    {
      key: 'hidden2',
      label: 'Hidden layer 2',
      group: 'Model',
      kind: 'integer',
      default: 512,
      min: 1,
      max: 4096,
      ...forModel('mlp')
    },
    {
      key: 'width',
      label: 'Channels',
      group: 'Model',
      kind: 'integer',
      default: 16,
      min: 1,
      max: 64,
      hint: 'Of the first stage; each stage doubles them. The original has 64.',
      ...forModel('resnet18')
    },
    { key: 'batchNorm', label: 'Batch norm', group: 'Model', kind: 'boolean', default: true, ...forModel('resnet18') },
    { key: 'residual', label: 'Residuals', group: 'Model', kind: 'boolean', default: true, ...forModel('resnet18') },
    ...[
      ...initParams({
        scale: 10,
        scaleHint: 'Multiplies the initial weights; from about 4 on the MLP memorises before it generalises.'
      }),
      ...optimiserParams({ method: 'adamw', learningRate: 5e-4, weightDecay: 2, beta2: 0.999, batchSize: 128 }),
      labelSmoothing,
      ...scheduleParams({ epochs: 150, evalSamples: 500 })
    ].map(byModel)
  ],
  defaultHooks: ['fc1', 'fc2', 'fc3', 'layer1', 'layer2', 'layer3', 'layer4', 'fc'],
  defaultRecord: {
    metricsEvery: 1,
    metricsUnit: 'epoch',
    observe: ['weights', 'activations', 'gradients', 'updates'],
    perClass: false,
    pauseOnNonFinite: true,
    activationsEvery: 4,
    histogramRange: 'found',
    histogramMin: -4,
    histogramMax: 8,
    histogramBins: 96,
    checkpointEvery: 25,
    keepCheckpoints: 2,
    keepBest: false
  }
}

function network({ params, data }: Recipe): NetworkSpec {
  const task: ImageTask = data ? { input: data.inputShape, classes: data.classes } : { input: [28, 28, 1], classes: 10 }
  switch (params.model) {
    case 'lenet5':
      return lenet(task)
    case 'resnet18':
      return resnet18(task, {
        width: params.width as number,
        batchNorm: params.batchNorm as boolean,
        residual: params.residual as boolean
      })
    default:
      return mlp(task, [params.hidden1 as number, params.hidden2 as number])
  }
}

export const mnist: Experiment = {
  spec,
  loss: () => 'cross-entropy',
  ...ofNetwork(network),
  trainingExamples: ({ params, data }) =>
    data ? projectExamples(params, data).train : (params.trainSamples as number),
  problems({ params, data }) {
    if (data) return projectProblems(params, data, { images: true, classes: true })
    const { trainSamples, validationSamples } = params as Record<string, number>
    if (trainSamples + validationSamples <= mnistCount) return []
    const message =
      `Training and validation images (trainSamples, validationSamples) are ${trainSamples} and ${validationSamples}; ` +
      `together they must be at most ${mnistCount}.`
    return [{ key: 'validationSamples', message }]
  },
  load({ params, data }, rng, resources) {
    return data
      ? loadProjectData(params, data, rng, resources)
      : digits(params as Record<string, number>, rng, resources)
  }
}

async function digits(
  { trainSamples, validationSamples }: Record<string, number>,
  rng: Rng,
  resources: Resources
): Promise<ReturnType<typeof mnistDataset>> {
  const images = await unpacked(await resources.read(mnistFiles.images), mnistFiles.images)
  const labels = await unpacked(await resources.read(mnistFiles.labels), mnistFiles.labels)
  return mnistDataset(images, labels, { train: trainSamples, validation: validationSamples }, rng)
}
