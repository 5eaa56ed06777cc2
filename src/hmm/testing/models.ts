/** Small models for tests. */
import { type Rng } from '../../numeric/rng'
import { covarsLength } from '../initialise'
import type { CovarianceType } from '../../domain/analysis-options'
import type { GaussianHmm } from '../types'

function distribution(size: number, rng: Rng): number[] {
  const weights = Array.from({ length: size }, () => 0.1 + rng.uniform())
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((w) => w / sum)
}

/** Random probabilities, means around `spread` apart, positive definite covariances. */
export function randomModel(
  states: number,
  features: number,
  covariance: CovarianceType,
  rng: Rng,
  spread = 2
): GaussianHmm {
  const covars = new Float64Array(covarsLength(covariance, states, features))
  if (covariance === 'diag' || covariance === 'spherical')
    for (let p = 0; p < covars.length; p++) covars[p] = 0.2 + rng.uniform()
  else
    for (let block = 0; block < covars.length; block += features * features) {
      const a = Float64Array.from({ length: features * features }, () => rng.normal())
      for (let i = 0; i < features; i++)
        for (let j = 0; j < features; j++) {
          let sum = i === j ? 0.3 : 0
          for (let k = 0; k < features; k++) sum += 0.3 * a[i * features + k] * a[j * features + k]
          covars[block + i * features + j] = sum
        }
    }
  return {
    states,
    features,
    covariance,
    startProb: Float64Array.from(distribution(states, rng)),
    transMat: Float64Array.from(Array.from({ length: states }, () => distribution(states, rng)).flat()),
    means: Float64Array.from({ length: states * features }, () => spread * rng.normal()),
    covars
  }
}
