/** Checkpoints among the files of a folder, as runs to be. */
import { isOfHubCache, namedByReferences } from './hub-cache'
import { commonPattern, isNameless } from './path-numbers'
import { type CheckpointRun, checkpointRuns } from './runs'
import { checkpointUnits, type FoundFile } from './units'
import type { ImportFile } from '../sources'
import { largest } from '../../numeric/statistics'

/**
 * @param root folder that the files' paths are below
 * @param top name of what was chosen; the runs' group where their own paths have no folder
 * @returns `used`: the files that belong to checkpoints
 */
export function checkpointSources(
  root: string,
  files: readonly FoundFile[],
  top: string
): { sources: ImportFile[]; used: Set<string> } {
  const cached = files.filter(isOfHubCache)
  const { units, used } = checkpointUnits(files.filter((file) => !isOfHubCache(file)))
  for (const { path } of cached) used.add(path)
  const runs = checkpointRuns(namedByReferences(root, units, cached))
  return { sources: runs.map((run) => sourceOf(root, run, top)), used }
}

function sourceOf(root: string, { units, aside, seed, notes }: CheckpointRun, top: string): ImportFile {
  const file = units.length === 1 ? units[0].name : commonPattern(units.map(({ name }) => name))
  // The deepest folder whose name is the same for all of them is what they are called by.
  const folders = file.split('/').slice(0, -1)
  const changing = folders.findIndex((folder) => folder.includes('*'))
  const fixed = changing < 0 ? folders : folders.slice(0, changing)
  // `version_0/checkpoints`: the training is called version_0.
  while (isNameless(fixed)) fixed.pop()
  return {
    file,
    run: file,
    name: fixed[fixed.length - 1] ?? top,
    group: fixed[fixed.length - 2] ?? fixed[0] ?? top,
    seed,
    seedFrom: null,
    home: fixed.join('/') || top,
    prefix: null,
    notes,
    bytes: units.reduce((sum, { bytes }) => sum + bytes, 0),
    modifiedMs: largest(units.map(({ modifiedMs }) => modifiedMs)),
    holds: { kind: 'checkpoints', root, units: [...units, ...aside] }
  }
}
