/** A model as it is kept in an analysis: nested rows that people can read. */
import { flattenNumbers } from '../hmm'
import type { GaussianHmm, NestedNumbers } from '../hmm/types'
import type { Analysis, FittedStates } from '../domain/analysis'

function nest(values: Float64Array, columns: number): number[][] {
  return Array.from({ length: values.length / columns }, (_, i) =>
    Array.from(values.subarray(i * columns, (i + 1) * columns))
  )
}

export function recordOfModel(model: GaussianHmm): FittedStates['model'] {
  const { states, features, covariance, covars } = model
  const rows = nest(covars, features)
  return {
    covariance,
    startProb: Array.from(model.startProb),
    transMat: nest(model.transMat, states),
    means: nest(model.means, features),
    covars:
      covariance === 'spherical'
        ? Array.from(covars)
        : covariance === 'full'
          ? Array.from({ length: states }, (_, k) => rows.slice(k * features, (k + 1) * features))
          : rows
  }
}

/** The model behind a fit of an analysis, with flat arrays as src/hmm takes it. */
export function modelOfRecord(fit: Pick<FittedStates, 'states' | 'model'>): GaussianHmm {
  const { covariance, startProb, transMat, means, covars } = fit.model
  return {
    states: fit.states,
    features: means[0].length,
    covariance,
    startProb: Float64Array.from(startProb),
    transMat: flattenNumbers(transMat),
    means: flattenNumbers(means),
    covars: flattenNumbers(covars as NestedNumbers)
  }
}

/** @throws when the analysis has no fit with this number of states. */
export function fitWith(analysis: Pick<Analysis, 'fits'>, states: number): FittedStates {
  const fit = analysis.fits.find((candidate) => candidate.states === states)
  if (!fit) throw new Error(`This analysis has no fit with ${states} states.`)
  return fit
}
