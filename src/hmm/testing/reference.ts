/** The E-step in plain loops over arrays, nothing shared with the kernels but the densities: their oracle. */
import { packedLength } from '../../numeric/linear'
import { logDensities, prepareEmissions } from '../emissions'
import { logPass } from '../log-pass'
import type { SufficientStatistics } from '../mstep'
import type { GaussianHmm, Sequence } from '../types'
import { createLattice, forwardScaled, smoothScaled } from './scaled-pass'

export interface ReferenceStep {
  logLikelihood: number
  sums: SufficientStatistics
  /** [T, K] per sequence. */
  posteriors: Float64Array[]
  /** Sequences that the scaled pass gave up on. */
  inLogSpace: number
}

/** @param pass which pass to take; scaled goes over to the log pass where it gives up. */
export function referenceStep(
  model: GaussianHmm,
  sequences: readonly Sequence[],
  pass: 'scaled' | 'log'
): ReferenceStep {
  const { states, features, covariance } = model
  const size = packedLength(features)
  const matrix = covariance === 'full' || covariance === 'tied'
  const sums: SufficientStatistics = {
    start: new Float64Array(states),
    trans: new Float64Array(states * states),
    post: new Float64Array(states),
    first: new Float64Array(states * features),
    cells: null,
    second: new Float64Array(covariance === 'full' ? states * size : covariance === 'tied' ? size : states * features)
  }
  const emissions = prepareEmissions(model)
  const out: ReferenceStep = { logLikelihood: 0, sums, posteriors: [], inLogSpace: 0 }
  for (const { data, rows } of sequences) {
    const lattice = createLattice(model, rows)
    logDensities(emissions, data, rows, lattice.logB)
    let gamma = lattice.gamma
    out.posteriors.push(gamma)
    if (rows === 0) continue
    let logLikelihood = pass === 'log' ? Number.NaN : forwardScaled(lattice, 0, rows)
    if (Number.isNaN(logLikelihood) || !smoothScaled(lattice, 0, rows)) {
      const log = logPass(model, lattice.logB, rows)
      logLikelihood = log.logLikelihood
      gamma = log.posteriors
      out.posteriors[out.posteriors.length - 1] = gamma
      log.transitions.forEach((value, p) => (sums.trans[p] += value))
      out.inLogSpace++
    } else lattice.xiRatio.forEach((value, p) => (sums.trans[p] += value * model.transMat[p]))
    out.logLikelihood += logLikelihood
    for (let t = 0; t < rows; t++)
      for (let k = 0; k < states; k++) {
        const g = gamma[t * states + k]
        if (t === 0) sums.start[k] += g
        sums.post[k] += g
        for (let i = 0, p = covariance === 'full' ? k * size : 0; i < features; i++) {
          const x = data[t * features + i]
          sums.first[k * features + i] += g * x
          if (!matrix) sums.second[k * features + i] += g * x * x
          else for (let j = 0; j <= i; j++) sums.second[p++] += g * x * data[t * features + j]
        }
      }
  }
  return out
}
