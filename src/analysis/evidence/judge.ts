/**
 * What all the evidence of an analysis says together: of levels, where there are no phases of levels of rates, and where there are
 * none of rates of rules of change.
 */
import type { Evidence } from '../../domain/evidence'
import type { EvidenceResult } from './gains'
import { weighEvidence } from './verdict'
import { weighRates } from './verdict-of-rates'
import { weighRules } from './verdict-of-rules'

/** What was measured, each list empty where it was not. */
export interface Measured {
  levels: EvidenceResult[]
  rates: EvidenceResult[]
  rules: EvidenceResult[]
}

/**
 * @param features how many there are.
 * @returns null where nothing was, or could be, measured.
 */
export function judgeEvidence({ levels, rates, rules }: Measured, features: number): Evidence | null {
  const [ofLevels, ofRates, ofRules] = [weighEvidence(levels), weighRates(rates, features), weighRules(rules)]
  const all = [ofLevels, ofRates, ofRules].filter((one) => one !== null)
  const found = all.find(({ states }) => states > 1)
  if (!found) return all.length > 0 ? { ...all[0], verdict: joined(all.map(({ verdict }) => verdict)) } : null
  const before = all.slice(0, all.indexOf(found))
  return {
    ...found,
    ...(before.includes(ofLevels!) ? { levels: ofLevels!.verdict } : {}),
    ...(before.includes(ofRates!) ? { rates: ofRates!.verdict } : {})
  }
}

/** What is said of rates and of rules in the same words is said once. */
function joined(verdicts: readonly string[]): string {
  const [rates, rules] = verdicts.slice(-2)
  const same = rates.replace(/^Rates/, '') === rules?.replace(/^Rules/, '')
  return (same ? [...verdicts.slice(0, -2), rates.replace(/^Rates/, 'Rates and rules')] : verdicts).join(' ')
}
