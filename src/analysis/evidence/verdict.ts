/**
 * Whether there are phases at all, and how many the data support.
 *
 * A hidden Markov model has no word for drift: on a slope every further state explains more, by cutting it into finer
 * slices. What counts is what states gain beyond that, so the gain over one regime is held against the same gain on
 * surrogates, which drift as the runs do and have no phases. The number of phases is the smallest whose excess is as
 * good as the best one; there are none where the best excess is small beside the gain, or beside its own spread.
 */
import { median, quantile } from '../../numeric/statistics'
import type { Evidence, EvidenceRow, EvidenceSpread } from '../../domain/evidence'
import type { EvidenceResult } from './gains'

/**
 * Below this share of the gain the excess is what a slope that is not quite linear has. Calibrated on the simulated
 * families of `testing/families.ts` (docs/results/truth.md): without phases nearly all lie below 0.3, with phases above 0.4.
 */
const LEAST_EFFECT = 0.35
/** An excess within this share of the gain of the best one, or one standard error, is as good as the best one. */
const EQUAL_SHARE = 0.1
/** The best excess must be so many standard errors above 0. */
const LEAST_ERRORS = 2

/** @param results of all tasks, in any order. null where nothing could be measured. */
export function weighEvidence(results: readonly EvidenceResult[]): Evidence | null {
  return weighed(results)?.evidence ?? null
}

/** Whether there are phases, and the largest number that was tried is as good as the best: there may be more. */
export function endsAtEdge(results: readonly EvidenceResult[], tried: number): boolean {
  const found = weighed(results)
  return found !== null && found.evidence.states > 1 && found.supported === tried
}

/** @returns with `supported`, how many states are as good as the best number, slices of a slope among them. */
function weighed(results: readonly EvidenceResult[]): { evidence: Evidence; supported: number } | null {
  const gains = results.filter(({ of }) => of === 'runs').flatMap(({ scores }) => gainsOf(scores) ?? [])
  const drifts = results.filter(({ of }) => of === 'surrogates').flatMap(({ scores }) => gainsOf(scores) ?? [])
  if (gains.length === 0 || drifts.length === 0) return null
  const statesMax = Math.max(...gains.map((row) => row.length), ...drifts.map((row) => row.length))
  const rows: EvidenceRow[] = []
  for (let states = 1; states <= statesMax; states++) {
    const own = finiteAt(gains, states)
    // With more states a model can do all that it could with fewer: what a drift explains once, it explains.
    const drift = finiteAt(drifts.map(runningMaximum), states)
    if (own.length < gains.length || drift.length === 0) continue
    const [gain, surrogates] = [spreadOf(own), spreadOf(drift)]
    const error = Math.hypot(standardError(own), standardError(drift))
    rows.push({ states, gain, surrogates, excess: gain.median - surrogates.median, error })
  }
  if (rows.length === 0) return null
  const best = rows.reduce((one, other) => (other.excess > one.excess ? other : one))
  // Of what that many states gain: all that further ones gain by slicing must not make phases smaller, however many are tried.
  const whole = best.gain.median
  const effect = whole > 0 ? Math.max(0, best.excess / whole) : 0
  const phases = effect >= LEAST_EFFECT && best.excess > LEAST_ERRORS * best.error
  const equal = Math.max(EQUAL_SHARE * whole, Math.min(best.error, 2 * EQUAL_SHARE * whole))
  const supported = phases ? rows.find((row) => row.excess >= best.excess - equal)!.states : 1
  const states = Math.max(1, supported - slicesAmong(results, supported))
  const evidence = {
    rows,
    states,
    effect,
    folds: gains.length,
    surrogates: drifts.length,
    verdict: verdictOf(states, supported, rows, effect)
  }
  return { evidence, supported }
}

/** How many of so many states are slices of a slope in most of the splits. */
function slicesAmong(results: readonly EvidenceResult[], states: number): number {
  const counts = results.flatMap(({ of, slices }) => (of === 'runs' ? (slices?.[states - 1] ?? []) : []))
  return counts.length > 0 ? Math.floor(median(counts)) : 0
}

/** Gains over one state; null when one state itself failed. */
function gainsOf(scores: readonly (number | null)[]): (number | null)[][] | null {
  const [one] = scores
  return one === null || one === undefined ? null : [scores.map((score) => (score === null ? null : score - one))]
}

function runningMaximum(gains: readonly (number | null)[]): (number | null)[] {
  let most = -Infinity
  return gains.map((gain) => {
    if (gain !== null) most = Math.max(most, gain)
    return Number.isFinite(most) ? most : null
  })
}

function finiteAt(gains: readonly (readonly (number | null)[])[], states: number): number[] {
  return gains.map((row) => row[states - 1]).filter((value): value is number => value !== null && value !== undefined)
}

function spreadOf(values: readonly number[]): EvidenceSpread {
  const sorted = [...values].sort((a, b) => a - b)
  return { median: median(sorted), low: quantile(sorted, 0.1), high: quantile(sorted, 0.9) }
}

/** Of a median, from the median absolute deviation: one fold that goes wrong must not hide what the others say. */
function standardError(values: readonly number[]): number {
  const centre = median(values)
  const deviation = 1.4826 * median(values.map((value) => Math.abs(value - centre)))
  return (1.2533 * deviation) / Math.sqrt(values.length)
}

const words = [
  ...['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten', 'Eleven', 'Twelve'],
  ...['Thirteen', 'Fourteen', 'Fifteen', 'Sixteen']
]
const inWords = (n: number): string => words[n] ?? String(n)

function verdictOf(states: number, supported: number, rows: readonly EvidenceRow[], effect: number): string {
  const last = rows[rows.length - 1].states
  if (states === 1) {
    if (supported > 1)
      return `No phases. What ${inWords(supported).toLowerCase()} states explain, straight lines explain better.`
    if (last === 1) return 'No phases were looked for: only one state was tried.'
    if (effect < LEAST_EFFECT)
      return `No phases. ${effect < 0.05 ? 'What' : `${Math.round(100 * (1 - effect))}% of what`} ${last === 2 ? 'two' : `2 to ${last}`} states explain is also explained by runs that drift without phases.`
    return 'No phases that are certain: what states explain beyond a drift differs more between parts of the runs than it is large.'
  }
  return phasesInWords(states, supported, last)
}

/**
 * Two phases or more, and what is to be said of others.
 * @param supported how many states are as good as the best number, slices of a slope among them.
 * @param last the largest number that was tried.
 * @param how what they are told by, where it is not levels: ", told by ..."
 */
export function phasesInWords(states: number, supported: number, last: number, how = ''): string {
  const found = `${inWords(states)} phases${how}`
  const sliced = supported > states
  if (supported === last)
    return `${found}, and perhaps more: ${sliced ? 'what further states explain is a slope within a phase, and ' : ''}no larger number was tried.`
  if (sliced)
    return `${found}. What further states explain is a slope within a phase, or also explained by runs that drift without phases.`
  const more = last - states
  const further = more === 1 ? 'one further state explains' : `${inWords(more).toLowerCase()} further states explain`
  return `${found}. What ${further} is also explained by runs that drift without phases.`
}
