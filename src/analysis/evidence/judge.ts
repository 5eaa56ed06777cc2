/** What all the evidence of an analysis says together: of levels, and where there are no phases of levels, of rates. */
import type { Evidence } from '../../domain/evidence'
import type { EvidenceResult } from './gains'
import { weighEvidence } from './verdict'
import { weighRates } from './verdict-of-rates'

/**
 * @param levels results of states that are levels; empty where only rates were asked for.
 * @param rates results of states that are rates; empty where they were not weighed.
 * @param features how many there are.
 * @returns null where nothing was, or could be, measured.
 */
export function judgeEvidence(
  levels: readonly EvidenceResult[],
  rates: readonly EvidenceResult[],
  features: number
): Evidence | null {
  const [ofLevels, ofRates] = [weighEvidence(levels), weighRates(rates, features)]
  if (!ofLevels || !ofRates) return ofLevels ?? ofRates
  if (ofRates.states > 1) return { ...ofRates, levels: ofLevels.verdict }
  return { ...ofLevels, verdict: `${ofLevels.verdict} ${ofRates.verdict}` }
}
