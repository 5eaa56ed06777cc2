/**
 * An event file on disk: whole records, appended, on disk within a second. Each writer has a file of its own, so an earlier
 * one is never touched.
 */
import { closeSync, fsyncSync, openSync, readdirSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { EventWriter } from '../events/writer'
import { describeFileError, syncFolderNow } from './files'
import { guardSync } from './places'

const flushIntervalMs = 1000
const flushBytes = 256 * 1024

export class EventFileWriter extends EventWriter {
  private readonly descriptor: number
  private pending: Uint8Array[] = []
  private pendingBytes = 0
  private lastFlushMs = Date.now()
  /** Runs while something is pending: the next record, which would let this one out, may be far away. */
  private timer: NodeJS.Timeout | null = null
  private closed = false

  /**
   * Makes a new file in `folder`, which must exist.
   * @param firstStep first step that this file will hold; readers drop earlier files' points from there on
   * @throws PhasescopeError, as all methods do, when the disk refuses
   */
  constructor(
    private readonly folder: string,
    firstStep = 0
  ) {
    super()
    guardSync(folder)
    const path = join(folder, nextEventFileName(folder))
    try {
      this.descriptor = openSync(path, 'ax')
    } catch (error) {
      throw describeFileError(error, path, 'written')
    }
    this.begin(firstStep)
    this.flush(true)
    syncFolderNow(folder)
  }

  /** @param durable also wait until the disk has it; what could not be written stays for the next time */
  flush(durable: boolean): void {
    try {
      if (this.pendingBytes > 0) this.writePending()
      if (durable) fsyncSync(this.descriptor)
    } catch (error) {
      throw describeFileError(error, this.folder, 'written')
    }
    this.lastFlushMs = Date.now()
  }

  close(): void {
    if (this.closed) return
    try {
      this.flush(true)
    } finally {
      this.closed = true
      if (this.timer) clearTimeout(this.timer)
      closeSync(this.descriptor)
    }
  }

  protected override write(record: Uint8Array): void {
    if (this.closed) throw new Error(`The event file in ${this.folder} is closed.`)
    this.pending.push(record)
    this.pendingBytes += record.length
    if (this.pendingBytes > flushBytes || Date.now() - this.lastFlushMs >= flushIntervalMs) this.flush(false)
    else this.timer ??= setTimeout(() => this.flushLater(), flushIntervalMs)
  }

  private flushLater(): void {
    this.timer = null
    try {
      this.flush(false)
    } catch {
      // Nobody waits here. The records stay pending, and the next write or the close meets the same error.
    }
  }

  /** A disk that is full takes a part: what it took must not be written again, or the file would be damaged there. */
  private writePending(): void {
    const all = Buffer.concat(this.pending, this.pendingBytes)
    let written = 0
    try {
      while (written < all.length) written += writeSync(this.descriptor, all, written)
    } finally {
      const rest = all.subarray(written)
      this.pending = rest.length > 0 ? [rest] : []
      this.pendingBytes = rest.length
    }
  }
}

/** Names sort in order of attempts, whatever the clock says: readers take files in name order. */
function nextEventFileName(folder: string): string {
  let seconds = Math.floor(Date.now() / 1000)
  let attempt = 0
  for (const name of readdirSync(folder)) {
    const match = /^events\.out\.tfevents\.(\d{10})\..*\.(\d+)$/.exec(name)
    if (!match) continue
    attempt += 1
    seconds = Math.max(seconds, Number(match[1]) + 1)
  }
  return `events.out.tfevents.${String(seconds).padStart(10, '0')}.${hostname() || 'local'}.${process.pid}.${attempt}`
}
