/** Everything about a tiny model by enumeration of all state paths. */
import { logSumExp } from '../../numeric/log-space'
import { logDensities, prepareEmissions } from '../emissions'
import type { GaussianHmm, Sequence } from '../types'

export interface Enumerated {
  /** ln p(rows). */
  total: number
  /** p(state at t | all rows), [T, K]. */
  posteriors: Float64Array
  /** The most likely path. */
  best: number[]
}

export function bruteForce(model: GaussianHmm, sequence: Sequence): Enumerated {
  const { states } = model
  const { rows } = sequence
  const logB = new Float64Array(rows * states)
  logDensities(prepareEmissions(model), sequence.data, rows, logB)
  const paths = Array.from({ length: states ** rows }, (_, n) =>
    Array.from({ length: rows }, (__, t) => Math.floor(n / states ** t) % states)
  )
  const joint = Float64Array.from(paths, (path) =>
    path.reduce(
      (sum, k, t) =>
        sum + logB[t * states + k] + Math.log(t > 0 ? model.transMat[path[t - 1] * states + k] : model.startProb[k]),
      0
    )
  )
  const total = logSumExp(joint)
  const posteriors = new Float64Array(rows * states)
  joint.forEach((value, n) => paths[n].forEach((k, t) => (posteriors[t * states + k] += Math.exp(value - total))))
  return { total, posteriors, best: paths[joint.indexOf(Math.max(...joint))] }
}
