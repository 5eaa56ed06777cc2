/** What the candidates say about each number of states, and which number is chosen. */
import { parameterCount } from '../hmm'
import { meanAndStd } from '../numeric/statistics'
import type { CandidateResult, FoldResult } from './candidates'
import { mostStates } from '../domain/states'
import type { AnalysisOptions, AutoregressionKind, Criterion } from '../domain/analysis-options'
import type { Evidence } from '../domain/evidence'
import type { Finding } from '../domain/finding'
import type { SelectionRow, Spread } from '../domain/analysis'

/** Mean and spread of finite numbers; `best` by `better`. null for none. */
function spread(values: readonly (number | null)[], better: (...values: number[]) => number): Spread | null {
  const usable = values.filter((value): value is number => value !== null && Number.isFinite(value))
  if (usable.length === 0) return null
  return { best: better(...usable), ...meanAndStd(usable) }
}

/** One row per K from statesMin to statesMax that has a usable candidate; every K judged by its own candidates only. */
export function selectionRows(
  options: AnalysisOptions,
  features: number,
  candidates: readonly CandidateResult[],
  folds: readonly FoldResult[],
  findings: Finding[],
  autoregression?: AutoregressionKind
): SelectionRow[] {
  const rules = autoregression ? { autoregression: { kind: autoregression } } : {}
  const shape = { features, covariance: options.covariance, ...rules }
  const rows: SelectionRow[] = []
  for (let states = options.statesMin; states <= options.statesMax; states++) {
    const all = candidates.filter(({ candidate }) => candidate.states === states)
    reportDiscarded(states, all, findings)
    const usable = usableCandidates(all)
    const own = (usable.length > 0 ? usable : all).map(({ candidate }) => candidate)
    const logLikelihood = spread(
      own.map((candidate) => candidate.logLikelihood),
      Math.max
    )
    if (!logLikelihood) {
      const why = own.find((candidate) => candidate.problem)?.problem ?? 'It was not fitted.'
      const text = `${count(states)} left out: no fit succeeded. ${why}`
      findings.push({ severity: 'warning', text })
      continue
    }
    const ownFolds = folds.filter((fold) => fold.states === states)
    const failed = ownFolds.filter((fold) => fold.heldOut === null)
    if (failed.length > 0) {
      const text = `${count(states)}: ${failed.length} of ${ownFolds.length} held-out folds failed. ${failed[0].problem}`
      findings.push({ severity: 'warning', text })
    }
    rows.push({
      states,
      parameters: parameterCount({ ...shape, states }, options.transitions),
      best: logLikelihood.best,
      bic: spread(
        own.map((candidate) => candidate.bic),
        Math.min
      ),
      aic: spread(
        own.map((candidate) => candidate.aic),
        Math.min
      ),
      // A mean over the folds that happened to work would compare with the others' on easier runs.
      heldOut:
        failed.length > 0
          ? null
          : spread(
              ownFolds.map((fold) => fold.heldOut),
              Math.max
            )
    })
  }
  reportFalls(rows, findings)
  return rows
}

/** EM ends within so much of an optimum: what is less is no fall. */
const LEAST_FALL = 1

/** More states can do all that fewer do: where they explain the runs worse, no restart of theirs found a good fit. */
function reportFalls(rows: readonly SelectionRow[], findings: Finding[]): void {
  let best: SelectionRow | null = null
  for (const row of rows) {
    if (best !== null && row.best !== null && row.best < best.best! - LEAST_FALL) {
      const text =
        `${count(row.states)} explain the runs worse than ${count(best.states)} do (log-likelihood ${row.best.toFixed(1)} ` +
        `against ${best.best!.toFixed(1)}), though more states can do all that fewer do: no restart found their best fit. ` +
        'Use more restarts or iterations before comparing them.'
      findings.push({ severity: 'warning', text })
    } else if (row.best !== null) best = row
  }
}

/** Those that have a model; of these, the ones that were not discarded, where there are any. */
export function usableCandidates(own: readonly CandidateResult[]): CandidateResult[] {
  const fitted = own.filter(({ candidate, model }) => model !== null && candidate.logLikelihood !== null)
  const sound = fitted.filter(({ candidate }) => !candidate.discarded)
  return sound.length > 0 ? sound : fitted
}

