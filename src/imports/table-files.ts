/** Tables among the files of a folder: which files are some, the runs in each, and what these are called. */
import { basename, join } from 'node:path'
import { isSettings, whyLeft } from '../domain/left-files'
import { epochOfFile, naturalOrder, seedFromName, stemOf } from '../formats/file-names'
import { trainingFolder } from './belonging'
import { type ImportFile, isPartOfFile } from './sources'
import { type Peeked, peekTable, tableName } from './tables'
import { nameByTraining } from './trainer-states'
import type { FileTree } from './tree'
import type { WalkedFile, WalkedFolder } from './walk'

/** The tables of a folder that was walked; every other file that nobody has taken is left with a reason. */
export async function tablesIn(own: WalkedFolder, tree: FileTree): Promise<ImportFile[]> {
  const { folder, prefix } = own
  const tables: ImportFile[] = []
  const hasEpochs = own.files.some(({ name }) => epochOfFile(name) !== null)
  for (const file of tree.free(own)) {
    const path = `${prefix}/${file.name}`
    if (hasEpochs) {
      tree.leave(path, 'it lies beside the epochs of a run of visualizing-training, which hold its values')
      continue
    }
    const kind = tableName(file.name) === 'possible' && isSettings(file.name) ? null : tableName(file.name)
    const isLabels = /^(metadata|labels?|tensors?|vectors|embeddings?)\.tsv$/i.test(file.name)
    const peeked = kind === null || isLabels ? null : await peekTable(join(folder, file.name), path, file.bytes)
    const isTable =
      peeked !== null &&
      (kind === 'table' || peeked.kind === 'unsure' || (peeked.kind === 'runs' && isLog(file.name, peeked)))
    if (!isTable) tree.leave(path, isLabels ? 'labels or vectors of an embedding' : whyLeft(path))
    else {
      tree.take(path)
      tables.push(...runsOf(join(folder, file.name), path, prefix, basename(folder), file, peeked))
    }
  }
  nameByFolder(tables, prefix)
  for (const table of tables) nameByTraining(table)
  return tables
}

/** Files that were chosen by themselves: each is a source, so that its refusal can be told. */
export async function chosenTables(own: WalkedFolder, tree: FileTree): Promise<ImportFile[]> {
  const tables: ImportFile[] = []
  for (const file of tree.free(own).sort((a, b) => naturalOrder(a.name, b.name))) {
    const path = join(own.folder, file.name)
    const peeked = await peekTable(path, file.name, file.bytes)
    tables.push(...runsOf(path, file.name, own.prefix, own.prefix, file, peeked))
  }
  return tables
}

/** In a folder of its own, the folder's name tells more: seed_3/metrics.csv. */
function nameByFolder(tables: readonly ImportFile[], prefix: string): void {
  const names = new Set(tables.map(({ holds }) => (holds.kind === 'table' ? stemOf(holds.path) : '')))
  const training = trainingFolder(prefix).split('/')
  const called = training[training.length - 1]
  const folderSeed = seedFromName(called)
  const says = folderSeed !== null || prefix.includes('/')
  if (names.size !== 1 || tables.some(({ seed }) => seed !== null) || !says) return
  for (const table of tables) {
    const isPart = isPartOfFile(table)
    if (!isPart) Object.assign(table, { seed: folderSeed, name: called })
    if (prefix.includes('/')) table.group = isPart ? called : (training[training.length - 2] ?? called)
  }
}

/** One JSON object is a result or settings; a text is a table when something counts its rows. */
function isLog(name: string, { parts }: Extract<Peeked, { kind: 'runs' }>): boolean {
  const isDocument = /\.json(\.gz)?$/i.test(name)
  return parts.some(({ rows, columns, counted }) =>
    isDocument ? rows > 1 && columns.length > 0 : rows > 0 && columns.length > 1 && counted
  )
}

/** The run of a file; of several runs in it each by itself, and the file is their group. */
function runsOf(
  path: string,
  file: string,
  home: string,
  group: string,
  { bytes, modifiedMs }: WalkedFile,
  peeked: Peeked
): ImportFile[] {
  const stem = stemOf(basename(path).replace(/\.gz$/i, ''))
  const parts = peeked.kind === 'runs' ? peeked.parts : [{ part: null, seed: null }]
  return parts.map(({ part, seed }) => {
    const common = { seedFrom: null, bytes, modifiedMs, home, prefix: null, notes: [], holds: { kind: 'table' as const, path, part } } // prettier-ignore
    if (part === null) return { ...common, file, run: file, name: stem, group, seed: seedFromName(stem) ?? seed }
    const own = `${file} › ${part}`
    const name = seed !== null && /^\d+$/.test(part) ? `seed ${part}` : part
    return { ...common, file: own, run: own, name, group: stem, seed: seed ?? seedFromName(part) }
  })
}
