/** State numbers that mean something: in the order in which runs first reach them. */
import type { GaussianHmm } from '../hmm/types'
import { median } from '../numeric/statistics'
import { firstVisit } from './trajectory'

/**
 * Old state numbers in their new order: by the median, over the runs that visit the state, of the step of the first
 * visit; ties by the mean of these, then by the old number. States that no path visits come last. Neighbours that most
 * runs with both reach the other way round change places: a state that only early runs visit has an early median, and
 * may still come after its neighbour in each of them.
 * @param steps true steps per run, so that runs recorded at different intervals compare.
 */
export function orderByFirstVisit(
  paths: readonly ArrayLike<number>[],
  steps: readonly ArrayLike<number>[],
  states: number
): number[] {
  const keys = Array.from({ length: states }, (_, state) => {
    const visits = paths
      .map((path, r) => ({ t: firstVisit(path, state), r }))
      .filter(({ t }) => t >= 0)
      .map(({ t, r }) => steps[r][t])
    if (visits.length === 0) return { middle: Infinity, mean: Infinity }
    return { middle: median(visits), mean: visits.reduce((a, b) => a + b, 0) / visits.length }
  })
  const order = keys
    .map((_, state) => state)
    .sort((a, b) => compare(keys[a].middle, keys[b].middle) || compare(keys[a].mean, keys[b].mean) || a - b)
  // At most as many rounds as there are states: majorities may contradict each other in a circle.
  for (let round = 0, moved = true; moved && round < states; round++) {
    moved = false
    for (let i = 0; i + 1 < states; i++)
      if (before(paths, order[i + 1], order[i]) > before(paths, order[i], order[i + 1])) {
        const held = order[i]
        order[i] = order[i + 1]
        order[i + 1] = held
        moved = true
      }
  }
  return order
}

/** Runs that visit both states and reach `a` first. */
function before(paths: readonly ArrayLike<number>[], a: number, b: number): number {
  return paths.filter((path) => {
    const [atA, atB] = [firstVisit(path, a), firstVisit(path, b)]
    return atA >= 0 && atB >= 0 && atA < atB
  }).length
}

/** Infinity - Infinity is NaN, which would make the order depend on the sort. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1
}

/** The same model with state order[i] as state i. */
export function permuteModel(model: GaussianHmm, order: readonly number[]): GaussianHmm {
  const { states, covariance, covars, autoregression } = model
  const pick = (values: Float64Array): Float64Array => {
    const block = values.length / states
    const out = new Float64Array(values.length)
    order.forEach((old, k) => out.set(values.subarray(old * block, (old + 1) * block), k * block))
    return out
  }
  const transMat = new Float64Array(states * states)
  order.forEach((from, i) => order.forEach((to, j) => (transMat[i * states + j] = model.transMat[from * states + to])))
  return {
    ...model,
    startProb: pick(model.startProb),
    transMat,
    means: pick(model.means),
    covars: covariance === 'tied' ? covars.slice() : pick(covars),
    ...(autoregression ? { autoregression: { ...autoregression, weights: pick(autoregression.weights) } } : {})
  }
}

/** The same paths under the new numbers. */
export function permutePaths(paths: readonly ArrayLike<number>[], order: readonly number[]): number[][] {
  const renamed = new Map(order.map((old, k) => [old, k]))
  return paths.map((path) => Array.from(path, (state) => renamed.get(state)!))
}
