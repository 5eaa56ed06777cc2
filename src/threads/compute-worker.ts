/** A compute thread: takes one task at a time and answers it. */
import { parentPort } from 'node:worker_threads'
import { toWireError } from '../domain/errors'
import { confine } from '../project/places'
import { analysisTasks } from '../recordings/analysis-tasks'
import { recordingTasks } from '../recordings/tasks'
import type { ComputeReply, ComputeRequest, TaskName } from './messages'

const tasks = { ...recordingTasks, ...analysisTasks }

type Later = Exclude<TaskName, keyof typeof tasks>

const drafts = async () => (await import('../training-run/draft-tasks')).draftTasks
const imports = async () => (await import('../imports/tasks')).importTasks
const datasets = async () => (await import('../datasets/stored/tasks')).datasetTasks
const projects = async () => (await import('./project-tasks')).projectTasks

/** Tasks that bring networks or formats of files with them: loaded with the first of their kind, for many workers never. */
const later: { [N in Later]: () => Promise<Record<N, unknown>> } = {
  describe: drafts,
  importScan: imports,
  importInspect: imports,
  importFile: imports,
  checkpointMetrics: imports,
  importCheckpoints: imports,
  readNetwork: imports,
  dataInspect: datasets,
  dataAdd: datasets,
  checkProject: projects
}

const port = parentPort
if (!port) throw new Error('This file is the entry of a worker thread.')

port.on('message', (request: ComputeRequest) => {
  void answer(request).then((reply) => port.postMessage(reply))
})

async function answer(request: ComputeRequest): Promise<ComputeReply> {
  try {
    confine(request.confined)
    const task = (await taskOf(request.name)) as (input: unknown) => unknown
    return { id: request.id, ok: true, value: await task(request.input) }
  } catch (error) {
    return { id: request.id, ok: false, error: toWireError(error) }
  }
}

async function taskOf(name: TaskName): Promise<unknown> {
  if (Object.hasOwn(tasks, name)) return tasks[name as keyof typeof tasks]
  const load = later[name as Later] as () => Promise<Record<string, unknown>>
  return (await load())[name]
}
