/** The M-step of states that are rules of change: weighted least squares over the sums of their changes. */
import { choleskyPacked, packedLength, precisionFromInverseFactor, solvePacked } from '../numeric/linear'
import type { ChangeSums, Changes } from './changes'
import type { EmissionTable } from './emissions'
import type { GaussianHmm } from './types'

/** Below this many changes in all, a state has lost its data. */
const EMPTY_STATE_ROWS = 1e-6

/**
 * The rules and noises that fit the sums best, into the model: weighted least squares. With a diagonal A and a full or
 * tied noise the rules are the best ones for the noise so far, and the noise is the best one for these rules.
 * @param changes with the sums of an E-step.
 * @param table of the model before.
 * @param updates m: rules and offsets, c: noise.
 * @param covarsPrior added to every element of the squares that are left.
 */
export function maximiseRules(
  changes: Changes,
  model: GaussianHmm,
  table: EmissionTable | null,
  updates: string,
  covarsPrior: number
): void {
  if (changes.cellwise) maximiseCells(changes.sums, model, updates, covarsPrior)
  else maximiseRows(changes.sums, model, table, updates, covarsPrior)
}

function maximiseCells(sums: ChangeSums, model: GaussianHmm, updates: string, covarsPrior: number): void {
  const { features, states } = model
  const { count, x, y, xx, xy, yy } = sums
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

function maximiseRows(
  sums: ChangeSums,
  model: GaussianHmm,
  table: EmissionTable | null,
  updates: string,
  covarsPrior: number
): void {
  const { features, states, covariance } = model
  const { kind } = model.autoregression!
  const { count } = sums
  const scatters: (Float64Array | null)[] = []
  for (let k = 0; k < states; k++) {
    if (!(count[k] > EMPTY_STATE_ROWS)) {
      scatters.push(null)
      continue
    }
    if (updates.includes('m')) {
      if (kind === 'full') leastSquares(sums, model, k)
      else diagonalRule(sums, model, table, k)
    }
    scatters.push(scatterOf(sums, model, k))
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
function leastSquares(sums: ChangeSums, model: GaussianHmm, k: number): void {
  const { features } = model
  const { count, x, y, xx, xy } = sums
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
function diagonalRule(sums: ChangeSums, model: GaussianHmm, table: EmissionTable | null, k: number): void {
  const { features } = model
  const { count, x, y, xx, xy } = sums
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
function scatterOf(sums: ChangeSums, model: GaussianHmm, k: number): Float64Array {
  const { features } = model
  const { kind } = model.autoregression!
  const { count, x, y, xx, xy, yy } = sums
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
