/** A model as it is kept in an analysis: nested rows that people can read. */
import { flattenNumbers } from '../hmm'
import type { Autoregression, GaussianHmm, NestedNumbers } from '../hmm/types'
import type { Analysis, FittedStates } from '../domain/analysis'

type Rules = NonNullable<FittedStates['model']['rules']>

function nest(values: Float64Array, columns: number): number[][] {
  return Array.from({ length: values.length / columns }, (_, i) =>
    Array.from(values.subarray(i * columns, (i + 1) * columns))
  )
}

/** @param whereFound where states are rules of change: means of the features over the points of each, [K][D]. */
export function recordOfModel(model: GaussianHmm, whereFound?: number[][]): FittedStates['model'] {
  const { states, features, covariance, covars, autoregression } = model
  const rows = nest(covars, features)
  return {
    covariance,
    startProb: Array.from(model.startProb),
    transMat: nest(model.transMat, states),
    means: whereFound ?? nest(model.means, features),
    ...(autoregression ? { rules: rulesOf(autoregression, model) } : {}),
    covars:
      covariance === 'spherical'
        ? Array.from(covars)
        : covariance === 'full'
          ? Array.from({ length: states }, (_, k) => rows.slice(k * features, (k + 1) * features))
          : rows
  }
}

function rulesOf({ kind, weights }: Autoregression, { states, features, means }: GaussianHmm): Rules {
  const rows = nest(weights, features)
  const offsets = nest(means, features)
  if (kind === 'diag') return { kind, weights: rows, offsets }
  return {
    kind,
    weights: Array.from({ length: states }, (_, k) => rows.slice(k * features, (k + 1) * features)),
    offsets
  }
}

/** The model behind a fit of an analysis, with flat arrays as src/hmm takes it. */
export function modelOfRecord(fit: Pick<FittedStates, 'states' | 'model'>): GaussianHmm {
  const { covariance, startProb, transMat, means, covars, rules } = fit.model
  return {
    states: fit.states,
    features: means[0].length,
    covariance,
    startProb: Float64Array.from(startProb),
    transMat: flattenNumbers(transMat),
    means: flattenNumbers(rules?.offsets ?? means),
    ...(rules ? { autoregression: { kind: rules.kind, weights: flattenNumbers(rules.weights as NestedNumbers) } } : {}),
    covars: flattenNumbers(covars as NestedNumbers)
  }
}

/** @throws when the analysis has no fit with this number of states. */
export function fitWith(analysis: Pick<Analysis, 'fits'>, states: number): FittedStates {
  const fit = analysis.fits.find((candidate) => candidate.states === states)
  if (!fit) throw new Error(`This analysis has no fit with ${states} states.`)
  return fit
}
