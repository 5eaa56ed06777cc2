/** What the runs of an analysis say together; NaN-free: what cannot be computed is null. */
import { finding } from './finding'
import { timeAxis } from './time'
import { z } from './words'

const direction = z.enum(['above', 'below'])

/** When a run counts as converged: the first recorded point at which the metric is strictly beyond the threshold. */
export const convergenceRule = z.object({
  /** Tag, such as `accuracy/val`. */
  metric: z.string().min(1),
  /** null: one is proposed from the runs (see `proposeThreshold`). */
  threshold: z.number().nullable(),
  direction
})
export type ConvergenceRule = z.infer<typeof convergenceRule>

/** One coefficient of the regression; `state` is null for the intercept. */
const estimate = z.object({
  name: z.string(),
  state: z.number().nullable(),
  coefficient: z.number(),
  standardError: z.number(),
  /** null where the fit is perfect and there is no error to measure against. */
  t: z.number().nullable(),
  /** Two-sided. */
  p: z.number().nullable()
})
export type Estimate = z.infer<typeof estimate>

const regression = z.object({
  estimates: z.array(estimate),
  /** States without a coefficient of their own: the others' times already say theirs. Coefficients are against these. */
  reference: z.array(z.number()),
  rows: z.number(),
  degreesOfFreedom: z.number(),
  r2: z.number(),
  /** null without degrees of freedom. */
  adjustedR2: z.number().nullable()
})
export type Regression = z.infer<typeof regression>

/** One state: does visiting it go with later convergence? */
const detourTest = z.object({
  state: z.number(),
  /** Runs that visit the state, of `runs` that converged. */
  visiting: z.number(),
  /** Of the visiting runs those that enter it before they converge: a later visit cannot have delayed them. */
  visitingBefore: z.number(),
  runs: z.number(),
  /** Mean convergence epoch of runs that visit minus that of runs that do not, with its 95% interval (Welch). */
  difference: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  /** Pearson (point-biserial) correlation of presence with convergence epoch, its t and two-sided p. */
  correlation: z.number().nullable(),
  t: z.number().nullable(),
  p: z.number().nullable(),
  /** Share of relabelings of the runs with a correlation at least as large in size. */
  permutationP: z.number().nullable(),
  permutations: z.number(),
  /** Every relabeling was tried; else a seeded sample. */
  exact: z.boolean(),
  /** Benjamini-Hochberg adjusted p, over the states that can be tested. */
  q: z.number().nullable(),
  /** Runs that visit converge later, with q below 0.05, and most of them visit before they converge. */
  detour: z.boolean(),
  /** The verdict in words. */
  why: z.string()
})
export type DetourTest = z.infer<typeof detourTest>

export const acrossRuns = z.object({
  /** What `epoch`, `occupancy`, `fitted` and differences count. */
  axis: timeAxis,
  metric: z.string(),
  threshold: z.number(),
  direction,
  runs: z.array(
    z.object({
      runId: z.string(),
      label: z.string(),
      /** Step of convergence, and its time on the axis; null when the run did not converge. */
      step: z.number().nullable(),
      epoch: z.number().nullable(),
      /** Time spent in each state, [K], on the axis. */
      occupancy: z.array(z.number()),
      /** What the regression says for this run. */
      fitted: z.number().nullable(),
      /** Group of similar trajectories, from 0. */
      cluster: z.number()
    })
  ),
  /** null when too few runs converged or no state time varies; a finding says which. */
  regression: regression.nullable(),
  detours: z.array(detourTest),
  distances: z.object({
    /** Indices into `runs` in the order of the dendrogram. */
    order: z.array(z.number()),
    /** Edits between the sequences of visits, [runs][runs]. */
    edit: z.array(z.array(z.number())),
    /** Earth mover's distance between shares of time, between states of different means, [runs][runs], in z. */
    wasserstein: z.array(z.array(z.number())),
    clusters: z.number(),
    /** Mean silhouette of the groups; null for one group. */
    silhouette: z.number().nullable()
  }),
  findings: z.array(finding)
})
export type AcrossRuns = z.infer<typeof acrossRuns>
