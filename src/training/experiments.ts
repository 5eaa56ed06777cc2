/** The experiments that can be trained, and the checks of a request to train one. No tensors are touched here. */
import { ConfigError, suggestion } from '../hooks/config-error'
import { resolveHooks } from '../hooks/hook-points'
import { architectureFor } from '../models/describe'
import { completeParams, recordProblems, refuse, type ParamProblem, type Params } from './params'
import { planOf, sampleBytes, type RunPlan } from './plan'
import type { ExperimentSpec, ParamSpec, RecordOptions } from './types'

/** Images in the bundled MNIST files. */
export const mnistCount = 10_000

const optimiserParams = (defaults: {
  method: string
  learningRate: number
  weightDecay: number
  beta2: number
  hint: string
}): ParamSpec[] => [
  {
    key: 'optimizer',
    label: 'Method',
    group: 'Optimiser',
    kind: 'choice',
    default: defaults.method,
    choices: [
      { value: 'adamw', label: 'AdamW' },
      { value: 'adam', label: 'Adam' },
      { value: 'sgd', label: 'SGD, momentum 0.9' }
    ]
  },
  {
    key: 'learningRate',
    label: 'Learning rate',
    group: 'Optimiser',
    kind: 'number',
    default: defaults.learningRate,
    min: 0,
    max: 10
  },
  {
    key: 'weightDecay',
    label: 'Weight decay',
    group: 'Optimiser',
    kind: 'number',
    default: defaults.weightDecay,
    min: 0,
    max: 100,
    hint: 'AdamW shrinks the weights by learning rate x weight decay at each step; the others add it to the gradient.'
  },
  {
    key: 'beta2',
    label: 'Adam beta 2',
    group: 'Optimiser',
    kind: 'number',
    default: defaults.beta2,
    min: 0,
    max: 0.99999,
    hint: defaults.hint
  }
]

const scheduleParams = (defaults: { epochs: number; warmupSteps: number; evalSamples: number }): ParamSpec[] => [
  {
    key: 'epochs',
    label: 'Epochs',
    group: 'Schedule',
    kind: 'integer',
    default: defaults.epochs,
    min: 1,
    max: 1_000_000
  },
  {
    key: 'warmupSteps',
    label: 'Warm-up steps',
    group: 'Schedule',
    kind: 'integer',
    default: defaults.warmupSteps,
    min: 0,
    max: 1_000_000,
    hint: 'The learning rate rises linearly over this many steps.'
  },
  {
    key: 'evalSamples',
    label: 'Evaluated samples',
    group: 'Schedule',
    kind: 'integer',
    default: defaults.evalSamples,
    min: 1,
    max: 1_000_000,
    hint: 'Loss and accuracy at a recorded point are measured on at most this many examples of each split, always the same.'
  }
]

const batchSize = (value: number): ParamSpec => {
  return {
    key: 'batchSize',
    label: 'Batch size',
    group: 'Optimiser',
    kind: 'integer',
    default: value,
    min: 1,
    max: 65_536
  }
}

