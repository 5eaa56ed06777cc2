/** Validators of the domain types that cross the contract or lie on disk. */
import { z } from '../domain/words'
import { backendName } from '../domain/backends'
import { importFormatIds } from '../domain/import-formats'
import { networkSpec } from '../domain/network'

export const paramValue = z.union([z.number(), z.string(), z.boolean()])

export const recordOptions = z.object({
  metricsEvery: z.number().int().min(1),
  metricsUnit: z.enum(['step', 'epoch', 'log']),
  // The defaults are what runs did before there was a choice.
  observe: z.array(z.enum(['weights', 'activations', 'gradients', 'updates'])).default(['weights', 'activations']),
  perClass: z.boolean().default(false),
  pauseOnNonFinite: z.boolean().default(false),
  activationsEvery: z.number().int().min(1),
  histogramMin: z.number(),
  histogramMax: z.number(),
  histogramBins: z.number().int().min(2).max(1024),
  checkpointEvery: z.number().int().min(1),
  keepCheckpoints: z.number().int().min(2).default(2),
  keepBest: z.boolean().default(false)
})

const datasetFacts = z.object({
  id: z.string().min(1).max(200),
  name: z.string().min(1),
  inputShape: z.array(z.number().int().min(1)).min(1),
  classes: z.number().int().min(0),
  classNames: z.array(z.string()),
  targetWidth: z.number().int().min(0),
  /** Names of several yes/no labels, whose targets are 1 and 0. */
  labelNames: z.array(z.string()).optional(),
  train: z.number().int().min(1),
  validation: z.number().int().min(0)
})

export const runSpec = z.object({
  experiment: z.string().min(1),
  params: z.record(z.string(), paramValue),
  data: datasetFacts.nullable().default(null),
  network: networkSpec.nullable().default(null),
  seed: z.number().int(),
  streams: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(1),
  hooks: z.array(z.string()),
  record: recordOptions,
  backend: backendName,
  parent: z
    .object({ runId: z.string(), step: z.number().int().min(0) })
    .nullable()
    .default(null)
})

/**
 * What a run was trained on, as far as the states of one say something about another: its experiment, and the project's data
 * set where it used one. Imported runs are one kind, because nobody knows.
 */
export function kindOfRun({ spec }: { spec: z.infer<typeof runSpec> | null }): string {
  if (!spec) return 'imported'
  return spec.data ? `${spec.experiment} on ${spec.data.name}` : spec.experiment
}

/** Where an imported run came from: the recorded series of another program, read from files. */
const importedFrom = z.object({
  format: z.enum(importFormatIds),
  /** Name of the file or folder, as far as the import's own folder goes; never an absolute path. */
  file: z.string().min(1),
  seed: z.number().int().nullable(),
  /** What else of the same training went into the run. */
  beside: z.array(z.object({ format: z.enum(importFormatIds), file: z.string() })).optional()
})
/** One file (or run folder) that was chosen for import, and what would become of it. */
export const importSource = z.object({
  /** Below the chosen folder, its name first; unique in one import. */
  file: z.string(),
  /** Sources with equal keys become one run: checkpoints, event files and tables of one training. */
  run: z.string(),
  name: z.string(),
  group: z.string(),
  seed: z.number().int().nullable(),
  /** Where the seed stands when no name tells it; a seed that the user gave has none. */
  seedFrom: z.string().nullable(),
  /** Runs that it may be of the same training as, where nothing tells of which; it is a run of its own until somebody says. */
  mayBeOf: z.array(z.string()).optional(),
  bytes: z.number(),
  /** Null when the file could not be read. */
  format: importedFrom.shape.format.nullable(),
  rows: z.number(),
  columns: z.array(z.string()),
  /** The column that counts steps, `#row` for row numbers, null when somebody has to say. */
  stepColumn: z.string().nullable(),
  stepCandidates: z.array(z.string()),
  /** Why somebody has to say which column counts steps. */
  unclear: z.string().nullable(),
  firstStep: z.number().nullable(),
  lastStep: z.number().nullable(),
  /** Where epochs are recorded beside the steps: the last step of each. */
  epochs: z.array(z.object({ epoch: z.number(), step: z.number() })).optional(),
  series: z.array(
    z.object({
      column: z.string(),
      tag: z.string(),
      points: z.number(),
      /** Its first point, with null for a value that is not finite: it tells two series of one name apart. */
      first: z.object({ step: z.number(), value: z.number().nullable() }).optional()
    })
  ),
  /** Why it cannot be imported: the file, the place and the remedy. */
  problem: z.string().nullable(),
  /** What was repaired or left out. */
  notes: z.array(z.string()),
  /** Of checkpoints: where weights can be observed, which of these places are chosen, and what will be read. */
  checkpoints: z
    .object({
      /** In the order of the files, each module before those inside it. */
      modules: z.array(
        z.object({
          path: z.string(),
          /** Weight matrices of its own. */
          matrices: z.number(),
          /** Values of all weights and biases in it and inside it. */
          values: z.number()
        })
      ),
      hooks: z.array(z.string()),
      /** Ascending; `at` counts the checkpoints of this source. */
      steps: z.array(z.object({ at: z.number(), step: z.number(), epoch: z.number().nullable() }))
    })
    .optional()
})
export type ImportSource = z.infer<typeof importSource>

