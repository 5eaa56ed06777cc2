/**
 * Thresholds of readings that people have changed, once for a project: `readings.json`. It is small and says nothing that cannot
 * be said again, so one that cannot be used is as good as none, and a sentence tells why.
 */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ThresholdChanges } from '../domain/reading'
import { thresholdChanges } from '../domain/reading'
import { z } from '../domain/words'
import { readText } from './files'

export const thresholdsName = 'readings.json'
const thresholdsVersion = 1
const mostBytes = 1_000_000

const thresholdsFile = z.object({ schemaVersion: z.literal(thresholdsVersion), thresholds: thresholdChanges })

export interface SaidThresholds {
  changes: ThresholdChanges
  /** Why the file was not read, in a sentence. */
  problem: string | null
}

/** Never throws. */
export async function readThresholds(project: string): Promise<SaidThresholds> {
  const path = join(project, thresholdsName)
  const unread = (why: string): SaidThresholds => ({
    changes: {},
    problem: `${thresholdsName} was not read, so readings use their usual thresholds: ${why}. Set them again, or restore the file.`
  })
  try {
    const found = await lstat(path)
    if (!found.isFile()) return unread('it is no file')
    if (found.size > mostBytes) return unread(`it is larger than ${mostBytes / 1e6} MB`)
    const value: unknown = JSON.parse(await readText(path, mostBytes))
    const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion
    if (typeof version === 'number' && version > thresholdsVersion) return unread('a newer Phasescope has written it')
    const parsed = thresholdsFile.safeParse(value)
    if (parsed.success) return { changes: parsed.data.thresholds, problem: null }
    const [issue] = parsed.error.issues
    return unread(`at ${issue.path.length > 0 ? `"${issue.path.join('.')}"` : 'its top level'}, ${issue.message}`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { changes: {}, problem: null }
    return unread(error instanceof SyntaxError ? 'it is no valid JSON' : (error as Error).message.replace(/\.$/, ''))
  }
}

export function thresholdsText(changes: ThresholdChanges): string {
  return JSON.stringify({ schemaVersion: thresholdsVersion, thresholds: changes }, null, 2) + '\n'
}