function reportDiscarded(states: number, own: readonly CandidateResult[], findings: Finding[]): void {
  const discarded = own.filter(({ candidate }) => candidate.discarded)
  if (discarded.length === 0) return
  // Of all remarks on the fit the one on the collapse.
  const sentences = (discarded[0].candidate.problem ?? '').split(/(?<=\.) /)
  const why = sentences.find((sentence) => /holds|shrunk/.test(sentence)) ?? ''
  const severity = discarded.length === own.length ? ('warning' as const) : ('info' as const)
  const text =
    discarded.length === own.length
      ? `${count(states)}: a state collapsed in every restart, so this number of states is too large for the data. ${why}`
      : `${count(states)}: ${discarded.length} of ${own.length} restarts discarded, because a state collapsed. ${why}`
  findings.push({ severity, text: text.trim() })
}

function count(states: number): string {
  return states === 1 ? '1 state' : `${states} states`
}

/**
 * The K that the evidence supports; or the one with the lowest BIC or AIC of its best fit, or the highest mean held-out log-likelihood; ties go to fewer
 * states. Without held-out values the choice falls back to BIC, with a finding.
 * @param rows at least one.
 */
export function chooseStates(
  rows: readonly SelectionRow[],
  criterion: Criterion,
  evidence: Evidence | null,
  findings: Finding[]
): { states: number; by: Criterion } {
  let by = criterion
  if (by === 'evidence') {
    if (evidence) return { states: nearest(rows, evidence.states, findings), by }
    by = 'bic'
    const text = 'The number of states was chosen by BIC: there is no evidence for phases to choose it by.'
    findings.push({ severity: 'warning', text })
  }
  if (by === 'heldout' && !rows.some((row) => row.heldOut)) {
    by = 'bic'
    const text = 'The number of states was chosen by BIC: held-out runs need at least two runs and two folds.'
    findings.push({ severity: 'warning', text })
  }
  const cost = (row: SelectionRow): number =>
    by === 'heldout' ? -(row.heldOut?.mean ?? -Infinity) : ((by === 'bic' ? row.bic : row.aic)?.best ?? Infinity)
  let chosen = rows[0]
  for (const row of rows) if (cost(row) < cost(chosen)) chosen = row
  const largest = rows[rows.length - 1]
  if (rows.length > 1 && chosen === largest) {
    const text = `The largest number of states tried (${chosen.states}) came out best; more states might do better still. ${tryMore(largest.states)}`
    findings.push({ severity: 'info', text })
  }
  warnAboutUnseen(rows, chosen, by, findings)
  return { states: chosen.states, by }
}

function tryMore(tried: number): string {
  return tried < mostStates
    ? `Fit again with up to ${mostStates}.`
    : `No more than ${mostStates} can be fitted: fewer or other features may tell phases that are easier to see.`
}

/** The fitted number of states next to the one that the data support, fewer before more. */
function nearest(rows: readonly SelectionRow[], wanted: number, findings: Finding[]): number {
  const chosen = rows.reduce((best, row) =>
    Math.abs(row.states - wanted) < Math.abs(best.states - wanted) ? row : best
  ).states
  const largest = rows[rows.length - 1].states
  if (chosen !== wanted) {
    const text = `The data support ${count(wanted)}, which were not fitted; ${count(chosen)} are shown.`
    findings.push({ severity: 'warning', text })
  } else if (rows.length > 1 && chosen === largest) {
    const text = `The largest number of states tried (${chosen}) has the best evidence; more phases may be there. ${tryMore(chosen)}`
    findings.push({ severity: 'warning', text })
  }
  return chosen
}

/** BIC and AIC judge a model by the runs it was fitted to; runs it has not seen may say otherwise. */
function warnAboutUnseen(
  rows: readonly SelectionRow[],
  chosen: SelectionRow,
  by: Criterion,
  findings: Finding[]
): void {
  if (by === 'heldout' || !chosen.heldOut) return
  let best = chosen
  for (const row of rows) if (row.heldOut && row.heldOut.mean > best.heldOut!.mean) best = row
  // Within the spread of the folds the difference says nothing.
  if (!(best.heldOut!.mean - chosen.heldOut.mean > best.heldOut!.std)) return
  const text =
    `${by.toUpperCase()} chose ${chosen.states} states, but ${count(best.states)} explain runs that were not fitted better ` +
    `(${best.heldOut!.mean.toFixed(2)} against ${chosen.heldOut.mean.toFixed(2)} log-likelihood per point): ` +
    `the ${chosen.states} states may describe these runs only.`
  findings.push({ severity: 'warning', text })
}
