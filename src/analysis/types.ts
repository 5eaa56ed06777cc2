/** Domain types of an analysis: a fitted model selection with everything needed to show it again. No runtime code. */
import type { CovarianceType } from '../hmm/types'

/** free: any change of state; left-to-right: only to later states (a Bakis model, jumps allowed). */
export type TransitionRule = 'free' | 'left-to-right'

/** evidence: what the states explain beyond a drift (see `Evidence`). */
export type Criterion = 'evidence' | 'bic' | 'aic' | 'heldout'

/**
 * Which points of a run become rows. union: every step at which any feature was recorded, with cells missing; common: only
 * steps at which all were; epoch: one row per epoch, of means; or the steps of one series, with the mean of what others
 * recorded since the row before.
 */
export type Alignment = 'union' | 'common' | 'epoch' | { series: string }

/**
 * What a state is. levels: where the features are; rates: how fast they change, over windows of points; auto: levels, and
 * rates where there are no phases of levels and the evidence finds some of rates.
 */
export type Emission = 'auto' | 'levels' | 'rates'

/** What a recorded series is for. */
export type Role = 'trainLoss' | 'valLoss' | 'trainAccuracy' | 'valAccuracy' | 'step' | 'epoch' | 'seed'

/** The tag of each role; a role that nothing has is absent. */
export type Roles = Partial<Record<Role, string>>

/** What people have said: a tag, or null for a role that nothing shall have. What is absent is told by names. */
export type RoleChoices = Partial<Record<Role, string | null>>

