/**
 * What changes from row to row of sequences, for states that are rules of change: x[t] = A_k x[t-1] + b_k + noise. A is diagonal
 * or full, b are the model's `means`, the noise has its `covars`. The first row of a sequence is given: the chain begins
 * with the change from it to the second.
 */
import { packedLength } from '../numeric/linear'
import { LOG_TWO_PI } from '../numeric/log-space'
import type { EmissionTable } from './emissions'
import type { Autoregression, Sequence } from './types'
import type { CovarianceType } from '../domain/analysis-options'

/** Weighted sums over the changes of every state. */
export interface ChangeSums {
  /** Changes, by state, or by state and feature where cells count one by one. */
  count: Float64Array
  /** Sums of the row before (x), of the row (y), and of their products. */
  x: Float64Array
  y: Float64Array
  xx: Float64Array
  xy: Float64Array
  yy: Float64Array
}

/** The sequences as changes: their densities, and their sums weighted by posteriors. */
export class Changes {
  /** [T, D] of every sequence, centred; NaN where nothing was recorded. */
  private readonly values: Float64Array[]
  /** Cells count one by one: neither the rule nor the noise connects features. */
  readonly cellwise: boolean
  readonly sums: ChangeSums
  /** For rows that count as a whole: 1 where both rows of a change are there. */
  private readonly usable: Uint8Array[]

  constructor(
    sequences: readonly Sequence[],
    private readonly states: number,
    private readonly features: number,
    private readonly kind: Autoregression['kind'],
    covariance: CovarianceType
  ) {
    this.cellwise = kind === 'diag' && (covariance === 'diag' || covariance === 'spherical')
    this.values = sequences.map(({ data }) => data.slice())
    this.usable = sequences.map(({ data, rows }) => {
      const whole = Uint8Array.from({ length: rows }, (_, t) =>
        Number(data.subarray(t * features, (t + 1) * features).every((value) => !Number.isNaN(value)))
      )
      return Uint8Array.from({ length: Math.max(0, rows - 1) }, (_, t) => whole[t] & whole[t + 1])
    })
    const [D, K] = [features, states]
    const square = this.cellwise ? K * D : K * packedLength(D)
    this.sums = {
      count: new Float64Array(this.cellwise ? K * D : K),
      x: new Float64Array(K * D),
      y: new Float64Array(K * D),
      xx: new Float64Array(square),
      xy: new Float64Array(this.cellwise ? K * D : K * D * D),
      yy: new Float64Array(square)
    }
  }

  /** Moves the columns' means over what is there to 0. Returns the means. */
  centre(): Float64Array {
    const { features } = this
    const counts = new Float64Array(features)
    const shift = new Float64Array(features)
    for (const values of this.values)
      for (let p = 0; p < values.length; p++) {
        if (Number.isNaN(values[p])) continue
        counts[p % features] += 1
        shift[p % features] += values[p]
      }
    for (let d = 0; d < features; d++) shift[d] = counts[d] > 0 ? shift[d] / counts[d] : 0
    for (const values of this.values) for (let p = 0; p < values.length; p++) values[p] -= shift[p % features]
    return shift
  }

  /** Log densities (natural log) of the changes of sequence s into out, [T - 1, K]. @param table of an autoregressive model */
  densities(table: EmissionTable, s: number, out: Float64Array): void {
    const { features, states } = this
    const values = this.values[s]
    const { means, weights, peaks } = table
    const rules = table.rules!
    const rows = values.length / features - 1
    if (this.cellwise) {
      const cellPeaks = weights.map((weight) => 0.5 * (Math.log(weight) - LOG_TWO_PI))
      for (let t = 0, to = 0; t < rows; t++) {
        const from = t * features
        for (let k = 0, p = 0; k < states; k++, to++) {
          let sum = 0
          for (let d = 0; d < features; d++, p++) {
            const left = values[from + features + d] - rules[p] * values[from + d] - means[p]
            // False where one of the two was not recorded.
            if (left === left) sum += cellPeaks[p] - 0.5 * left * left * weights[p]
          }
          out[to] = sum
        }
      }
      return
    }
    const left = new Float64Array(features)
    const size = packedLength(features)
    for (let t = 0, to = 0; t < rows; t++) {
      for (let k = 0; k < states; k++, to++) {
        if (!this.usable[s][t]) {
          out[to] = 0
          continue
        }
        this.residual(rules, means, values, t, k, left)
        let squares = 0
        if (table.kind === 'diag')
          for (let d = 0; d < features; d++) squares += left[d] * left[d] * weights[k * features + d]
        else
          for (let i = 0, p = table.kind === 'tied' ? 0 : k * size; i < features; i++) {
            let y = 0
            for (let j = 0; j <= i; j++, p++) y += weights[p] * left[j]
            squares += y * y
          }
        out[to] = peaks[k] - 0.5 * squares
      }
    }
  }

  private residual(
    rules: Float64Array,
    means: Float64Array,
    values: Float64Array,
    t: number,
    k: number,
    out: Float64Array
  ): void {
    const { features, kind } = this
    const x = t * features
    const y = x + features
    for (let i = 0; i < features; i++) {
      let expected = means[k * features + i]
      if (kind === 'diag') expected += rules[k * features + i] * values[x + i]
      else
        for (let j = 0, p = (k * features + i) * features; j < features; j++, p++) expected += rules[p] * values[x + j]
      out[i] = values[y + i] - expected
    }
  }
}
