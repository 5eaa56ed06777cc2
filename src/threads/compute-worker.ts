/** A compute thread: takes one task at a time and answers it. */
import { parentPort } from 'node:worker_threads'
import { toWireError } from '../domain/errors'
import { datasetTasks } from '../datasets/stored/tasks'
import { importTasks } from '../imports/tasks'
import { confine } from '../project/places'
import { analysisTasks } from '../recordings/analysis-tasks'
import { recordingTasks } from '../recordings/tasks'
import { draftTasks } from '../training-run/draft-tasks'
import type { ComputeReply, ComputeRequest } from './messages'
import { projectTasks } from './project-tasks'

const tasks = { ...draftTasks, ...recordingTasks, ...analysisTasks, ...importTasks, ...datasetTasks, ...projectTasks }

const port = parentPort
if (!port) throw new Error('This file is the entry of a worker thread.')

port.on('message', (request: ComputeRequest) => {
  void answer(request).then((reply) => port.postMessage(reply))
})

async function answer(request: ComputeRequest): Promise<ComputeReply> {
  try {
    confine(request.confined)
    const task = tasks[request.name] as (input: unknown) => unknown
    return { id: request.id, ok: true, value: await task(request.input) }
  } catch (error) {
    return { id: request.id, ok: false, error: toWireError(error) }
  }
}
