/** Domain types of an analysis: a fitted model selection with everything needed to show it again. No runtime code. */
import type { CovarianceType } from '../hmm/types'

export type Criterion = 'bic' | 'aic' | 'heldout'

export interface AnalysisOptions {
  runIds: string[]
  /** Tags used as features, in order: `weights/l2`, `loss/train`... */
  features: string[]
  zscore: 'run' | 'all' | 'none'
  covariance: CovarianceType
  statesMin: number
  statesMax: number
  restarts: number
  maxIterations: number
  tolerance: number
  minCovar: number
  seed: number
  criterion: Criterion
  /** Folds of the held-out log-likelihood; runs are split, never time points. 0 or fewer than 2 runs: not computed. */
  folds: number
}

/** One run's recorded series as they come from disk, by tag. Steps ascend strictly. */
export interface RunSeries {
  runId: string
  label: string
  seed: number | null
  series: Record<string, { steps: Float64Array; values: Float64Array }>
}

/** Something that was done to the input or went wrong, in words, for the report. */
export interface Finding {
  severity: 'info' | 'warning'
  /** A run id, a feature, or both. */
  runId?: string
  feature?: string
  text: string
}

/** One EM fit of one K from one start. Log-likelihoods are natural logs, totals over all rows. */
export interface Candidate {
  states: number
  restart: number
  seed: number
  logLikelihood: number | null
  aic: number | null
  bic: number | null
  iterations: number
  converged: boolean
  /** Why the candidate was discarded or repaired, in words. */
  problem: string | null
}

/** One K: what the candidates say about it. Spread is the population standard deviation over restarts (or folds). */
export interface SelectionRow {
  states: number
  parameters: number
  best: number | null
  bic: Spread | null
  aic: Spread | null
  /** Held-out log-likelihood per row, over folds. */
  heldOut: Spread | null
}

export interface Spread {
  best: number
  mean: number
  std: number
}

export interface StateSummary {
  /** 0-based, in order of median first visit; shown as S1, S2... */
  index: number
  name: string
  /** 1..8: which state colour it wears. */
  color: number
  /** Share of all rows spent here. */
  occupancy: number
  /** Mean length of a visit, in recorded points. */
  meanDwell: number
  visits: number
  /** Share of runs that start and end here. */
  initialShare: number
  finalShare: number
  initial: boolean
  final: boolean
}

export interface TransitionFeature {
  feature: string
  /** Gradient of the log posterior of the entered state with respect to this feature, averaged over occurrences, in 1/z. */
  gradient: number
  /** Mean of the entered state minus mean of the left state, in z. */
  meanDifference: number
}

export interface TransitionSummary {
  from: number
  to: number
  /** Model probability per recorded step. */
  probability: number
  /** Share of this transition among departures from `from` that occurred. */
  leavingShare: number
  count: number
  /** Where it happened: run and the index of the first point in the entered state. */
  occurrences: { runId: string; index: number }[]
  /** Ranked by absolute gradient. */
  features: TransitionFeature[]
}

/** The best fit of one K, read as a training map. Matrices are nested rows so that the file stays readable. */
export interface FittedStates {
  states: number
  restart: number
  logLikelihood: number
  aic: number
  bic: number
  model: {
    covariance: CovarianceType
    startProb: number[]
    transMat: number[][]
    means: number[][]
    /** diag [K][D], full [K][D][D], tied [D][D], spherical [K]. */
    covars: unknown
  }
  stateSummaries: StateSummary[]
  /** Viterbi path per run, in the order of `inputs.runs`. */
  paths: number[][]
  /** Only transitions between different states that occur. */
  transitions: TransitionSummary[]
}

export interface AnalysisInputRun {
  runId: string
  label: string
  seed: number | null
  /** True steps and epochs of the rows used. */
  steps: number[]
  epochs: number[]
}

export interface Analysis {
  schemaVersion: 1
  id: string
  name: string
  createdAt: string
  options: AnalysisOptions
  inputs: {
    runs: AnalysisInputRun[]
    features: string[]
    rows: number
    /** Per run, per feature: mean and population standard deviation that the z-score used ([mean, std]). */
    scaling: { mean: number; std: number }[][]
  }
  findings: Finding[]
  candidates: Candidate[]
  selection: SelectionRow[]
  /** Best fit per K, by K. */
  fits: FittedStates[]
  chosenStates: number
  chosenBy: Criterion | 'user'
  elapsedSeconds: number
}
