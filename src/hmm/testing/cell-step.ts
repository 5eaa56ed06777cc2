/** The E-step over single cells, of rows or of changes, in plain loops and log space: the oracle of the kernels' sums. */
import { densitiesOf } from '../densities'
import { logPass } from '../logPass'
import type { GaussianHmm, Sequence } from '../types'

export interface CellStep {
  logLikelihood: number
  start: Float64Array
  trans: Float64Array
  post: Float64Array
  /** [K, D]: weights of what is there, of x, y, xx, xy and yy. Of rows x is the row, and y is 0. */
  count: Float64Array
  x: Float64Array
  y: Float64Array
  xx: Float64Array
  xy: Float64Array
  yy: Float64Array
}

export function cellStep(model: GaussianHmm, sequences: readonly Sequence[]): CellStep {
  const { states, features, autoregression } = model
  const zeros = (): Float64Array => new Float64Array(states * features)
  const out: CellStep = {
    logLikelihood: 0,
    start: new Float64Array(states),
    trans: new Float64Array(states * states),
    post: new Float64Array(states),
    ...{ count: zeros(), x: zeros(), y: zeros(), xx: zeros(), xy: zeros(), yy: zeros() }
  }
  const densities = densitiesOf(model, sequences)
  sequences.forEach(({ data, rows: all }, s) => {
    const rows = autoregression ? all - 1 : all
    if (rows < 1) return
    const logB = new Float64Array(rows * states)
    densities(s, logB)
    const { logLikelihood, posteriors, transitions } = logPass(model, logB, rows)
    out.logLikelihood += logLikelihood
    transitions.forEach((value, p) => (out.trans[p] += value))
    posteriors.forEach((weight, q) => {
      const [t, k] = [Math.floor(q / states), q % states]
      if (t === 0) out.start[k] += weight
      out.post[k] += weight
      for (let d = 0; d < features; d++) {
        const x = data[t * features + d]
        const y = autoregression ? data[(t + 1) * features + d] : 0
        if (Number.isNaN(x) || Number.isNaN(y)) continue
        const p = k * features + d
        out.count[p] += weight
        out.x[p] += weight * x
        out.y[p] += weight * y
        out.xx[p] += weight * x * x
        out.xy[p] += weight * x * y
        out.yy[p] += weight * y * y
      }
    })
  })
  return out
}
