/** What has to be known of how the evidence came about: what it did not look at, did not hold out, could not fit. */
import type { Evidence } from '../../domain/evidence'
import type { Finding } from '../../domain/finding'
import type { EvidenceResult } from './gains'

/** @param runs of the analysis; statesMax: the largest number of states that was to be weighed. */
export function evidenceRemarks(
  evidence: Evidence | null,
  results: readonly EvidenceResult[],
  { runs, statesMax }: { runs: number; statesMax: number }
): Finding[] {
  const [first] = results
  if (!first) return []
  const found: Finding[] = []
  const problem = results.find((result) => result.problem !== null)?.problem ?? null
  if (!evidence) {
    const text = `The evidence for phases could not be measured: one state alone could not be fitted. ${problem ?? ''}`
    return [{ severity: 'warning', text: text.trim() }]
  }
  if (first.runs < runs) {
    const text = `The evidence for phases looked at ${first.runs} of ${runs} runs, evenly over the list: more points would not sharpen it.`
    found.push({ severity: 'info', text })
  }
  if (first.runs === first.heldOut) {
    const text =
      first.runs === 1
        ? 'The evidence for phases rests on one run, so nothing was held out: gains are those of the run that was fitted. More seeds make it sound.'
        : `The evidence for phases rests on ${first.runs} runs, too few to hold any out: gains are those of runs that were fitted. More seeds make it sound.`
    found.push({ severity: 'warning', text })
  }
  const weighed = new Set(evidence.rows.map(({ states }) => states))
  const missing = Array.from({ length: statesMax }, (_, k) => k + 1).filter((states) => !weighed.has(states))
  if (missing.length > 0) {
    const text = `The evidence says nothing of ${missing.join(', ')} states, which could not be fitted to every part of the runs. ${problem ?? ''}`
    found.push({ severity: 'warning', text: text.trim() })
  }
  return found
}
