/** Runs one planned fit. Results are plain objects of typed arrays, fit for crossing threads. */
import { aic, bic, modelOfFit, parameterCount, scoreSequences } from '../hmm'
import type { FitResult, GaussianHmm, Sequence } from '../hmm/types'
import { likelihoodRows, pointLogLikelihoods } from './likelihood'
import type { CandidateTask, FoldTask } from './plan'
import { fitScaled } from './scaled-fit'
import type { AnalysisOptions } from '../domain/analysis-options'
import type { Analysis, Candidate } from '../domain/analysis'

export type FitSettings = Pick<
  AnalysisOptions,
  'covariance' | 'maxIterations' | 'tolerance' | 'minCovar' | 'restarts' | 'transitions' | 'zscore'
> &
  // What is fitted, whatever was asked for.
  Pick<Analysis['inputs'], 'autoregression'>

export interface CandidateResult {
  candidate: Candidate
  /** null when the fit failed; then `candidate.problem` says why. */
  model: GaussianHmm | null
}

export interface FoldResult {
  states: number
  fold: number
  /** Log-likelihood (natural log) per held-out row; null when the fit failed. */
  heldOut: number | null
  /** The same point by point, ascending; of many points an even share. Empty when the fit failed. */
  points: Float64Array
  problem: string | null
}

/** A fold's fit is the best of this many starts at most, so that a bad start is not mistaken for a bad K. */
const FOLD_STARTS = 3

/**
 * Even restarts begin from stretches of time, odd ones from k-means++. On recorded runs the former reach better optima
 * for most K, but neither always.
 */
function fit(
  task: { states: number; restart: number; seed: number },
  sequences: readonly Sequence[],
  settings: FitSettings
): FitResult {
  const { autoregression, covariance, maxIterations, tolerance, minCovar, transitions, zscore } = settings
  const { states, seed, restart } = task
  const start = restart % 2 === 0 ? 'segments' : 'kmeans'
  const limits = { maxIterations, tolerance, minCovar }
  return fitScaled(sequences, { states, seed, start, covariance, autoregression, transitions, ...limits }, zscore)
}

/** Fits one K from one start. Failures are in the result, never thrown; scores are those of the final parameters. */
export function runCandidate(
  task: CandidateTask,
  sequences: readonly Sequence[],
  settings: FitSettings
): CandidateResult {
  const base = { ...task, logLikelihood: null, aic: null, bic: null, iterations: 0, converged: false }
  const judged = { agreement: null, discarded: false }
  try {
    const result = fit(task, sequences, settings)
    const model = modelOfFit(result)
    const logLikelihood = scoreSequences(model, sequences)
    const { iterations, converged } = result
    const problem = result.problem === null ? null : withoutNumbers(result.problem)
    if (!Number.isFinite(logLikelihood)) {
      const text = problem ?? 'The log-likelihood of the fitted model is not a finite number.'
      return { candidate: { ...base, ...judged, iterations, problem: text }, model: null }
    }
    const rows = likelihoodRows(sequences, settings.autoregression)
    const parameters = parameterCount(model, settings.transitions)
    return {
      candidate: {
        ...base,
        logLikelihood,
        aic: aic(logLikelihood, parameters),
        bic: bic(logLikelihood, parameters, rows),
        iterations,
        converged,
        problem,
        agreement: null,
        discarded: result.collapsed.length > 0
      },
      model
    }
  } catch (error) {
    return { candidate: { ...base, ...judged, problem: (error as Error).message }, model: null }
  }
}

/**
 * Fits one K on the training runs and scores the held-out runs. With z-scores per run nothing of a held-out run enters
 * the fit; with one scale for all runs its mean and spread do.
 */
export function runFold(task: FoldTask, sequences: readonly Sequence[], settings: FitSettings): FoldResult {
  const { states, fold } = task
  const train = task.trainRuns.map((r) => sequences[r])
  const test = task.testRuns.map((r) => sequences[r])
  const rows = likelihoodRows(test, settings.autoregression)
  let best: { score: number; model: GaussianHmm; collapsed: boolean } | null = null
  let problem: string | null = null
  for (let start = 0; start < (states === 1 ? 1 : Math.min(FOLD_STARTS, settings.restarts)); start++) {
    try {
      const result = fit({ states, restart: start, seed: task.seed + start }, train, settings)
      const model = modelOfFit(result)
      const score = scoreSequences(model, train)
      const collapsed = result.collapsed.length > 0
      const better = !best || (collapsed === best.collapsed ? score > best.score : best.collapsed)
      if (Number.isFinite(score) && better) best = { score, model, collapsed }
    } catch (error) {
      problem = (error as Error).message
    }
  }
  const failed = { states, fold, heldOut: null, points: new Float64Array(0) }
  if (!best) return { ...failed, problem: problem ?? 'No fit of this fold gave a finite likelihood.' }
  try {
    const points = pointLogLikelihoods(best.model, test).map((own) => own.filter((value) => !Number.isNaN(value)))
    const heldOut = points.reduce((sum, own) => sum + own.reduce((a, b) => a + b, 0), 0) / rows
    if (Number.isFinite(heldOut)) return { states, fold, heldOut, points: evenShare(points), problem: null }
    return { ...failed, problem: 'The fitted model cannot produce the held-out runs.' }
  } catch (error) {
    return { ...failed, problem: (error as Error).message }
  }
}

/** Enough for quantiles of a percent; the points of hundreds of runs need not cross threads. */
const KEPT_POINTS = 5000

function evenShare(values: readonly Float64Array[]): Float64Array {
  const sorted = Float64Array.from(values.flatMap((own) => Array.from(own))).sort()
  if (sorted.length <= KEPT_POINTS) return sorted
  const last = sorted.length - 1
  return Float64Array.from({ length: KEPT_POINTS }, (_, i) => sorted[Math.round((i * last) / (KEPT_POINTS - 1))])
}

/** "S4 holds 2 rows" of a restart means none of the states that are shown: these get their numbers by matching later. */
function withoutNumbers(problem: string): string {
  const text = problem
    .replace(/\bS\d+(, S\d+)+\b/g, (list) => `${list.split(', ').length} states`)
    .replace(/\bS\d+\b/g, 'a state')
  return text.replace(/(^|\. )a state/g, '$1A state')
}
