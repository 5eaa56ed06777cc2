/**
 * Log folders that a project follows: `logs.json`. Paths are relative to the project folder, so that both can be moved
 * together; only where there is no relative way (another drive) they are absolute.
 */
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { z } from 'zod'
import { PhasescopeError } from '../domain/errors'
import { changeFile } from './changes'
import { readJson } from './files'
import type { ProcessMark } from './processes'

const linksVersion = 1
const linksName = 'logs.json'

const logLink = z.object({
  id: z.string().min(1),
  name: z.string().min(1),
  path: z.string().min(1),
  /** Runs that the user has removed from the project; they do not come back by themselves. */
  removed: z.array(z.string()).default([])
})
export type LogLink = z.infer<typeof logLink>

const linksFile = z.object({ schemaVersion: z.literal(linksVersion), folders: z.array(logLink) })

/** @throws PhasescopeError when the file cannot be used; a project without one follows nothing */
export async function readLogLinks(project: string): Promise<LogLink[]> {
  const path = join(project, linksName)
  let value: unknown
  try {
    value = await readJson(path)
  } catch (error) {
    if (error instanceof PhasescopeError && error.code === 'not-found') return []
    throw error
  }
  const parsed = linksFile.safeParse(value)
  if (parsed.success) return parsed.data.folders
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion
  if (typeof version === 'number' && version > linksVersion) {
    throw new PhasescopeError('newer-version', `${path} was written by a newer Phasescope. Update Phasescope.`)
  }
  const { path: at, message } = parsed.error.issues[0]
  throw new PhasescopeError('damaged', `${path} is damaged at "${at.join('.')}": ${message}. Restore or remove it.`)
}

/**
 * Changes which folders are followed, as the file says it now: another program may have changed it, too.
 * @param known what is believed to be followed, where the file cannot be used
 * @returns what is followed then
 */
export async function changeLogLinks(
  project: string,
  mark: ProcessMark,
  known: LogLink[],
  change: (folders: LogLink[]) => LogLink[]
): Promise<LogLink[]> {
  let folders = known
  await changeFile(project, mark, linksName, (there) => {
    const parsed = linksFile.safeParse(there)
    folders = change(parsed.success ? parsed.data.folders : there === null ? [] : known)
    return { schemaVersion: linksVersion, folders }
  })
  return folders
}

/** Whether the folder lies in the project itself. One that does not is used only once the project is trusted. */
export function isInside(project: string, link: LogLink): boolean {
  const way = relative(resolve(project), linkedFolder(project, link))
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** How a folder is named in the file. */
export function linkPath(project: string, folder: string): string {
  const way = relative(project, folder)
  return isAbsolute(way) || way === '' ? folder : way.split(sep).join('/')
}

export function linkedFolder(project: string, link: LogLink): string {
  return resolve(project, link.path)
}
