/** The user's own network on the user's own data. */
import type { NetworkSpec } from '../../domain/network'
import { NetworkError, placeLayers, shown } from '../../models/network-shapes'
import { networkArchitecture } from '../../models/network-architecture'
import { isOfNumbers, type LossName } from '../losses'
import type { ParamProblem } from '../params'
import type { DatasetFacts } from '../../domain/dataset'
import type { ExperimentSpec, Recipe } from '../../domain/recipe'
import { scaled } from '../scaling'
import { type ScalingKind } from '../../domain/dataset'
import { ofNetwork } from './of-network'
import { loadProjectData, projectExamples, projectProblems } from './project-data'
import { fromLogits } from './from-logits'
import { adamParams, initParams, labelSmoothing, optimiserParams, scheduleParams } from './shared-params'
import type { Experiment } from './types'

const spec: ExperimentSpec = {
  id: 'custom',
  title: 'Your own network and data',
  description: 'A network from Keras or TensorFlow.js, or a list of layers, on a data set of the project.',
  reference: 'Your own.',
  expected: 'That is for you to find out.',
  data: 'required',
  network: true,
  params: [
    {
      key: 'trainSamples',
      label: 'Training examples',
      group: 'Data',
      kind: 'integer',
      default: 1_000_000,
      min: 1,
      max: 1_000_000,
      hint: 'At most; drawn by the seed.'
    },
    {
      key: 'validationSamples',
      label: 'Validation',
      group: 'Data',
      kind: 'integer',
      default: 10_000,
      min: 1,
      max: 1_000_000,
      hint: 'At most; a fifth of the data where they have no split of their own.'
    },
    {
      key: 'scaling',
      label: 'Scaling',
      group: 'Data',
      kind: 'choice',
      default: 'none',
      choices: [
        { value: 'none', label: 'none' },
        { value: 'standard', label: 'mean 0, deviation 1' },
        { value: 'min-max', label: '0 to 1' }
      ],
      hint: 'Of each column of numbers, by the training examples. Pictures count as 0 to 1 already.'
    },
    {
      key: 'loss',
      label: 'Loss',
      group: 'Model',
      kind: 'choice',
      default: 'auto',
      choices: [
        { value: 'auto', label: 'as compiled, or as the data ask' },
        { value: 'cross-entropy', label: 'cross-entropy' },
        { value: 'binary-cross-entropy', label: 'binary cross-entropy' },
        { value: 'hinge', label: 'hinge, two classes' },
        { value: 'mean-squared-error', label: 'mean squared error' },
        { value: 'mean-absolute-error', label: 'mean absolute error' },
        { value: 'huber', label: 'Huber' }
      ],
      hint: 'Where the network says none: cross-entropy from logits, binary for yes/no labels, mean squares for numbers.'
    },
    {
      key: 'huberDelta',
      label: 'Huber delta',
      group: 'Model',
      kind: 'number',
      default: 1,
      min: 1e-6,
      max: 1e6,
      hint: 'Errors beyond it count linearly.',
      when: { key: 'loss', values: ['huber'] }
    },
    {
      key: 'classWeights',
      label: 'Class weights',
      group: 'Model',
      kind: 'choice',
      default: 'none',
      choices: [
        { value: 'none', label: 'none' },
        { value: 'balanced', label: 'balanced' }
      ],
      hint: 'Balanced: examples / (classes x examples of the class), in the training loss.'
    },
    ...initParams({ ofNetwork: true }),
    ...optimiserParams({ method: 'adamw', learningRate: 1e-3, weightDecay: 0.01, beta2: 0.999, batchSize: 64 }),
    ...adamParams,
    labelSmoothing,
    ...scheduleParams({ epochs: 20, evalSamples: 1000 })
  ],
  defaultHooks: [],
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
    checkpointEvery: 5,
    keepCheckpoints: 2,
    keepBest: true
  }
}

/** As chosen; else as the network was compiled; else as the data ask. */
function lossOf({ params, network, data }: Recipe): LossName {
  if (params.loss !== 'auto') return params.loss as LossName
  if (network?.loss) return network.loss.name
  if (data?.labelNames) return 'binary-cross-entropy'
  if (data && data.classes === 0) return 'mean-squared-error'
  return data?.classes === 2 && network && widthOf(network) === 1 ? 'binary-cross-entropy' : 'cross-entropy'
}

/** Outputs of the last layer; null where the network cannot be placed, which is said elsewhere. */
function widthOf(network: NetworkSpec): number | null {
  try {
    const { layers, outputs } = placeLayers(network)
    return layers.find(({ layer }) => layer.name === outputs[0])!.output[0]
  } catch (error) {
    if (error instanceof NetworkError) return null
    throw error
  }
}

/** Width that the last layer needs. */
function outputWidth(recipe: Recipe, data: DatasetFacts): number {
  const loss = lossOf(recipe)
  if (loss === 'cross-entropy') return data.classes
  return loss === 'hinge' || (loss === 'binary-cross-entropy' && !data.labelNames) ? 1 : data.targetWidth
}

/** The user's network, or a small one to begin with. */
export function customNetwork(recipe: Recipe): NetworkSpec {
  const { network, data } = recipe
  if (network) return fromLogits(network, lossOf(recipe))
  const input = data?.inputShape ?? [1]
  return {
    title: 'MLP with 64 hidden units',
    input,
    layers: [
      { name: 'flatten', type: 'flatten' },
      { name: 'fc1', type: 'dense', units: 64 },
      { name: 'relu1', type: 'activation', fn: 'relu' },
      { name: 'fc2', type: 'dense', units: Math.max(1, data ? outputWidth(recipe, data) : 1) }
    ]
  }
}

