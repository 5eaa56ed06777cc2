/** E-steps over rows as they were recorded, in plain loops and log space: the oracles of the kernels' sums. */
import { packedLength } from '../../numeric/linear'
import { densitiesOf } from '../densities'
import { logPass } from '../log-pass'
import type { GaussianHmm, Sequence } from '../types'

/** What both kinds of sums come with. */
export interface Passed {
  logLikelihood: number
  start: Float64Array
  trans: Float64Array
  post: Float64Array
}

export interface CellStep extends Passed {
  /** [K, D]: weights of what is there, of x, y, xx, xy and yy. Of rows x is the row, and y is 0. */
  count: Float64Array
  x: Float64Array
  y: Float64Array
  xx: Float64Array
  xy: Float64Array
  yy: Float64Array
}

/** Passes all sequences in log space. @param visit is told the weight of state k at row or change t of sequence s. */
export function passAll(
  model: GaussianHmm,
  sequences: readonly Sequence[],
  visit: (s: number, t: number, k: number, weight: number) => void
): Passed {
  const { states, autoregression } = model
  const out: Passed = {
    logLikelihood: 0,
    start: new Float64Array(states),
    trans: new Float64Array(states * states),
    post: new Float64Array(states)
  }
  const densities = densitiesOf(model, sequences)
  sequences.forEach(({ rows: all }, s) => {
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
      visit(s, t, k, weight)
    })
  })
  return out
}

/** Sums over single cells, of rows or of changes. */
export function cellStep(model: GaussianHmm, sequences: readonly Sequence[]): CellStep {
  const { states, features, autoregression } = model
  const zeros = (): Float64Array => new Float64Array(states * features)
  const sums = { count: zeros(), x: zeros(), y: zeros(), xx: zeros(), xy: zeros(), yy: zeros() }
  const passed = passAll(model, sequences, (s, t, k, weight) => {
    const { data } = sequences[s]
    for (let d = 0; d < features; d++) {
      const x = data[t * features + d]
      const y = autoregression ? data[(t + 1) * features + d] : 0
      if (Number.isNaN(x) || Number.isNaN(y)) continue
      const p = k * features + d
      sums.count[p] += weight
      sums.x[p] += weight * x
      sums.y[p] += weight * y
      sums.xx[p] += weight * x * x
      sums.xy[p] += weight * x * y
      sums.yy[p] += weight * y * y
    }
  })
  return { ...passed, ...sums }
}

/** Sums over changes that count as a whole: as `cellStep`, but count is [K], xx and yy are packed [K, P], xy is [K, D, D]. */
export function ruleStep(model: GaussianHmm, sequences: readonly Sequence[]): CellStep {
  const { states, features } = model
  const zeros = (length: number): Float64Array => new Float64Array(states * length)
  const [size, square] = [packedLength(features), features * features]
  const sums = {
    count: zeros(1),
    x: zeros(features),
    y: zeros(features),
    xx: zeros(size),
    xy: zeros(square),
    yy: zeros(size)
  }
  const passed = passAll(model, sequences, (s, t, k, weight) => {
    const { data } = sequences[s]
    const before = data.subarray(t * features, (t + 1) * features)
    const now = data.subarray((t + 1) * features, (t + 2) * features)
    if (before.some(Number.isNaN) || now.some(Number.isNaN)) return
    sums.count[k] += weight
    for (let i = 0, p = k * size; i < features; i++) {
      sums.x[k * features + i] += weight * before[i]
      sums.y[k * features + i] += weight * now[i]
      for (let j = 0; j < features; j++) sums.xy[k * square + i * features + j] += weight * before[i] * now[j]
      for (let j = 0; j <= i; j++, p++) {
        sums.xx[p] += weight * before[i] * before[j]
        sums.yy[p] += weight * now[i] * now[j]
      }
    }
  })
  return { ...passed, ...sums }
}
