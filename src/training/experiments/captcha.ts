/** Letter sequences: one image, several answers. */
import { captchaDataset } from '../../datasets/bundled/captcha'
import { captchaGlyphsFile, decodeGlyphs } from '../../datasets/bundled/captcha-glyphs'
import type { Layer, NetworkSpec } from '../../domain/network'
import type { ExperimentSpec, Recipe } from '../../domain/recipe'
import { ofNetwork } from './of-network'
import { initParams, labelSmoothing, optimiserParams, scheduleParams } from './shared-params'
import type { Experiment } from './types'
import { unpacked } from './unpacked'

const letters = 5
/** A to J, and nothing. */
const classes = 11

const spec: ExperimentSpec = {
  id: 'captcha',
  title: 'Captcha letters',
  description:
    'A convolutional network reads sequences of up to five letters A to J in hundreds of typefaces: five heads, each for one place.',
  reference: 'Goodfellow et al. 2013; notMNIST (Bulatov 2011)',
  expected: 'More than 71.6% of unseen sequences are read without a mistake, and more than 93.4% of their letters.',
  data: 'own',
  network: false,
  params: [
    {
      key: 'trainSamples',
      label: 'Training images',
      group: 'Data',
      kind: 'integer',
      default: 10_000,
      min: 1,
      max: 200_000
    },
    {
      key: 'validationSamples',
      label: 'Validation images',
      group: 'Data',
      kind: 'integer',
      default: 2000,
      min: 1,
      max: 50_000
    },
    {
      key: 'unseenFonts',
      label: 'Unseen typefaces',
      group: 'Data',
      kind: 'boolean',
      default: true,
      hint: 'Validate on typefaces that training has not seen; otherwise both splits draw from all of them.'
    },
    { key: 'noise', label: 'Noise', group: 'Data', kind: 'number', default: 0.1, min: 0, max: 1 },
    { key: 'filters1', label: 'conv1 channels', group: 'Model', kind: 'integer', default: 16, min: 1, max: 128 },
    { key: 'filters2', label: 'conv2 channels', group: 'Model', kind: 'integer', default: 32, min: 1, max: 256 },
    { key: 'hidden1', label: 'fc1 units', group: 'Model', kind: 'integer', default: 256, min: 1, max: 4096 },
    { key: 'hidden2', label: 'fc2 units', group: 'Model', kind: 'integer', default: 128, min: 1, max: 4096 },
    { key: 'dropout', label: 'Dropout', group: 'Model', kind: 'number', default: 0.2, min: 0, max: 0.9 },
    ...initParams({ initialiser: 'he-uniform' }),
    ...optimiserParams({ method: 'adamw', learningRate: 1e-3, weightDecay: 0.01, beta2: 0.999, batchSize: 64 }),
    labelSmoothing,
    ...scheduleParams({ epochs: 15, evalSamples: 500, schedule: 'one-cycle' })
  ],
  defaultHooks: ['conv1', 'conv2', 'fc1', 'fc2'],
  defaultRecord: {
    metricsEvery: 40,
    metricsUnit: 'step',
    observe: ['weights', 'activations', 'gradients', 'updates'],
    perClass: false,
    pauseOnNonFinite: true,
    activationsEvery: 20,
    histogramRange: 'found',
    histogramMin: -4,
    histogramMax: 8,
    histogramBins: 96,
    checkpointEvery: 1,
    keepCheckpoints: 2,
    keepBest: false
  }
}

function network({ params }: Recipe): NetworkSpec {
  const { filters1, filters2, hidden1, hidden2, dropout } = params as Record<string, number>
  const block = (i: number, filters: number, size: number): Layer[] => [
    { name: `conv${i}`, type: 'conv', filters, size: [size, size], pad: 'same' },
    { name: `relu${i}`, type: 'activation', fn: 'relu' },
    { name: `pool${i}`, type: 'maxPool', size: [2, 2] }
  ]
  const hidden = (i: number, units: number): Layer[] => [
    { name: `fc${i}`, type: 'dense', units },
    { name: `relu${i + 2}`, type: 'activation', fn: 'relu' },
    ...(dropout > 0 ? [{ name: `dropout${i}`, type: 'dropout', rate: dropout } as const] : [])
  ]
  const layers: Layer[] = [
    ...block(1, filters1, 5),
    ...block(2, filters2, 3),
    { name: 'flatten', type: 'flatten' },
    ...hidden(1, hidden1),
    ...hidden(2, hidden2)
  ]
  const trunk = layers.at(-1)!.name
  const heads = Array.from({ length: letters }, (_, i) => `head${i + 1}`)
  for (const name of heads) layers.push({ name, type: 'dense', units: classes, inputs: [trunk] })
  return { title: 'Captcha network, 5 heads', input: [28, 28 * letters, 1], layers, outputs: heads }
}

export const captcha: Experiment = {
  spec,
  loss: () => 'cross-entropy',
  ...ofNetwork(network),
  trainingExamples: ({ params }) => params.trainSamples as number,
  problems: () => [],
  async load({ params }, rng, resources) {
    const glyphs = decodeGlyphs(await unpacked(await resources.read(captchaGlyphsFile), captchaGlyphsFile))
    return captchaDataset(
      glyphs,
      {
        train: params.trainSamples as number,
        validation: params.validationSamples as number,
        unseenFonts: params.unseenFonts as boolean,
        noise: params.noise as number
      },
      rng
    )
  }
}
