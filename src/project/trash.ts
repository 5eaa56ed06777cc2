/**
 * What the user removes goes to the project's `.trash` folder, can be put back, and is gone for good after thirty days or
 * when somebody empties it. A thing's name there says where it was and when it was removed: `runs-<id>-<milliseconds>`.
 */
import { lstat, readdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PhasescopeError } from '../domain/errors'
import { describeFileError, makeFolder, removeTree, syncFolder } from './files'
import { guard, placeIn } from './places'

export const keptDays = 30
const folderName = '.trash'
const dayMs = 24 * 60 * 60 * 1000

export interface Trashed {
  /** Its name in the trash folder. */
  name: string
  /** Where it was, below the project: `runs/<id>`. */
  place: string
  removedAt: string
}

/** @param place below the project: `runs/<id>`, `analyses/<id>` or `data/<id>` */
export async function moveToTrash(project: string, place: string): Promise<void> {
  const trash = join(project, folderName)
  await makeFolder(trash)
  const from = placeIn(project, place)
  const to = placeIn(trash, `${place.replace(/[\\/]/g, '-')}-${Date.now()}`)
  await guard(from)
  await rename(from, to).catch((error: unknown) => {
    throw describeFileError(error, from, 'moved to the trash folder')
  })
  await syncFolder(dirname(from))
}

/** Newest first. What somebody else has put there is not ours and not listed. */
export async function listTrash(project: string): Promise<Trashed[]> {
  const trash = join(project, folderName)
  await guard(trash)
  const names = await readdir(trash).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw describeFileError(error, trash, 'read')
  })
  const found = names.flatMap((name) => trashed(name) ?? [])
  return found.sort((a, b) => (a.removedAt < b.removedAt ? 1 : -1))
}

/**
 * Puts something back where it was.
 * @returns its place
 * @throws PhasescopeError 'bad-request' when there is something of its name again
 */
export async function restoreFromTrash(project: string, name: string): Promise<string> {
  const one = (await listTrash(project)).find((item) => item.name === name)
  if (!one) throw new PhasescopeError('not-found', `There is no "${name}" in the trash of this project.`)
  const from = placeIn(project, folderName, name)
  const to = placeIn(project, one.place)
  await guard(from)
  await guard(to)
  if (await lstat(to).catch(() => null)) {
    throw new PhasescopeError(
      'bad-request',
      `${one.place} could not be put back: there is something of this name again. Remove or rename that first.`
    )
  }
  await makeFolder(dirname(to))
  await rename(from, to).catch((error: unknown) => {
    throw describeFileError(error, to, 'put back')
  })
  await syncFolder(dirname(to))
  return one.place
}

/**
 * Deletes what has been in the trash for long.
 * @param olderThanDays 0: everything
 * @returns how many things
 */
export async function emptyTrash(project: string, olderThanDays = keptDays): Promise<number> {
  const limit = Date.now() - olderThanDays * dayMs
  const old = (await listTrash(project)).filter(({ removedAt }) => Date.parse(removedAt) <= limit)
  for (const { name } of old) await removeTree(placeIn(project, folderName, name))
  return old.length
}

function trashed(name: string): Trashed | null {
  const match = /^(runs|analyses|data)-(.+)-(\d{13})$/.exec(name)
  if (!match) return null
  return { name, place: `${match[1]}/${match[2]}`, removedAt: new Date(Number(match[3])).toISOString() }
}
