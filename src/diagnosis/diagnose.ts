/** All readings of a run, the one that leads first: by severity, and among equals what can be the cause of the others. */
import { severities, type Reading, type ThresholdChanges } from '../domain/reading'
import type { ObservedRun } from './observed'
import { outcomeOf } from './outcome'
import type { Rule } from './rule'
import { ruleOf, rules } from './rules'

/** @param changes thresholds that somebody has set, in place of the usual ones */
export function diagnose(run: ObservedRun, changes: ThresholdChanges = {}): Reading[] {
  const outcome = outcomeOf(run)
  const found = rules.flatMap((rule) => {
    return rule.judge(run, thresholdsOf(rule, changes), outcome).map((one): Reading => ({ rule: rule.id, ...one }))
  })
  const explained = new Set(
    found.flatMap(({ rule, severity }) => (severity === 'note' ? [] : (ruleOf(rule).explains ?? [])))
  )
  // Stable: among equals the order of the rules stays.
  return found
    .filter(({ rule }) => !explained.has(rule))
    .sort((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity))
}

export function thresholdsOf({ id, thresholds }: Rule, changes: ThresholdChanges): Record<string, number> {
  const changed = changes[id] ?? {}
  return Object.fromEntries(Object.entries(thresholds).map(([name, { usual }]) => [name, changed[name] ?? usual]))
}
