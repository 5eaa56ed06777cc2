/**
 * Runs in a folder of TensorBoard logs: every directory, at any depth, with an event file directly in it is a run. Its
 * name is the path below the folder, `.` for the folder itself (TensorBoard's rules).
 */
import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { PhasescopeError } from '../domain/errors'
import { seedFromName } from '../formats/file-names'
import { describeFileError } from './files'
import { confinedBy, guard } from './places'

export interface LogRun {
  name: string
  folder: string
  /** Event files by name: size in bytes. */
  files: Map<string, number>
  /** When one of them was written last, milliseconds since 1970. */
  modifiedMs: number
}

/** A name that holds events or marks a run (an empty profile does so without any). */
function marksRun(name: string): boolean {
  return name.includes('tfevents')
}

/** Whether a file of this name holds events. */
export function isEventFile(name: string): boolean {
  return marksRun(name) && !name.endsWith('.profile-empty')
}

/** By code points, as TensorBoard sorts file names (UTF-8 keeps that order, UTF-16 does not). */
export function byCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** The seed that a run's name tells, or null. */
export function seedOfLogRun(name: string): number | null {
  return seedFromName(basename(name))
}

const mostEntries = 500_000

/**
 * @param problems gets a sentence for each folder that could not be read
 * @throws PhasescopeError when the folder itself cannot be read, or holds too much
 */
export async function findLogRuns(logdir: string, problems: string[] = []): Promise<LogRun[]> {
  await guard(logdir)
  const info = await stat(logdir).catch((error: unknown) => {
    throw describeFileError(error, logdir, 'read')
  })
  if (!info.isDirectory()) {
    throw new PhasescopeError('bad-request', `${logdir} is a file. Give the folder that the event files lie in.`)
  }
  const runs: LogRun[] = []
  // A link may lead back to a folder above it.
  const walked = new Set<string>()
  let entries = 0

  // Inside a project that nobody has trusted, links are not followed.
  const confined = confinedBy(logdir) !== null

  const walk = async (folder: string, name: string): Promise<void> => {
    const real = await realpath(folder).catch(() => folder)
    if (walked.has(real)) return
    walked.add(real)
    let content: Dirent[]
    try {
      content = await readdir(folder, { withFileTypes: true })
    } catch (error) {
      const described = describeFileError(error, folder, 'read')
      if (name === '.') throw described
      problems.push(described.message)
      return
    }
    entries += content.length
    if (entries > mostEntries) {
      const text = `${logdir} holds more than ${mostEntries} files and folders. Choose the folder with the logs themselves.`
      throw new PhasescopeError('bad-request', text)
    }
    const files = new Map<string, number>()
    let isRun = false
    let modifiedMs = 0
    const folders: string[] = []
    for (const entry of content.sort((a, b) => byCodePoints(a.name, b.name))) {
      if (entry.isDirectory()) folders.push(entry.name)
      else if ((entry.isSymbolicLink() && !confined) || marksRun(entry.name)) {
        if (confined && entry.isSymbolicLink()) continue
        const target = await stat(join(folder, entry.name)).catch(() => null)
        if (target?.isDirectory()) folders.push(entry.name)
        else if (target?.isFile() && marksRun(entry.name)) {
          isRun = true
          if (!isEventFile(entry.name)) continue
          files.set(entry.name, target.size)
          modifiedMs = Math.max(modifiedMs, target.mtimeMs)
        }
      }
    }
    if (isRun) runs.push({ name, folder, files, modifiedMs })
    for (const child of folders) await walk(join(folder, child), name === '.' ? child : join(name, child))
  }

  await walk(logdir, '.')
  return runs
}
