/**
 * Where things of a project lie: the one way from names to paths, and the guard of project folders that nobody has trusted
 * on this computer. Such a folder may come from a stranger: nothing outside of it is read, written, followed or deleted.
 */
import { lstatSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { PhasescopeError } from '../domain/errors'

/**
 * A path below `root` from names that may come from a file or from outside. Names may hold `/` (and `\`, as Windows writes
 * them) between parts; none of them leads out of the folder, whatever the system.
 * @throws PhasescopeError 'bad-request' for `..`, absolute names, drives, network shares, and names that no file can have
 */
export function placeIn(root: string, ...names: string[]): string {
  for (const name of names) {
    const bad =
      name === '' ||
      name.includes('\0') ||
      /^[\\/]/.test(name) ||
      isAbsolute(name) ||
      (process.platform === 'win32' && /:/.test(name)) ||
      name.split(/[\\/]/).some((part) => part === '..')
    if (bad) throw outside(root, name)
  }
  const path = join(root, ...names)
  const way = relative(root, path)
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) throw outside(root, names.join('/'))
  return path
}

function outside(root: string, name: string): PhasescopeError {
  const shown = JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}...` : name)
  return new PhasescopeError('bad-request', `${shown} is no place inside ${root}. Nothing outside of it is used.`)
}

/**
 * Project folders that nobody has trusted, absolute, by whoever has them open: of several engines in one thread none takes away
 * the guard of another one's. Each thread has its own list; the host gives it to its workers.
 */
const confinedOf = new Map<object, readonly string[]>()
let confined: readonly string[] = []
const thisThread = {}

/**
 * From now on no link below these folders is followed by this thread.
 * @param by who has them open: what it has said before counts no more, what others have said does
 */
export function confine(folders: readonly string[], by: object = thisThread): void {
  if (folders.length === 0) confinedOf.delete(by)
  else
    confinedOf.set(
      by,
      folders.map((folder) => resolve(folder))
    )
  confined = [...new Set([...confinedOf.values()].flat())]
}

export function confinedFolders(): readonly string[] {
  return confined
}

/** The untrusted project that the path lies in, or null. */
export function confinedBy(path: string): string | null {
  const absolute = resolve(path)
  return confined.find((folder) => absolute === folder || absolute.startsWith(folder + sep)) ?? null
}

/**
 * Refuses a path that leads through a link inside a project that nobody has trusted. What does not exist yet is fine, and
 * so is a link above the project: the user has chosen that way.
 * @throws PhasescopeError 'untrusted'
 */
export async function guard(path: string): Promise<void> {
  for (const part of partsToCheck(path)) {
    const info = await lstat(part).catch(() => null)
    if (!info) return
    if (info.isSymbolicLink()) throw linked(part)
  }
}

/** The same for code that cannot wait. */
export function guardSync(path: string): void {
  for (const part of partsToCheck(path)) {
    const info = lstatSync(part, { throwIfNoEntry: false })
    if (!info) return
    if (info.isSymbolicLink()) throw linked(part)
  }
}

function* partsToCheck(path: string): Generator<string> {
  if (confined.length === 0) return
  const folder = confinedBy(path)
  if (folder === null) return
  let part = folder
  for (const name of relative(folder, resolve(path)).split(sep)) {
    if (name === '') continue
    part = join(part, name)
    yield part
  }
}

function linked(path: string): PhasescopeError {
  return new PhasescopeError(
    'untrusted',
    `${path} is a link, and links are not followed in a project that has not been trusted on this computer. ` +
      'Trust the project first, or put a file or folder in its place.'
  )
}

/** Something that is no file: reading it would wait for ever, or never end. */
export function notAFile(path: string, info: { isDirectory(): boolean }): PhasescopeError {
  return new PhasescopeError(
    'damaged',
    info.isDirectory()
      ? `${path} could not be read: it is a folder.`
      : `${path} could not be read: it is no ordinary file (a pipe or a device). Put a file in its place or remove it.`
  )
}
