/** Which changes of state occur, where, and which features mark them. */
import { filteredProbabilities } from '../hmm'
import type { GaussianHmm, Sequence } from '../hmm/types'
import { logPosteriorGradient, prepareGradients } from './gradients'
import type { AnalysisInputRun } from '../domain/analysis'
import type { TransitionFeature, TransitionSummary } from '../domain/states'

/**
 * Transitions between different states that occur in the paths, ordered by from, then to.
 *
 * A feature's `gradient` is that of the log posterior of the entered state with respect to the feature, at the last
 * point before the transition, averaged over occurrences: what had to move for the state to be entered. An occurrence
 * counts for the features that are recorded at its point; null: one never is. Features are ranked by its size, from the
 * unrounded numbers, those without one last.
 * @param means where the features are in each state, [K][D]; their differences are the `meanDifference` of a feature.
 */
export function summariseTransitions(
  model: GaussianHmm,
  means: readonly (readonly number[])[],
  paths: readonly ArrayLike<number>[],
  sequences: readonly Sequence[],
  runs: readonly Pick<AnalysisInputRun, 'runId'>[],
  features: readonly string[]
): TransitionSummary[] {
  const { states } = model
  const occurrences = new Map<number, { run: number; index: number }[]>()
  const leaving = new Float64Array(states)
  paths.forEach((path, run) => {
    for (let t = 1; t < path.length; t++) {
      if (path[t] === path[t - 1]) continue
      const key = path[t - 1] * states + path[t]
      occurrences.set(key, [...(occurrences.get(key) ?? []), { run, index: t }])
      leaving[path[t - 1]]++
    }
  })
  const prepared = prepareGradients(model)
  const filtered = new Map<number, Float64Array>()
  /** At the last point before the transition: what had to move for the state to be entered. */
  const gradientAt = (run: number, index: number, to: number): (number | null)[] => {
    const t = index - 1
    const rowAt = (u: number): Float64Array =>
      sequences[run].data.subarray(u * model.features, (u + 1) * model.features)
    // The first row of a rule is given: nothing in it speaks for a state.
    if (model.autoregression && t === 0) return features.map(() => null)
    if (!filtered.has(run)) filtered.set(run, filteredProbabilities(model, [sequences[run]])[0])
    const weights = filtered.get(run)!.subarray(t * states, (t + 1) * states)
    return Array.from(logPosteriorGradient(prepared, rowAt(t), weights, to, rowAt(t - 1)), (g) =>
      Number.isNaN(g) ? null : g
    )
  }
  return [...occurrences.keys()]
    .sort((a, b) => a - b)
    .map((key) => {
      const from = Math.floor(key / states)
      const to = key % states
      const where = occurrences
        .get(key)!
        .map(({ run, index }) => ({ runId: runs[run].runId, index, gradients: gradientAt(run, index, to) }))
      return {
        from,
        to,
        probability: model.transMat[key],
        leavingShare: where.length / leaving[from],
        count: where.length,
        occurrences: where,
        features: rankFeatures(means, from, to, where, features)
      }
    })
}

function rankFeatures(
  means: readonly (readonly number[])[],
  from: number,
  to: number,
  where: readonly { gradients: readonly (number | null)[] }[],
  features: readonly string[]
): TransitionFeature[] {
  return features
    .map((feature, d) => ({
      feature,
      gradient: meanOfRecorded(where.map(({ gradients }) => gradients[d])),
      meanDifference: means[to][d] - means[from][d]
    }))
    .sort((a, b) => sizeOf(b.gradient) - sizeOf(a.gradient))
}

/** null where there is none. */
function meanOfRecorded(values: readonly (number | null)[]): number | null {
  const there = values.filter((value) => value !== null)
  return there.length > 0 ? there.reduce((sum, value) => sum + value, 0) / there.length : null
}

/** Below every gradient where there is none. */
function sizeOf(gradient: number | null): number {
  return gradient === null ? -1 : Math.abs(gradient)
}
