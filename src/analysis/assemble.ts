/** Puts the results of all planned fits together into an analysis. */
import { decodeViterbi } from '../hmm'
import type { Sequence } from '../hmm/types'
import type { CandidateResult, FoldResult } from './candidates'
import type { EvidenceResult } from './evidence/gains'
import { evidenceRemarks } from './evidence/remarks'
import { judgeEvidence } from './evidence/judge'
import type { Measured } from './evidence/judge'
import { agreement, identify, identifyFits } from './identity'
import { fitWith, recordOfModel } from './model-record'
import { pointLogLikelihoods, usualLikelihood } from './likelihood'
import { nameStates } from './names'
import { orderByFirstVisit, permuteModel, permutePaths } from './order'
import { ownRoles } from './roles'
import { chooseStates, selectionRows, usableCandidates } from './select'
import type { BuiltSequences } from './sequences'
import { summariseStates } from './summaries'
import { summariseTransitions } from './transitions'
import type { Analysis, Candidate, FittedStates } from '../domain/analysis'
import type { AnalysisOptions } from '../domain/analysis-options'
import type { Evidence } from '../domain/evidence'
import type { UsualLikelihood } from '../domain/states'
import type { Roles } from '../domain/roles'
import type { RunSeries } from '../domain/run-series'

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
  /** In any order; empty when the evidence was not asked for. */
  evidence: readonly EvidenceResult[]
  /** The same of states that are rates, and of such that are rules of change, where they were weighed. */
  rates?: readonly EvidenceResult[]
  rules?: readonly EvidenceResult[]
  /** The recorded runs, for names from loss and accuracy; may be empty. */
  runs: readonly RunSeries[]
  /** Which of their series are the losses and accuracies. Default: those under the tags of our own runs. */
  roles?: Roles
  /** An earlier analysis whose states lend their numbers, colours and names to those that match. */
  previous?: Pick<Analysis, 'name' | 'fits' | 'chosenStates' | 'inputs'> | null
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
  const { features, autoregression } = built.inputs
  const selection = selectionRows(options, features.length, candidates, input.folds, findings, autoregression)
  if (selection.length === 0) {
    const why = candidates.find(({ candidate }) => candidate.problem)?.candidate.problem ?? ''
    throw new Error(`No model could be fitted. ${why}`.trim())
  }
  const heldOut = (states: number): UsualLikelihood | null => {
    const points = input.folds.filter((fold) => fold.states === states).map((fold) => fold.points)
    return usualLikelihood(points, 'heldout')
  }
  const fits = selection.map(({ states }) =>
    fitOfStates(bestOf(candidates, states), built, input.runs, input.roles, heldOut(states))
  )
  const measured = { levels: [...input.evidence], rates: [...(input.rates ?? [])], rules: [...(input.rules ?? [])] }
  const evidence = judgeEvidence(measured, features.length)
  const asked = { runs: built.inputs.runs.length, statesMax: options.statesMax }
  findings.push(...evidenceRemarks(evidence, resultsBehind(evidence, measured), asked))
  const chosen = chooseStates(selection, options.criterion, evidence, findings)
  return {
    schemaVersion: 2,
    id: input.id,
    name: input.name,
    createdAt: input.createdAt,
    options,
    ...(input.roles ? { roles: input.roles } : {}),
    inputs: built.inputs,
    findings,
    candidates: withAgreement(candidates, fits, built.sequences),
    selection,
    evidence,
    fits: identifyFits(fits, chosen.states, built.inputs, input.previous ?? null, findings),
    chosenStates: chosen.states,
    chosenBy: chosen.by,
    elapsedSeconds: input.elapsedSeconds
  }
}

/** The candidate of this K with the highest log-likelihood; ties go to the earlier restart. */
function bestOf(candidates: readonly CandidateResult[], states: number): CandidateResult {
  const own = usableCandidates(candidates.filter((result) => result.candidate.states === states))
  return own.reduce((best, result) => (result.candidate.logLikelihood! > best.candidate.logLikelihood! ? result : best))
}