const runStatus = z.enum(['queued', 'running', 'paused', 'done', 'failed', 'cancelled', 'interrupted'])

/** Of a run's texts, wherever its manifest comes from: a path is at most 4,096 characters, and a page shows all of them. */
const [longestName, longestNotes, mostRunTags] = [5000, 1_000_000, 1000]

export const runInfo = z.object({
  id: z.string(),
  name: z.string().max(longestName),
  /** Runs started together share a group: one experiment with many seeds. */
  group: z.string(),
  groupName: z.string().max(longestName),
  /** Null for an imported run: nobody knows how it was trained. */
  spec: runSpec.nullable(),
  imported: importedFrom.nullable().default(null),
  /** A run whose event files lie in a log folder that the project follows, and are not copied. */
  log: z.object({ folder: z.string(), run: z.string() }).nullable().default(null),
  status: runStatus,
  /** Why it failed or was interrupted, in words. */
  message: z.string().nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  step: z.number(),
  totalSteps: z.number(),
  epoch: z.number(),
  totalEpochs: z.number(),
  elapsedSeconds: z.number(),
  /** Last value of the headline metrics, under our own name for each (roles); NaN and infinities as strings, as JSON has none. */
  last: z.record(z.string(), z.union([z.number(), z.literal('NaN'), z.literal('Infinity'), z.literal('-Infinity')])),
  /** Where the watched metric was best, when the checkpoint of that point is kept. */
  best: z
    .object({ metric: z.string(), better: z.enum(['lower', 'higher']), value: z.number(), step: z.number() })
    .nullable()
    .optional(),
  notes: z.string().max(longestNotes),
  tags: z.array(z.string().max(longestName)).max(mostRunTags)
})
export type RunInfo = z.infer<typeof runInfo>

/** The seed a run was trained with, or null when its import could not tell. */
export function seedOf(run: Pick<RunInfo, 'spec' | 'imported'>): number | null {
  return run.spec?.seed ?? run.imported?.seed ?? null
}

/** A folder of TensorBoard logs that the project follows: its runs are read where they lie, and appear as they come. */
export const logFolderInfo = z.object({
  id: z.string(),
  name: z.string(),
  /** For display only. */
  place: z.string(),
  runs: z.number(),
  /** Why it cannot be read at the moment, in words. */
  problem: z.string().nullable()
})
export type LogFolderInfo = z.infer<typeof logFolderInfo>

export const projectInfo = z.object({
  id: z.string(),
  name: z.string(),
  /** For display only; requests never name a file by path. */
  folder: z.string(),
  sample: z.boolean(),
  /**
   * Whether somebody has said on this computer that the folder's authors are trusted. Without, it is shown in restricted
   * mode: nothing outside of it is read, written, followed or deleted, and its own metric functions do not run.
   */
  trusted: z.boolean(),
  /** What is not used because of that, in words. */
  held: z.array(z.string()),
  /** Parts that could not be opened, each with what to do: the rest of the project stays usable. */
  problems: z.array(z.object({ place: z.string(), message: z.string() }))
})
export type ProjectInfo = z.infer<typeof projectInfo>

/** What trains and waits in one project, wherever its runs were started from in this program. */
export const projectActivity = z.object({
  id: z.string(),
  name: z.string(),
  folder: z.string(),
  running: z.number(),
  waiting: z.number(),
  paused: z.number(),
  /** Of the runs that train or wait. */
  steps: z.number(),
  totalSteps: z.number(),
  /** Until those that train now are done, as far as is known. */
  remainingSeconds: z.number().nullable()
})
export type ProjectActivity = z.infer<typeof projectActivity>

/** Something that is wrong with the files of a project. */
export const projectFinding = z.object({
  /** Below the project, with `/`. */
  place: z.string(),
  /** damage: something cannot be used; leftover: of a process that was killed; note: nothing to be done. */
  severity: z.enum(['damage', 'leftover', 'note']),
  problem: z.string(),
  /** What would be done about it, or was. */
  remedy: z.string().nullable(),
  done: z.boolean()
})
export type ProjectFinding = z.infer<typeof projectFinding>

export const trashed = z.object({ name: z.string(), place: z.string(), removedAt: z.string() })

export const recentProject = z.object({
  id: z.string(),
  name: z.string(),
  folder: z.string(),
  openedAt: z.string(),
  runs: z.number(),
  experiments: z.number(),
  chosenStates: z.number().nullable(),
  /** State shares of up to ten runs for the preview strips: per run, [state colour, share of its points]. */
  strips: z.array(z.array(z.tuple([z.number(), z.number()]))),
  missing: z.boolean()
})
export type RecentProject = z.infer<typeof recentProject>

export const logEntry = z.object({
  time: z.string(),
  level: z.enum(['info', 'warning', 'error']),
  source: z.string(),
  text: z.string()
})
export type LogEntry = z.infer<typeof logEntry>
