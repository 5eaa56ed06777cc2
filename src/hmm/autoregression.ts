/**
 * States that are rules of change: x[t] = A_k x[t-1] + b_k + noise (a switching autoregression; Hamilton 1989, Econometrica 57;
 * Rabiner 1989, section IV.B). A is diagonal or full, b are the model's `means`, the noise has its `covars`. The first row
 * of a sequence is given: the chain begins with the change from it to the second, and it takes that one's state.
 */
import { choleskyPacked, packedLength, precisionFromInverseFactor, solvePacked } from '../numeric/linear'
import { LOG_TWO_PI } from '../numeric/logSpace'
import type { EmissionTable } from './emissions'
import { bridged } from './cells'
import type { Autoregression, CovarianceType, GaussianHmm, Sequence } from './types'

/** Below this many changes in all, a state has lost its data. */
const EMPTY_STATE_ROWS = 1e-6

/** Weighted sums over the changes of every state. */
interface Sums {
  /** Changes, by state, or by state and feature where cells count one by one. */
  count: Float64Array
  /** Sums of the row before (x), of the row (y), and of their products. */
  x: Float64Array
  y: Float64Array
  xx: Float64Array
  xy: Float64Array
  yy: Float64Array
}

/** The sequences as changes, and the M-step of a model over them. */
export class Changes {
  /** [T, D] of every sequence, centred; NaN where nothing was recorded. */
  private readonly values: Float64Array[]
  /** Cells count one by one: neither the rule nor the noise connects features. */
  private readonly cellwise: boolean
  private readonly sums: Sums
  /** For rows that count as a whole: 1 where both rows of a change are there. */
  private readonly usable: Uint8Array[]