const modularAddition: ExperimentSpec = {
  id: 'modular-addition',
  title: 'Modular addition',
  description:
    'A one-layer transformer learns (a + b) mod p from part of all pairs: it memorises first and generalises late.',
  reference: 'Power et al. 2022; Nanda et al. 2023; Hu, Chen, Saphra & Cho 2023',
  expected: 'Training accuracy is perfect long before validation accuracy leaves chance; then it rises to 100%.',
  params: [
    {
      key: 'p',
      label: 'Prime p',
      group: 'Data',
      kind: 'integer',
      default: 113,
      min: 2,
      max: 509,
      hint: 'There are p x p pairs.'
    },
    {
      key: 'trainFraction',
      label: 'Train fraction',
      group: 'Data',
      kind: 'number',
      default: 0.3,
      min: 0.01,
      max: 0.99,
      hint: 'Below about 0.25 the network stays at memorising.'
    },
    { key: 'dModel', label: 'Width', group: 'Model', kind: 'integer', default: 128, min: 2, max: 1024 },
    { key: 'heads', label: 'Heads', group: 'Model', kind: 'integer', default: 4, min: 1, max: 64 },
    { key: 'dMlp', label: 'MLP width', group: 'Model', kind: 'integer', default: 512, min: 1, max: 4096 },
    { key: 'layerNorm', label: 'Layer norm', group: 'Model', kind: 'boolean', default: false },
    {
      key: 'positions',
      label: 'Positions computed',
      group: 'Model',
      kind: 'choice',
      default: 'last',
      choices: [
        { value: 'last', label: 'where it matters: the last' },
        { value: 'all', label: 'all three' }
      ],
      hint: 'The other positions change neither loss nor gradients; "all" shows their activations at half the speed.'
    },
    ...optimiserParams({
      method: 'adamw',
      learningRate: 1e-3,
      weightDecay: 1,
      beta2: 0.98,
      hint: 'Decay rate of the squared gradients. 0.98 is usual for grokking; the recorded runs of Hu et al. used 0.999.'
    }),
    batchSize(256),
    ...scheduleParams({ epochs: 500, warmupSteps: 0, evalSamples: 1024 })
  ],
  defaultHooks: ['blocks.0.attn', 'blocks.0.mlp', 'unembed'],
  defaultRecord: {
    metricsEvery: 2,
    metricsUnit: 'epoch',
    activationsEvery: 15,
    histogramMin: -3,
    histogramMax: 5,
    histogramBins: 64,
    checkpointEvery: 50
  }
}

const mnist: ExperimentSpec = {
  id: 'mnist',
  title: 'MNIST digits',
  description:
    'A small network with large initial weights learns handwritten digits from 1,000 examples: it memorises, then generalises.',
  reference: 'LeCun et al. 1998; Liu, Michaud & Tegmark 2023 (Omnigrok)',
  expected:
    'Training accuracy reaches 100% by epoch 30 with validation at 75%, which then climbs slowly to 89% as the weights shrink.',
  params: [
    {
      key: 'trainSamples',
      label: 'Training images',
      group: 'Data',
      kind: 'integer',
      default: 1000,
      min: 1,
      max: mnistCount - 1
    },
    {
      key: 'validationSamples',
      label: 'Validation images',
      group: 'Data',
      kind: 'integer',
      default: 1000,
      min: 1,
      max: mnistCount - 1,
      hint: 'Both are drawn by the seed from 10,000 images.'
    },
    {
      key: 'model',
      label: 'Network',
      group: 'Model',
      kind: 'choice',
      default: 'mlp',
      choices: [
        { value: 'mlp', label: 'MLP' },
        { value: 'lenet5', label: 'LeNet-5' }
      ]
    },
    {
      key: 'hidden1',
      label: 'First hidden layer',
      group: 'Model',
      kind: 'integer',
      default: 512,
      min: 1,
      max: 4096,
      hint: 'MLP only.'
    },
    {
      key: 'hidden2',
      label: 'Second hidden layer',
      group: 'Model',
      kind: 'integer',
      default: 512,
      min: 1,
      max: 4096,
      hint: 'MLP only.'
    },
    {
      key: 'initScale',
      label: 'Initial scale',
      group: 'Model',
      kind: 'number',
      default: 10,
      min: 0,
      max: 100,
      hint: 'Multiplies the initial weights; from about 4 on the network memorises before it generalises.'
    },
    ...optimiserParams({
      method: 'adamw',
      learningRate: 5e-4,
      weightDecay: 2,
      beta2: 0.999,
      hint: 'Decay rate of the squared gradients.'
    }),
    batchSize(128),
    ...scheduleParams({ epochs: 150, warmupSteps: 0, evalSamples: 500 })
  ],
  defaultHooks: ['fc1', 'fc2', 'fc3'],
  defaultRecord: {
    metricsEvery: 1,
    metricsUnit: 'epoch',
    activationsEvery: 4,
    histogramMin: -4,
    histogramMax: 8,
    histogramBins: 64,
    checkpointEvery: 25
  }
}

