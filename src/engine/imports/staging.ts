/**
 * Files dropped on a window: a page has their content and no paths, so they are copied into the user's own folder, from
 * where they are imported like any others. Gone after the import, and at the latest with the next start.
 */
import { randomBytes } from 'node:crypto'
import { appendFile, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PhasescopeError } from '../../domain/errors'
import { describeFileError, makeFolder } from '../../project/files'
import { lives } from '../../project/processes'

const mostFiles = 20_000
const deepest = 12
const GB = 2 ** 30

export interface StagingLimits {
  /** Bytes of what is dropped at once. */
  mostBytes: number
  /** Bytes of everything that is dropped and not yet imported, whoever dropped it. */
  mostBytesTogether: number
  /** How much may be dropped and not yet imported at the same time. */
  mostOpen: number
  /** What is not complete after this long without another piece is given up: its page is gone. */
  idleMs: number
}

const ordinaryLimits: StagingLimits = {
  mostBytes: GB,
  mostBytesTogether: 4 * GB,
  mostOpen: 16,
  idleMs: 10 * 60_000
}

interface Staged {
  folder: string
  files: Map<string, number>
  bytes: number
  /** When the last piece came, in ms. */
  touched: number
  /** All of it has come, and an import may be reading it. */
  complete: boolean
  /** Pieces on their way to the disk. */
  writing: number
}

/** Of all windows of this process: none of them cleans away what another one is just taking in. */
const openHere = new Set<string>()

export class Staging {
  private readonly open = new Map<string, Staged>()
  private readonly limits: StagingLimits
  private bytes = 0
  private sweeping: NodeJS.Timeout | null = null

  constructor(
    private readonly root: string,
    limits: Partial<StagingLimits> = {},
    private readonly now: () => number = Date.now
  ) {
    this.limits = { ...ordinaryLimits, ...limits }
  }

  /** @throws PhasescopeError 'busy' when too much is dropped and not yet imported */
  begin(): { staging: string } {
    this.sweep()
    if (this.open.size >= this.limits.mostOpen) {
      throw new PhasescopeError(
        'busy',
        `Files were dropped ${this.open.size} times and are not imported yet. Import or cancel those first.`
      )
    }
    // The process in the name, so that another Phasescope does not clean it away.
    const staging = `${process.pid}-${randomBytes(8).toString('hex')}`
    openHere.add(staging)
    this.open.set(staging, {
      folder: join(this.root, staging),
      files: new Map(),
      bytes: 0,
      touched: this.now(),
      complete: false,
      writing: 0
    })
    // Only while something is open, and never what keeps the process alive.
    this.sweeping ??= setInterval(() => this.sweep(), this.limits.idleMs).unref()
    return { staging }
  }

  /**
   * Appends a piece of a file. Pieces of one file come in order.
   * @throws PhasescopeError for a piece out of order, a bad name, and what is beyond the limits
   */
  async write(staging: string, name: string, offset: number, data: Uint8Array): Promise<void> {
    const staged = this.find(staging)
    const path = join(staged.folder, ...safeParts(name))
    const size = staged.files.get(path) ?? 0
    if (offset !== size) {
      throw new PhasescopeError('bad-request', `${name} was not received in order. Drop the files again.`)
    }
    const { mostBytes, mostBytesTogether } = this.limits
    if (staged.bytes + data.length > mostBytes || (!staged.files.has(path) && staged.files.size >= mostFiles)) {
      throw new PhasescopeError(
        'bad-request',
        `More than ${mostBytes / GB} GB or ${mostFiles} files were dropped. Use Choose folder instead, which has no such limit.`
      )
    }
    if (this.bytes + data.length > mostBytesTogether) {
      throw new PhasescopeError(
        'busy',
        `More than ${mostBytesTogether / GB} GB of dropped files wait to be imported. Import or cancel those first, or use Choose folder instead.`
      )
    }
    staged.files.set(path, size + data.length)
    staged.bytes += data.length
    this.bytes += data.length
    staged.touched = this.now()
    staged.writing++
    try {
      await makeFolder(dirname(path))
      await appendFile(path, data).catch((error: unknown) => {
        throw describeFileError(error, path, 'written')
      })
    } finally {
      staged.writing--
      // Discarded in the meantime: what this piece has made anew must not stay.
      if (this.open.get(staging) !== staged) await removeFolder(staged.folder)
    }
  }

  /** The folder with what was dropped, and the paths of its entries. */
  async end(staging: string): Promise<{ folder: string; paths: string[] }> {
    const staged = this.find(staging)
    const { folder } = staged
    const names = await readdir(folder).catch(() => [])
    if (names.length === 0) throw new PhasescopeError('not-found', 'Nothing was dropped that could be imported.')
    staged.complete = true
    return { folder, paths: names.map((name) => join(folder, name)) }
  }

  async discard(staging: string): Promise<void> {
    const staged = this.open.get(staging)
    if (!staged) return
    this.open.delete(staging)
    openHere.delete(staging)
    this.bytes -= staged.bytes
    if (this.open.size === 0) this.stopSweeping()
    await removeFolder(staged.folder)
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
      if (mine ? openHere.has(name) : lives(pid)) continue
      await rm(join(this.root, name), { recursive: true, force: true }).catch(() => undefined)
    }
  }

  async close(): Promise<void> {
    this.stopSweeping()
    await Promise.all([...this.open.keys()].map((staging) => this.discard(staging)))
    const left = await stat(this.root).catch(() => null)
    if (left) await rm(this.root, { recursive: false }).catch(() => undefined)
  }

  /** Gives up what its page has left unfinished. What is complete stays: an import may be reading it. */
  private sweep(): void {
    const latest = this.now() - this.limits.idleMs
    for (const [staging, { complete, writing, touched }] of this.open)
      if (!complete && writing === 0 && touched < latest) void this.discard(staging)
  }

  private stopSweeping(): void {
    if (this.sweeping) clearInterval(this.sweeping)
    this.sweeping = null
  }

  private find(staging: string): Staged {
    const staged = this.open.get(staging)
    if (staged) return staged
    throw new PhasescopeError('not-found', 'These dropped files are no longer there. Drop them again.')
  }
}

async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => undefined)
}

/** A name from outside as parts of a path that stay below the staging folder, on every system. */
function safeParts(name: string): string[] {
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
