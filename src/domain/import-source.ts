/** What was chosen for import, and what would become of it. */
import { importedFrom } from './run'
import { z } from './words'

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
