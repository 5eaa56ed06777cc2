/** Runs of other programs on their way into a project. */
import { z } from '../domain/words'
import { id } from '../domain/ids'
import { runAnswers } from '../domain/import-answers'
import { importSource } from '../domain/import-source'
import { done, filePiece, jobId, nothing } from './parts'
import type { EventTable, RequestTable } from './parts'

/** File to the column that counts its steps; `#row` for row numbers. Files without an entry tell themselves. */
const stepColumns = z.record(z.string(), z.string())
/** Of checkpoints: modules whose weights are measured, or patterns of them; null: those that are chosen unasked. */
const checkpointHooks = z.array(z.string().min(1).max(500)).max(10_000).nullable().optional()

export const importRequests = {
  /** A native dialog for what to import. In the browser host the path is typed, or the files are dropped. */
  'import.pick': {
    params: z.object({ kind: z.enum(['folder', 'files']) }),
    result: z.object({ grant: z.string(), label: z.string() }).nullable()
  },
  /** What the chosen files hold. `job` names the work for progress and cancelling. */
  'import.inspect': {
    params: z.object({
      job: jobId,
      grant: id,
      stepColumns,
      hooks: checkpointHooks,
      answers: runAnswers.optional(),
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
      data: filePiece
    }),
    result: done
  },
  'import.stageEnd': {
    params: z.object({ staging: id }),
    result: z.object({ grant: z.string(), label: z.string() })
  },
  'import.discard': { params: z.object({ staging: id }), result: done }
} satisfies RequestTable

export const importEvents = {
  'import.progress': z.object({ job: z.string(), done: z.number(), total: z.number(), text: z.string() })
} satisfies EventTable
