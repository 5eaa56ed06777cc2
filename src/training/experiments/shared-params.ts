/** Hyperparameters that experiments have in common. */
import { initialiserNames } from '../../domain/network'
import type { ParamSpec, ParamValue } from '../../domain/recipe'

interface OptimiserDefaults {
  method: 'adamw' | 'adam' | 'sgd'
  learningRate: number
  weightDecay: number
  momentum?: number
  beta2: number
  beta2Hint?: string
  batchSize: number
}

const only = (key: string, ...values: ParamValue[]): { when: { key: string; values: ParamValue[] } } => {
  return { when: { key, values } }
}

export function optimiserParams(defaults: OptimiserDefaults): ParamSpec[] {
  return [
    {
      key: 'optimizer',
      label: 'Method',
      group: 'Optimiser',
      kind: 'choice',
      default: defaults.method,
      choices: [
        { value: 'adamw', label: 'AdamW' },
        { value: 'adam', label: 'Adam' },
        { value: 'sgd', label: 'SGD with momentum' }
      ]
    },
    {
      key: 'learningRate',
      label: 'Learning rate',
      group: 'Optimiser',
      kind: 'number',
      min: 0,
      max: 10,
      default: defaults.learningRate
    },
    {
      key: 'momentum',
      label: 'Momentum',
      group: 'Optimiser',
      kind: 'number',
      min: 0,
      max: 0.9999,
      default: defaults.momentum ?? 0.9,
      ...only('optimizer', 'sgd')
    },
    {
      key: 'weightDecay',
      label: 'Weight decay',
      group: 'Optimiser',
      kind: 'number',
      min: 0,
      max: 100,
      default: defaults.weightDecay,
      hint: 'AdamW shrinks the weights by learning rate x weight decay at each step; the others add it to the gradient.'
    },
    {
      key: 'beta2',
      label: 'Adam beta 2',
      group: 'Optimiser',
      kind: 'number',
      min: 0,
      max: 0.99999,
      default: defaults.beta2,
      hint: defaults.beta2Hint ?? 'Decay rate of the squared gradients.',
      ...only('optimizer', 'adamw', 'adam')
    },
    {
      key: 'clipNorm',
      label: 'Gradient clipping',
      group: 'Optimiser',
      kind: 'number',
      min: 0,
      max: 1e6,
      default: 0,
      hint: 'Largest norm of all gradients together, after the backward pass and before the step; 0: none.'
    },
    {
      key: 'batchSize',
      label: 'Batch size',
      group: 'Optimiser',
      kind: 'integer',
      min: 1,
      max: 65_536,
      default: defaults.batchSize
    }
  ]
}

export const labelSmoothing: ParamSpec = {
  key: 'labelSmoothing',
  label: 'Label smoothing',
  group: 'Optimiser',
  kind: 'number',
  min: 0,
  max: 0.99,
  default: 0,
  hint: 'This share of each target is spread over all classes; training loss only.'
}

/** Adam's other numbers, where the user may want those of a program of theirs. */
export const adamParams: ParamSpec[] = [
  {
    key: 'beta1',
    label: 'Adam beta 1',
    group: 'Optimiser',
    kind: 'number',
    min: 0,
    max: 0.99999,
    default: 0.9,
    ...only('optimizer', 'adamw', 'adam')
  },
  {
    key: 'epsilon',
    label: 'Adam epsilon',
    group: 'Optimiser',
    kind: 'number',
    min: 0,
    max: 1,
    default: 1e-8,
    hint: '1e-7 in Keras, 1e-8 in PyTorch.',
    ...only('optimizer', 'adamw', 'adam')
  }
]

