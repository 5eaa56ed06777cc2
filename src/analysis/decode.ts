/** A run read with a model that is already fitted: states, probabilities, and how usual its points are. */
import { decodeViterbi, filteredProbabilities, posteriorProbabilities } from '../hmm'
import { pointLogLikelihoods } from './likelihood'
import { fitWith, modelOfRecord } from './model-record'
import { placedIn, spreadOfRuns } from './placement-of-run'
import { buildSequenceForModel } from './sequences'
import type { Analysis, AnalysisInputRun } from '../domain/analysis'
import type { Finding } from '../domain/finding'
import type { RunSeries } from '../domain/run-series'
import type { UsualLikelihood } from '../domain/states'

/** A run whose share of unusual points is above this is said to follow other dynamics. */
const FOREIGN_SHARE = 0.05

const onUsualScale: Finding = {
  severity: 'info',
  text: 'Rules of change do not tell where a run lies beside the others: it was read on the scale that these have on average.'
}

export interface DecodedRun {
  run: AnalysisInputRun
  states: number
  /** Most probable path (Viterbi), [T]. */
  path: Int32Array
  /** p(state at t | all rows), [T, K] row-major. */
  posterior: Float64Array
  /** p(state at t | rows up to t), [T, K] row-major: what could be known at that time. */
  filtered: Float64Array
  /** ln p(row t | rows before t), [T]; NaN at the first one where states are rules of change. */
  logLikelihood: Float64Array
  /** What is usual; null in migrated analyses. */
  usual: UsualLikelihood | null
  /** Share of points below the first percentile of what is usual; null without quantiles. */
  unusualShare: number | null
  /** More than 5% of the points are that unusual (1% would be): the run does what the others did not. */
  foreign: boolean
  findings: Finding[]
}

/**
 * Decodes a run with the fit of `states` states; the run need not be part of the analysis.
 * @param unfinished the run is still training (see `buildSequenceForModel`).
 * @throws an Error with a plain sentence when there is no such fit or the run lacks a feature.
 */
export function decodeRun(
  analysis: Pick<Analysis, 'fits' | 'inputs' | 'options'>,
  states: number,
  run: RunSeries,
  unfinished = false
): DecodedRun {
  const fit = fitWith(analysis, states)
  const model = modelOfRecord(fit)
  const decodable = buildSequenceForModel(run, analysis.inputs, analysis.options, unfinished)
  const { sequence, unplaced } = decodable
  // Rules tell changes, and little of where a run lies: it stays on the usual scale.
  const placeable = unplaced && !model.autoregression
  const sequences = [placeable ? placedIn(sequence, model, spreadOfRuns(analysis.inputs)) : sequence]
  const [logLikelihood] = pointLogLikelihoods(model, sequences)
  const usual = fit.pointLogLikelihood
  // NaN: the first point of a run whose states are rules of change, which is given.
  const known = logLikelihood.filter((value) => !Number.isNaN(value))
  const unusualShare = usual ? known.filter((value) => value < usual.q01).length / Math.max(1, known.length) : null
  return {
    run: decodable.run,
    states,
    path: decodeViterbi(model, sequences)[0],
    posterior: posteriorProbabilities(model, sequences)[0],
    filtered: filteredProbabilities(model, sequences)[0],
    logLikelihood,
    usual,
    unusualShare,
    foreign: unusualShare !== null && unusualShare > FOREIGN_SHARE,
    findings: unplaced && !placeable ? [...decodable.findings, onUsualScale] : decodable.findings
  }
}
