/** An analysis: a fitted model selection with everything needed to show it again. */
import { analysisOptions, autoregressionKind, covarianceType, criterion } from './analysis-options'
import { evidence } from './evidence'
import { finding } from './finding'
import { roles } from './roles'
import { stateSummary, transitionSummary, usualLikelihood } from './states'
import { z } from './words'

/** One EM fit of one K from one start. Log-likelihoods are natural logs, totals over all rows. */
const candidate = z.object({
  states: z.number(),
  restart: z.number(),
  seed: z.number(),
  logLikelihood: z.number().nullable(),
  aic: z.number().nullable(),
  bic: z.number().nullable(),
  iterations: z.number(),
  converged: z.boolean(),
  /** Why the candidate was discarded or repaired, in words. */
  problem: z.string().nullable(),
  /**
   * A state has collapsed onto too few points to have a covariance of its own: the likelihood is high for the wrong
   * reason, so the candidate counts only where every restart of its K is like that.
   */
  discarded: z.boolean(),
  /**
   * Share of all points at which it decodes to the same state as the best candidate of this K, states matched; 1 for
   * that one itself, null when the candidate failed. Restarts that agree found the same states.
   */
  agreement: z.number().nullable()
})
export type Candidate = z.infer<typeof candidate>

const spread = z.object({ best: z.number(), mean: z.number(), std: z.number() })
export type Spread = z.infer<typeof spread>

/** One K: what the candidates say about it. Spread is the population standard deviation over restarts (or folds). */
const selectionRow = z.object({
  states: z.number(),
  parameters: z.number(),
  best: z.number().nullable(),
  bic: spread.nullable(),
  aic: spread.nullable(),
  /** Held-out log-likelihood per row, over folds. */
  heldOut: spread.nullable()
})
export type SelectionRow = z.infer<typeof selectionRow>

/** The best fit of one K, read as a training map. Matrices are nested rows so that the file stays readable. */
const fittedStates = z.object({
  states: z.number(),
  restart: z.number(),
  logLikelihood: z.number(),
  aic: z.number(),
  bic: z.number(),
  model: z.object({
    covariance: covarianceType,
    startProb: z.array(z.number()),
    transMat: z.array(z.array(z.number())),
    /** Where the features are in each state: of rules of change, the means over the points that they were found at. [K][D] */
    means: z.array(z.array(z.number())),
    /** Where states are rules of change, x[t] = weights x[t-1] + offsets: weights diag [K][D], full [K][D][D]; offsets [K][D]. */
    rules: z
      .object({ kind: autoregressionKind, weights: z.unknown(), offsets: z.array(z.array(z.number())) })
      .optional(),
    /** diag [K][D], full [K][D][D], tied [D][D], spherical [K]. */
    covars: z.unknown()
  }),
  stateSummaries: z.array(stateSummary),
  /** Viterbi path per run, in the order of `inputs.runs`. */
  paths: z.array(z.array(z.number().int())),
  /** Only transitions between different states that occur. */
  transitions: z.array(transitionSummary),
  /** What is usual for a point; null in analyses that were migrated from format 1. */
  pointLogLikelihood: usualLikelihood.nullable()
})
export type FittedStates = z.infer<typeof fittedStates>

const analysisInputRun = z.object({
  runId: z.string(),
  label: z.string(),
  seed: z.number().nullable(),
  /** True steps and epochs of the rows used. */
  steps: z.array(z.number()),
  epochs: z.array(z.number())
})
export type AnalysisInputRun = z.infer<typeof analysisInputRun>

export const analysis = z.object({
  schemaVersion: z.literal(2),
  /** Counts changes of the file. */
  revision: z.number().int().min(0).optional(),
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  options: analysisOptions,
  /** Which series named the states; absent in older analyses, which knew the tags of our own runs only. */
  roles: roles.optional(),
  inputs: z.object({
    runs: z.array(analysisInputRun),
    features: z.array(z.string()),
    rows: z.number(),
    /** The rows are rates of change over windows of so many points (see `ratesOf`); absent: they are what was recorded. */
    window: z.number().int().min(1).optional(),
    /** States are rules of change with such an A (see `autoregressive` of the options); absent: they are not. */
    autoregression: autoregressionKind.optional(),
    /** Per run, per feature: mean and population standard deviation that the z-score used ([mean, std]). */
    scaling: z.array(z.array(z.object({ mean: z.number(), std: z.number() })))
  }),
  findings: z.array(finding),
  candidates: z.array(candidate),
  selection: z.array(selectionRow),
  /** null where it was not computed, as in analyses of version 0.1. */
  evidence: evidence.nullable().default(null),
  /** Best fit per K, by K. */
  fits: z.array(fittedStates),
  chosenStates: z.number(),
  chosenBy: z.enum([...criterion.options, 'user']),
  elapsedSeconds: z.number()
})
export type Analysis = z.infer<typeof analysis>

export const analysisSummary = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  chosenStates: z.number(),
  chosenBy: z.string(),
  runIds: z.array(z.string()),
  features: z.number(),
  rows: z.number()
})
export type AnalysisSummary = z.infer<typeof analysisSummary>

/** What states are, where they are no levels, as the end of a sentence: ", rates of change over windows of 6 points"; else nothing. */
export function statesAre({ window, autoregression }: Pick<Analysis['inputs'], 'window' | 'autoregression'>): string {
  if (window !== undefined) return `, rates of change over windows of ${window} points`
  if (!autoregression) return ''
  return autoregression === 'full' ? ', rules of change over all features' : ', rules of change'
}
