/** A run: what determines it, what has become of it, and where an imported one came from. */
import { backendName } from './backends'
import { bestPoint } from './best-point'
import { dataFacts } from './data-facts'
import { importFormatIds } from './import-formats'
import { leadReading } from './reading'
import { recipe } from './recipe'
import { recordOptions } from './record-options'
import { z } from './words'

/** Where a forked run began. */
const parentCheckpoint = z.object({ runId: z.string(), step: z.number().int().min(0) })

/** Everything that determines one run, bit for bit. */
export const runSpec = recipe.extend({
  seed: z.number().int(),
  /** How the random streams are made from the seed (`streams.ts`): 1 in runs of version 0.1, which keep theirs. */
  streams: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(1),
  /** Names of hook points (module tree paths such as `blocks.0.mlp`) at which metrics and activations are recorded. */
  hooks: z.array(z.string()),
  record: recordOptions,
  backend: backendName,
  /** A run that goes on from another's checkpoint with changed hyperparameters. */
  parent: parentCheckpoint.nullable().default(null)
})
export type RunSpec = z.infer<typeof runSpec>

/**
 * What a run was trained on, as far as the states of one say something about another: its experiment, and the project's data
 * set where it used one. Imported runs are one kind, because nobody knows.
 */
export function kindOfRun({ spec }: { spec: RunSpec | null }): string {
  if (!spec) return 'imported'
  return spec.data ? `${spec.experiment} on ${spec.data.name}` : spec.experiment
}

/** Where an imported run came from: the recorded series of another program, read from files. */
export const importedFrom = z.object({
  format: z.enum(importFormatIds),
  /** Name of the file or folder, as far as the import's own folder goes; never an absolute path. */
  file: z.string().min(1),
  seed: z.number().int().nullable(),
  /** What else of the same training went into the run. */
  beside: z.array(z.object({ format: z.enum(importFormatIds), file: z.string() })).optional()
})

const runStatus = z.enum(['queued', 'running', 'paused', 'done', 'failed', 'cancelled', 'interrupted'])

/** It trains or waits; what has not come to its end otherwise goes on only when somebody says so. */
export function isUnfinished(status: z.infer<typeof runStatus>): boolean {
  return status === 'queued' || status === 'running' || status === 'paused'
}

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
  best: bestPoint.nullable().optional(),
  /** What its data are; runs that began before this was looked at have none. */
  facts: dataFacts.optional(),
  /** The reading that leads, once the run has been read; it can always be told again, and is in no file. */
  lead: leadReading.optional(),
  notes: z.string().max(longestNotes),
  tags: z.array(z.string().max(longestName)).max(mostRunTags),
  starred: z.boolean().optional(),
  /** Kept, and left out wherever nobody asks for it. */
  archived: z.boolean().optional()
})
export type RunInfo = z.infer<typeof runInfo>

/** The seed a run was trained with, or null when its import could not tell. */
export function seedOf(run: Pick<RunInfo, 'spec' | 'imported'>): number | null {
  return run.spec?.seed ?? run.imported?.seed ?? null
}
