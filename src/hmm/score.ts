/** What a fitted model says about sequences: likelihood, probabilities, information criteria. */
import { transitionParameters } from './constraints'
import { withFirstRow } from './autoregression'
import { prepareEmissions } from './emissions'
import { Expectation } from './expectation'
import type { PassedSequence } from './expectation'
import { covarsLength } from './initialise'
import type { Autoregression, GaussianHmm, Sequence, Transitions } from './types'

function evaluate(
  model: GaussianHmm,
  sequences: readonly Sequence[],
  smooth: boolean,
  visit: (passed: PassedSequence, s: number, expectation: Expectation) => void
): void {
  const { states, covariance, features } = model
  const emissions = prepareEmissions(model)
  const autoregression = model.autoregression?.kind
  // Of a single row an autoregressive model says nothing.
  const least = autoregression ? 2 : 1
  if (autoregression && !sequences.some(({ rows }) => rows >= least)) return
  const expectation = new Expectation(sequences, states, covariance, { features, autoregression })
  expectation.load(model, emissions)
  sequences.forEach(({ rows }, s) => {
    if (rows >= least) visit(expectation.pass(s, smooth), s, expectation)
  })
}

/** With the first row, which only is given, where the model is autoregressive. */
function rowsOf(model: GaussianHmm, { rows }: Sequence, values: Float64Array): Float64Array {
  return model.autoregression ? withFirstRow(values, model.states, rows, model.startProb) : values
}

/**
 * Total log-likelihood (natural log) of all sequences; -Infinity when the model cannot produce one of them.
 * @throws when the number of columns is not the model's or a number is not finite.
 */
export function scoreSequences(model: GaussianHmm, sequences: readonly Sequence[]): number {
  let total = 0
  evaluate(model, sequences, false, ({ logLikelihood }) => (total += logLikelihood))
  return total
}

/** Posterior probabilities p(state at t | all rows of the sequence), [T, K] per sequence (Rabiner 1989, eq. 27). */
export function posteriorProbabilities(model: GaussianHmm, sequences: readonly Sequence[]): Float64Array[] {
  const out = sequences.map((): Float64Array => new Float64Array(0))
  evaluate(model, sequences, true, ({ log }, s, expectation) => (out[s] = log?.posteriors ?? expectation.posteriors(s)))
  return out.map((values, s) => rowsOf(model, sequences[s], values))
}

/** Filtered probabilities p(state at t | rows up to and with t), [T, K] per sequence. */
export function filteredProbabilities(model: GaussianHmm, sequences: readonly Sequence[]): Float64Array[] {
  const out = sequences.map((): Float64Array => new Float64Array(0))
  evaluate(model, sequences, false, ({ log }, s, expectation) => (out[s] = log?.filtered ?? expectation.filtered(s)))
  return out.map((values, s) => rowsOf(model, sequences[s], values))
}

/**
 * Free scalars, counted as hmmlearn does: K - 1 start probabilities, K (K - 1) transitions, K D means, and covariances
 * diag K D, full K D (D + 1) / 2, tied D (D + 1) / 2, spherical K; the rules of autoregressive states K D or K D^2. Under a
 * constraint only allowed transitions count, one less per state: left-to-right K (K - 1) / 2.
 */
export function parameterCount(
  model: Pick<GaussianHmm, 'states' | 'features' | 'covariance'> & { autoregression?: Pick<Autoregression, 'kind'> },
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
  const { kind } = model.autoregression ?? {}
  const rules = kind === undefined ? 0 : states * features * (kind === 'full' ? features : 1)
  return states - 1 + transitionParameters(transitions, states) + states * features + covars + rules
}

/** Akaike information criterion, -2 ln L + 2 p; lower is better. */
export function aic(logLikelihood: number, parameters: number): number {
  return -2 * logLikelihood + 2 * parameters
}

/** Bayesian information criterion, -2 ln L + p ln(rows); lower is better. Rows are those of all sequences. */
export function bic(logLikelihood: number, parameters: number, rows: number): number {
  return -2 * logLikelihood + parameters * Math.log(rows)
}
