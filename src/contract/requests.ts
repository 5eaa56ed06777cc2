/**
 * The contract between the renderer and the host: one table of requests. Renderer calls are typed from it, the host
 * validates every message as unknown, and the renderer validates every answer.
 */
import { z } from 'zod'
import { moduleGraph } from '../domain/model-graph'
import { acrossRuns, convergenceRule } from '../domain/across-runs'
import { analysis, analysisSummary } from '../domain/analysis'
import { alignment, analysisOptions } from '../domain/analysis-options'
import { finding } from '../domain/finding'
import { importSource } from '../domain/import-source'
import { logEntry } from '../domain/log-entry'
import { logFolderInfo, projectActivity, projectFinding, projectInfo, recentProject, trashed } from '../domain/project'
import { experimentSpec, paramValue } from '../domain/recipe'
import { recordOptions } from '../domain/record-options'
import { runInfo } from '../domain/run'
import { mostStates, usualLikelihood } from '../domain/states'
import { roleChoices, roleName, roles } from '../domain/roles'
import { timeAxis } from '../domain/time'
import { backendChoice, backendName, backendStatus } from '../domain/backends'
import { boardRequests } from './boards'
import { dataRequests } from './data'
import { runAnswers } from '../domain/import-answers'
import { networkSpec } from '../domain/network'
import { id, mostIds, mostTags, oneOrMoreIds, someIds, someTags, tagName } from '../domain/ids'
import { f32, f64, i32 } from './packed'

/** A file in memory as a whole. */
const wholeFile = z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= 2 ** 30)
const u8 = z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= 8 * 1024 * 1024)
const jobId = z.string().min(8).max(64)
/** File to the column that counts its steps; `#row` for row numbers. Files without an entry tell themselves. */
const stepColumns = z.record(z.string(), z.string())
/** Of checkpoints: modules whose weights are measured, or patterns of them; null: those that are chosen unasked. */
const checkpointHooks = z.array(z.string().min(1).max(500)).max(10_000).nullable().optional()
const nothing = z.object({}).strict()
const done = z.object({})

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

