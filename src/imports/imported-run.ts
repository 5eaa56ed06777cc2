/** What all parts of an imported run share: its names, its folder, its event files. */
import { mkdir } from 'node:fs/promises'
import type { ImportSource } from '../domain/import-source'
import { describeFileError } from '../project/files'
import type { RunManifest } from '../project/manifests'
import { RunWriter } from '../project/run-writer'
import type { ImportFile } from './sources'

/** What became of a source. No manifest: it could not be read. */
export interface ImportedRun {
  source: ImportSource
  manifest: RunManifest | null
}

/** Tags of a part of a run to their names in the run; null: another part has the series. */
export type Renamed = Record<string, string | null>

export function namesOf({
  file,
  run,
  name,
  group,
  seed,
  seedFrom,
  mayBeOf,
  bytes
}: ImportFile): Pick<ImportSource, 'file' | 'run' | 'name' | 'group' | 'seed' | 'seedFrom' | 'mayBeOf' | 'bytes'> {
  return { file, run, name, group, seed, seedFrom, ...(mayBeOf && { mayBeOf }), bytes }
}

/**
 * An event file in the folder of a run, which is made. A second one beside it says that it begins beyond every step: readers drop the
 * points of earlier files from there on, and there are none.
 */
export async function writerIn(folder: string, firstStep: number): Promise<RunWriter> {
  const isNew = (await makeRunFolder(folder)) !== undefined
  return new RunWriter(folder, isNew ? firstStep : Number.MAX_SAFE_INTEGER)
}

/** @returns undefined when another part of the run has made it */
export async function makeRunFolder(folder: string): Promise<string | undefined> {
  return mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw describeFileError(error, folder, 'created')
  })
}
