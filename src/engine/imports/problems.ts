/** A file that ends the worker that reads it, or that nobody has foreseen, costs that file and not the import. */
import type { ImportSource } from '../../domain/import-source'
import { PhasescopeError } from '../../domain/errors'
import type { ImportFile } from '../../imports/sources'

/**
 * Why a file cannot be imported whose task has failed, as a sentence.
 * @throws the error again when it says nothing of the file: cancelled, a full disk, a project that is gone
 */
export function lostTo(file: string, error: unknown): string {
  if (!(error instanceof PhasescopeError)) throw error
  if (error.code === 'worker-died') {
    return `${file}: reading it ended the worker (${error.detail ?? error.message}). It is left out; import it alone, or a part of it.`
  }
  if (error.code === 'internal') {
    // What the system says of a file is a sentence already; only what nobody has foreseen comes with its trace.
    if (error.detail === undefined) return error.message
    return `${file}: it is left out, because it shows a mistake of this program (${error.message}). Please report it with the file.`
  }
  throw error
}

/** The file with nothing but why. */
export function unreadable(file: ImportFile, problem: string): ImportSource {
  const { file: path, run, name, group, seed, seedFrom, bytes } = file
  return {
    file: path,
    run,
    name,
    group,
    seed,
    seedFrom,
    bytes,
    format: null,
    rows: 0,
    columns: [],
    stepColumn: null,
    stepCandidates: [],
    unclear: null,
    firstStep: null,
    lastStep: null,
    series: [],
    problem,
    notes: []
  }
}
