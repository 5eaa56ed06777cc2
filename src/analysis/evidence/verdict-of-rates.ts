/**
 * Whether there are phases that differ in their rates of change. A bend, such as an S-shaped drift has, is many rates as a slope
 * is many levels; so rates count only where they beat two kinds of surrogates, explain a good deal of every feature, and
 * hold still within a phase.
 */
import type { Evidence } from '../../domain/evidence'
import { addBends, noBends, seenShare, trendShare } from './bends'
import { noMoreThan, weighAgainstBoth } from './both-surrogates'
import type { EvidenceResult } from './gains'
import { phasesInWords } from './verdict'

/**
 * Calibrated on the simulated families (docs/results/truth.md), with 4 to 14 features, 60 to 400 points, noise of 0.1 to 10%.
 * Of the gain, beyond runs that drift: rates have 0.45 to 0.9.
 */
const LEAST_EFFECT = 0.45
/** Beyond rates that bend smoothly: rates have 0.3 to 0.55, bends mostly below 0.2. */
const LEAST_BEYOND_BENDS = 0.25
/** Log-likelihood (natural log) per point and feature: below, the states are mostly noise. */
const LEAST_GAIN = 0.3
/** Of the spread within phases at most so much may be trend: rates have -0.05 to 0.08, bends 0.1 to 0.9. */
const MOST_TREND = 0.08
/** So many of the points must lie in visits that are long enough to see a trend in. */
const LEAST_SEEN = 0.5

/**
 * @param results of all tasks of all three kinds, in any order.
 * @param features how many there are.
 * @returns null where nothing could be measured.
 */
export function weighRates(results: readonly EvidenceResult[], features: number): Evidence | null {
  const weighed = weighAgainstBoth(results, 'rates')
  if (!weighed) return null
  const { drifting, bending, about } = weighed
  const runs = results.filter(({ of }) => of === 'runs')
  const { states } = drifting
  const none = (why: string): Evidence => ({
    ...about,
    states: 1,
    verdict: `Rates of change show none: ${why}.`
  })
  if (states === 1 || drifting.effect < LEAST_EFFECT) return none(noMoreThan.drift)
  if (bending.effect < LEAST_BEYOND_BENDS) return none(noMoreThan.bend)
  const bends = runs.map((result) => result.bends?.[states - 1] ?? noBends).reduce(addBends, noBends)
  const trend = trendShare(bends)
  if (trend === null || seenShare(bends) < LEAST_SEEN)
    return none('the states are too short, or have too many open cells, to see whether the rates hold still in them')
  if (trend > MOST_TREND) return none(`within the ${states} states the rates go on changing, as in a bend`)
  const gain = drifting.rows.find((row) => row.states === states)!.gain.median
  if (gain / features < LEAST_GAIN) return none('such states explain next to nothing of each feature')
  const last = drifting.rows[drifting.rows.length - 1].states
  return { ...about, states, verdict: phasesInWords(states, states, last, ', told by how fast things change') }
}