  constructor(
    sequences: readonly Sequence[],
    private readonly states: number,
    private readonly features: number,
    private readonly kind: Autoregression['kind'],
    private readonly covariance: CovarianceType
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
      ...{ x: new Float64Array(K * D), y: new Float64Array(K * D) },
      ...{ xx: new Float64Array(square), xy: new Float64Array(this.cellwise ? K * D : K * D * D) },
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

  /** Log densities (natural log) of the changes of sequence s into out, [T - 1, K]. */
  densities(model: GaussianHmm, table: EmissionTable, s: number, out: Float64Array): void {
    const { features, states } = this
    const values = this.values[s]
    const rules = model.autoregression!.weights
    const { means, weights, peaks } = table
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

  clear(): void {
    for (const values of Object.values(this.sums) as Float64Array[]) values.fill(0)
  }

  /** @param posteriors [T - 1, stride] with the states first. */
  add(s: number, posteriors: Float64Array, stride: number): void {
    if (this.cellwise) this.addCells(s, posteriors, stride)
    else this.addRows(s, posteriors, stride)
  }

  private addCells(s: number, posteriors: Float64Array, stride: number): void {
    const { features, states } = this
    const { count, x, y, xx, xy, yy } = this.sums
    const values = this.values[s]
    for (let t = 0, at = 0; t < values.length / features - 1; t++, at += stride)
      for (let k = 0; k < states; k++) {
        const weight = posteriors[at + k]
        if (weight === 0) continue
        for (let d = 0, p = k * features, from = t * features; d < features; d++, p++, from++) {
          const [before, now] = [values[from], values[from + features]]
          if (before !== before || now !== now) continue
          count[p] += weight
          x[p] += weight * before
          y[p] += weight * now
          xx[p] += weight * before * before
          xy[p] += weight * before * now
          yy[p] += weight * now * now
        }
      }
  }

  private addRows(s: number, posteriors: Float64Array, stride: number): void {
    const { features, states } = this
    const { count, x, y, xx, xy, yy } = this.sums
    const values = this.values[s]
    const size = packedLength(features)
    for (let t = 0, at = 0; t < values.length / features - 1; t++, at += stride) {
      if (!this.usable[s][t]) continue
      const from = t * features
      const next = from + features
      for (let k = 0; k < states; k++) {
        const weight = posteriors[at + k]
        if (weight === 0) continue
        count[k] += weight
        for (let i = 0, p = k * size, q = k * features * features; i < features; i++) {
          const [before, now] = [weight * values[from + i], weight * values[next + i]]
          x[k * features + i] += before
          y[k * features + i] += now
          for (let j = 0; j < features; j++, q++) xy[q] += before * values[next + j]
          for (let j = 0; j <= i; j++, p++) {
            xx[p] += before * values[from + j]
            yy[p] += now * values[next + j]
          }
        }
      }
    }
  }

  /**
   * The rules and noises that fit the sums best, into the model: weighted least squares. With a diagonal A and a full or
   * tied noise the rules are the best ones for the noise so far, and the noise is the best one for these rules.
   * @param table of the model before.
   * @param updates m: rules and offsets, c: noise.
   * @param covarsPrior added to every element of the squares that are left.
   */
  maximise(model: GaussianHmm, table: EmissionTable | null, updates: string, covarsPrior: number): void {
    if (this.cellwise) this.maximiseCells(model, updates, covarsPrior)
    else this.maximiseRows(model, table, updates, covarsPrior)
  }

  private maximiseCells(model: GaussianHmm, updates: string, covarsPrior: number): void {
    const { features, states } = this
    const { count, x, y, xx, xy, yy } = this.sums
    const { means, covars } = model
    const rules = model.autoregression!.weights
    for (let k = 0; k < states; k++) {
      let squares = 0
      let changes = 0
      for (let d = 0, p = k * features; d < features; d++, p++) {
        const n = count[p]
        if (!(n > EMPTY_STATE_ROWS)) continue
        if (updates.includes('m')) {
          const spread = xx[p] - (x[p] * x[p]) / n
          // A feature that does not move shows no rule but that it stays.
          rules[p] = spread > 1e-12 * xx[p] ? (xy[p] - (x[p] * y[p]) / n) / spread : 0
          means[p] = (y[p] - rules[p] * x[p]) / n
        }
        const [a, b] = [rules[p], means[p]]
        const left = yy[p] + a * a * xx[p] + n * b * b - 2 * a * xy[p] - 2 * b * y[p] + 2 * a * b * x[p]
        // Rounding can leave a path without noise a hair below zero.
        const sum = covarsPrior + Math.max(left, 0)
        if (updates.includes('c') && model.covariance === 'diag') covars[p] = sum / n
        squares += sum
        changes += n
      }
      if (updates.includes('c') && model.covariance === 'spherical' && changes > 0) covars[k] = squares / changes
    }
  }

  private maximiseRows(model: GaussianHmm, table: EmissionTable | null, updates: string, covarsPrior: number): void {
    const { features, states, kind, covariance } = this
    const { count } = this.sums
    const scatters: (Float64Array | null)[] = []
    for (let k = 0; k < states; k++) {
      if (!(count[k] > EMPTY_STATE_ROWS)) {
        scatters.push(null)
        continue
      }
      if (updates.includes('m')) {
        if (kind === 'full') this.leastSquares(model, k)
        else this.diagonalRule(model, table, k)
      }
      scatters.push(this.scatterOf(model, k))
    }
    if (!updates.includes('c')) return
    const { covars } = model
    if (covariance === 'tied') {
      const n = scatters.reduce((sum, scatter, k) => sum + (scatter ? count[k] : 0), 0)
      if (n > 0)
        for (let p = 0; p < features * features; p++)
          covars[p] = (covarsPrior + scatters.reduce((sum, scatter) => sum + (scatter ? scatter[p] : 0), 0)) / n
      return
    }
    scatters.forEach((scatter, k) => {
      if (!scatter) return
      if (covariance === 'full')
        for (let p = 0; p < features * features; p++)
          covars[k * features * features + p] = (covarsPrior + scatter[p]) / count[k]
      let sum = 0
      for (let d = 0; d < features; d++) {
        const variance = (covarsPrior + Math.max(scatter[d * features + d], 0)) / count[k]
        if (covariance === 'diag') covars[k * features + d] = variance
        sum += variance
      }
      if (covariance === 'spherical') covars[k] = sum / features
    })
  }

  /** A and b of one state from [xx x; x' n] [A'; b'] = [xy; y']. */
  private leastSquares(model: GaussianHmm, k: number): void {
    const { features } = this
    const { count, x, y, xx, xy } = this.sums
    const order = features + 1
    const moments = new Float64Array(packedLength(order))
    moments.set(xx.subarray(k * packedLength(features), (k + 1) * packedLength(features)))
    const last = packedLength(features)
    for (let i = 0; i < features; i++) moments[last + i] = x[k * features + i]
    moments[last + features] = count[k]
    const right = new Float64Array(order)
    const factor = factorWithRidge(moments, order)
    for (let d = 0; d < features; d++) {
      for (let i = 0; i < features; i++) right[i] = xy[(k * features + i) * features + d]
      right[features] = y[k * features + d]
      solvePacked(factor, order, right)
      for (let i = 0; i < features; i++) model.autoregression!.weights[(k * features + d) * features + i] = right[i]
      model.means[k * features + d] = right[features]
    }
  }

  /**
   * With centred moments and the precision P of the noise, the diagonal a solves (P o Cxx) a = (P o Cxy) 1, entry by
   * entry (o), and b = mean y - a mean x.
   */
  private diagonalRule(model: GaussianHmm, table: EmissionTable | null, k: number): void {
    const { features } = this
    const { count, x, y, xx, xy } = this.sums
    const size = packedLength(features)
    const precision =
      table && table.kind !== 'diag'
        ? precisionFromInverseFactor(table.weights, table.kind === 'tied' ? 0 : k * size, features)
        : Float64Array.from({ length: features ** 2 }, (_, p) => Number(p % (features + 1) === 0))
    const n = count[k]
    const matrix = new Float64Array(size)
    const right = new Float64Array(features)
    for (let i = 0, p = 0; i < features; i++)
      for (let j = 0; j < features; j++) {
        const between = xy[(k * features + i) * features + j] - (x[k * features + i] * y[k * features + j]) / n
        right[i] += precision[i * features + j] * between
        if (j > i) continue
        const within = xx[k * size + p] - (x[k * features + i] * x[k * features + j]) / n
        matrix[p++] = precision[i * features + j] * within
      }
    solvePacked(factorWithRidge(matrix, features), features, right)
    for (let d = 0; d < features; d++) {
      const at = k * features + d
      model.autoregression!.weights[at] = right[d]
      model.means[at] = (y[at] - right[d] * x[at]) / n
    }
  }

  /** Weighted outer products of what the rule of state k leaves, [D, D]. */
  private scatterOf(model: GaussianHmm, k: number): Float64Array {
    const { features, kind } = this
    const { count, x, y, xx, xy, yy } = this.sums
    const size = packedLength(features)
    const rules = model.autoregression!.weights
    const rule = (i: number, j: number): number =>
      kind === 'full' ? rules[(k * features + i) * features + j] : i === j ? rules[k * features + i] : 0
    const symmetric = (packed: Float64Array, i: number, j: number): number =>
      packed[k * size + (i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i)]
    const b = model.means.subarray(k * features, (k + 1) * features)
    // A [xx], [features, features], and A x.
    const ruled = new Float64Array(features * features)
    const ruledX = new Float64Array(features)
    for (let i = 0; i < features; i++)
      for (let l = 0; l < features; l++) {
        const a = rule(i, l)
        if (a === 0) continue
        ruledX[i] += a * x[k * features + l]
        for (let j = 0; j < features; j++) ruled[i * features + j] += a * symmetric(xx, l, j)
      }
    const out = new Float64Array(features * features)
    for (let i = 0; i < features; i++)
      for (let j = 0; j <= i; j++) {
        let sum =
          symmetric(yy, i, j) -
          b[i] * y[k * features + j] -
          b[j] * y[k * features + i] +
          count[k] * b[i] * b[j] +
          b[i] * ruledX[j] +
          b[j] * ruledX[i]
        for (let l = 0; l < features; l++) {
          sum -= rule(i, l) * xy[(k * features + l) * features + j] + rule(j, l) * xy[(k * features + l) * features + i]
          sum += ruled[i * features + l] * rule(j, l)
        }
        out[i * features + j] = out[j * features + i] = sum
      }
    return out
  }
}

/** Packed Cholesky factor; features that move together get a ridge, so that their rule is one of the many that fit. */
function factorWithRidge(matrix: Float64Array, size: number): Float64Array {
  let trace = 0
  for (let i = 0; i < size; i++) trace += Math.abs(matrix[(i * (i + 1)) / 2 + i])
  for (let ridge = 0; ; ridge = ridge === 0 ? 1e-12 : ridge * 10) {
    const factor = matrix.slice()
    for (let i = 0; i < size; i++) factor[(i * (i + 1)) / 2 + i] += (ridge * trace) / size + (ridge > 0 ? 1e-300 : 0)
    if (choleskyPacked(factor, 0, size)) return factor
    if (ridge > 1e6) throw new Error('The moments of a state are not finite numbers.')
  }
}

/** What changes from row to row, [T - 1, D], without gaps: where EM starts from. */
export function differences(sequence: Sequence): Sequence {
  const { rows, columns } = sequence
  const { data } = sequence.missing ? bridged(sequence, new Float64Array(columns)) : sequence
  const count = Math.max(0, rows - 1)
  const out = Float64Array.from({ length: count * columns }, (_, p) => data[p + columns] - data[p])
  return { data: out, rows: count, columns }
}

/** The rule in which nothing changes but by the offset: A = 1 for one state, or for all. */
export function stayRule({ kind, weights }: Autoregression, features: number, states: number, only?: number): void {
  for (let k = 0; k < states; k++) {
    if (only !== undefined && k !== only) continue
    if (kind === 'diag') weights.fill(1, k * features, (k + 1) * features)
    else {
      weights.fill(0, k * features * features, (k + 1) * features * features)
      for (let d = 0; d < features; d++) weights[(k * features + d) * features + d] = 1
    }
  }
}

/** The offsets when everything is measured from `origin` instead of 0 (`by` 1), or from 0 again (-1): b + (A - 1) origin. */
export function moveOrigin(model: GaussianHmm, origin: Float64Array, by: 1 | -1): void {
  const { states, features, means, autoregression } = model
  for (let k = 0; k < states; k++)
    for (let i = 0; i < features; i++) {
      const at = k * features + i
      means[at] -= by * origin[i]
      if (!autoregression) continue
      if (autoregression.kind === 'diag') means[at] += by * autoregression.weights[at] * origin[i]
      else for (let j = 0; j < features; j++) means[at] += by * autoregression.weights[at * features + j] * origin[j]
    }
}

/** Rows of a result that belong to changes, [T - 1, K], with those of the first row before them, [T, K]. */
export function withFirstRow(changes: Float64Array, states: number, rows: number, start: Float64Array): Float64Array {
  const out = new Float64Array(rows * states)
  if (rows === 0) return out
  out.set(rows > 1 ? changes.subarray(0, states) : start)
  out.set(changes.subarray(0, (rows - 1) * states), states)
  return out
}
