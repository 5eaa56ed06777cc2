/** Fits whose priors and floors are relative to the data, whatever units these come in. */
import { fitGaussianHmm, modelOfFit, scoreSequences } from '../hmm'
import type { CovarianceType, AnalysisOptions } from '../domain/analysis-options'
import type { Autoregression, FitOptions, FitResult, Sequence } from '../hmm/types'

/**
 * Fits a Gaussian HMM; of sequences that are not z-scored on the scale of each feature's spread over all of them. EM's prior
 * and floor are numbers beside variances of about 1: beside those of values around 1e-6 they would be all there is, and any
 * number of states would come out as one.
 * @returns the model and log-likelihoods of the sequences as they were given.
 */
export function fitScaled(
  sequences: readonly Sequence[],
  options: FitOptions,
  zscore: AnalysisOptions['zscore']
): FitResult {
  if (zscore !== 'none') return fitGaussianHmm(sequences, options)
  const { scales, counts } = spreads(sequences, options.covariance)
  const scaled = sequences.map((sequence) => ({
    ...sequence,
    data: sequence.data.map((value, p) => value / scales[p % sequence.columns])
  }))
  const fit = fitGaussianHmm(scaled, options)
  const inUnits = {
    ...fit,
    means: fit.means.map((mean, p) => mean * scales[p % scales.length]),
    covars: fit.covars.map((value, p) => value * factorAt(fit.covariance, scales, p)),
    ...(fit.autoregression ? { autoregression: rulesInUnits(fit.autoregression, scales) } : {})
  }
  // A density per unit is one over the scale of what it is per spread. Which rows count in rules depends on what is missing.
  const shift = fit.autoregression
    ? scoreSequences(modelOfFit(inUnits), sequences) - scoreSequences(modelOfFit(fit), scaled)
    : scales.reduce((sum, scale, d) => sum - counts[d] * Math.log(scale), 0)
  return { ...inUnits, logLikelihoodHistory: fit.logLikelihoodHistory.map((value) => value + shift) }
}

/** What a feature follows from itself has no unit; what it follows from another has that of one over that of the other. */
function rulesInUnits({ kind, weights }: Autoregression, scales: readonly number[]): Autoregression {
  if (kind === 'diag') return { kind, weights }
  const size = scales.length
  return {
    kind,
    weights: weights.map((value, p) => (value * scales[Math.floor(p / size) % size]) / scales[p % size])
  }
}

/** Standard deviations of the features over all rows, and how many values each has. Spherical models know one for all. */
function spreads(sequences: readonly Sequence[], covariance: CovarianceType): { scales: number[]; counts: number[] } {
  const { columns } = sequences[0]
  const [counts, means, squares] = [0, 1, 2].map(() => new Array<number>(columns).fill(0))
  for (const { data } of sequences)
    for (let p = 0; p < data.length; p++) {
      if (Number.isNaN(data[p])) continue
      const d = p % columns
      counts[d] += 1
      // Welford 1962: sums of squares would lose what varies far from 0.
      const before = data[p] - means[d]
      means[d] += before / counts[d]
      squares[d] += before * (data[p] - means[d])
    }
  const variances = squares.map((sum, d) => (counts[d] > 0 ? sum / counts[d] : 0))
  const usable = (variance: number): number => (variance > 0 && variance < Infinity ? Math.sqrt(variance) : 1)
  if (covariance !== 'spherical') return { scales: variances.map(usable), counts }
  const common = usable(variances.reduce((sum, variance) => sum + variance, 0) / columns)
  return { scales: variances.map(() => common), counts }
}

function factorAt(covariance: CovarianceType, scales: readonly number[], p: number): number {
  const features = scales.length
  if (covariance === 'spherical') return scales[0] ** 2
  if (covariance === 'diag') return scales[p % features] ** 2
  return scales[p % features] * scales[Math.floor(p / features) % features]
}