export const requests = {
  'app.info': {
    params: nothing,
    result: z.object({
      version: z.string(),
      host: z.enum(['electron', 'browser']),
      cores: z.number(),
      platform: z.string(),
      defaultLocation: z.string(),
      canPickFolders: z.boolean()
    })
  },
  /** What computes on this machine. The first answer takes a moment; `again` looks anew. */
  'app.backends': { params: z.object({ again: z.boolean() }), result: z.array(backendStatus) },
  'app.logs': { params: nothing, result: z.array(logEntry) },

  /** A native dialog; the answer names the folder by a token, never by path. */
  'paths.pick': {
    params: z.object({ purpose: z.enum(['open-project', 'new-project-location']) }),
    result: z.object({ grant: z.string(), label: z.string() }).nullable()
  },
  /** The browser host's counterpart: the signed-in user types a path of the serving machine. */
  'paths.typed': {
    params: z.object({ path: z.string().min(1).max(4096) }),
    result: z.object({ grant: z.string(), label: z.string() })
  },

  'project.recent': { params: nothing, result: z.array(recentProject) },
  'project.current': { params: nothing, result: projectInfo.nullable() },
  'project.create': {
    params: z.object({ name: z.string().trim().min(1).max(120), locationGrant: z.string().nullable() }),
    result: projectInfo
  },
  'project.open': { params: z.object({ grant: id }), result: projectInfo },
  'project.openRecent': { params: z.object({ id }), result: projectInfo },
  'project.forget': { params: z.object({ id }), result: done },
  'project.openSample': { params: nothing, result: projectInfo },
  /** What the sample project holds, for the start page; null when it is not part of this installation. */
  'project.samplePreview': {
    params: nothing,
    result: z
      .object({ strips: recentProject.shape.strips, runs: z.number(), chosenStates: z.number(), epochs: z.number() })
      .nullable()
  },
  /**
   * Leaves the project. Its queue goes on training, unless it shall stop, each run at a checkpoint; fits that are under way
   * are finished in both cases but the second.
   */
  'project.close': { params: z.object({ training: z.enum(['keep', 'stop']).default('keep') }), result: done },
  /** Looks through the open project for damage and leftovers; `repair` also does what would help. */
  'project.check': { params: z.object({ repair: z.boolean() }), result: z.array(projectFinding) },
  /** What was removed from the open project, newest first. */
  'trash.list': { params: nothing, result: z.array(trashed) },
  'trash.restore': { params: z.object({ name: z.string().min(1).max(500) }), result: done },
  'trash.empty': { params: nothing, result: done },
  /** Trusts the authors of the open project's folder on this computer, or no longer. */
  'project.trust': { params: z.object({ trusted: z.boolean() }), result: projectInfo },

  /** A native dialog for what to import. In the browser host the path is typed, or the files are dropped. */
  'import.pick': {
    params: z.object({ kind: z.enum(['folder', 'files']) }),
    result: z.object({ grant: z.string(), label: z.string() }).nullable()
  },
  /** What the chosen files hold. `job` names the work for progress and cancelling. */
  'import.inspect': {
    params: z.object({
      ...{ job: jobId, grant: id, stepColumns, hooks: checkpointHooks, answers: runAnswers.optional() },
      /** As if the logs were read where they lie: what lies beside them is then no part of their runs. */
      follow: z.boolean().optional()
    }),
    result: z.object({
      label: z.string(),
      sources: z.array(importSource),
      /** Every other file that was seen, with the reason. */
      left: z.array(z.object({ file: z.string(), reason: z.string() })),
      /** Whether logs among them could be followed where they lie; what was dropped is only a copy. */
      canFollow: z.boolean()
    })
  },
  /** Imports every file that can be; the others are told. All of it or, after a cancel or an error, nothing. */
  'import.run': {
    params: z.object({
      job: jobId,
      grant: z.string(),
      stepColumns,
      hooks: checkpointHooks,
      answers: runAnswers.optional(),
      /** Group of the runs; null: the folder that each file lies in. */
      name: z.string().trim().min(1).max(120).nullable(),
      /** Read TensorBoard logs where they lie, also while they grow, instead of copying them. */
      follow: z.boolean()
    }),
    result: z.object({
      runIds: z.array(z.string()),
      leftOut: z.array(z.object({ file: z.string(), problem: z.string() }))
    })
  },
  'import.cancel': { params: z.object({ job: jobId }), result: done },
  /** Files dropped on the window come piece by piece, since a page has no paths to give. */
  'import.stage': { params: nothing, result: z.object({ staging: z.string() }) },
  'import.stageFile': {
    params: z.object({
      staging: z.string(),
      /** Path below what was dropped, with `/`. */
      name: z.string().min(1).max(1024),
      offset: z.number().int().min(0),
      data: u8
    }),
    result: done
  },
  'import.stageEnd': {
    params: z.object({ staging: id }),
    result: z.object({ grant: z.string(), label: z.string() })
  },
  'import.discard': { params: z.object({ staging: id }), result: done },

  'logs.list': { params: nothing, result: z.array(logFolderInfo) },
  /** Takes the folder's runs out of the project; their event files stay as they are. */
  'logs.unfollow': { params: z.object({ id }), result: done },
  /** The same logs at another place, for instance after they were moved. */
  'logs.relocate': { params: z.object({ id, grant: id }), result: done },

  'experiments.list': { params: nothing, result: z.array(experimentSpec) },
  /** Everything the design page shows about a draft; bad values come back as problems, not as an error. */
  'experiments.describe': {
    params: z.object({
      experiment: z.string(),
      params: z.record(z.string(), paramValue),
      /** A data set of the project. */
      data: z.string().nullable().default(null),
      network: networkSpec.nullable().default(null),
      /** null: those that the experiment begins with. */
      hooks: someTags.nullable(),
      record: recordOptions
    }),
    result: z.object({
      problems: z.array(z.object({ key: z.string().nullable(), message: z.string() })),
      graph: moduleGraph.nullable(),
      /** Those that were asked for or, by default, those of the experiment that this model has. */
      hooks: z.array(z.string()),
      /** The user's network, or the small one that stands in for it; null for experiments with one of their own. */
      network: networkSpec.nullable(),
      stepsPerEpoch: z.number(),
      totalSteps: z.number(),
      metricPoints: z.number(),
      histogramColumns: z.number(),
      /** Estimated bytes on disk of one run, checkpoints included. */
      bytesPerRun: z.number(),
      /** Measured on this machine by an earlier run of the same experiment and model, else null. */
      secondsPerStep: z.number().nullable()
    })
  },

  /**
   * A network from a Keras or TensorFlow.js model file, with what is different here in words: from its text, or from the bytes of
   * an archive or an HDF5 file.
   */
  'networks.read': {
    params: z.object({
      name: z.string().min(1).max(300),
      file: z
        .string()
        .max(32 * 1024 * 1024)
        .or(wholeFile)
    }),
    result: z.object({
      network: networkSpec,
      /** Hyperparameters as the model was compiled: its optimizer and what belongs to it. */
      params: z.record(z.string(), paramValue),
      notes: z.array(z.string()),
      /** Weights of the network in the file: a safetensors file, and what the network's `saved` is to begin with them. */
      weights: z.object({ sha256: z.string(), file: wholeFile }).nullable()
    })
  },

  /** The project's own metric functions, `metrics.js`: what they say, and whether somebody has said that they may run. */
  'metrics.own': {
    params: nothing,
    result: z
      .object({
        text: z.string(),
        hash: z.string(),
        trusted: z.boolean(),
        /** Why it cannot be used, whoever trusts it. */
        problem: z.string().nullable()
      })
      .nullable()
  },
  /** They may run, as long as their text is the one that was shown. */
  'metrics.trust': { params: z.object({ hash: z.string().length(64) }), result: done },

  'training.start': {
    params: z.object({
      name: z.string().trim().min(1).max(120),
      experiment: z.string(),
      params: z.record(z.string(), paramValue),
      data: z.string().nullable().default(null),
      network: networkSpec.nullable().default(null),
      /** Weights that the network begins with, where its `saved` says so and the project does not have them. */
      weights: wholeFile.nullable().default(null),
      seeds: z.array(z.number().int().min(0)).min(1).max(1000),
      /** A learning-rate sweep: each seed once at each of these rates. */
      rates: z.array(z.number().positive()).min(2).max(20).nullable().default(null),
      hooks: someTags,
      record: recordOptions,
      backend: backendChoice
    }),
    result: z.object({ runIds: z.array(z.string()) })
  },
  'training.control': {
    params: z.object({ runIds: oneOrMoreIds, action: z.enum(['pause', 'resume', 'cancel']) }),
    result: done
  },
  /** Goes on with interrupted, cancelled or failed runs from their last checkpoint (or from the start). */
  'training.continue': {
    params: z.object({
      runIds: oneOrMoreIds,
      backend: backendName.nullable().default(null),
      /** Also runs that another program trains; it stops when it notices. */
      force: z.boolean().default(false)
    }),
    result: done
  },
  /** Trains runs once more from their first step. */
  'training.retry': { params: z.object({ runIds: oneOrMoreIds }), result: done },
  /** Moves waiting runs in the queue. */
  'training.move': {
    params: z.object({ runIds: oneOrMoreIds, to: z.enum(['first', 'earlier', 'later', 'last']) }),
    result: done
  },
  /** What trains and waits in all projects. */
  'training.activity': { params: nothing, result: z.array(projectActivity) },
  /** The application is ending: waits no longer for runs that are being stopped. */
  'app.hurry': { params: nothing, result: done },
  'training.order': { params: nothing, result: z.object({ runIds: z.array(z.string()) }) },
  /** A new run that goes on from a checkpoint of another with changed hyperparameters. */
  'training.fork': {
    params: z.object({
      runId: z.string(),
      step: z.number().int().min(0),
      name: z.string().trim().min(1).max(120),
      params: z.record(z.string(), paramValue)
    }),
    result: z.object({ runId: z.string() })
  },
  /** Steps at which a run has checkpoints, ascending. */
  'runs.checkpoints': { params: z.object({ runId: id }), result: z.object({ steps: z.array(z.number()) }) },

  'runs.list': { params: nothing, result: z.array(runInfo) },
  'runs.annotate': {
    params: z.object({
      runId: z.string(),
      name: z.string().trim().min(1).max(120).optional(),
      notes: z.string().max(100_000).optional(),
      tags: z.array(z.string().trim().min(1).max(60)).max(50).optional()
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
      maxPoints: z.number().int().min(2).max(100_000)
    }),
    result: z.array(packedSeries)
  },
  'runs.heatmap': {
    params: z.object({
      runId: id,
      tag: tagName,
      from: z.number().optional(),
      to: z.number().optional(),
      maxColumns: z.number().int().min(1).max(4096)
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
    params: z.object({ runIds: z.array(id).min(1).max(40), maxPoints: z.number().int().min(2).max(2000) }),
    result: z.array(sweptRun)
  },

  ...boardRequests,

  ...dataRequests,

  /** What the user has said about what the project's series are for. `problem`: why the file with that was not read. */
  'roles.get': {
    params: nothing,
    result: z.object({ chosen: roleChoices, problem: z.string().nullable() })
  },
  /** What these series are for, by what the user has said and by their names. @param runIds that have recorded them */
  'roles.told': {
    params: z.object({ tags: someTags, runIds: someIds }),
    result: z.object({ roles })
  },
  /** @param choice null: told by names again; a tag of null: no series has the role */
  'roles.put': {
    params: z.object({
      role: roleName,
      choice: z.object({ tag: tagName.min(1).nullable() }).nullable()
    }),
    result: z.object({ chosen: roleChoices })
  },

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
    params: z.object({
      ...{ id, states: z.number().int(), convergence: convergenceRule },
      axis: timeAxis.optional()
    }),
    result: acrossRuns
  }
} satisfies Record<string, { params: z.ZodType; result: z.ZodType }>

export type RequestName = keyof typeof requests
export type RequestParams<N extends RequestName> = z.input<(typeof requests)[N]['params']>
export type ParsedParams<N extends RequestName> = z.output<(typeof requests)[N]['params']>
export type RequestResult<N extends RequestName> = z.output<(typeof requests)[N]['result']>

export function isRequestName(name: unknown): name is RequestName {
  return typeof name === 'string' && Object.hasOwn(requests, name)
}
