/** Readers of runs that were asked for lately, so that the next look reads only what is new on disk. */
import { totalmem } from 'node:os'
import { PhasescopeError } from '../domain/errors'
import { RunReader } from '../project/run-reader'
import type { RunSource } from './run-source'

/**
 * Kept columns may take a sixteenth of the machine's memory in each of the two workers that answer questions; the least
 * recently used ones are forgotten.
 */
const cachedBytes = Math.min(1e9, Math.max(96e6, totalmem() / 16))
const readers = new Map<string, RunReader>()
let keptBytes = 0
const sizes = new Map<string, number>()

/** A run, up to date with the disk. */
export function readerOf(source: RunSource): RunReader {
  const { folder } = source
  let reader = readers.get(folder)
  if (reader) readers.delete(folder)
  else reader = new RunReader(folder)
  // The newest are last.
  readers.set(folder, reader)
  if (reader.refresh() || !sizes.has(folder)) {
    const bytes = reader.log.bytes
    keptBytes += bytes - (sizes.get(folder) ?? 0)
    sizes.set(folder, bytes)
  }
  for (const [oldest] of readers) {
    if (keptBytes <= cachedBytes || oldest === folder) break
    keptBytes -= sizes.get(oldest) ?? 0
    sizes.delete(oldest)
    readers.delete(oldest)
  }
  return reader
}

/**
 * The same for questions about many runs: one that cannot be read hides none of the others.
 * @param problem is told why
 * @param keep false: for one look
 */
export function readerIfThere(source: RunSource, problem?: (text: string) => void, keep = true): RunReader | null {
  try {
    return keep ? readerOf(source) : readerOnce(source)
  } catch (error) {
    if (!(error instanceof PhasescopeError)) throw error
    problem?.(error.message)
    return null
  }
}

/** The same for one look: what a fit reads of hundreds of runs is not kept. */
export function readerOnce(source: RunSource): RunReader {
  if (readers.has(source.folder)) return readerOf(source)
  const reader = new RunReader(source.folder)
  reader.refresh()
  return reader
}
