/**
 * Whether there are phases that differ in their rules of change, x[t] = A x[t-1] + b + noise. A curve is many rules as a slope is
 * many levels; so they count only where they beat two kinds of surrogates: runs that drift, and runs that bend smoothly.
 */
import type { Evidence } from '../../domain/evidence'
import type { EvidenceResult } from './gains'
import { phasesInWords, weighEvidence } from './verdict'
import { harderRows } from './verdict-of-rates'

/** Calibrated on the simulated families (docs/results/truth.md). Of the gain, beyond runs that drift. */
const LEAST_EFFECT = 0.6
/** Beyond runs that bend smoothly. */
const LEAST_BEYOND_BENDS = 0.28

/**
 * @param results of all tasks of all three kinds, in any order.
 * @returns null where nothing could be measured.
 */
export function weighRules(results: readonly EvidenceResult[]): Evidence | null {
  const drifting = weighEvidence(results.filter(({ of }) => of !== 'bends'))
  const bending = weighEvidence(
    results
      .filter(({ of }) => of !== 'surrogates')
      .map((one) => (one.of === 'bends' ? { ...one, of: 'surrogates' } : one))
  )
  if (!drifting || !bending) return null
  const about = {
    rows: harderRows(drifting, bending),
    effect: Math.min(drifting.effect, bending.effect),
    folds: drifting.folds,
    surrogates: drifting.surrogates + bending.surrogates,
    emission: 'autoregressive' as const
  }
  const none = (why: string): Evidence => ({ ...about, states: 1, verdict: `Rules of change show none: ${why}.` })
  const { states } = drifting
  if (states === 1 || drifting.effect < LEAST_EFFECT)
    return none('what such states explain is also explained by runs that drift without phases')
  if (bending.effect < LEAST_BEYOND_BENDS) return none('what such states explain is also explained by a smooth bend')
  const last = drifting.rows[drifting.rows.length - 1].states
  return { ...about, states, verdict: phasesInWords(states, states, last, ', told by the rule by which things change') }
}