/** @param defaults.ofNetwork the user's own network may say how its weights begin */
export function initParams(
  defaults: { initialiser?: string; scale?: number; scaleHint?: string; ofNetwork?: boolean } = {}
): ParamSpec[] {
  const labels: Record<string, string> = {
    network: 'as the network says, or PyTorch default',
    default: 'PyTorch default',
    'xavier-uniform': 'Xavier, uniform',
    'xavier-normal': 'Xavier, normal',
    'he-uniform': 'He, uniform',
    'he-normal': 'He, normal'
  }
  return [
    {
      key: 'initialiser',
      label: 'Initial weights',
      group: 'Model',
      kind: 'choice',
      default: defaults.initialiser ?? (defaults.ofNetwork ? 'network' : 'default'),
      choices: [...(defaults.ofNetwork ? ['network' as const] : []), ...initialiserNames].map((value) => ({
        value,
        label: labels[value]
      }))
    },
    {
      key: 'initScale',
      label: 'Initial scale',
      group: 'Model',
      kind: 'number',
      min: 0,
      max: 100,
      default: defaults.scale ?? 1,
      hint: defaults.scaleHint ?? 'Multiplies the initial weights.'
    }
  ]
}

interface ScheduleDefaults {
  epochs: number
  evalSamples: number
  warmupSteps?: number
  schedule?: 'constant' | 'step' | 'cosine' | 'one-cycle'
}

export function scheduleParams(defaults: ScheduleDefaults): ParamSpec[] {
  return [
    {
      key: 'epochs',
      label: 'Epochs',
      group: 'Schedule',
      kind: 'integer',
      min: 1,
      max: 1_000_000,
      default: defaults.epochs
    },
    {
      key: 'schedule',
      label: 'Rate over time',
      group: 'Schedule',
      kind: 'choice',
      default: defaults.schedule ?? 'constant',
      choices: [
        { value: 'constant', label: 'constant' },
        { value: 'step', label: 'falls in steps' },
        { value: 'cosine', label: 'cosine to zero' },
        { value: 'one-cycle', label: 'one cycle' }
      ]
    },
    {
      key: 'stepEpochs',
      label: 'Epochs per step',
      group: 'Schedule',
      kind: 'integer',
      min: 1,
      max: 1_000_000,
      default: 30,
      ...only('schedule', 'step')
    },
    {
      key: 'stepFactor',
      label: 'Factor per step',
      group: 'Schedule',
      kind: 'number',
      min: 0,
      max: 1,
      default: 0.1,
      ...only('schedule', 'step')
    },
    {
      key: 'warmupSteps',
      label: 'Warm-up steps',
      group: 'Schedule',
      kind: 'integer',
      min: 0,
      max: 1_000_000,
      default: defaults.warmupSteps ?? 0,
      hint: 'The learning rate rises linearly over this many steps.',
      ...only('schedule', 'constant', 'step', 'cosine')
    },
    {
      key: 'patience',
      label: 'Early stopping',
      group: 'Schedule',
      kind: 'integer',
      min: 0,
      max: 1_000_000,
      default: 0,
      hint: 'Stop after this many recorded points at which the watched metric was no better; 0: never.'
    },
    {
      key: 'minChange',
      label: 'Smallest gain',
      group: 'Schedule',
      kind: 'number',
      min: 0,
      max: 1e9,
      default: 0,
      when: { key: 'patience', not: [0] },
      hint: 'For early stopping, what is better by no more than this is no better.'
    },
    {
      key: 'watched',
      label: 'Watched metric',
      group: 'Schedule',
      kind: 'tag',
      default: 'loss/val',
      suggestions: [
        'loss/val',
        'accuracy/val',
        'f1/val',
        'precision/val',
        'recall/val',
        'loss/train',
        'accuracy/train'
      ],
      hint: 'Any recorded metric; early stopping and the best checkpoint follow it.'
    },
    {
      key: 'better',
      label: 'Better is',
      group: 'Schedule',
      kind: 'choice',
      default: 'name',
      choices: [
        { value: 'name', label: 'as its name says' },
        { value: 'lower', label: 'lower' },
        { value: 'higher', label: 'higher' }
      ],
      hint: 'Losses and errors: lower. Accuracy, precision, recall, F1: higher.'
    },
    {
      key: 'evalSamples',
      label: 'Evaluated samples',
      group: 'Schedule',
      kind: 'integer',
      min: 1,
      max: 1_000_000,
      default: defaults.evalSamples,
      hint: 'Loss and accuracy at a recorded point are measured on at most this many examples of each split, always the same.'
    }
  ]
}
