/** What a fit is told to do. */
import { tagName } from './ids'
import { roleChoices } from './roles'
import { mostStates } from './states'
import { z } from './words'

export const covarianceType = z.enum(['diag', 'full', 'tied', 'spherical'])
export type CovarianceType = z.infer<typeof covarianceType>

/** free: any change of state; left-to-right: only to later states (a Bakis model, jumps allowed). */
const transitionRule = z.enum(['free', 'left-to-right'])
export type TransitionRule = z.infer<typeof transitionRule>

/** evidence: what the states explain beyond a drift (see `Evidence`). */
export const criterion = z.enum(['evidence', 'bic', 'aic', 'heldout'])
export type Criterion = z.infer<typeof criterion>

/** As they stand behind "K = 3 by". */
export const criterionNames = {
  evidence: 'the evidence',
  bic: 'BIC',
  aic: 'AIC',
  heldout: 'held-out likelihood',
  user: 'choice'
} as const satisfies Record<Criterion | 'user', string>

/**
 * Which points of a run become rows. union: every step at which any feature was recorded, with cells missing; common: only
 * steps at which all were; epoch: one row per epoch, of means; or the steps of one series, with the mean of what others
 * recorded since the row before.
 */
export const alignment = z.union([z.enum(['union', 'common', 'epoch']), z.object({ series: tagName }).strict()])
export type Alignment = z.infer<typeof alignment>

/**
 * What a state is. levels: where the features are; rates: how fast they change, over windows of points; auto: levels, and
 * rates where there are no phases of levels and the evidence finds some of rates. autoregressive: a rule by which each point
 * follows from the one before, x[t] = A x[t-1] + b + noise, with A diagonal, or full where features act on each other.
 */
export const emissions = ['auto', 'levels', 'rates', 'autoregressive', 'autoregressive-full'] as const
const emission = z.enum(emissions)
export type Emission = z.infer<typeof emission>

/** The shape of A where states are rules of change: every feature follows from itself alone, or from all of them. */
export const autoregressionKind = z.enum(['diag', 'full'])
export type AutoregressionKind = z.infer<typeof autoregressionKind>

/** @returns undefined where the user has not asked for rules of change. */
export function autoregressionOf(emission: Emission | undefined): AutoregressionKind | undefined {
  if (emission === 'autoregressive') return 'diag'
  return emission === 'autoregressive-full' ? 'full' : undefined
}

export const analysisOptions = z.object({
  runIds: z.array(z.string()).min(1),
  /** Tags used as features, in order: `weights/l2`, `loss/train`... */
  features: z.array(z.string()).min(1),
  /** Absent in analyses from before there was a choice: these are on common steps. */
  align: alignment.optional(),
  /** Fit all the same where alignment leaves out most of what was recorded. */
  force: z.boolean().optional(),
  /** On which scale runs are compared (see `scalesOf`). */
  zscore: z.enum(['shared', 'run', 'all', 'none']),
  /** Absent in analyses from before there was a choice: levels. */
  emission: emission.optional(),
  covariance: covarianceType,
  statesMin: z.number().int().min(1).max(mostStates),
  statesMax: z.number().int().min(1).max(mostStates),
  /** Go on beyond `statesMax` where the evidence chooses it, as far as states can be told apart. Absent: it is the end. */
  extend: z.boolean().optional(),
  restarts: z.number().int().min(1).max(200),
  maxIterations: z.number().int().min(1).max(100000),
  tolerance: z.number().min(0),
  minCovar: z.number().min(0),
  seed: z.number().int(),
  criterion,
  /** Which changes of state the model may make; left-to-right: never back to a lower state. */
  transitions: transitionRule.default('free'),
  /** Folds of the held-out log-likelihood; runs are split, never time points. 0 or fewer than 2 runs: not computed. */
  folds: z.number().int().min(0).max(50),
  /** Sets of phase-free surrogates that the gain of states is held against. 0: no evidence is computed, as in version 0.1. */
  surrogates: z.number().int().min(0).max(200).default(0),
  /** Roles said for this fit alone, above those of the project. */
  roles: roleChoices.optional()
})
export type AnalysisOptions = z.infer<typeof analysisOptions>
