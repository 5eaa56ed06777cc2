/** How likely each point of a run is under a model, given the points before it: where foreign dynamics stand out. */
import { filteredProbabilities } from '../hmm'
import { logDensities, prepareEmissions } from '../hmm/emissions'
import type { GaussianHmm, Sequence } from '../hmm/types'
import { logSumExp } from '../numeric/logSpace'
import { quantile } from '../numeric/statistics'
import type { UsualLikelihood } from './types'

/**
 * ln p(row t | rows before t) for every row, [T] per sequence (natural log); they add up to the log-likelihood of the
 * sequence. Computed as ln sum_j p(state j at t | rows before t) p(row t | j), with the prediction from the filtered
 * probabilities (Rabiner 1989, eq. 91-92).
 */
export function pointLogLikelihoods(model: GaussianHmm, sequences: readonly Sequence[]): Float64Array[] {
  const { states, startProb, transMat } = model
  const table = prepareEmissions(model)
  const terms = new Float64Array(states)
  const logB = new Float64Array(sequences.reduce((most, { rows }) => Math.max(most, rows), 0) * states)
  // One sequence at a time: the probabilities of hundreds of runs need not be in memory together.
  return sequences.map((sequence) => {
    const [filtered] = filteredProbabilities(model, [sequence])
    logDensities(table, sequence.data, sequence.rows, logB)
    return Float64Array.from({ length: sequence.rows }, (_, t) => {
      for (let j = 0; j < states; j++) {
        let predicted = t === 0 ? startProb[j] : 0
        if (t > 0)
          for (let i = 0; i < states; i++) predicted += filtered[(t - 1) * states + i] * transMat[i * states + j]
        terms[j] = Math.log(predicted) + logB[t * states + j]
      }
      return logSumExp(terms)
    })
  })
}

/** Quantiles of the finite values; null without any. */
export function usualLikelihood(
  values: readonly Float64Array[],
  from: UsualLikelihood['from']
): UsualLikelihood | null {
  const total = values.reduce((sum, own) => sum + own.length, 0)
  const all = new Float64Array(total)
  let at = 0
  for (const own of values) for (const value of own) if (Number.isFinite(value)) all[at++] = value
  if (at === 0) return null
  const sorted = all.subarray(0, at).sort()
  return {
    q01: quantile(sorted, 0.01),
    q05: quantile(sorted, 0.05),
    median: quantile(sorted, 0.5),
    q95: quantile(sorted, 0.95),
    from
  }
}
