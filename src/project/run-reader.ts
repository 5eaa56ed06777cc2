/** Reads a run's event files into columns, and goes on where it stopped when they have grown. */
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { RunColumns } from '../events/run-columns'
import { describeFileError } from './files'

const chunkBytes = 8 * 1024 * 1024

export class RunReader {
  readonly columns = new RunColumns()

  constructor(private readonly folder: string) {}

  /** Takes in what is new on disk. A run that has written nothing yet has no columns. */
  refresh(): void {
    let names: string[]
    try {
      names = readdirSync(this.folder).filter((name) => name.includes('tfevents'))
    } catch (error) {
      throw describeFileError(error, this.folder, 'read')
    }
    for (const name of names.sort()) this.readFile(name)
  }

  private readFile(name: string): void {
    const path = join(this.folder, name)
    let descriptor: number
    try {
      descriptor = openSync(path, 'r')
    } catch (error) {
      throw describeFileError(error, path, 'read')
    }
    try {
      const size = fstatSync(descriptor).size
      let wanted = chunkBytes
      while (this.columns.consumed(name) < size && !this.columns.ended(name)) {
        const from = this.columns.consumed(name)
        const bytes = new Uint8Array(Math.min(wanted, size - from))
        const got = readSync(descriptor, bytes, 0, bytes.length, from)
        this.columns.feed(name, bytes.subarray(0, got))
        if (this.columns.consumed(name) > from) continue
        // Nothing whole in this piece: the tail is unfinished, or one record is larger than the piece.
        if (from + got >= size) break
        wanted *= 4
      }
    } finally {
      closeSync(descriptor)
    }
  }
}
