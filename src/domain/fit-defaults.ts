/** What a fit does unless somebody says otherwise: one set for the window and the command line. */
import type { AnalysisOptions } from './analysis-options'

export const fitDefaults = {
  statesMin: 1,
  statesMax: 8,
  align: 'union',
  covariance: 'diag',
  zscore: 'shared',
  emission: 'auto',
  restarts: 8,
  maxIterations: 200,
  tolerance: 1e-3,
  minCovar: 1e-3,
  seed: 0,
  criterion: 'evidence',
  transitions: 'free',
  folds: 5,
  surrogates: 20
} as const satisfies Partial<AnalysisOptions>
