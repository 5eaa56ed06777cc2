/** States and the changes between them, as a fit reads them. */
import { z } from './words'

/** A fit has at most so many states, and each has a colour and a number of its own. */
export const mostStates = 16

/** Where a state's name comes from: the rule, the user, or the same state of an earlier analysis. */
const nameSource = z.enum(['rule', 'user', 'kept'])
export type NameSource = z.infer<typeof nameSource>

/** Which state colour a state wears. */
const stateColor = z.number().int().min(1).max(mostStates)

export const stateSummary = z.object({
  /** 0-based, in order of median first visit: the state's place in the model and in the paths. */
  index: z.number(),
  /** Shown as S1, S2...: the state's identity, which it keeps across refits, numbers of states and restarts. */
  number: z.number().int().min(1),
  name: z.string(),
  nameSource,
  /** How the rule reads the curves in this state, in words, whatever the state is called. */
  rule: z.string(),
  color: stateColor,
  /** Share of all rows spent here. */
  occupancy: z.number(),
  /** Mean length of a visit, in recorded points. */
  meanDwell: z.number(),
  visits: z.number(),
  /** Share of runs that start and end here. */
  initialShare: z.number(),
  finalShare: z.number(),
  initial: z.boolean(),
  final: z.boolean(),
  /** Entered by some run and never left by any. */
  absorbing: z.boolean()
})
export type StateSummary = z.infer<typeof stateSummary>

const transitionFeature = z.object({
  feature: z.string(),
  /**
   * Gradient of the log posterior of the entered state with respect to this feature, averaged over the occurrences where
   * it is recorded, in 1/z; null where it never is.
   */
  gradient: z.number().nullable(),
  /** Mean of the entered state minus mean of the left state, in z. */
  meanDifference: z.number()
})
export type TransitionFeature = z.infer<typeof transitionFeature>

export const transitionSummary = z.object({
  from: z.number(),
  to: z.number(),
  /** Model probability per recorded step. */
  probability: z.number(),
  /** Share of this transition among departures from `from` that occurred. */
  leavingShare: z.number(),
  count: z.number(),
  /**
   * Where it happened: run, index of the first point in the entered state, and the gradients there, in the order of
   * `inputs.features`, null where one is not recorded there (empty in analyses that were migrated from format 1).
   */
  occurrences: z.array(z.object({ runId: z.string(), index: z.number(), gradients: z.array(z.number().nullable()) })),
  /** Ranked by absolute gradient, those without one last. */
  features: z.array(transitionFeature)
})
export type TransitionSummary = z.infer<typeof transitionSummary>

/**
 * Quantiles of the log-likelihood per point (natural log, given the points before it): over held-out runs where folds
 * were computed, since a run that the model was fitted to looks more usual to it than any other can; else over the
 * analysed runs.
 */
export const usualLikelihood = z.object({
  q01: z.number(),
  q05: z.number(),
  median: z.number(),
  q95: z.number(),
  from: z.enum(['heldout', 'analysed'])
})
export type UsualLikelihood = z.infer<typeof usualLikelihood>
