/** The user's own data: which kind of files it is, and how they become examples. */
import { isPictureName } from '../../formats/pictures'
import { FormatError, someNames } from '../../formats/format-error'
import { arraysKind, readArrays } from './arrays'
import { cifarKind, readCifarFiles, readPictures } from './pictures'
import type { DataChoices, DataFile, UserData } from './choices'
import { readTables, tableKind } from './tables'

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
  const cifar = cifarKind(visible)
  if (cifar !== null) return readCifarFiles(visible, cifar)
  if (visible.some(arraysKind)) return readArrays(visible.filter(arraysKind), label, choices)
  if (visible.some(tableKind)) return readTables(visible.filter(tableKind), label, choices)
  const pictures = visible.filter(({ name }) => isPictureName(name))
  if (pictures.length > 0) return readPictures(pictures, label, choices, sample)
  const found =
    visible.length === 0
      ? 'is empty'
      : `holds ${someNames(
          visible.map(({ name }) => name),
          3
        )}`
  const readable = 'npz, npy, idx, csv, pictures (png, jpg) in a folder per class, and CIFAR in its binary version'
  throw new FormatError(label, null, `${found}; data sets are read from ${readable}.`)
}
