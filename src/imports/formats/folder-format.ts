/**
 * A format whose runs are known by the names of files and folders: one file for each in this folder, and one row in index.ts. What is
 * one file of values, whatever its name, is a table (../tables.ts).
 */
import type { ImportFormat } from '../../domain/import-formats'
import { seedFromName } from '../../formats/file-names'
import { largest } from '../../numeric/statistics'
import type { Recorded } from '../recorded'
import type { ImportFile } from '../sources'
import type { FileTree } from '../tree'
import type { WalkedFile } from '../walk'

export interface FolderFormat {
  id: ImportFormat
  /** The runs of this format among the files that are free; takes these. */
  find(tree: FileTree): Promise<ImportFile[]> | ImportFile[]
  /** @param names the files, below `folder`; @param file what the run's source is called. @throws FormatError */
  read(folder: string, names: readonly string[], file: string): Promise<Recorded>
}

/** A run of a format, before anything but names is known of it. */
export function foundRun(
  format: ImportFormat,
  place: { file: string; name: string; group: string; home: string },
  folder: string,
  files: readonly WalkedFile[]
): ImportFile {
  return {
    ...place,
    run: place.file,
    seed: seedFromName(place.name),
    seedFrom: null,
    prefix: null,
    notes: [],
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    modifiedMs: largest(files.map(({ modifiedMs }) => modifiedMs)),
    holds: { kind: 'files', format, folder, names: files.map(({ name }) => name) }
  }
}

/** The last names of a path below what was chosen: what a run in it is called, and its group. */
export function namesOfPath(prefix: string): { name: string; group: string } {
  const parts = prefix.split('/')
  const name = parts[parts.length - 1]
  return { name, group: parts[parts.length - 2] ?? name }
}
