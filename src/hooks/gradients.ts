/** Scalars of gradients and of updates per hook point. */
import { tagOf } from '../domain/tags'
import { isInside } from '../models/architecture'
import type { ParameterValues } from './weights'

/** Gradients smaller than this move nothing: it is Adam's epsilon. */
const nearZero = 1e-8

/**
 * Of the parameters inside each hook point: `gradients/<hook>/l2`, `mean`, `std` (population), `near_zero` (share with a
 * magnitude below 1e-8) and `nonfinite` (a count), and `gradients/l2` over all parameters of the model.
 * @param gradients of all parameters
 */
export function gradientScalars(
  gradients: readonly ParameterValues[],
  hooks: readonly string[]
): Record<string, number> {
  const scalars: Record<string, number> = { [tagOf.gradientNorm]: norm(gradients.map(({ values }) => values)) }
  for (const hook of hooks) {
    const inside = gradients.filter(({ spec }) => isInside(spec.owner, hook)).map(({ values }) => values)
    if (inside.length === 0) continue
    let [count, sum, squares, small, bad] = [0, 0, 0, 0, 0]
    for (const values of inside) {
      count += values.length
      for (let i = 0; i < values.length; i++) {
        const g = values[i]
        sum += g
        squares += g * g
        if (g < nearZero && g > -nearZero) small++
        if (g - g !== 0) bad++
      }
    }
    const mean = sum / count
    const put = (name: string, value: number): void => {
      scalars[tagOf.gradients(hook, name)] = value
    }
    put('l2', Math.sqrt(squares))
    put('mean', mean)
    put('std', Math.sqrt(Math.max(0, squares / count - mean * mean)))
    put('near_zero', small / count)
    put('nonfinite', bad)
  }
  return scalars
}

/** `updates/<hook>/ratio`: |change of the parameters| / |parameters before|, Euclidean norms over all inside the point. */
export function updateScalars(
  before: readonly ParameterValues[],
  after: readonly ParameterValues[],
  hooks: readonly string[]
): Record<string, number> {
  const scalars: Record<string, number> = {}
  for (const hook of hooks) {
    let [change, size] = [0, 0]
    before.forEach(({ spec, values }, p) => {
      if (!isInside(spec.owner, hook)) return
      const now = after[p].values
      for (let i = 0; i < values.length; i++) {
        change += (now[i] - values[i]) ** 2
        size += values[i] * values[i]
      }
    })
    if (size > 0) scalars[tagOf.updateRatio(hook)] = Math.sqrt(change / size)
  }
  return scalars
}

/** Euclidean norm of all values together. */
export function norm(arrays: readonly Float32Array[]): number {
  let squares = 0
  for (const values of arrays) for (let i = 0; i < values.length; i++) squares += values[i] * values[i]
  return Math.sqrt(squares)
}
