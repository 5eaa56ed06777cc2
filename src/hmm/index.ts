/** Gaussian hidden Markov models: fitting, scoring, decoding, sampling. */
export { fitGaussianHmm, modelOfFit } from './fit'
export { aic, bic, filteredProbabilities, parameterCount, posteriorProbabilities, scoreSequences } from './score'
export { decodeViterbi } from './viterbi'
export { sampleSequence } from './sample'
export { covarsLength, flattenNumbers, modelFromParameters } from './initialise'
export type * from './types'
export type { CovarianceType } from '../domain/analysis-options'
