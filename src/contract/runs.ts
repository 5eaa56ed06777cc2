/** Runs and what they have recorded, as the pages of a training show it. */
import { z } from '../domain/words'
import { id, oneOrMoreIds, someIds, someTags, tagName } from '../domain/ids'
import { roles } from '../domain/roles'
import { runInfo } from '../domain/run'
import { timeAxis } from '../domain/time'
import { f32, f64 } from './packed'
import { done, nothing } from './parts'
import type { EventTable, RequestTable } from './parts'

/** One drawn curve. Decimated for drawing only; first, last and extreme points are always kept. */
const packedSeries = z.object({
  runId: z.string(),
  tag: z.string(),
  steps: f64,
  epochs: f64,
  values: f64,
  /** Points on disk in the asked range. */
  total: z.number(),
  /** The axis of time that tells these points apart. */
  axis: timeAxis
})
export type PackedSeries = z.infer<typeof packedSeries>

const packedHeatmap = z.object({
  runId: z.string(),
  tag: z.string(),
  /** Column positions; a drawn column that joins several recorded ones has the first's step and the sum of counts. */
  steps: f64,
  epochs: f64,
  /** [columns, bins] row-major. */
  counts: f32,
  underflow: f32,
  overflow: f32,
  /** [bins + 1]. */
  edges: f64,
  means: f64,
  stds: f64,
  /** Share of the finite values that are exactly zero, [columns]; NaN where it was not recorded. */
  zeros: f64,
  /** How many values were NaN or infinite, which are in no bin, [columns]; NaN where it was not recorded. */
  nonFinite: f64,
  /** The recorded histograms had edges of their own; their counts were spread over common ones. */
  rebinned: z.boolean(),
  total: z.number()
})
export type PackedHeatmap = z.infer<typeof packedHeatmap>

const peak = z.object({
  /** Share of all values per unit of the axis, [bins]. */
  density: f64,
  /** Histograms that it is the mean of, their first and last step, and the values in them. */
  histograms: z.number(),
  from: z.number(),
  to: z.number(),
  values: z.number(),
  /** Shares of the values. */
  below: z.number(),
  above: z.number(),
  /** null where it was not recorded. */
  zeros: z.number().nullable()
})
export type Peak = z.infer<typeof peak>

export const twinPeaks = z.object({
  /** Epochs that have something to show, ascending; the first epoch is 1. */
  epochs: z.array(z.number()),
  epoch: z.number(),
  /** [bins + 1]; null where the two cannot be laid over each other. */
  edges: f64,
  /** null: no training batch was recorded in the last quarter of this epoch. */
  train: peak.nullable(),
  /** null: the validation examples were not looked at towards the end of this epoch. */
  validation: peak.nullable()
})
export type TwinPeaks = z.infer<typeof twinPeaks>

const sweptRun = z.object({
  runId: z.string(),
  rate: z.number(),
  loss: z.object({ steps: f64, values: f64 }),
  /** Norm of the gradient, and the tag that it comes from; null where none was recorded. */
  gradient: z.object({ tag: z.string(), steps: f64, values: f64 }).nullable(),
  conclusion: z.enum(['too-high', 'unstable', 'too-low', 'good', 'best', 'open']),
  sentence: z.string()
})
export type SweptRunAnswer = z.infer<typeof sweptRun>

/** What is wrong with an expression, from which character on, and how many. */
const expressionProblem = z.object({ text: z.string(), at: z.number(), length: z.number() })
const oneValue = z.union([z.number(), z.nan(), z.literal(Infinity), z.literal(-Infinity), z.string(), z.boolean()])
/** null: a run does not have it. */
const expressionValue = z.union([oneValue, z.array(oneValue).readonly()]).nullable()
export type ExpressionValue = z.infer<typeof expressionValue>

