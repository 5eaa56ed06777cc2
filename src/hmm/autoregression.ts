/**
 * States that are rules of change (a switching autoregression; Hamilton 1989, Econometrica 57; Rabiner 1989, section IV.B):
 * where EM starts from, rules measured from another origin, and results with the first row, which takes the state of the
 * change after it. Densities and sums are in changes.ts, the M-step in change-rules.ts.
 */
import { bridged } from './cells'
import type { Autoregression, GaussianHmm, Sequence } from './types'

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
