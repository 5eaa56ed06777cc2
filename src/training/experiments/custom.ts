/** The user's own network on the user's own data. */
import type { NetworkSpec } from '../../models/network'
import { NetworkError, placeLayers, shown } from '../../models/network-shapes'
import type { LossName } from '../losses'
import type { ParamProblem } from '../params'
import type { DatasetFacts, ExperimentSpec, Recipe } from '../types'
import { ofNetwork } from './of-network'
import { loadProjectData, projectExamples, projectProblems } from './project-data'
import { initParams, labelSmoothing, optimiserParams, scheduleParams } from './shared-params'
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
      ...{ key: 'trainSamples', label: 'Training examples', group: 'Data', kind: 'integer', default: 1_000_000 },
      ...{ min: 1, max: 1_000_000, hint: 'At most; drawn by the seed.' }
    },
    {
      ...{ key: 'validationSamples', label: 'Validation', group: 'Data', kind: 'integer', default: 10_000 },
      ...{ min: 1, max: 1_000_000, hint: 'At most; a fifth of the data where they have no split of their own.' }
    },
    {
      ...{ key: 'loss', label: 'Loss', group: 'Model', kind: 'choice', default: 'auto' },
      choices: [
        { value: 'auto', label: 'as the data ask' },
        { value: 'cross-entropy', label: 'cross-entropy' },
        { value: 'hinge', label: 'hinge, two classes' },
        { value: 'mean-squared-error', label: 'mean squared error' }
      ],
      hint: 'Classes are learnt with cross-entropy from logits, numbers with the mean squared error.'
    },
    ...initParams(),
    ...optimiserParams({ method: 'adamw', learningRate: 1e-3, weightDecay: 0.01, beta2: 0.999, batchSize: 64 }),
    labelSmoothing,
    ...scheduleParams({ epochs: 20, evalSamples: 1000 })
  ],
  defaultHooks: [],
  defaultRecord: {
    ...{ metricsEvery: 1, metricsUnit: 'epoch', observe: ['weights', 'activations', 'gradients', 'updates'] },
    ...{ perClass: false, pauseOnNonFinite: true, activationsEvery: 4 },
    ...{ histogramMin: -4, histogramMax: 8, histogramBins: 64, checkpointEvery: 5, keepCheckpoints: 2 }
  }
}

function lossOf({ params, data }: Recipe): LossName {
  if (params.loss !== 'auto') return params.loss as LossName
  return data && data.classes === 0 ? 'mean-squared-error' : 'cross-entropy'
}

/** Width that the last layer needs. */
function outputWidth(recipe: Recipe, data: DatasetFacts): number {
  const loss = lossOf(recipe)
  if (loss === 'hinge') return 1
  return loss === 'cross-entropy' ? data.classes : data.targetWidth
}

/** The user's network, or a small one to begin with. */
export function customNetwork(recipe: Recipe): NetworkSpec {
  const { network, data } = recipe
  if (network) return network
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
  const problems = projectProblems(params, data, { classes: loss !== 'mean-squared-error' })
  if (loss === 'hinge' && data.classes !== 2) {
    problems.push({ key: 'loss', message: `The hinge loss needs two classes; ${data.name} has ${data.classes}.` })
  }
  if (loss === 'mean-squared-error' && data.targetWidth === 0) {
    problems.push({
      key: 'loss',
      message: `The mean squared error needs numbers to predict; ${data.name} has classes.`
    })
  }
  return problems.length > 0 ? problems : [...problems, ...networkProblems(recipe, data)]
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
    const width = outputWidth(recipe, data)
    if (last.output[0] === width) return []
    const what = lossOf(recipe) === 'cross-entropy' ? `${width} classes` : `${width} numbers`
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
  ...ofNetwork(customNetwork),
  trainingExamples: ({ params, data }) => (data ? projectExamples(params, data).train : 0),
  problems: problemsOf,
  async load(recipe, rng, resources) {
    if (!recipe.data) throw new Error('A run of your own network needs a data set.')
    const data = await loadProjectData(recipe.params, recipe.data, rng, resources)
    const { byteMaximum, saved } = customNetwork(recipe)
    if (saved !== undefined && !resources.weights) throw new Error('Saved weights belong to a project; none is open.')
    const initial = saved === undefined ? {} : { initial: await resources.weights!(saved) }
    if (byteMaximum === undefined) return { ...data, ...initial }
    const { train, validation } = data
    return { ...data, ...initial, train: { ...train, byteMaximum }, validation: { ...validation, byteMaximum } }
  }
}
