/** Types of the Gaussian hidden Markov model. */
import type { AutoregressionKind, CovarianceType } from '../domain/analysis-options'

/** Row-major [rows, columns] observations of one run. */
export interface Sequence {
  data: Float64Array
  rows: number
  columns: number
  /** Cells that are NaN were not recorded; without it NaN is an error. */
  missing?: boolean
}

/**
 * A Gaussian HMM with K states over D features. Flat row-major arrays:
 * startProb [K], transMat [K, K], means [K, D];
 * covars: diag [K, D], full [K, D, D], tied [D, D], spherical [K].
 */
export interface GaussianHmm {
  states: number
  features: number
  covariance: CovarianceType
  startProb: Float64Array
  transMat: Float64Array
  means: Float64Array
  covars: Float64Array
  /** States that are rules of change; the means are then the offsets b of x[t] = A x[t-1] + b + noise. */
  autoregression?: Autoregression
}

/** What of the row before is kept, A: diag [K, D], full [K, D, D] with the row of the result first. */
export interface Autoregression {
  kind: AutoregressionKind
  weights: Float64Array
}

/** Numbers by rows, flat or nested to any depth: `[0.5, 0.5]`, `[[1, 0], [0, 1]]`, a Float64Array. */
export type NestedNumbers = number | ArrayLike<number> | readonly NestedNumbers[]

/** Where EM starts. Shapes as in GaussianHmm, flat or nested. */
export interface InitialParameters {
  startProb: NestedNumbers
  transMat: NestedNumbers
  means: NestedNumbers
  covars: NestedNumbers
  /** A of an autoregressive model. */
  autoregression?: NestedNumbers
}

/**
 * Which changes of state a model may make: any; only to the same or a later state (a Bakis model, jumps allowed); or a
 * mask [K][K] from row to column. What is forbidden has the probability 0 exactly, from the start on. The start
 * probabilities are free in all cases.
 */
export type Transitions = 'free' | 'left-to-right' | readonly (readonly boolean[])[]

/** Options of `fitGaussianHmm`; names and defaults follow hmmlearn 0.3.3. */
export interface FitOptions {
  states: number
  covariance: CovarianceType
  /**
   * States as rules of change instead of levels: x[t] = A x[t-1] + b + noise, with A diagonal or full. The first row of a
   * sequence is given. Default: levels.
   */
  autoregression?: 'diag' | 'full'
  /** Without it: means by `start`, data covariance, uniform start and transition probabilities. */
  init?: InitialParameters
  /** Initial means: k-means++ centres (default), or means of consecutive stretches of time with random cuts. */
  start?: 'kmeans' | 'segments'
  /**
   * Initial covariance: the data's, as hmmlearn has it (default), or what is left of it within the rows nearest to each
   * initial mean. States that lie near each other beside one that is far away are one at first under the former, and EM may
   * rest there.
   */
  startCovars?: 'data' | 'within'
  /** Default free. With left-to-right, k-means centres are put in the order of their rows' time. */
  transitions?: Transitions
  /** E-steps at most. Default 10. */
  maxIterations?: number
  /** EM stops when the log-likelihood (natural log, total) gains less than this. Default 0.01. */
  tolerance?: number
  /** Added to the variances of the initial covariance, and only there. Default 1e-3. */
  minCovar?: number
  /** Seed of the initial means and of the repair of empty states. Default 0. */
  seed?: number
  /** Which parameters EM updates: any of s(tart), t(ransitions), m(eans), c(ovariances). Default 'stmc'. */
  updates?: string
  /** Dirichlet concentration of the start probabilities. Default 1. */
  startProbPrior?: number
  /** Dirichlet concentration of the transition rows. Default 1. */
  transMatPrior?: number
  /** Mean of the normal prior on the means. Default 0. */
  meansPrior?: number
  /** Weight of that prior, in rows. Default 0. */
  meansWeight?: number
  /** Added to every element of the scatter before the division, off-diagonals too. Default 0.01. */
  covarsPrior?: number
  /** Default 1. */
  covarsWeight?: number
}

/** A fitted model and how the fit went. */
export interface FitResult extends GaussianHmm {
  /** One total log-likelihood (natural log) per E-step, each from before that step's parameter update. */
  logLikelihoodHistory: number[]
  /** E-steps done. */
  iterations: number
  /** The last gain was below the tolerance and not a fall. Reaching maxIterations is not convergence. */
  converged: boolean
  /** What went wrong or was repaired, in a sentence; null when nothing did. */
  problem: string | null
  /** How often a state that had lost its rows was restarted. */
  repairs: number
  /** States whose covariance the data do not determine, from 0; `problem` says why. A fit without any is to be preferred. */
  collapsed: number[]
}
