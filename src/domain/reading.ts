/** Readings: what is wrong with a run, or remarkable about it, in words, with the numbers that say so. */
import { paramValue } from './recipe'
import { z } from './words'

/**
 * By consequence. note: worth knowing, nothing has to be done. warning: it costs something. problem: the run is not what
 * was wanted.
 */
export const severities = ['note', 'warning', 'problem'] as const
export const severity = z.enum(severities)
export type Severity = z.infer<typeof severity>

/** In the order in which they lead: what can be the cause of others comes first. docs/diagnosis.md has a section for each. */
export const ruleIds = [
  'bad-inputs',
  'constant-inputs',
  'leak',
  'input-scale',
  'exploding',
  'weight-decay',
  'diverged',
  'rate-too-high',
  'dead-units',
  'saturated',
  'vanishing-gradients',
  'frozen',
  'class-imbalance',
  'rate-too-low',
  'stuck',
  'validation-shift',
  'memorised',
  'overfitting',
  'underfitting',
  'ended-early',
  'unlike-seeds',
  'unlike-healthy',
  'plateau',
  'layer-imbalance',
  'update-ratio',
  'loss-spikes',
  'gradient-spikes',
  'near-zero',
  'began-late',
  'range'
] as const
export const ruleId = z.enum(ruleIds)
export type RuleId = z.infer<typeof ruleId>

/** What each rule is called. */
export const ruleTitles: Record<RuleId, string> = {
  'bad-inputs': 'Data that are no numbers',
  'constant-inputs': 'Inputs that never change',
  leak: 'Validation examples that are trained on',
  'input-scale': 'Inputs of an unusual size',
  exploding: 'Exploding activations or gradients',
  'weight-decay': 'Weight decay too strong',
  diverged: 'The loss diverged',
  'rate-too-high': 'Learning rate too high',
  'dead-units': 'Dead units',
  saturated: 'Saturated units',
  'vanishing-gradients': 'Vanishing gradients',
  frozen: 'A layer that does not change',
  'class-imbalance': 'A class that is hardly learned because it is rare',
  'rate-too-low': 'Learning rate too low',
  stuck: 'Stuck at chance',
  'validation-shift': 'Validation looks different from training',
  memorised: 'Memorised without generalising',
  overfitting: 'Overfitting',
  underfitting: 'Underfitting',
  'ended-early': 'Ended while it still learned',
  'unlike-seeds': 'Far from the other seeds',
  'unlike-healthy': 'Unlike the runs that came to something',
  plateau: 'No longer improving',
  'layer-imbalance': 'Layers that learn at very different paces',
  'update-ratio': 'Updates of an unusual size',
  'loss-spikes': 'Loss spikes',
  'gradient-spikes': 'Gradient spikes',
  'near-zero': 'Activations near zero',
  'began-late': 'A layer that began late',
  range: 'Activations outside of the histogram'
}

/** What a chart shows as evidence: a recorded series, and the value beyond which the rule speaks. */
export const evidence = z.object({ tag: z.string(), limit: z.number().nullable() })

export const reading = z.object({
  rule: ruleId,
  severity,
  /** Hook points that it is about, in the order of the network; none where it is about the run. */
  hooks: z.array(z.string()),
  /** Step at which it began; null where it was so before the first update. */
  since: z.number().nullable(),
  /** What is the case, with its numbers. */
  text: z.string(),
  /** What to do about it. */
  remedy: z.string(),
  /** Hyperparameters of another try, where the remedy says which. */
  change: z.record(z.string(), paramValue).nullable(),
  evidence: z.array(evidence)
})
export type Reading = z.infer<typeof reading>

/** The reading that leads, as lists show it; null where nothing was said above a note. */
export const leadReading = z.object({ rule: ruleId, severity: z.enum(['warning', 'problem']) }).nullable()
export type LeadReading = z.infer<typeof leadReading>

/** Told by the comparison with other runs. */
const compared: ReadonlySet<RuleId> = new Set(['unlike-seeds', 'unlike-healthy'])

/** By the run alone: what is told by its comparison with others is for its own page, which reads them, and for alerts. */
export function leadOf(readings: readonly Reading[]): LeadReading {
  const first = readings.find(({ rule }) => !compared.has(rule))
  return first && first.severity !== 'note' ? { rule: first.rule, severity: first.severity } : null
}

/** Thresholds that somebody has changed, by rule and name. */
export const thresholdChanges = z.partialRecord(ruleId, z.record(z.string(), z.number()))
export type ThresholdChanges = z.infer<typeof thresholdChanges>
