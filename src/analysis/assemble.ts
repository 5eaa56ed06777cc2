/** Puts the results of all planned fits together into an analysis. */
import { decodeViterbi, posteriorProbabilities } from '../hmm'
import type { Sequence } from '../hmm/types'
import type { CandidateResult, FoldResult } from './candidates'
import { modelOfRecord, recordOfModel } from './modelRecord'
import { nameStates } from './names'
import { orderByFirstVisit, permuteModel, permutePaths } from './order'
import { chooseStates, selectionRows } from './select'
import type { BuiltSequences } from './sequences'
import { summariseStates } from './summaries'
import { summariseTransitions } from './transitions'
import type { Analysis, AnalysisOptions, FittedStates, RunSeries } from './types'

export interface AssembleInput {
  id: string
  name: string
  /** ISO 8601. */
  createdAt: string
  options: AnalysisOptions
  built: BuiltSequences
  /** In any order. */
  candidates: readonly CandidateResult[]
  /** In any order; empty when held-out scores were not computed. */
  folds: readonly FoldResult[]
  /** The recorded runs, for names from loss and accuracy; may be empty. */
  runs: readonly RunSeries[]
  elapsedSeconds: number
}

/**
 * The analysis: selection over K, and for each K its best fit read as a training map. A K whose candidates all failed
 * is left out with a finding.
 * @throws an Error with a plain sentence when every candidate failed.
 */
export function assembleAnalysis(input: AssembleInput): Analysis {
  const { options, built } = input
  const findings = [...built.findings]
  const candidates = [...input.candidates].sort(
    (a, b) => a.candidate.states - b.candidate.states || a.candidate.restart - b.candidate.restart
  )
  const selection = selectionRows(options, built.inputs.features.length, candidates, input.folds, findings)
  if (selection.length === 0) {
    const why = candidates.find(({ candidate }) => candidate.problem)?.candidate.problem ?? ''
    throw new Error(`No model could be fitted. ${why}`.trim())
  }
  const fits = selection.map(({ states }) => fitOfStates(bestOf(candidates, states), built, input.runs))
  const chosen = chooseStates(selection, options.criterion, findings)
  return {
    schemaVersion: 1,
    id: input.id,
    name: input.name,
    createdAt: input.createdAt,
    options,
    inputs: built.inputs,
    findings,
    candidates: candidates.map(({ candidate }) => candidate),
    selection,
    fits,
    chosenStates: chosen.states,
    chosenBy: chosen.by,
    elapsedSeconds: input.elapsedSeconds
  }
}

/** The candidate of this K with the highest log-likelihood; ties go to the earlier restart. */
function bestOf(candidates: readonly CandidateResult[], states: number): CandidateResult {
  let best: CandidateResult | null = null
  for (const result of candidates) {
    const { logLikelihood } = result.candidate
    if (result.candidate.states !== states || !result.model || logLikelihood === null) continue
    if (!best || logLikelihood > best.candidate.logLikelihood!) best = result
  }
  return best!
}

function fitOfStates(result: CandidateResult, built: BuiltSequences, runs: readonly RunSeries[]): FittedStates {
  const { candidate } = result
  const { inputs, sequences } = built
  const states = candidate.states
  const decoded = decodeViterbi(result.model!, sequences)
  const steps = inputs.runs.map((run) => run.steps)
  const order = orderByFirstVisit(decoded, steps, states)
  const model = permuteModel(result.model!, order)
  const paths = permutePaths(decoded, order)
  return {
    states,
    restart: candidate.restart,
    logLikelihood: candidate.logLikelihood!,
    aic: candidate.aic!,
    bic: candidate.bic!,
    model: recordOfModel(model),
    stateSummaries: summariseStates(paths, states, nameStates(paths, inputs.runs, runs, states)),
    paths,
    transitions: summariseTransitions(model, paths, sequences, inputs.runs, inputs.features)
  }
}

/**
 * Posterior probabilities [T, K] per sequence under the fit with `states` states, for display.
 * @throws when the analysis has no such fit.
 */
export function posteriorsFor(
  analysis: Pick<Analysis, 'fits'>,
  states: number,
  sequences: readonly Sequence[]
): Float64Array[] {
  return posteriorProbabilities(modelOfRecord(fitWith(analysis, states)), sequences)
}

/** Viterbi paths of any sequences under the fit with `states` states; for runs that were not part of the analysis. */
export function decodeWith(
  analysis: Pick<Analysis, 'fits'>,
  states: number,
  sequences: readonly Sequence[]
): number[][] {
  return decodeViterbi(modelOfRecord(fitWith(analysis, states)), sequences).map((path) => Array.from(path))
}

/** @throws when the analysis has no fit with this number of states. */
export function fitWith(analysis: Pick<Analysis, 'fits'>, states: number): FittedStates {
  const fit = analysis.fits.find((candidate) => candidate.states === states)
  if (!fit) throw new Error(`This analysis has no fit with ${states} states.`)
  return fit
}
