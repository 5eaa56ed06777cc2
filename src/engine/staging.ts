/**
 * Files dropped on a window: a page has their content and no paths, so they are copied into the user's own folder, from
 * where they are imported like any others. Gone after the import, and at the latest with the next start.
 */
import { randomBytes } from 'node:crypto'
import { appendFile, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PhasescopeError } from '../contract/errors'
import { describeFileError, makeFolder } from '../project/files'

const mostBytes = 1024 * 1024 * 1024
const mostFiles = 20_000
const deepest = 12

interface Staged {
  folder: string
  files: Map<string, number>
  bytes: number
}

export class Staging {
  private readonly open = new Map<string, Staged>()

  constructor(private readonly root: string) {}

  begin(): { staging: string } {
    // The process in the name, so that another Phasescope does not clean it away.
    const staging = `${process.pid}-${randomBytes(8).toString('hex')}`
    this.open.set(staging, { folder: join(this.root, staging), files: new Map(), bytes: 0 })
    return { staging }
  }

  /** Appends a piece of a file. Pieces of one file come in order. */
  async write(staging: string, name: string, offset: number, data: Uint8Array): Promise<void> {
    const staged = this.find(staging)
    const path = join(staged.folder, ...safeParts(name))
    const size = staged.files.get(path) ?? 0
    if (offset !== size) {
      throw new PhasescopeError('bad-request', `${name} was not received in order. Drop the files again.`)
    }
    if (staged.bytes + data.length > mostBytes || (!staged.files.has(path) && staged.files.size >= mostFiles)) {
      throw new PhasescopeError(
        'bad-request',
        `More than ${mostBytes / 2 ** 30} GB or ${mostFiles} files were dropped. Use Choose folder instead, which has no such limit.`
      )
    }
    staged.files.set(path, size + data.length)
    staged.bytes += data.length
    await makeFolder(dirname(path))
    await appendFile(path, data).catch((error: unknown) => {
      throw describeFileError(error, path, 'written')
    })
  }

  /** The folder with what was dropped, and the paths of its entries. */
  async end(staging: string): Promise<{ folder: string; paths: string[] }> {
    const { folder } = this.find(staging)
    const names = await readdir(folder).catch(() => [])
    if (names.length === 0) throw new PhasescopeError('not-found', 'Nothing was dropped that could be imported.')
    return { folder, paths: names.map((name) => join(folder, name)) }
  }

  async discard(staging: string): Promise<void> {
    const staged = this.open.get(staging)
    this.open.delete(staging)
    if (staged) await rm(staged.folder, { recursive: true, force: true }).catch(() => undefined)
  }

  /** True for the folder of something staged: its name is ours and says nothing about the files. */
  owns(folder: string): boolean {
    return dirname(folder) === this.root
  }

  /** Takes away what processes that are gone have left. */
  async clean(): Promise<void> {
    const names = await readdir(this.root).catch(() => [])
    for (const name of names) {
      const pid = Number(name.split('-')[0])
      const mine = pid === process.pid
      if (mine ? this.open.has(name) : lives(pid)) continue
      await rm(join(this.root, name), { recursive: true, force: true }).catch(() => undefined)
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.open.keys()].map((staging) => this.discard(staging)))
    const left = await stat(this.root).catch(() => null)
    if (left) await rm(this.root, { recursive: false }).catch(() => undefined)
  }

  private find(staging: string): Staged {
    const staged = this.open.get(staging)
    if (staged) return staged
    throw new PhasescopeError('not-found', 'These dropped files are no longer there. Drop them again.')
  }
}

/** Whether a process of this id lives. */
export function lives(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A name from outside as parts of a path that stay below the staging folder, on every system. */
export function safeParts(name: string): string[] {
  const parts = name.split(/[\\/]/)
  const bad = (part: string): boolean =>
    part === '' ||
    /^\.{1,2}$/.test(part) ||
    part.length > 200 ||
    // What Windows refuses, control characters among it.
    // eslint-disable-next-line no-control-regex
    /[\u0000-\u001f<>:"|?*]|[. ]$/.test(part)
  if (parts.length > deepest || parts.some(bad)) {
    throw new PhasescopeError('bad-request', `The name "${name.slice(0, 100)}" cannot be used for a file. Rename it.`)
  }
  return parts
}