export const runRequests = {
  /** Steps at which a run has checkpoints, ascending. */
  'runs.checkpoints': { params: z.object({ runId: id }), result: z.object({ steps: z.array(z.number()) }) },
  'runs.list': { params: nothing, result: z.array(runInfo) },
  /**
   * Runs that an expression or plain words hold for (docs/expressions.md). What cannot be read is looked for as words, as names have
   * signs, too (`lr=0.01`); where no run has these, all are answered.
   */
  'runs.filter': {
    params: z.object({ text: z.string().max(10_000), analysisId: z.string().nullable() }),
    result: z.object({
      runIds: z.array(z.string()),
      /** The runs are those that have the words of an expression that cannot be read. */
      asWords: z.boolean().default(false),
      problem: expressionProblem.nullable()
    })
  },
  /** What expressions say of every run (docs/expressions.md): a column of the run table each. */
  'runs.values': {
    params: z.object({ columns: z.array(z.string().max(10_000)).min(1).max(200), analysisId: z.string().nullable() }),
    result: z.object({
      runIds: z.array(z.string()),
      /** In the order asked; a value for each run, and none where the expression cannot be evaluated. */
      columns: z.array(z.object({ values: z.array(expressionValue), problem: expressionProblem.nullable() }))
    })
  },
  /** What may stand at the cursor of an expression: each takes the place of the characters from `from` on. */
  'runs.complete': {
    params: z.object({
      text: z.string().max(10_000),
      cursor: z.number().int().min(0),
      /** A filter of runs, or the expression of a derived curve. */
      of: z.enum(['filter', 'curve']).default('filter')
    }),
    result: z.object({
      from: z.number(),
      options: z.array(z.object({ text: z.string(), about: z.string() }))
    })
  },
  /** What people say of runs; what is left out stays as it is. Nothing is changed where one of the runs is gone. */
  'runs.annotate': {
    params: z.object({
      runs: z
        .array(
          z.object({
            runId: z.string(),
            name: z.string().trim().min(1).max(120).optional(),
            notes: z.string().max(100_000).optional(),
            tags: z.array(z.string().trim().min(1).max(60)).max(50).optional(),
            starred: z.boolean().optional(),
            archived: z.boolean().optional()
          })
        )
        .min(1)
        .max(20_000)
    }),
    result: done
  },
  /** Moves run folders to the project's trash folder. */
  'runs.remove': { params: z.object({ runIds: oneOrMoreIds }), result: done },
  'runs.tags': {
    params: z.object({ runIds: someIds }),
    result: z.object({
      scalars: z.array(z.string()),
      histograms: z.array(z.string()),
      problems: z.array(z.string()),
      /** What the scalars are for, by their names and by what the user has said. */
      roles: roles.default({})
    })
  },
  'runs.series': {
    params: z.object({
      runIds: someIds,
      tags: someTags,
      from: z.number().optional(),
      to: z.number().optional(),
      mostPoints: z.number().int().min(2).max(100_000)
    }),
    result: z.array(packedSeries)
  },
  'runs.heatmap': {
    params: z.object({
      runId: id,
      tag: tagName,
      from: z.number().optional(),
      to: z.number().optional(),
      mostColumns: z.number().int().min(1).max(4096)
    }),
    result: packedHeatmap.nullable()
  },
  /**
   * Twin peaks of a hook point in one epoch: the mean histogram of the training batches in its last quarter beside that of
   * the validation examples at its end. null: the newest epoch.
   */
  'runs.twinPeaks': {
    params: z.object({ runId: id, hook: tagName, epoch: z.number().int().min(1).nullable() }),
    result: twinPeaks.nullable()
  },
  /** The same run at several learning rates: loss, gradient of the last layer, and a verdict in words; in the order asked. */
  'sweep.compare': {
    params: z.object({ runIds: z.array(id).min(1).max(40), mostPoints: z.number().int().min(2).max(2000) }),
    result: z.array(sweptRun)
  }
} satisfies RequestTable

export const runEvents = {
  /** Runs that are new or whose manifest changed. */
  'runs.changed': z.object({ runs: z.array(runInfo), removed: z.array(z.string()) }),
  /** A run has new points; whoever shows it asks again. The step is -1 where nobody has looked at them yet. */
  'runs.grew': z.object({ runId: z.string(), step: z.number() })
} satisfies EventTable