function problemsOf(recipe: Recipe): ParamProblem[] {
  const { params, data } = recipe
  if (!data) return [{ key: 'data', message: 'Choose a data set, or add one to the project.' }]
  const loss = lossOf(recipe)
  const problems = [
    ...projectProblems(params, data, { classes: loss === 'cross-entropy' }),
    ...lossProblems(recipe, data)
  ]
  return problems.length > 0 ? problems : [...problems, ...networkProblems(recipe, data)]
}

/** What does not fit between loss and data. */
function lossProblems(recipe: Recipe, { name, classes, targetWidth, labelNames }: DatasetFacts): ParamProblem[] {
  const { params, network } = recipe
  const loss = lossOf(recipe)
  const compiled =
    params.loss === 'auto' && network?.loss ? ` ${network.title} was compiled with it; choose another loss.` : ''
  const problem = (message: string): ParamProblem[] => [{ key: 'loss', message: message + compiled }]
  const has = labelNames ? 'labels of which several can hold' : classes > 0 ? `${classes} classes` : 'numbers'
  if (loss === 'hinge' && classes !== 2) {
    return problem(`The hinge loss needs two classes; ${name} has ${classes > 0 ? classes : has}.`)
  }
  if (loss === 'binary-cross-entropy' && classes !== 2 && !labelNames) {
    return problem(`The binary cross-entropy needs two classes or yes/no labels; ${name} has ${has}.`)
  }
  if (isOfNumbers(loss) && targetWidth === 0) {
    const what = { 'mean-squared-error': 'mean squared error', 'mean-absolute-error': 'mean absolute error' } as const
    const called = loss === 'huber' ? 'Huber loss' : what[loss as keyof typeof what]
    return problem(`The ${called} needs numbers to predict; ${name} has classes.`)
  }
  if (params.classWeights === 'balanced' && classes === 0) {
    return [{ key: 'classWeights', message: `Class weights need classes; ${name} has ${has}.` }]
  }
  if (params.classWeights === 'balanced' && loss === 'hinge') {
    return [{ key: 'classWeights', message: 'The hinge loss takes no class weights.' }]
  }
  return []
}

/** What does not fit between network and data, before anything is trained. */
function networkProblems(recipe: Recipe, data: DatasetFacts): ParamProblem[] {
  const network = customNetwork(recipe)
  const problem = (message: string): ParamProblem[] => [{ key: 'network', message }]
  if (network.input.join() !== data.inputShape.join()) {
    return problem(
      `${network.title} takes examples of shape ${shown(network.input)}, but those of ${data.name} are ` +
        `${shown(data.inputShape)}. Change the network's input or choose other data.`
    )
  }
  try {
    const { layers, outputs } = placeLayers(network)
    if (outputs.length > 1) return problem(`${network.title} has ${outputs.length} outputs; the data have one answer.`)
    const last = layers.find(({ layer }) => layer.name === outputs[0])!
    const { parameters } = networkArchitecture(network)
    if (parameters.length > 0 && parameters.every(({ frozen }) => frozen)) {
      return problem(`No layer of ${network.title} is trained: each is frozen (trainable: false). Let one be trained.`)
    }
    const width = outputWidth(recipe, data)
    if (last.output[0] === width) return []
    const loss = lossOf(recipe)
    if (loss === 'binary-cross-entropy' && !data.labelNames) {
      return problem(
        `The last layer, ${last.layer.name}, has ${last.output[0]} outputs, but the binary cross-entropy of two classes ` +
          'takes one. Give it 1 unit, or choose the loss cross-entropy.'
      )
    }
    const what =
      loss === 'cross-entropy' ? `${width} classes` : data.labelNames ? `${width} labels` : `${width} numbers`
    return problem(
      `The last layer, ${last.layer.name}, has ${last.output[0]} outputs, but ${data.name} needs ${what}. ` +
        `Give it ${width} units.`
    )
  } catch (error) {
    if (error instanceof NetworkError) return problem(error.message)
    throw error
  }
}

export const custom: Experiment = {
  spec,
  loss: lossOf,
  huberDelta: ({ params, network }) =>
    params.loss === 'auto' ? (network?.loss?.delta ?? 1) : (params.huberDelta as number),
  ...ofNetwork(customNetwork),
  trainingExamples: ({ params, data }) => (data ? projectExamples(params, data).train : 0),
  problems: problemsOf,
  async load(recipe, rng, resources) {
    if (!recipe.data) throw new Error('A run of your own network needs a data set.')
    const unscaled = await loadProjectData(recipe.params, recipe.data, rng, resources)
    const { scaling } = recipe.params
    const data = scaling === 'none' ? unscaled : scaled(unscaled, scaling as ScalingKind)
    const { byteMaximum, saved } = customNetwork(recipe)
    if (saved !== undefined && !resources.weights) throw new Error('Saved weights belong to a project; none is open.')
    const initial = saved === undefined ? {} : { initial: await resources.weights!(saved) }
    if (byteMaximum === undefined) return { ...data, ...initial }
    const { train, validation } = data
    return { ...data, ...initial, train: { ...train, byteMaximum }, validation: { ...validation, byteMaximum } }
  }
}
