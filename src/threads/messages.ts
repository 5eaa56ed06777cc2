/**
 * What compute workers are asked, derived from the tasks themselves: each area says in its `tasks.ts` which there are, and
 * what goes in and comes out. Types only, so that the host can speak to workers without loading what they compute with.
 */
import type { WireError } from '../domain/errors'
import type { datasetTasks } from '../datasets/stored/tasks'
import type { importTasks } from '../imports/tasks'
import type { analysisTasks } from '../recordings/analysis-tasks'
import type { recordingTasks } from '../recordings/tasks'
import type { draftTasks } from '../training-run/draft-tasks'
import type { projectTasks } from './project-tasks'

type Tasks = typeof draftTasks &
  typeof recordingTasks &
  typeof analysisTasks &
  typeof importTasks &
  typeof datasetTasks &
  typeof projectTasks

/** Tasks of a compute worker by name, each with what goes in and what comes out. */
export type ComputeTasks = {
  [N in keyof Tasks]: { in: Parameters<Tasks[N]>[0]; out: Awaited<ReturnType<Tasks[N]>> }
}

export type TaskName = keyof ComputeTasks
/** @param confined project folders in which no link is followed, because nobody has trusted them */
export type ComputeRequest = {
  [N in TaskName]: { id: number; name: N; input: ComputeTasks[N]['in']; confined: readonly string[] }
}[TaskName]
export type ComputeReply = { id: number; ok: true; value: unknown } | { id: number; ok: false; error: WireError }
