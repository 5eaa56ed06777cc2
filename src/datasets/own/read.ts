/** The user's own data: which kind of files it is, and how they become examples. */
import { FormatError, someNames } from '../../formats/format-error'
import { isPictureName, pictureKinds } from '../../formats/pictures'
import { arraysKind, readArrays } from './arrays'
import { type DataChoices, type DataFile, DataQuestion, type LeftOut, type UserData } from './choices'
import { cifarKind, readCifarFiles } from './cifar'
import { type SortedPictures, sortPictures } from './class-folders'
import { listedPictures } from './listed-pictures'
import { readPictures } from './pictures'
import { perhapsTable, readTables, tableKind } from './tables'

/** Pictures of kinds that are not read: they are asked about with those that are damaged. */
const otherPictures =
  /\.(heic|heif|avif|jp2|j2k|jxl|svg|psd|ico|tga|pcx|ppm|pgm|pbm|pnm|exr|hdr|dcm|nii|dng|cr2|nef|arw|raw)$/i

/**
 * @param label what the choice is called: its folder or file
 * @param sample decode at most so many pictures of each split, for a look at the data
 * @throws FormatError for what cannot be read, DataQuestion for what has to be chosen
 */
export async function readUserData(
  files: readonly DataFile[],
  label: string,
  choices: DataChoices,
  sample = Infinity
): Promise<UserData> {
  const visible = files.filter(
    ({ name }) => !name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX')
  )
  const used = new Set<DataFile>()
  const take = (wanted: (file: DataFile) => boolean): DataFile[] => {
    const taken = visible.filter(wanted)
    for (const file of taken) used.add(file)
    return taken
  }
  const unused = (): LeftOut[] =>
    visible.filter((file) => !used.has(file)).map(({ name }) => ({ file: name, reason: null }))
  try {
    const data = await readKind(visible, take, label, choices, sample)
    return { ...data, left: [...data.left, ...unused()] }
  } catch (error) {
    if (!(error instanceof DataQuestion)) throw error
    throw new DataQuestion(error.about, error.options, error.message, [...error.left, ...unused()])
  }
}

async function readKind(
  visible: readonly DataFile[],
  take: (wanted: (file: DataFile) => boolean) => DataFile[],
  label: string,
  choices: DataChoices,
  sample: number
): Promise<UserData> {
  const cifar = cifarKind(visible)
  if (cifar !== null)
    return readCifarFiles(
      take(({ name }) => /\.(bin|txt)$/.test(name)),
      cifar
    )
  if (visible.some(arraysKind)) return readArrays(take(arraysKind), label, choices)
  const isPicture = ({ name }: DataFile): boolean => isPictureName(name) || otherPictures.test(name)
  const pictures = visible.filter(isPicture)
  const tables = visible.filter(tableKind)
  if (tables.length > 0 && pictures.length > 0) {
    const sorted = await sortBeside(pictures, tables, label, choices)
    if (sorted) {
      take((file) => isPicture(file) || tableKind(file))
      return readPictures(sorted, label, choices, sample)
    }
  }
  if (tables.length > 0) return readTables(take(tableKind), label, choices)
  if (pictures.length > 0) return readPictures(sortPictures(take(isPicture), label, choices), label, choices, sample)
  if (visible.some(perhapsTable)) return readTables(take(perhapsTable), label, choices)
  const found =
    visible.length === 0
      ? 'is empty'
      : `holds ${someNames(
          visible.map(({ name }) => name),
          3
        )}`
  const readable = `npz, npy, idx, tables (csv, tsv, data, json lines), pictures (${pictureKinds}) in a folder per class, and CIFAR in its binary version`
  throw new FormatError(label, null, `${found}; data sets are read from ${readable}.`)
}

/** Pictures that are fewer than this, and no more than a few for each table, are plots beside it. */
const fewPictures = 10

/** Pictures beside tables: sorted by their folders, or by a table that names them; null: the tables are the data. */
async function sortBeside(
  pictures: readonly DataFile[],
  tables: readonly DataFile[],
  label: string,
  choices: DataChoices
): Promise<SortedPictures<DataFile> | null> {
  const byFolders = (): SortedPictures<DataFile> => sortPictures(pictures, label, choices)
  const arePlots = pictures.length < Math.max(fewPictures, 2 * tables.length)
  if (arePlots || !tellClasses(byFolders)) {
    const listed = await listedPictures(pictures, tables, choices)
    if (listed || arePlots) return listed
  }
  const found = byFolders()
  const unused = tables.map(({ name }) => ({ file: name, reason: 'a table beside pictures that does not name them' }))
  return { ...found, left: [...found.left, ...unused] }
}

/** Whether folders do; a question is about them, or about names, which a table may answer. */
function tellClasses(byFolders: () => SortedPictures<DataFile>): boolean {
  try {
    return new Set(byFolders().placed.map(({ className }) => className)).size >= 2
  } catch (error) {
    if (error instanceof DataQuestion) return error.options.some(({ value }) => value === 'outer')
    throw error
  }
}