export const experiments: readonly ExperimentSpec[] = [modularAddition, mnist]

export function findExperiment(id: string): ExperimentSpec {
  const spec = experiments.find((candidate) => candidate.id === id)
  const known = experiments.map((candidate) => candidate.id)
  if (!spec) throw new ConfigError(`There is no experiment "${id}".${suggestion(id, known)}`)
  return spec
}

/** Full parameters of an experiment and everything that is wrong with `overrides`; for forms, which show all of it. */
export function checkParams(experiment: string, overrides: Params): { params: Params; problems: ParamProblem[] } {
  const { params, problems } = completeParams(findExperiment(experiment), overrides)
  return { params, problems: [...problems, ...combinationProblems(experiment, params)] }
}

/** Full parameters. Throws a ConfigError that names the parameter, its value and what is allowed. */
export function resolveParams(experiment: string, overrides: Params): Params {
  const { params, problems } = checkParams(experiment, overrides)
  refuse(problems)
  return params
}

/** Throws a ConfigError for a name that the model does not have. `params` as from `resolveParams`. */
export function checkHooks(experiment: string, params: Params, hooks: readonly string[]): void {
  resolveHooks(architectureFor(experiment, params).graph, hooks)
}

/** Throws a ConfigError for options that cannot work. */
export function checkRecord(record: RecordOptions): void {
  refuse(recordProblems(record))
}

export function totalSteps(experiment: string, params: Params): number {
  return stepsPerEpoch(experiment, params) * totalEpochs(experiment, params)
}

export function totalEpochs(_experiment: string, params: Params): number {
  return params.epochs as number
}

/** The last batch of an epoch may be smaller. */
export function stepsPerEpoch(experiment: string, params: Params): number {
  return Math.ceil(trainingExamples(experiment, params) / (params.batchSize as number))
}

/** Everything about the length and size of a run that follows from its options. */
export function runPlan(experiment: string, params: Params, hooks: readonly string[], record: RecordOptions): RunPlan {
  const architecture = architectureFor(experiment, params)
  const steps = { stepsPerEpoch: stepsPerEpoch(experiment, params), totalSteps: totalSteps(experiment, params) }
  const slots = params.optimizer === 'sgd' ? 1 : 2
  const { parameters } = architecture.graph
  return planOf(steps, record, { parameters, slots, hooks: hooks.length, sampleBytes: sampleBytes(architecture) })
}

function trainingExamples(experiment: string, params: Params): number {
  if (experiment === 'mnist') return params.trainSamples as number
  return Math.floor((params.trainFraction as number) * (params.p as number) ** 2)
}

/** Values that are allowed each by itself but not together. */
function combinationProblems(experiment: string, params: Params): ParamProblem[] {
  const problems: ParamProblem[] = []
  const { dModel, heads, trainSamples, validationSamples, p, trainFraction } = params as Record<string, number>
  if (experiment === 'modular-addition') {
    if (dModel % heads !== 0) {
      problems.push({ key: 'heads', message: `Heads (heads) is ${heads}; it must divide the width ${dModel}.` })
    }
    const pairs = trainingExamples(experiment, params)
    if (pairs < 1 || pairs >= p * p) {
      const message = `Train fraction (trainFraction) is ${trainFraction}; of ${p * p} pairs it leaves ${pairs} to train on.`
      problems.push({ key: 'trainFraction', message })
    }
  }
  if (experiment === 'mnist' && trainSamples + validationSamples > mnistCount) {
    const message =
      `Training and validation images (trainSamples, validationSamples) are ${trainSamples} and ${validationSamples}; ` +
      `together they must be at most ${mnistCount}.`
    problems.push({ key: 'validationSamples', message })
  }
  return problems
}
