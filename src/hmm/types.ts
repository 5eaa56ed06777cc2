/** Domain types of the Gaussian hidden Markov model. No runtime code. */

export type CovarianceType = 'diag' | 'full' | 'tied' | 'spherical'

/** Row-major [rows, columns] observations of one run. */
export interface Sequence {
  data: Float64Array
  rows: number
  columns: number
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
}
