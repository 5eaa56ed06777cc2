/** Modular arithmetic: the transformer that memorises first and generalises late. */
import { modularArithmetic, pairCount, type ModularOperation } from '../../datasets/bundled/modular-arithmetic'
import { transformerArchitecture, type TransformerOptions } from '../../models/transformer'
import { transformerForward } from '../../models/transformer-forward'
import type { ParamProblem, Params } from '../params'
import type { ExperimentSpec } from '../../domain/recipe'
import { modularMetrics } from './modular-metrics'
import { optimiserParams, scheduleParams } from './shared-params'
import type { Experiment } from './types'

const spec: ExperimentSpec = {
  id: 'modular-addition',
  title: 'Modular addition',
  description:
    'A one-layer transformer learns a + b (or another operation) mod p from part of all pairs: it memorises first and generalises late.',
  reference: 'Power et al. 2022; Nanda et al. 2023; Zhong et al. 2023; Hu, Chen, Saphra & Cho 2023',
  expected: 'Training accuracy is perfect long before validation accuracy leaves chance; then it rises to 100%.',
  data: 'own',
  network: false,
  params: [
    {
      key: 'operation',
      label: 'Operation',
      group: 'Data',
      kind: 'choice',
      default: 'add',
      choices: [
        { value: 'add', label: 'a + b' },
        { value: 'sub', label: 'a - b' },
        { value: 'mul', label: 'a x b' },
        { value: 'div', label: 'a / b' }
      ]
    },
    {
      key: 'p',
      label: 'Prime p',
      group: 'Data',
      kind: 'integer',
      default: 113,
      min: 2,
      max: 509,
      hint: 'There are p x p pairs; for division p x (p - 1), and p must be prime.'
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
      label: 'Positions',
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
      batchSize: 256,
      beta2Hint: 'Decay rate of the squared gradients. 0.98 is usual for grokking; the runs of Hu et al. used 0.999.'
    }),
    ...scheduleParams({ epochs: 800, evalSamples: 1024 })
  ],
  defaultHooks: ['blocks.0.attn', 'blocks.0.mlp', 'unembed'],
  defaultRecord: {
    metricsEvery: 2,
    metricsUnit: 'epoch',
    observe: ['weights', 'activations', 'gradients', 'updates'],
    perClass: false,
    pauseOnNonFinite: true,
    activationsEvery: 15,
    histogramRange: 'found',
    histogramMin: -3,
    histogramMax: 5,
    histogramBins: 96,
    checkpointEvery: 50,
    keepCheckpoints: 2,
    keepBest: false
  }
}

export const modularAddition: Experiment = {
  spec,
  loss: () => 'cross-entropy',
  architecture: ({ params }) => transformerArchitecture(optionsOf(params)),
  blueprint: ({ params }) => {
    const options = optionsOf(params)
    return { architecture: transformerArchitecture(options), forward: transformerForward(options) }
  },
  trainingExamples: ({ params }) => trainingPairs(params),
  problems: ({ params }) => problemsOf(params),
  pointMetrics: ({ params }, model, rng) => modularMetrics(params, model, rng),
  load({ params }, rng) {
    const { operation, p, trainFraction } = params as { operation: ModularOperation; p: number; trainFraction: number }
    return Promise.resolve(modularArithmetic(operation, p, trainFraction, rng))
  }
}

function optionsOf(params: Params): TransformerOptions {
  return {
    p: params.p as number,
    dModel: params.dModel as number,
    heads: params.heads as number,
    dMlp: params.dMlp as number,
    layerNorm: params.layerNorm as boolean,
    positions: params.positions as 'last' | 'all'
  }
}

function trainingPairs({ operation, p, trainFraction }: Params): number {
  return Math.floor((trainFraction as number) * pairCount(operation as ModularOperation, p as number))
}

function problemsOf(params: Params): ParamProblem[] {
  const problems: ParamProblem[] = []
  const { dModel, heads, p, trainFraction } = params as Record<string, number>
  if (dModel % heads !== 0) {
    problems.push({ key: 'heads', message: `Heads (heads) is ${heads}; it must divide the width ${dModel}.` })
  }
  if (params.operation === 'div' && !isPrime(p)) {
    problems.push({ key: 'p', message: `p is ${p}; division modulo p needs a prime, such as ${primeNear(p)}.` })
  }
  const all = pairCount(params.operation as ModularOperation, p)
  const pairs = trainingPairs(params)
  if (pairs < 1 || pairs >= all) {
    const message = `Train fraction (trainFraction) is ${trainFraction}; of ${all} pairs it leaves ${pairs} to train on.`
    problems.push({ key: 'trainFraction', message })
  }
  return problems
}

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false
  return n > 1
}

function primeNear(n: number): number {
  let prime = n
  while (!isPrime(prime)) prime--
  return prime
}
