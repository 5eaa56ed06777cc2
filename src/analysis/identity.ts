/**
 * Which state of one fit is which state of another, so that a phase keeps its number, colour and name across refits,
 * numbers of states and restarts. EM numbers its states at random.
 */
import { assignment } from '../numeric/assignment'
import { hasDetails } from './name-details'
import { colorOf } from './summaries'
import { mostStates } from '../domain/states'
import type { Analysis, FittedStates } from '../domain/analysis'
import type { Finding } from '../domain/finding'
import type { StateSummary } from '../domain/states'

/** A fit seen from outside: what matching needs of it. */
export interface IdentifiedFit {
  fit: Pick<FittedStates, 'stateSummaries' | 'paths' | 'model'>
  runs: readonly { runId: string; steps: readonly number[] }[]
  features: readonly string[]
  /** The rows are rates of change over windows of so many points. */
  window?: number
}

/** Below this similarity two states are different phases. A state that splits in halves has 0.5 with each. */
const SAME = 0.2
/** From this similarity on a kept state is close enough to keep its name too. */
const SAME_NAME = 0.5

/**
 * Similarity of every pair of states, [a][b], from 0 to 1. Where the fits share points (equal run, equal step), it is
 * the Jaccard index of the points in the two states; else 1 / (1 + squared distance of the means over the shared
 * features / their number), in z units; 0 where nothing is shared.
 */
export function stateSimilarity(a: IdentifiedFit, b: IdentifiedFit): number[][] {
  const statesA = a.fit.stateSummaries.length
  const statesB = b.fit.stateSummaries.length
  const both = Array.from({ length: statesA }, () => new Float64Array(statesB))
  let shared = 0
  const byRun = new Map(b.runs.map((run, r) => [run.runId, r]))
  a.runs.forEach((run, r) => {
    const other = byRun.get(run.runId)
    if (other === undefined) return
    const steps = b.runs[other].steps
    for (let i = 0, j = 0; i < run.steps.length && j < steps.length;) {
      if (run.steps[i] < steps[j]) i++
      else if (run.steps[i] > steps[j]) j++
      else {
        both[a.fit.paths[r][i++]][b.fit.paths[other][j++]]++
        shared++
      }
    }
  })
  if (shared > 0) {
    const rows = both.map((row) => row.reduce((sum, n) => sum + n, 0))
    const columns = Array.from({ length: statesB }, (_, j) => both.reduce((sum, row) => sum + row[j], 0))
    return both.map((row, i) => Array.from(row, (n, j) => (n === 0 ? 0 : n / (rows[i] + columns[j] - n))))
  }
  // How fast something changes is no place where it could be.
  const alike = (a.window === undefined) === (b.window === undefined)
  const pairs = (alike ? a.features : [])
    .map((feature, i) => ({ i, j: b.features.indexOf(feature) }))
    .filter(({ j }) => j >= 0)
  return a.fit.model.means.map((mine) =>
    b.fit.model.means.map((theirs) => {
      if (pairs.length === 0) return 0
      const squared = pairs.reduce((sum, { i, j }) => sum + (mine[i] - theirs[j]) ** 2, 0) / pairs.length
      return 1 / (1 + squared)
    })
  )
}

/**
 * The states of `fit` under the numbers, colours and (where they are close, or the user gave them) names of the states
 * of `reference` that they match. States without a counterpart get numbers that neither fit uses, while there are
 * colours left; then such as only the reference uses.
 */
export function identify(fit: IdentifiedFit, reference: IdentifiedFit): StateSummary[] {
  if (isWhole(fit) || isWhole(reference)) return [...fit.fit.stateSummaries]
  const similarity = stateSimilarity(fit, reference)
  const match = assignment(similarity, SAME)
  const known = reference.fit.stateSummaries
  const taken = new Set(match.filter((j) => j >= 0).map((j) => known[j].number))
  const avoided = new Set(known.map((state) => state.number))
  const fresh = (): number => {
    const free = Array.from({ length: mostStates }, (_, i) => i + 1).filter((number) => !taken.has(number))
    // The library fits more states than there are colours; their numbers go on.
    let number = free.find((one) => !avoided.has(one)) ?? free[0] ?? mostStates + 1
    while (taken.has(number)) number++
    taken.add(number)
    return number
  }
  const states = fit.fit.stateSummaries.map((state, i) => {
    const number = match[i] >= 0 ? known[match[i]].number : fresh()
    const old = match[i] >= 0 ? known[match[i]] : null
    const keeps = old !== null && !isOfItsFit(old) && similarity[i][match[i]] >= SAME_NAME && old.name !== state.name
    return {
      ...state,
      number,
      color: colorOf(number),
      ...(keeps
        ? { name: old.name, nameSource: old.nameSource === 'user' ? ('user' as const) : ('kept' as const) }
        : old && old.name === state.name
          ? { nameSource: old.nameSource === 'user' ? ('user' as const) : state.nameSource }
          : {})
    }
  })
  return uniqueNames(withoutClashes(states, fit.fit.stateSummaries))
}

