/**
 * Whether there are phases that differ in their rules of change, x[t] = A x[t-1] + b + noise. A curve is many rules as a slope is
 * many levels; so they count only where they beat two kinds of surrogates: runs that drift, and runs that bend smoothly.
 */
import type { Evidence } from '../../domain/evidence'
import { noMoreThan, weighAgainstBoth } from './both-surrogates'
import type { EvidenceResult } from './gains'
import { phasesInWords } from './verdict'

/** Calibrated on the simulated families (docs/results/truth.md). Of the gain, beyond runs that drift. */
const LEAST_EFFECT = 0.6
/** Beyond runs that bend smoothly. */
const LEAST_BEYOND_BENDS = 0.28

/**
 * @param results of all tasks of all three kinds, in any order.
 * @returns null where nothing could be measured.
 */
export function weighRules(results: readonly EvidenceResult[]): Evidence | null {
  const weighed = weighAgainstBoth(results, 'autoregressive')
  if (!weighed) return null
  const { drifting, bending, about } = weighed
  const none = (why: string): Evidence => ({ ...about, states: 1, verdict: `Rules of change show none: ${why}.` })
  const { states } = drifting
  if (states === 1 || drifting.effect < LEAST_EFFECT) return none(noMoreThan.drift)
  if (bending.effect < LEAST_BEYOND_BENDS) return none(noMoreThan.bend)
  const last = drifting.rows[drifting.rows.length - 1].states
  return { ...about, states, verdict: phasesInWords(states, states, last, ', told by the rule by which things change') }
}
