/** Fits, and what is asked of one. */
import { z } from '../domain/words'
import { acrossRuns, convergenceRule } from '../domain/across-runs'
import { analysis, analysisSummary } from '../domain/analysis'
import { alignment, analysisOptions } from '../domain/analysis-options'
import { finding } from '../domain/finding'
import { id, mostIds, mostTags, someIds, someTags } from '../domain/ids'
import { roleChoices, roles } from '../domain/roles'
import { mostStates, usualLikelihood } from '../domain/states'
import { timeAxis } from '../domain/time'
import { f64, i32 } from './packed'
import { done, nothing } from './parts'
import type { EventTable, RequestTable } from './parts'

export const analysisRequests = {
  /** What a fit of these runs uses when nobody says so, why not the others, and what their series are for. @param roles above those of the project */
  'analysis.features': {
    params: z.object({ runIds: someIds, roles: roleChoices.optional() }),
    result: z.object({
      chosen: z.array(z.string()),
      left: z.array(z.object({ tag: z.string(), reason: z.string() })),
      /** Losses, accuracies and the like, chosen or not. */
      outcomes: z.array(z.string()),
      roles
    })
  },
  /** What each way of putting series side by side would leave to fit, in the order asked. */
  'analysis.rows': {
    params: z.object({ runIds: someIds, features: someTags, aligns: z.array(alignment).min(1).max(10) }),
    result: z.array(
      z.object({
        align: alignment,
        /** Rows of a run: the fewest, the median; and of all runs. */
        least: z.number(),
        median: z.number(),
        rows: z.number(),
        /** Share of the cells that were recorded, 0 to 1. */
        recorded: z.number(),
        /** Runs that would be left out. */
        left: z.number(),
        /** Why a fit would be refused unless it is forced. */
        problem: z.string().nullable()
      })
    )
  },
  'analysis.list': { params: nothing, result: z.array(analysisSummary) },
  'analysis.start': {
    params: z.object({
      options: analysisOptions.refine(
        ({ runIds, features }) => runIds.length <= mostIds && features.length <= mostTags,
        `at most ${mostIds} runs and ${mostTags} features can be analysed`
      )
    }),
    result: z.object({ id: z.string() })
  },
  'analysis.cancel': { params: z.object({ id }), result: done },
  /** @returns also the axis of time that tells its points apart, which no file holds */
  'analysis.get': {
    params: z.object({ id }),
    result: analysis.extend({ axis: timeAxis })
  },
  'analysis.choose': {
    params: z.object({ id, states: z.number().int().min(1).max(mostStates) }),
    result: done
  },
  'analysis.renameState': {
    params: z.object({
      id: z.string(),
      states: z.number().int(),
      state: z.number().int(),
      name: z.string().trim().min(1).max(40)
    }),
    result: done
  },
  'analysis.remove': { params: z.object({ id }), result: done },
  /** Uses another restart for a number of states; it is fitted again from its seed. */
  'analysis.useRestart': {
    params: z.object({ id, states: z.number().int(), restart: z.number().int().min(0) }),
    result: done
  },
  /** Any run of the project under the fit with `states` states: also one the analysis has not seen, or still training. */
  'analysis.decode': {
    params: z.object({ id, states: z.number().int(), runId: id }),
    result: z.object({
      states: z.number(),
      steps: f64,
      epochs: f64,
      path: i32,
      /** p(state at t | all points) and p(state at t | points up to t), [rows, states] row-major. */
      posterior: f64,
      filtered: f64,
      /** ln p(point t | points before t), [rows]. */
      logLikelihood: f64,
      /** Quantiles of the same over the analysed points. */
      usual: usualLikelihood.nullable(),
      unusualShare: z.number().nullable(),
      foreign: z.boolean(),
      findings: z.array(finding)
    })
  },
  /** A page with figures, saved in the project. */
  'analysis.report': {
    params: z.object({ id, convergence: convergenceRule.nullable(), axis: timeAxis.optional() }),
    /** Place inside the project, for display. */
    result: z.object({ place: z.string() })
  },
  /** @param axis what time is counted in; absent: what tells the points apart */
  'analysis.across': {
    params: z.object({ id, states: z.number().int(), convergence: convergenceRule, axis: timeAxis.optional() }),
    result: acrossRuns
  }
} satisfies RequestTable

export const analysisEvents = {
  'analysis.progress': z.object({ id: z.string(), done: z.number(), total: z.number(), text: z.string() }),
  'analysis.finished': z.object({
    id: z.string(),
    ok: z.boolean(),
    message: z.string().nullable()
  }),
  /** A run in training has come into a state, and holds it. `text`: which, and at which step, behind the name of the run. */
  'analysis.entered': z.object({ runId: z.string(), name: z.string(), analysisId: z.string(), text: z.string() }),
  /** Also one that another program has added or removed. */
  'analysis.changed': z.object({ id: z.string() })
} satisfies EventTable
