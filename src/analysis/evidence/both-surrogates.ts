/** States of changes, be they rates or rules, have to beat two kinds of surrogates: runs that drift, and runs that bend smoothly. */
import type { Evidence, EvidenceRow } from '../../domain/evidence'
import type { EvidenceResult } from './gains'
import { weighEvidence } from './verdict'

export interface AgainstBoth {
  drifting: Evidence
  bending: Evidence
  /** What a verdict has in common, whatever it says. */
  about: Omit<Evidence, 'states' | 'verdict'>
}

/** Why there are none, where one kind of surrogates explains as much. */
export const noMoreThan = {
  drift: 'what such states explain is also explained by runs that drift without phases',
  bend: 'what such states explain is also explained by a smooth bend'
} as const

/**
 * @param results of all tasks of all three kinds, in any order.
 * @returns null where nothing could be measured.
 */
export function weighAgainstBoth(
  results: readonly EvidenceResult[],
  emission: NonNullable<Evidence['emission']>
): AgainstBoth | null {
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
    emission
  }
  return { drifting, bending, about }
}

/** Beside each number of states the kind of surrogates that explains more. */
function harderRows(drifting: Evidence, bending: Evidence): EvidenceRow[] {
  return drifting.rows.map((row) => {
    const other = bending.rows.find(({ states }) => states === row.states)
    return other && other.surrogates.median > row.surrogates.median ? other : row
  })
}
