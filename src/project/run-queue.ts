/** Which runs of a project are training or waiting to, in order: `queue.json`, so that the queue outlives the application. */
import { join } from 'node:path'
import { z } from 'zod'
import { PhasescopeError } from '../domain/errors'
import { changeFile } from './changes'
import { readJson } from './files'
import type { ProcessMark } from './processes'

const queueVersion = 1
const queueName = 'queue.json'
const queueFile = z.object({ schemaVersion: z.literal(queueVersion), runs: z.array(z.string()) })

/** Run ids in order. A queue that cannot be read is an empty one: its runs are still there, interrupted. */
export async function readRunQueue(project: string): Promise<string[]> {
  try {
    const parsed = queueFile.safeParse(await readJson(join(project, queueName)))
    return parsed.success ? parsed.data.runs : []
  } catch (error) {
    if (error instanceof PhasescopeError) return []
    throw error
  }
}

/**
 * Writes which runs this program trains or lets wait; what others have in the queue stays.
 * @param before what this program wrote last
 */
export async function writeRunQueue(
  project: string,
  mark: ProcessMark,
  runs: readonly string[],
  before: readonly string[]
): Promise<void> {
  const mine = new Set([...runs, ...before])
  await changeFile(project, mark, queueName, (there) => {
    const parsed = queueFile.safeParse(there)
    const others = parsed.success ? parsed.data.runs.filter((id) => !mine.has(id)) : []
    return { schemaVersion: queueVersion, runs: [...runs, ...others] }
  })
}