export interface AnalysisOptions {
  runIds: string[]
  /** Tags used as features, in order: `weights/l2`, `loss/train`... */
  features: string[]
  /** Absent in analyses from before there was a choice: these are on common steps. */
  align?: Alignment
  /** Fit all the same where alignment leaves out most of what was recorded. */
  force?: boolean
  /** On which scale runs are compared (see `scalesOf`). */
  zscore: 'shared' | 'run' | 'all' | 'none'
  /** Absent in analyses from before there was a choice: levels. */
  emission?: Emission
  covariance: CovarianceType
  statesMin: number
  statesMax: number
  /** Go on beyond `statesMax` where the evidence chooses it, as far as states can be told apart. Absent: it is the end. */
  extend?: boolean
  restarts: number
  maxIterations: number
  tolerance: number
  minCovar: number
  seed: number
  criterion: Criterion
  /** Which changes of state the model may make; left-to-right: never back to a lower state. */
  transitions: TransitionRule
  /** Folds of the held-out log-likelihood; runs are split, never time points. 0 or fewer than 2 runs: not computed. */
  folds: number
  /** Sets of phase-free surrogates that the gain of states is held against. 0: no evidence is computed. */
  surrogates: number
  /** Roles said for this fit alone, above those of the project. */
  roles?: RoleChoices
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
  /**
   * A state has collapsed onto too few points to have a covariance of its own: the likelihood is high for the wrong
   * reason, so the candidate counts only where every restart of its K is like that.
   */
  discarded: boolean
  /**
   * Share of all points at which it decodes to the same state as the best candidate of this K, states matched; 1 for
   * that one itself, null when the candidate failed. Restarts that agree found the same states.
   */
  agreement: number | null
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

/** Median, and the tenth and ninetieth percentile. */
export interface EvidenceSpread {
  median: number
  low: number
  high: number
}

/** One K: its gain in log-likelihood (natural log) per held-out point over one state. */
export interface EvidenceRow {
  states: number
  /** On the runs, over the splits. */
  gain: EvidenceSpread
  /** On runs that drift as these do, but have no phases; of all numbers of states up to this one the best. */
  surrogates: EvidenceSpread
  /** What is gained beyond a drift: the difference of the medians. */
  excess: number
  /** Standard error of the excess. */
  error: number
}

/** Are there phases, and how many? Measured once for the data, whatever the user then chooses. */
export interface Evidence {
  rows: EvidenceRow[]
  /** How many phases the data support; 1: none. */
  states: number
  /** Best excess over what that many states gain: 0, all of it is drift; 1, none of it. */
  effect: number
  folds: number
  surrogates: number
  /** What the states are that were weighed; absent: levels. */
  emission?: 'levels' | 'rates'
  /** In a sentence or two. */
  verdict: string
  /** Where rates were weighed because of it: what was said of levels. */
  levels?: string
}

export interface Spread {
  best: number
  mean: number
  std: number
}

/** Where a state's name comes from: the rule, the user, or the same state of an earlier analysis. */
export type NameSource = 'rule' | 'user' | 'kept'

export interface StateSummary {
  /** 0-based, in order of median first visit: the state's place in the model and in the paths. */
  index: number
  /** Shown as S1, S2...: the state's identity, which it keeps across refits, numbers of states and restarts. */
  number: number
  name: string
  nameSource: NameSource
  /** How the rule reads the curves in this state, in words, whatever the state is called. */
  rule: string
  /** 1..16: which state colour it wears. */
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
  /** Entered by some run and never left by any. */
  absorbing: boolean
}

export interface TransitionFeature {
  feature: string
  /**
   * Gradient of the log posterior of the entered state with respect to this feature, averaged over the occurrences where
   * it is recorded, in 1/z; null where it never is.
   */
  gradient: number | null
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
  /**
   * Where it happened: run, index of the first point in the entered state, and the gradients there, in the order of
   * `inputs.features`, null where one is not recorded there (empty in analyses that were migrated from format 1).
   */
  occurrences: { runId: string; index: number; gradients: (number | null)[] }[]
  /** Ranked by absolute gradient, those without one last. */
  features: TransitionFeature[]
}

/**
 * Quantiles of the log-likelihood per point (natural log, given the points before it): over held-out runs where folds
 * were computed, since a run that the model was fitted to looks more usual to it than any other can; else over the
 * analysed runs.
 */
export interface UsualLikelihood {
  q01: number
  q05: number
  median: number
  q95: number
  from: 'heldout' | 'analysed'
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
  /** What is usual for a point; null in analyses that were migrated from format 1. */
  pointLogLikelihood: UsualLikelihood | null
}

/** What time is counted in. */
export type TimeAxis = 'epoch' | 'step'

export interface AnalysisInputRun {
  runId: string
  label: string
  seed: number | null
  /** True steps and epochs of the rows used. */
  steps: number[]
  epochs: number[]
}

export interface Analysis {
  schemaVersion: 2
  /** Counts changes of the file. */
  revision?: number
  id: string
  name: string
  createdAt: string
  options: AnalysisOptions
  /** Which series named the states; absent in older analyses, which knew the tags of our own runs only. */
  roles?: Roles
  inputs: {
    runs: AnalysisInputRun[]
    features: string[]
    rows: number
    /** The rows are rates of change over windows of so many points (see `ratesOf`); absent: they are what was recorded. */
    window?: number
    /** Per run, per feature: mean and population standard deviation that the z-score used ([mean, std]). */
    scaling: { mean: number; std: number }[][]
  }
  findings: Finding[]
  candidates: Candidate[]
  selection: SelectionRow[]
  /** null where it was not computed, as in analyses of version 0.1. */
  evidence: Evidence | null
  /** Best fit per K, by K. */
  fits: FittedStates[]
  chosenStates: number
  chosenBy: Criterion | 'user'
  elapsedSeconds: number
}

/** When a run counts as converged: the first recorded point at which the metric is strictly beyond the threshold. */
export interface ConvergenceRule {
  /** Tag, such as `accuracy/val`. */
  metric: string
  /** null: one is proposed from the runs (see `proposeThreshold`). */
  threshold: number | null
  direction: 'above' | 'below'
}

/** One coefficient of the regression; `state` is null for the intercept. */
export interface Estimate {
  name: string
  state: number | null
  coefficient: number
  standardError: number
  /** null where the fit is perfect and there is no error to measure against. */
  t: number | null
  /** Two-sided. */
  p: number | null
}

export interface Regression {
  estimates: Estimate[]
  /** States without a coefficient of their own: the others' times already say theirs. Coefficients are against these. */
  reference: number[]
  rows: number
  degreesOfFreedom: number
  r2: number
  /** null without degrees of freedom. */
  adjustedR2: number | null
}

/** One state: does visiting it go with later convergence? */
export interface DetourTest {
  state: number
  /** Runs that visit the state, of `runs` that converged. */
  visiting: number
  runs: number
  /** Of the visiting runs those that enter it before they converge: a later visit cannot have delayed them. */
  visitingBefore: number
  /** Mean convergence epoch of runs that visit minus that of runs that do not, with its 95% interval (Welch). */
  difference: number | null
  interval: [number, number] | null
  /** Pearson (point-biserial) correlation of presence with convergence epoch, its t and two-sided p. */
  correlation: number | null
  t: number | null
  p: number | null
  /** Share of relabelings of the runs with a correlation at least as large in size. */
  permutationP: number | null
  permutations: number
  /** Every relabeling was tried; else a seeded sample. */
  exact: boolean
  /** Benjamini-Hochberg adjusted p, over the states that can be tested. */
  q: number | null
  /** Runs that visit converge later, with q below 0.05, and most of them visit before they converge. */
  detour: boolean
  /** The verdict in words. */
  why: string
}

/** What the runs of an analysis say together. */
export interface AcrossRuns {
  /** What `epoch`, `occupancy`, `fitted` and differences count. */
  axis: TimeAxis
  metric: string
  threshold: number
  direction: 'above' | 'below'
  runs: {
    runId: string
    label: string
    /** Step of convergence, and its time on the axis; null when the run did not converge. */
    step: number | null
    epoch: number | null
    /** Time spent in each state, [K], on the axis. */
    occupancy: number[]
    /** What the regression says for this run. */
    fitted: number | null
    /** Group of similar trajectories, from 0. */
    cluster: number
  }[]
  /** null when too few runs converged or no state time varies; a finding says which. */
  regression: Regression | null
  detours: DetourTest[]
  distances: {
    /** Indices into `runs` in the order of the dendrogram. */
    order: number[]
    /** Edits between the sequences of visits, [runs][runs]. */
    edit: number[][]
    /** Earth mover's distance between shares of time, between states of different means, [runs][runs], in z. */
    wasserstein: number[][]
    clusters: number
    /** Mean silhouette of the groups; null for one group. */
    silhouette: number | null
  }
  findings: Finding[]
}
