/** Projects on disk: opening them, listing what is in them, and reading what their runs recorded. */
import type { RunLog } from '../events/run-log'
import { runFolder } from '../project/files'
import { RunReader } from '../project/run-reader'

export { PhasescopeError } from '../domain/errors'
export type { ErrorCode } from '../domain/errors'
export { listCheckpoints, loadCheckpoint, loadNewestCheckpoint } from '../project/checkpoints'
export { createProject, listAnalyses, listRuns, openProject } from '../project/project-folder'
export type { OpenedProject, Problem } from '../project/project-folder'
export type { ProjectManifest, RunManifest } from '../project/manifests'
export type { CheckpointState } from '../domain/records'
export type { NamedArray } from '../domain/arrays'
export type { RecordOptions } from '../domain/record-options'
export type { RunSpec } from '../domain/run'

/**
 * Everything that a run of a project has recorded: scalars and histograms by tag. What was wrong with its files is in
 * `problems`; a run that has recorded nothing yet has no columns.
 * @throws PhasescopeError 'not-found' when there is no such run
 */
export function readRun(projectFolder: string, runId: string): RunLog {
  return readEvents(runFolder(projectFolder, runId))
}

/** The same for any folder with TensorBoard event files in it. */
export function readEvents(folder: string): RunLog {
  const reader = new RunReader(folder)
  reader.refresh()
  return reader.log
}
