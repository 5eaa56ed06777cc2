/** States whose covariance says nothing about data: too few rows, or all but equal ones. */
import type { GaussianHmm } from './types'

/** Below this share of the data's variance in every feature a state has shrunk onto a point. */
const POINT = 1e-8

export interface Collapse {
  state: number
  /** Why, to be read after "S1 ". */
  reason: string
}

/**
 * Looks for states whose covariance the data do not determine, but the prior or a floor does.
 * @param post expected rows per state, [K].
 * @param variances of the data, [D]; features that never vary are not looked at.
 * @param covarsPrior what the M-step adds to the scatter of every feature.
 */
export function collapsedStates(
  model: GaussianHmm,
  post: Float64Array,
  variances: Float64Array,
  covarsPrior: number
): Collapse[] {
  const { states, features, covariance } = model
  const out: Collapse[] = []
  const all = post.reduce((sum, rows) => sum + rows, 0)
  // The one covariance of a tied model rests on all rows.
  const needed = covariance === 'full' ? features + 1 : covariance === 'tied' ? 0 : 2
  for (let state = 0; state < states; state++) {
    if (post[state] < needed)
      out.push({ state, reason: `holds ${describe(post[state])} rows, too few for its covariance (${needed})` })
    else if (isPoint(model, state, covariance === 'tied' ? all : post[state], variances, covarsPrior))
      out.push({ state, reason: 'has shrunk onto rows that are all but equal: its variances are those of the prior' })
  }
  return out
}

function isPoint(
  model: GaussianHmm,
  state: number,
  rows: number,
  variances: Float64Array,
  covarsPrior: number
): boolean {
  const { features, covariance, covars } = model
  let varying = 0
  for (let d = 0; d < features; d++) {
    if (!(variances[d] > 0)) continue
    varying++
    const variance =
      covariance === 'diag'
        ? covars[state * features + d]
        : covariance === 'spherical'
          ? covars[state]
          : covars[((covariance === 'tied' ? 0 : state * features) + d) * features + d]
    if (!(variance - covarsPrior / rows < POINT * variances[d])) return false
  }
  return varying > 0
}

function describe(rows: number): string {
  return rows < 0.1 ? 'hardly any' : rows.toFixed(1)
}
