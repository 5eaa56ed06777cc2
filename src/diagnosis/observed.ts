/** What the rules look at: a run as far as it has been recorded. */
import type { Better } from '../domain/best-point'
import type { DataFacts } from '../domain/data-facts'
import type { ParamValue } from '../domain/recipe'

import type { Reading } from '../domain/reading'

/** Ascending steps; values [n] may be NaN or infinite. */
export interface Course {
  steps: ArrayLike<number>
  values: ArrayLike<number>
}

export interface ObservedHook {
  path: string
  /** Type of the module (`relu`, `dense`, ...); null where nobody knows. */
  type: string | null
  /** Its author wants its weights to stay as they are. */
  frozen?: boolean
}

export interface ObservedRun {
  /** Whether it records no more. */
  ended: boolean
  /** Steps that it is planned to have. */
  totalSteps: number
  /** Null where nobody knows how it was trained. */
  params: Readonly<Record<string, ParamValue>> | null
  /** What a hyperparameter may be; null where nobody knows. */
  limits?(key: string): { min?: number; max?: number } | null
  /** In the order of the network. */
  hooks: readonly ObservedHook[]
  facts: DataFacts | null
  /** Series of the losses and accuracies, whatever the run calls them. */
  outcomes: Partial<Record<OutcomeName, { tag: string; course: Course }>>
  /** A recorded series by its tag. */
  series(tag: string): Course | null
  /** Of the activations of training batches at a hook point: share outside of the histogram's range. */
  outside?(hook: string): Course | null
  /**
   * How far the activations of training batches (the last quarter of an epoch) and of the validation examples lie apart:
   * half of the sum of the differences of their shares in each bin, 0 to 1.
   */
  apart?(hook: string): Course | null
  /** The metric that the run is judged by; null where nobody has said which, or it is not recorded. */
  watched?: { tag: string; better: Better; minChange: number; course: Course } | null
  /** The same outcomes of the other seeds of its group, of those that have recorded something; read when it is asked for. */
  otherSeeds?(): ObservedRun['outcomes'][]
  /** Where it has left what the runs that have learned did; null: it has not, or there are too few of them. */
  unlikeHealthy?(): Omit<Reading, 'rule' | 'severity'> | null
}

export type OutcomeName = 'trainLoss' | 'valLoss' | 'trainAccuracy' | 'valAccuracy'
