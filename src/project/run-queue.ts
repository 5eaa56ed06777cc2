/** Which runs of a project are training or waiting to, in order: `queue.json`, so that the queue outlives the application. */
import { join } from 'node:path'
import { z } from 'zod'
import { PhasescopeError } from '../contract/errors'
import { readJson, writeJson } from './files'

const queueVersion = 1
const queueFile = z.object({ schemaVersion: z.literal(queueVersion), runs: z.array(z.string()) })

/** Run ids in order. A queue that cannot be read is an empty one: its runs are still there, interrupted. */
export async function readRunQueue(project: string): Promise<string[]> {
  try {
    const parsed = queueFile.safeParse(await readJson(join(project, 'queue.json')))
    return parsed.success ? parsed.data.runs : []
  } catch (error) {
    if (error instanceof PhasescopeError) return []
    throw error
  }
}

export async function writeRunQueue(project: string, runs: string[]): Promise<void> {
  await writeJson(join(project, 'queue.json'), { schemaVersion: queueVersion, runs })
}
