/** Runs of TensorBoard logs: a folder with event files in it is one. */
import { basename } from 'node:path'
import { seedFromName } from '../formats/file-names'
import { largest } from '../numeric/statistics'
import { byCodePoints, findLogRuns, isEventFile, type LogRun } from '../project/log-folder'
import type { ImportFile } from './sources'
import type { FileTree } from './tree'
import type { WalkedFolder } from './walk'

/** All below a folder that was chosen. */
export async function logRunsBelow(root: string, tree: FileTree): Promise<ImportFile[]> {
  const top = basename(root)
  const found: ImportFile[] = []
  for (const run of await findLogRuns(root)) {
    if (run.files.size === 0) continue
    const source = logRun(root, run, top)
    for (const name of run.files.keys()) tree.take(`${source.file}/${name}`)
    found.push(source)
  }
  return found
}

/** The event files among files that were chosen by themselves. */
export function chosenLogRun(own: WalkedFolder, tree: FileTree): ImportFile[] {
  const files = tree.free(own).filter(({ name }) => isEventFile(name))
  if (files.length === 0) return []
  files.sort((a, b) => byCodePoints(a.name, b.name))
  for (const { name } of files) tree.take(`${own.prefix}/${name}`)
  const sizes = new Map(files.map(({ name, bytes }) => [name, bytes]))
  const modifiedMs = largest(files.map((file) => file.modifiedMs))
  return [logRun(own.folder, { name: '.', folder: own.folder, files: sizes, modifiedMs }, own.prefix)]
}

/** Its name is the path below the chosen folder. */
function logRun(root: string, run: LogRun, top: string): ImportFile {
  const name = run.name === '.' ? top : run.name.replaceAll('\\', '/')
  const file = run.name === '.' ? top : `${top}/${name}`
  return {
    file,
    run: file,
    name,
    group: top,
    seed: seedFromName(basename(name)),
    seedFrom: null,
    bytes: [...run.files.values()].reduce((sum, size) => sum + size, 0),
    modifiedMs: run.modifiedMs,
    home: file,
    prefix: null,
    notes: [],
    holds: { kind: 'log', root, run: run.name, folder: run.folder, files: [...run.files.keys()] }
  }
}
