/** Writing files so that a crash at any moment leaves the old content or the new one, never half of it. */
import { randomBytes } from 'node:crypto'
import { closeSync, constants, fsyncSync, openSync } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PhasescopeError } from '../domain/errors'
import { confinedBy, guard, notAFile, placeIn } from './places'

/** Temp file beside the target, fsync, rename, fsync of the folder. */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
  await guard(path)
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw describeFileError(error, path, 'written')
  }
}

/** Writes a file and waits until it is on the disk; for files in a folder that is renamed into place when all are there. */
export async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  await guard(path)
  const handle = await open(path, 'w')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, readableJson(value) + '\n')
}

/** One line per field, lists of numbers on one line: a state path of a thousand points is one line, not a thousand. */
export function readableJson(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const inner = `${indent} `
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== 'object' || item === null)) return JSON.stringify(value)
    return `[\n${value.map((item) => inner + readableJson(item, inner)).join(',\n')}\n${indent}]`
  }
  const fields = Object.entries(value).filter(([, item]) => item !== undefined)
  if (fields.length === 0) return '{}'
  const lines = fields.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${readableJson(item, inner)}`)
  return `{\n${lines.join(',\n')}\n${indent}}`
}

/** Larger than any manifest: what has more is something else under its name. */
const mostManifestBytes = 256 * 1024 * 1024

/**
 * A whole file. Pipes and devices are refused before they are opened: they would keep the reader waiting for ever.
 * @param most bytes that it may have
 * @throws PhasescopeError, each naming the file and what to do
 */
export async function readWhole(path: string, most = Number.MAX_SAFE_INTEGER): Promise<Uint8Array<ArrayBuffer>> {
  await guard(path)
  try {
    const before = await stat(path)
    if (!before.isFile()) throw notAFile(path, before)
    // It may have been exchanged since: without waiting, and no link where links are not followed.
    const flags =
      constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (confinedBy(path) ? (constants.O_NOFOLLOW ?? 0) : 0)
    const handle = await open(path, flags)
    try {
      const info = await handle.stat()
      if (!info.isFile()) throw notAFile(path, info)
      if (info.size > most) throw tooLarge(path, info.size, most)
      const bytes = await handle.readFile()
      return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw describeFileError(error, path, 'read')
  }
}

function tooLarge(path: string, bytes: number, most: number): PhasescopeError {
  const mb = (count: number): string => (count / 2 ** 20).toFixed(0)
  return new PhasescopeError(
    'damaged',
    `${path} has ${mb(bytes)} MB; at most ${mb(most)} MB are read. Restore it from a backup or remove it.`
  )
}

export async function readText(path: string, most = mostManifestBytes): Promise<string> {
  return new TextDecoder().decode(await readWhole(path, most))
}

/** @throws PhasescopeError 'not-found' or 'damaged', each naming the file and what to do. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new PhasescopeError(
      'damaged',
      `${path} is not valid JSON (${(error as Error).message}). Restore it from a backup or remove it.`
    )
  }
}

export async function makeFolder(path: string): Promise<void> {
  await guard(path)
  try {
    await makeFolders(path)
  } catch (error) {
    const reason = unusablePlaces[(error as NodeJS.ErrnoException).code ?? '']
    if (reason)
      throw new PhasescopeError('bad-request', `${path} could not be created: ${reason} Choose another folder.`)
    throw describeFileError(error, path, 'created')
  }
}

const unusablePlaces: Record<string, string> = {
  EEXIST: 'there is a file of this name.',
  ENOTDIR: 'a part of this path is a file.',
  ENOENT: 'no folder can be made there.'
}

/** Not `mkdir` with `recursive`, which never returns where a folder refuses children with ENOENT, as /proc does. */
async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolders(dirname(path))
    await mkdir(path).catch((again: NodeJS.ErrnoException) => {
      // Somebody else was faster.
      if (again.code !== 'EEXIST') throw again
    })
  }
  // Without it, a power cut could take the folder with everything that has been kept in it since.
  await syncFolder(dirname(path))
}

/** Removes a file or folder with all that is in it; links in it go, what they lead to stays. */
export async function removeTree(path: string): Promise<void> {
  await guard(path)
  // A worker that ends this moment may write a last file, so removing is tried again.
  await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
}

/** Makes a rename durable; some file systems refuse to sync a folder, which loses nothing but a guarantee. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  try {
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch {
    return
  }
}

/** The same for code that cannot wait. */
export function syncFolderNow(path: string): void {
  if (process.platform === 'win32') return
  try {
    const descriptor = openSync(path, 'r')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return
  }
}

/** A file system error as a sentence that names the file and the remedy. */
export function describeFileError(error: unknown, path: string, verb: string): Error {
  if (error instanceof PhasescopeError) return error
  const code = (error as NodeJS.ErrnoException).code
  switch (code) {
    case 'ENOENT':
      return new PhasescopeError('not-found', `${path} could not be ${verb}: it does not exist.`)
    case 'ENOTDIR':
      return new PhasescopeError(
        'not-found',
        `${path} could not be ${verb}: a part of this path is a file, not a folder.`
      )
    case 'EACCES':
    case 'EPERM':
      return new PhasescopeError(
        'read-only',
        `${path} could not be ${verb}: you have no permission. Choose another folder or change its permissions.`
      )
    case 'EROFS':
      return new PhasescopeError(
        'read-only',
        `${path} could not be ${verb}: the disk is read-only. Choose another folder.`
      )
    case 'ENOSPC':
      return new PhasescopeError(
        'read-only',
        `${path} could not be ${verb}: the disk is full. Free some space and try again.`
      )
    case 'EISDIR':
      return new PhasescopeError('damaged', `${path} could not be ${verb}: it is a folder.`)
    default:
      return new PhasescopeError('internal', `${path} could not be ${verb}: ${(error as Error).message}`)
  }
}

export function runFolder(project: string, runId: string): string {
  return placeIn(project, 'runs', runId)
}
