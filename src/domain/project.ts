/** A project as it is shown: what it is, what works in it, what is wrong with it. */
import { z } from './words'

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
