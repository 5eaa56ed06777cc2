/**
 * The event file of one run while it trains: whole records, appended, flushed at least every second and on every
 * checkpoint. Each start of a run writes its own file, so a resumed run never touches what was written before.
 */
import { closeSync, fsyncSync, openSync, readdirSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { toHistogramValue } from '../events/activation-histogram'
import { DoubleEncoder, encodeFileVersion, encodeHistogram, encodeScalars, encodeSessionStart } from '../events/encode'
import { frameRecord } from '../events/framing'
import type { HistogramRecord, ScalarsRecord } from '../training/types'
import { describeFileError } from './files'

const flushIntervalMs = 1000
const flushBytes = 256 * 1024

export class RunWriter {
  private readonly descriptor: number
  private pending: Uint8Array[] = []
  private pendingBytes = 0
  private lastFlushMs = Date.now()
  private readonly doubles = new DoubleEncoder()

  /** @param fromStep first step that this attempt will record; readers drop earlier points from there on. */
  constructor(
    private readonly folder: string,
    fromStep: number
  ) {
    const path = join(folder, nextEventFileName(folder))
    try {
      this.descriptor = openSync(path, 'ax')
    } catch (error) {
      throw describeFileError(error, path, 'written')
    }
    const wallTime = Date.now() / 1000
    this.push(encodeFileVersion(wallTime))
    this.push(encodeSessionStart(wallTime, fromStep))
    this.flush(true)
  }

  scalars(record: ScalarsRecord): void {
    this.push(encodeScalars(record.wallTimeSeconds, record.step, record.values))
    this.flushWhenDue()
  }

  /** Scalars that came as doubles from elsewhere and must stay what they are. */
  exactScalars(step: number, wallTimeSeconds: number, values: Iterable<readonly [tag: string, value: number]>): void {
    this.push(this.doubles.encode(wallTimeSeconds, step, values))
    this.flushWhenDue()
  }

  histogram(record: HistogramRecord): void {
    this.push(encodeHistogram(record.wallTimeSeconds, record.step, record.tag, toHistogramValue(record)))
    // What a bucket cannot say. Counts stay exact as float32 up to 2^24 values a histogram.
    this.push(
      encodeScalars(record.wallTimeSeconds, record.step, {
        [`${record.tag}/zeros`]: record.zeros,
        [`${record.tag}/nonfinite`]: record.nonFinite
      })
    )
    this.flushWhenDue()
  }

  /** @param durable also wait until the disk has it. */
  flush(durable: boolean): void {
    try {
      if (this.pendingBytes > 0) {
        const all = Buffer.concat(this.pending, this.pendingBytes)
        let written = 0
        while (written < all.length) written += writeSync(this.descriptor, all, written)
      }
      if (durable) fsyncSync(this.descriptor)
    } catch (error) {
      throw describeFileError(error, this.folder, 'written')
    }
    this.pending = []
    this.pendingBytes = 0
    this.lastFlushMs = Date.now()
  }

  flushWhenDue(): void {
    if (this.pendingBytes > flushBytes || Date.now() - this.lastFlushMs >= flushIntervalMs) this.flush(false)
  }

  close(): void {
    try {
      this.flush(true)
    } finally {
      closeSync(this.descriptor)
    }
  }

  private push(event: Uint8Array): void {
    const framed = frameRecord(event)
    this.pending.push(framed)
    this.pendingBytes += framed.length
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
