/** What is observed at hook points: parameters, forward outputs, gradients of both, and what updates do to the parameters. */
import { weightMetrics } from './weight-metrics'

export const hookKinds = ['weights', 'activations', 'gradients', 'updates'] as const
export type HookKind = (typeof hookKinds)[number]

export interface HookKindRow {
  label: string
  /** What is recorded, in a sentence. */
  hint: string
  /** The same where it is listed with others. */
  short: string
  /** There has to be a parameter inside the hook point. */
  ofWeights: boolean
}

/** What observes each: src/training/observers. */
export const hookKindRows: Record<HookKind, HookKindRow> = {
  weights: {
    label: 'Weights',
    hint: `${weightMetrics.length} metrics of the parameters inside a hook point.`,
    short: `${weightMetrics.length} weight metrics`,
    ofWeights: true
  },
  activations: {
    label: 'Activations',
    hint: 'Histograms of training batches and of the validation examples; mean, spread, near-zero and dead shares.',
    short: 'activations',
    ofWeights: false
  },
  gradients: {
    label: 'Gradients',
    hint: 'Norm, mean, spread, near-zero share and histogram of parameter gradients; histograms of activation gradients.',
    short: 'gradients',
    ofWeights: false
  },
  updates: {
    label: 'Updates',
    hint: 'Size of an update beside the size of the weights.',
    short: 'update ratio',
    ofWeights: true
  }
}
