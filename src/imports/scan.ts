/** Files to import: finding them in what the user chose. Names are relative to the choice. */
import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { PhasescopeError } from '../domain/errors'
import { stemOf } from '../formats/file-names'
import { askUnclear, joinAsSaid, joinRuns } from './belonging'
import { checkpointSources } from './checkpoints/sources'
import { folderFormats } from './formats'
import { chosenLogRun, logRunsBelow } from './log-runs'
import { numberSiblings, seedsFromSettings } from './seeds'
import type { ImportFile, LeftFile, ScannedSources } from './sources'
import { chosenTables, tablesIn } from './table-files'
import { leaveEarlierStates } from './trainer-states'
import { FileTree } from './tree'
import { walkFolder, type WalkedFile } from './walk'

/** Groups of files that were chosen without a folder. */
const looseGroup = 'Imported runs'

/**
 * Everything in the chosen files and folders that can be a run, in natural order. Each format takes the files that are its own, the
 * surest first; what nobody takes is left with a reason.
 * @param loose folder that is no place of the user's own, so that its name means nothing
 * @param partOf what the user says belongs together: source to run, or to null for a run of its own
 * @throws PhasescopeError when a choice does not exist or holds too much
 */
export async function scanSources(
  paths: readonly string[],
  loose: string | null = null,
  partOf: Readonly<Record<string, string | null>> = {}
): Promise<ScannedSources> {
  const files: ImportFile[] = []
  const left: LeftFile[] = []
  /** The folder of each training on the disk, by its place below the choice. */
  const folders = new Map<string, string>()
  const single = new Map<string, string[]>()
  const scanned = (tree: FileTree, found: ImportFile[]): void => {
    for (const { prefix, folder } of tree.folders) folders.set(prefix, folder)
    files.push(...found)
    left.push(...tree.left)
  }
  for (const path of new Set(paths.map((one) => resolve(one)))) {
    const info = await stat(path).catch(() => null)
    if (!info) throw new PhasescopeError('not-found', `${path} does not exist. Check the path.`)
    if (info.isDirectory()) {
      const tree = new FileTree(await walkFolder(path))
      scanned(tree, await scanFolder(path, tree))
    } else if (!info.isFile()) throw new PhasescopeError('bad-request', `${path} is neither a file nor a folder.`)
    else single.set(dirname(path), [...(single.get(dirname(path)) ?? []), basename(path)])
  }
  for (const [folder, names] of single) {
    const tree = new FileTree([await chosenFiles(folder, names, folder === loose)], folder === loose)
    scanned(tree, await scanFiles(tree))
  }
  await seedsFromSettings(files, folders)
  const unclear = joinRuns(files)
  numberSiblings(files)
  distinctGroups(files)
  makeDistinct(files)
  for (const some of unclear) askUnclear(some)
  joinAsSaid(files, partOf)
  return { files, left }
}

async function scanFolder(root: string, tree: FileTree): Promise<ImportFile[]> {
  const found: ImportFile[] = []
  for (const format of folderFormats) found.push(...(await format.find(tree)))
  const free = tree.folders.flatMap((own) =>
    tree.free(own).map(({ name, ...size }) => ({ path: `${own.prefix}/${name}`, ...size }))
  )
  const checkpoints = checkpointSources(dirname(root), free, basename(root))
  for (const path of checkpoints.used) tree.take(path)
  found.push(...(await logRunsBelow(root, tree)))
  await leaveEarlierStates(tree)
  for (const own of tree.folders) found.push(...(await tablesIn(own, tree)))
  return [...found, ...checkpoints.sources]
}

/** The one folder of a tree of files that were chosen by themselves. */
async function scanFiles(tree: FileTree): Promise<ImportFile[]> {
  const [own] = tree.folders
  const found = chosenLogRun(own, tree)
  for (const format of folderFormats) found.push(...(await format.find(tree)))
  const free = tree.free(own).map(({ name, ...size }) => ({ path: name, ...size }))
  const checkpoints = checkpointSources(own.folder, free, own.prefix)
  for (const name of checkpoints.used) tree.take(`${own.prefix}/${name}`)
  return [...found, ...checkpoints.sources, ...(await chosenTables(own, tree))]
}

async function chosenFiles(
  folder: string,
  names: readonly string[],
  isLoose: boolean
): Promise<FileTree['folders'][0]> {
  const files = await Promise.all(
    names.map(async (name): Promise<WalkedFile> => {
      const { size, mtimeMs } = await stat(join(folder, name))
      return { name, bytes: size, modifiedMs: mtimeMs }
    })
  )
  return { folder, prefix: isLoose ? looseGroup : basename(folder), files, folders: [] }
}

/** Groups that are called by folders of equal names, such as `logs`, are told apart by the folders above these. */
function distinctGroups(files: readonly ImportFile[]): void {
  const places = new Map<string, Map<string, ImportFile[]>>()
  for (const file of files) {
    const parts = file.home.split('/')
    const at = parts.lastIndexOf(file.group)
    if (at < 0) continue
    const place = parts.slice(0, at + 1).join('/')
    const same = places.get(file.group) ?? new Map<string, ImportFile[]>()
    places.set(file.group, same.set(place, [...(same.get(place) ?? []), file]))
  }
  for (const same of places.values()) {
    if (same.size < 2) continue
    // As much of the paths as tells them apart.
    const ends = (count: number): string[] => [...same.keys()].map((place) => place.split('/').slice(-count).join('/'))
    let count = 2
    while (new Set(ends(count)).size < same.size) count += 1
    const names = ends(count)
    ;[...same.values()].forEach((own, i) => own.forEach((file) => (file.group = names[i])))
  }
}

/** Files of equal names from different folders; and runs of equal names in one group, told apart by their folders. */
function makeDistinct(files: readonly ImportFile[]): void {
  const seen = new Map<string, number>()
  for (const item of files) {
    const count = (seen.get(item.file) ?? 0) + 1
    seen.set(item.file, count)
    if (count === 1) continue
    const isAlone = item.run === item.file
    item.file = `${item.file} (${count})`
    if (isAlone) item.run = item.file
  }
  const names = new Map<string, ImportFile[]>()
  for (const item of files) {
    const key = `${item.group}/${item.name}`
    names.set(key, [...(names.get(key) ?? []), item])
  }
  for (const same of names.values()) {
    if (new Set(same.map(({ run }) => run)).size < 2) continue
    for (const item of same) {
      const isNamedByFile = item.holds.kind === 'table' && stemOf(item.holds.path) === item.name
      item.name = isNamedByFile ? item.run.replace(/\.[^./]+$/, '') : item.home
    }
  }
}