function fitOfStates(
  result: CandidateResult,
  built: BuiltSequences,
  runs: readonly RunSeries[],
  roles: Roles | undefined,
  usual: UsualLikelihood | null
): FittedStates {
  const { candidate } = result
  const { inputs, sequences } = built
  const states = candidate.states
  const decoded = decodeViterbi(result.model!, sequences)
  const steps = inputs.runs.map((run) => run.steps)
  const order = orderByFirstVisit(decoded, steps, states)
  const model = permuteModel(result.model!, order)
  const paths = permutePaths(decoded, order)
  const record = recordOfModel(model, model.autoregression ? whereFound(paths, sequences, states) : undefined)
  const where = { features: inputs.features, means: record.means, ...ratesWithin(inputs, record.means) }
  return {
    states,
    restart: candidate.restart,
    logLikelihood: candidate.logLikelihood!,
    aic: candidate.aic!,
    bic: candidate.bic!,
    model: record,
    // Visits are told in recorded points, of which a rate is a window.
    stateSummaries: summariseStates(
      paths,
      states,
      nameStates(paths, inputs.runs, runs, states, where, roles ?? ownRoles)
    ).map((state) => ({ ...state, meanDwell: state.meanDwell * (inputs.window ?? 1) })),
    paths,
    transitions: summariseTransitions(model, record.means, paths, sequences, inputs.runs, inputs.features),
    pointLogLikelihood: usual ?? usualLikelihood(pointLogLikelihoods(model, sequences), 'analysed')
  }
}

/** What the verdict rests on. */
function resultsBehind(evidence: Evidence | null, { levels, rates, rules }: Measured): EvidenceResult[] {
  if (evidence?.emission === 'rates') return rates
  return evidence?.emission === 'autoregressive' ? rules : levels
}

/** Means of what was recorded at the points of each state; of everything for a state without points. [K][D] */
function whereFound(paths: readonly ArrayLike<number>[], sequences: readonly Sequence[], states: number): number[][] {
  const features = sequences[0].columns
  const sums = Array.from({ length: states + 1 }, () => new Float64Array(features))
  const counts = sums.map((own) => own.slice())
  sequences.forEach(({ data }, r) => {
    for (let p = 0; p < data.length; p++) {
      if (Number.isNaN(data[p])) continue
      for (const to of [paths[r][Math.floor(p / features)], states]) {
        sums[to][p % features] += data[p]
        counts[to][p % features] += 1
      }
    }
  })
  const meanOf = (k: number, d: number): number => sums[k][d] / Math.max(1, counts[k][d])
  return Array.from({ length: states }, (_, k) =>
    Array.from({ length: features }, (_, d) => meanOf(counts[k][d] > 0 ? k : states, d))
  )
}

/** Where the rows are rates of change: those of every state in recorded units, averaged over the runs, [K][D]. */
function ratesWithin(
  { window, scaling }: Analysis['inputs'],
  means: readonly (readonly number[])[]
): { rates?: number[][] } {
  if (window === undefined) return {}
  const rateOf = (z: number, d: number): number =>
    scaling.reduce((sum, run) => sum + z * run[d].std + run[d].mean, 0) / scaling.length
  return { rates: means.map((own) => own.map(rateOf)) }
}

/** How far every restart found the states of the best one of its K. Its fit is still the best one here. */
function withAgreement(
  candidates: readonly CandidateResult[],
  fits: readonly FittedStates[],
  sequences: readonly Sequence[]
): Candidate[] {
  return candidates.map(({ candidate, model }) => {
    const best = fits.find((fit) => fit.states === candidate.states)
    if (!model || !best) return candidate
    if (best.restart === candidate.restart) return { ...candidate, agreement: 1 }
    return { ...candidate, agreement: agreement(decodeViterbi(model, sequences), best.paths, candidate.states) }
  })
}

/**
 * The analysis with another restart in use for its K. The states keep their identity by matching with the fit that was
 * in use.
 */
export function withCandidate(
  analysis: Analysis,
  result: CandidateResult,
  built: BuiltSequences,
  runs: readonly RunSeries[]
): Analysis {
  const { states } = result.candidate
  if (!result.model) throw new Error(result.candidate.problem ?? 'This restart gave no model.')
  const { inputs } = analysis
  const before = fitWith(analysis, states)
  // How usual held-out points are does not depend on the restart that is shown.
  const usual = before.pointLogLikelihood?.from === 'heldout' ? before.pointLogLikelihood : null
  const fit = fitOfStates(result, built, runs, analysis.roles, usual)
  fit.stateSummaries = identify({ ...inputs, fit }, { ...inputs, fit: before })
  return { ...analysis, fits: analysis.fits.map((old) => (old.states === states ? fit : old)) }
}
