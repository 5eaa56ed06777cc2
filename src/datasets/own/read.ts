/** The user's own data: which kind of files it is, and how they become examples. */
import { FormatError, someNames } from '../../formats/format-error'
import { isPictureName, pictureKinds } from '../../formats/pictures'
import { arraysKind, readArrays } from './arrays'
import { type DataChoices, type DataFile, DataQuestion, type LeftOut, type UserData } from './choices'
import { cifarKind, readCifarFiles } from './cifar'
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
  const pictures = visible.filter(isPicture).length
  // Plots beside a table are no data; a list beside pictures is.
  const tables = visible.filter(tableKind).length
  if (tables > 0 && pictures < Math.max(10, 2 * tables)) return readTables(take(tableKind), label, choices)
  if (pictures > 0) return readPictures(take(isPicture), label, choices, sample)
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
