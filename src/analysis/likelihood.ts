/** How likely each point of a run is under a model, given the points before it: where foreign dynamics stand out. */
import { filteredProbabilities } from '../hmm'
import { densitiesOf } from '../hmm/densities'
import type { GaussianHmm, Sequence } from '../hmm/types'
import { logSumExp } from '../numeric/log-space'
import { quantile } from '../numeric/statistics'
import type { AutoregressionKind } from '../domain/analysis-options'
import type { UsualLikelihood } from '../domain/states'

/**
 * ln p(row t | rows before t) for every row, [T] per sequence (natural log); they add up to the log-likelihood of the
 * sequence. Computed as ln sum_j p(state j at t | rows before t) p(row t | j), with the prediction from the filtered
 * probabilities (Rabiner 1989, eq. 91-92).
 */
export function pointLogLikelihoods(model: GaussianHmm, sequences: readonly Sequence[]): Float64Array[] {
  const { states } = model
  const logB = new Float64Array(sequences.reduce((most, { rows }) => Math.max(most, rows), 0) * states)
  // One sequence at a time: the probabilities of hundreds of runs need not be in memory together.
  return sequences.map((sequence) => {
    const [filtered] = filteredProbabilities(model, [sequence])
    densitiesOf(model, [sequence])(0, logB)
    if (!model.autoregression) return pointsOf(model, filtered, logB, sequence.rows)
    // The first row is given, so that it has no likelihood, and the chain begins with the second.
    const points = new Float64Array(sequence.rows).fill(Number.NaN, 0, 1)
    if (sequence.rows > 1) points.set(pointsOf(model, filtered.subarray(states), logB, sequence.rows - 1), 1)
    return points
  })
}

function pointsOf(model: GaussianHmm, filtered: Float64Array, logB: Float64Array, rows: number): Float64Array {
  const { states, startProb, transMat } = model
  // A state that a row all but excludes may be the one that the next row comes from.
  if (filtered.some((value) => value < leastExact)) return inLogSpace(model, logB, rows)
  const terms = new Float64Array(states)
  return Float64Array.from({ length: rows }, (_, t) => {
    for (let j = 0; j < states; j++) {
      let predicted = t === 0 ? startProb[j] : 0
      if (t > 0) for (let i = 0; i < states; i++) predicted += filtered[(t - 1) * states + i] * transMat[i * states + j]
      terms[j] = Math.log(predicted) + logB[t * states + j]
    }
    return logSumExp(terms)
  })
}

/** Smaller probabilities have lost digits, or are 0 though their logarithm is an ordinary number. */
const leastExact = 1e-290

/** The same by a forward pass over logarithms (Rabiner 1989, eq. 19-21, each row scaled): exact, and ten times slower. */
function inLogSpace({ states, startProb, transMat }: GaussianHmm, logB: Float64Array, rows: number): Float64Array {
  const logTrans = transMat.map(Math.log)
  const filtered = startProb.map(Math.log)
  const terms = new Float64Array(states)
  const work = new Float64Array(states)
  return Float64Array.from({ length: rows }, (_, t) => {
    for (let j = 0; j < states; j++) {
      for (let i = 0; i < states; i++) work[i] = filtered[i] + logTrans[i * states + j]
      terms[j] = (t === 0 ? filtered[j] : logSumExp(work)) + logB[t * states + j]
    }
    const point = logSumExp(terms)
    // A row that no state can produce leaves nothing to go on from.
    for (let j = 0; j < states; j++) filtered[j] = point === -Infinity ? -Infinity : terms[j] - point
    return point
  })
}

/** Rows that have a likelihood: where states are rules of change the first of every run is given. */
export function likelihoodRows(sequences: readonly Sequence[], autoregression: AutoregressionKind | undefined): number {
  return sequences.reduce((sum, { rows }) => sum + Math.max(0, rows - (autoregression ? 1 : 0)), 0)
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
