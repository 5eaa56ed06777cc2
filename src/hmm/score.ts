/** What a fitted model says about sequences: likelihood, probabilities, information criteria. */
import { transitionParameters } from './constraints'
import { logDensities, prepareEmissions } from './emissions'
import { covarsLength } from './initialise'
import { createLattice, forwardScaled, logPass, smooth } from './lattice'
import type { Lattice } from './lattice'
import { stackSequences } from './stack'
import type { GaussianHmm, Sequence, Transitions } from './types'

function evaluate(
  model: GaussianHmm,
  sequences: readonly Sequence[],
  visit: (lattice: Lattice, from: number, to: number) => void
): void {
  const { data, rows, offsets } = stackSequences(sequences, model.features)
  const lattice = createLattice(model, rows)
  logDensities(prepareEmissions(model), data, rows, lattice.logB)
  for (let s = 0; s + 1 < offsets.length; s++) visit(lattice, offsets[s], offsets[s + 1])
}

/**
 * Total log-likelihood (natural log) of all sequences; -Infinity when the model cannot produce one of them.
 * @throws when the number of columns is not the model's or a number is not finite.
 */
export function scoreSequences(model: GaussianHmm, sequences: readonly Sequence[]): number {
  let total = 0
  evaluate(model, sequences, (lattice, from, to) => {
    if (to === from) return
    const logLikelihood = forwardScaled(lattice, from, to)
    total += Number.isNaN(logLikelihood) ? logPass(lattice, from, to) : logLikelihood
  })
  return total
}

/** Posterior probabilities p(state at t | all rows of the sequence), [T, K] per sequence (Rabiner 1989, eq. 27). */
export function posteriorProbabilities(model: GaussianHmm, sequences: readonly Sequence[]): Float64Array[] {
  const out: Float64Array[] = []
  evaluate(model, sequences, (lattice, from, to) => {
    if (to > from) smooth(lattice, from, to)
    out.push(lattice.gamma.slice(from * model.states, to * model.states))
  })
  return out
}

/** Filtered probabilities p(state at t | rows up to and with t), [T, K] per sequence. */
export function filteredProbabilities(model: GaussianHmm, sequences: readonly Sequence[]): Float64Array[] {
  const out: Float64Array[] = []
  evaluate(model, sequences, (lattice, from, to) => {
    if (to > from && Number.isNaN(forwardScaled(lattice, from, to))) logPass(lattice, from, to)
    out.push(lattice.alpha.slice(from * model.states, to * model.states))
  })
  return out
}

/**
 * Free scalars, counted as hmmlearn does: K - 1 start probabilities, K (K - 1) transitions, K D means, and covariances
 * diag K D, full K D (D + 1) / 2, tied D (D + 1) / 2, spherical K. Under a constraint only allowed transitions count,
 * one less per state: left-to-right K (K - 1) / 2.
 */
export function parameterCount(
  model: Pick<GaussianHmm, 'states' | 'features' | 'covariance'>,
  transitions: Transitions = 'free'
): number {
  const { states, features, covariance } = model
  const triangle = (features * (features + 1)) / 2
  const covars =
    covariance === 'full'
      ? states * triangle
      : covariance === 'tied'
        ? triangle
        : covarsLength(covariance, states, features)
  return states - 1 + transitionParameters(transitions, states) + states * features + covars
}

/** Akaike information criterion, -2 ln L + 2 p; lower is better. */
export function aic(logLikelihood: number, parameters: number): number {
  return -2 * logLikelihood + 2 * parameters
}

/** Bayesian information criterion, -2 ln L + p ln(rows); lower is better. Rows are those of all sequences. */
export function bic(logLikelihood: number, parameters: number, rows: number): number {
  return -2 * logLikelihood + parameters * Math.log(rows)
}
