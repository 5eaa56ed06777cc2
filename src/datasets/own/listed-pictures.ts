/** Pictures whose classes stand in a table beside them: a column with their names, and one that is predicted. */
import { FormatError, plural, someNames } from '../../formats/format-error'
import type { DataChoices, DataFile } from './choices'
import type { Placed, SortedPictures } from './class-folders'
import type { NamedTable } from './input-columns'
import { type SplitName, splitOf, wordsOf } from './splits'
import { labelOf, readTable, splitColumnOf } from './tables'

/** Rows that must name a picture which is there, for a column to be one of names. */
const leastShare = 0.5

/** Null where no table names the pictures. @throws DataQuestion, FormatError */
export async function listedPictures(
  pictures: readonly DataFile[],
  tables: readonly DataFile[],
  choices: DataChoices
): Promise<SortedPictures<DataFile> | null> {
  const byName = new Map<string, DataFile>()
  for (const file of pictures) for (const name of namesOf(file.name)) byName.set(name, file)
  const placed = new Map<DataFile, Placed<DataFile>>()
  const notes: string[] = []
  let missing = 0
  for (const table of tables) {
    const named = { file: table.name, table: await readTable(table, choices) }
    const column = nameColumn(named, byName)
    if (column === null) continue
    const splits = splitColumnOf(named)
    const label = labelOf(named, choices, [column.name, ...(splits === null ? [] : [splits.name])])
    const values = named.table.columns.find(({ name }) => name === label)!
    const ofTable = splitOf(wordsOf(table.name))
    column.values.forEach((name, row) => {
      const file = byName.get(name)
      const className = values.words?.[row] ?? String(values.numbers?.[row] ?? '')
      if (!file || className === '' || className === 'NaN') missing += 1
      else placed.set(file, { file, className, split: splits?.splits[row] ?? ofTable ?? splitOfFolders(file.name) })
    })
    notes.push(`The classes stand in ${table.name}: column "${label}", beside the names in "${column.name}".`)
  }
  if (placed.size === 0) return null
  if (missing > 0) notes.push(`${plural(missing, 'row')} without a picture or a class left out.`)
  const rest = pictures.filter((file) => !placed.has(file))
  if (rest.length > 0) notes.push(`${plural(rest.length, 'picture')} that no table names left out.`)
  const left = rest.map(({ name }) => ({ file: name, reason: 'a picture that no table names' }))
  return { placed: [...placed.values()], left, notes, kind: 'pictures with their classes in a table' }
}

/** A picture may be called by its path or its name, with its ending or without; of a number, zeros in front may be missing. */
function namesOf(path: string): string[] {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const stem = name.replace(/\.\w+$/, '')
  return [path, name, path.replace(/\.\w+$/, ''), stem, ...(/^\d{1,15}$/.test(stem) ? [String(Number(stem))] : [])]
}

/** @throws FormatError where two columns name pictures, as those of pairs do */
function nameColumn(
  { file, table }: NamedTable,
  byName: ReadonlyMap<string, DataFile>
): { name: string; values: string[] } | null {
  const found = table.columns.flatMap(({ name, words, numbers }) => {
    const values = words ?? Array.from(numbers ?? [], String)
    const there = values.filter((value) => byName.has(value))
    // Classes 0 and 1 are called like the first pictures, but again and again.
    const isOnce = new Set(there).size > there.length / 2
    return there.length > 1 && isOnce && there.length >= leastShare * values.length ? { name, values } : []
  })
  if (found.length < 2) return found[0] ?? null
  const names = someNames(found.map(({ name }) => name))
  throw new FormatError(file, null, `names pictures in several columns, ${names}. One picture per example is read: leave one of the columns out of the table.`) // prettier-ignore
}

function splitOfFolders(path: string): SplitName {
  const folders = path.split('/').slice(0, -1)
  return folders.map((folder) => splitOf(wordsOf(folder))).findLast((split) => split !== null) ?? 'train'
}
