/** Reads the event files of one folder, goes on where it stopped when they have grown, and fetches single values. */
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { PhasescopeError } from '../domain/errors'
import { RunLog } from '../events/run-log'
import type { PlaceSeries, SeriesView } from '../events/series'
import { describeFileError } from './files'
import { byCodePoints, isEventFile } from './log-folder'
import { guardSync, notAFile } from './places'

const chunkBytes = 4 * 1024 * 1024
/** Reading everything again may take this share of the time. */
const rereadShare = 0.1

export class RunReader {
  log = new RunLog()
  private rereadAt = 0

  /** @param only names of the files to read; all of the folder's without */
  constructor(
    readonly folder: string,
    private readonly only: ReadonlySet<string> | null = null
  ) {}

  /**
   * Takes in what is new on disk. A run that has written nothing yet has no series. When a file has become shorter, is
   * gone, or was written to after a later one, everything is read anew: the result is that of a first reading.
   * @returns whether anything changed
   */
  refresh(): boolean {
    const names = this.eventFiles()
    const replaced = this.log.files.some((file) => !names.has(file.name) || names.get(file.name)! < file.offset)
    if (replaced || (this.log.disordered && Date.now() >= this.rereadAt)) {
      this.log = new RunLog()
      const began = Date.now()
      this.readAll(names)
      this.log.disordered = false
      this.rereadAt = Date.now() + (Date.now() - began) / rereadShare
      return true
    }
    return this.readAll(names)
  }

  /** Bytes of a value, by its position in the files' order. */
  place(series: PlaceSeries, at: number): { bytes: Uint8Array; form: number } {
    const { file, offset, length, form } = series.place(at)
    const path = join(this.folder, this.log.files[file].name)
    return { bytes: this.withFile(path, (descriptor) => readExactly(descriptor, path, offset, length)), form }
  }

  /** Bytes of many values, each file opened once. `visit` must not keep the bytes. */
  places(
    series: PlaceSeries,
    view: SeriesView,
    wanted: Iterable<number>,
    visit: (i: number, bytes: Uint8Array, form: number) => void
  ): void {
    const descriptors = new Map<number, { descriptor: number; path: string }>()
    let buffer = new Uint8Array(64 * 1024)
    try {
      for (const i of wanted) {
        const { file, offset, length, form } = series.place(view.at(i))
        let open = descriptors.get(file)
        if (!open) {
          const path = join(this.folder, this.log.files[file].name)
          open = { descriptor: openFile(path), path }
          descriptors.set(file, open)
        }
        if (length > buffer.length) buffer = new Uint8Array(length * 2)
        const bytes = buffer.subarray(0, length)
        readInto(open.descriptor, open.path, offset, bytes)
        visit(i, bytes, form)
      }
    } finally {
      for (const { descriptor } of descriptors.values()) closeSync(descriptor)
    }
  }

  /** Sizes by name, in name order. */
  private eventFiles(): Map<string, number> {
    let names: string[]
    guardSync(this.folder)
    try {
      names = readdirSync(this.folder).filter((name) => isEventFile(name) && (this.only?.has(name) ?? true))
    } catch (error) {
      throw describeFileError(error, this.folder, 'read')
    }
    const sizes = new Map<string, number>()
    for (const name of names.sort(byCodePoints)) {
      const path = join(this.folder, name)
      guardSync(path)
      const info = statSync(path, { throwIfNoEntry: false })
      if (info?.isFile()) sizes.set(name, info.size)
    }
    return sizes
  }

  private readAll(names: Map<string, number>): boolean {
    let changed = false
    for (const [name, size] of names) {
      const file = this.log.file(name)
      const { offset, ended, needed } = this.log.files[file]
      if (ended || size <= offset || size < offset + needed) continue
      if (this.readFile(file, join(this.folder, name))) changed = true
    }
    return changed
  }

  private readFile(file: number, path: string): boolean {
    return this.withFile(path, (descriptor) => {
      const { size } = fstatSync(descriptor)
      const state = this.log.files[file]
      let changed = false
      while (state.offset < size && !state.ended) {
        const from = state.offset
        // A record larger than a piece gets a buffer of its own, never larger than what the file still holds.
        const wanted = Math.min(Math.max(state.needed, chunkBytes), size - from)
        if (wanted < state.needed) break
        const buffer = wanted > chunkBytes ? new Uint8Array(wanted) : sharedChunk()
        const got = readSync(descriptor, buffer, 0, wanted, from)
        if (this.log.feed(file, buffer.subarray(0, got))) changed = true
        // Nothing whole in all that there is: the tail is unfinished.
        if (state.offset === from && from + got >= size) break
      }
      return changed
    })
  }

  private withFile<T>(path: string, work: (descriptor: number) => T): T {
    const descriptor = openFile(path)
    try {
      return work(descriptor)
    } finally {
      closeSync(descriptor)
    }
  }
}

/** One buffer for all files of all runs: a piece is gone through before the next one is read. */
let chunk: Uint8Array | null = null

function sharedChunk(): Uint8Array {
  return (chunk ??= new Uint8Array(chunkBytes))
}

/** Files only, also when one has been exchanged for a pipe since it was listed. */
function openFile(path: string): number {
  try {
    guardSync(path)
    const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const info = fstatSync(descriptor)
    if (info.isFile()) return descriptor
    closeSync(descriptor)
    throw notAFile(path, info)
  } catch (error) {
    throw describeFileError(error, path, 'read')
  }
}

function readExactly(descriptor: number, path: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  readInto(descriptor, path, offset, bytes)
  return bytes
}

function readInto(descriptor: number, path: string, offset: number, target: Uint8Array): void {
  let got = 0
  while (got < target.length) {
    const more = readSync(descriptor, target, got, target.length - got, offset + got)
    if (more === 0) {
      throw new PhasescopeError('damaged', `${path} has become shorter while it was read. Open the project again.`)
    }
    got += more
  }
}