/** One state is all of the runs, and no phase that a part of them could be, or the other way round. */
function isWhole({ fit }: IdentifiedFit): boolean {
  return fit.stateSummaries.length === 1
}

/**
 * A name that was kept gives way where the rule calls another state of this fit so: both would need numbers. Names by the rule
 * differ from each other already.
 */
function withoutClashes(states: readonly StateSummary[], byRule: readonly StateSummary[]): StateSummary[] {
  let left = [...states]
  for (let clash = true; clash;) {
    clash = false
    left = left.map((state, i) => {
      const taken = left.some((other, j) => j !== i && other.name === state.name)
      if (state.nameSource !== 'kept' || !taken) return state
      clash = true
      return { ...state, name: byRule[i].name, nameSource: byRule[i].nameSource }
    })
  }
  return left
}

/**
 * States keep their identity: the chosen fit takes it from the previous analysis, its neighbours in K take it from the
 * chosen one, and so on outwards.
 */
export function identifyFits(
  fits: readonly FittedStates[],
  chosenStates: number,
  inputs: Analysis['inputs'],
  previous: Pick<Analysis, 'name' | 'fits' | 'chosenStates' | 'inputs'> | null,
  findings: Finding[]
): FittedStates[] {
  const named = [...fits]
  const { runs, features, window } = inputs
  const anchor = named.findIndex((fit) => fit.states === chosenStates)
  if (previous) {
    const old = previous.fits.find((fit) => fit.states === previous.chosenStates) ?? previous.fits[0]
    const reference = { ...previous.inputs, fit: old }
    named[anchor] = {
      ...named[anchor],
      stateSummaries: identify({ fit: named[anchor], runs, features, window }, reference)
    }
    const known = new Set(old.stateSummaries.map((state) => state.number))
    const kept = named[anchor].stateSummaries.filter((state) => known.has(state.number)).length
    if (kept > 0 && chosenStates > 1 && old.states > 1) {
      const text = `${kept} of ${chosenStates} states match those of "${previous.name}" and keep their numbers.`
      findings.push({ severity: 'info', text })
    }
  }
  const follow = (at: number, from: number): void => {
    const reference = { fit: named[from], runs, features, window }
    named[at] = { ...named[at], stateSummaries: identify({ fit: named[at], runs, features, window }, reference) }
  }
  for (let at = anchor + 1; at < named.length; at++) follow(at, at - 1)
  for (let at = anchor - 1; at >= 0; at--) follow(at, at + 1)
  return named
}

/** A name by the rule that is only a number, or that says what held in the fit that it was made for. */
function isOfItsFit({ name, nameSource }: StateSummary): boolean {
  return nameSource !== 'user' && (name === 'Unused' || /^State \d+/.test(name) || hasDetails(name))
}

/** Kept names go first: a name by the rule that is taken gets a number. */
function uniqueNames(states: readonly StateSummary[]): StateSummary[] {
  const seen = new Set(states.filter((state) => state.nameSource !== 'rule').map((state) => state.name))
  return states.map((state) => {
    if (state.nameSource !== 'rule') return state
    const stem = state.name.replace(/ \d+$/, '')
    let name = state.name
    for (let n = 2; seen.has(name); n++) name = `${stem} ${n}`
    seen.add(name)
    return { ...state, name }
  })
}

/**
 * Share of points at which two decodings of the same runs are in the same state, states matched; 1 for equal fits.
 * @param a state paths of one fit with `states` states; b: of another over the same runs and points.
 */
export function agreement(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[], states: number): number {
  const both = Array.from({ length: states }, () => Array<number>(states).fill(0))
  let points = 0
  a.forEach((path, r) => {
    for (let t = 0; t < path.length; t++) both[path[t]][b[r][t]]++
    points += path.length
  })
  if (points === 0) return 1
  const match = assignment(both, 1)
  return both.reduce((sum, row, i) => sum + (match[i] >= 0 ? row[match[i]] : 0), 0) / points
}
