/** Examples from pictures: a folder for each class, or CIFAR's own files. */
import { cifarNames, cifarShape, readCifar } from '../../formats/cifar'
import { naturalOrder } from '../../formats/file-names'
import { FormatError, plural, someNames } from '../../formats/format-error'
import { decodePicture, pictureSize, type PictureSize, resizePicture, withChannels } from '../../formats/pictures'
import type { Pixels, Split } from '../../training/types'
import { type DataChoices, type DataFile, DataQuestion, type UserData } from './choices'
import { type SplitName, splitOf, trainAndValidation } from './splits'

interface Picture {
  file: DataFile
  className: string
}

/** @throws FormatError, DataQuestion */
export async function readPictures(
  files: readonly DataFile[],
  source: string,
  choices: DataChoices,
  sample: number
): Promise<UserData> {
  const splits: Partial<Record<SplitName, Picture[]>> = {}
  for (const file of [...files].sort((a, b) => naturalOrder(a.name, b.name))) {
    const folders = file.name.split('/').slice(0, -1)
    const split = splitOf(folders.slice(0, -1).map((folder) => folder.toLowerCase())) ?? 'train'
    const className = folders.at(-1)
    if (className === undefined) {
      const text = 'lies in no folder of a class. Put the pictures of each class into a folder with its name.'
      throw new FormatError(file.name, null, text)
    }
    ;(splits[split] ??= []).push({ file, className })
  }
  const { train, validation, notes } = trainAndValidation(splits)
  if (!train) throw new FormatError(source, null, 'has no folder with pictures to train on. Call it train.')
  const classNames = [...new Set(train.map(({ className }) => className))].sort(naturalOrder)
  if (classNames.length < 2) {
    const text = `has pictures of one class only (${someNames(classNames)}). Put those of each class into a folder of its own.`
    throw new FormatError(source, null, text)
  }
  const stray = validation?.find(({ className }) => !classNames.includes(className))
  if (stray) {
    const text = `belongs to the class "${stray.className}", of which there is nothing to train on. Add some or remove it.`
    throw new FormatError(stray.file.name, null, text)
  }
  const parts = validation ? [train, validation] : [train]
  const chosen = parts.map((pictures) => spread(pictures, sample))
  const size = choices.size ?? (await commonSize(chosen.flat(), source))
  const decoded: Pixels[][] = []
  for (const pictures of chosen) {
    const list: Pixels[] = []
    for (const { file } of pictures) list.push(resizePicture(await decodePicture(await file.read(), file.name), size))
    decoded.push(list)
  }
  const channels = decoded.flat().some((picture) => picture.channels === 3) ? 3 : 1
  const values = size.width * size.height * channels
  const split = (at: number): Split => {
    const inputs = new Uint8Array(chosen[at].length * values)
    decoded[at].forEach((picture, i) => inputs.set(withChannels(picture, channels).data, i * values))
    const labels = Int32Array.from(chosen[at], ({ className }) => classNames.indexOf(className))
    return { inputs, labels, count: labels.length }
  }
  return {
    kind: 'pictures in a folder per class',
    inputShape: [size.height, size.width, channels],
    ...{ classes: classNames.length, classNames, targetWidth: 0 },
    train: split(0),
    validation: validation ? split(1) : null,
    counts: { train: train.length, validation: validation?.length ?? 0 },
    ...{ labels: [], label: null },
    notes: [`Predicted: ${classNames.length} classes, ${someNames(classNames, 10)}.`, ...notes]
  }
}

/** At most `most` pictures, evenly over all. */
function spread(pictures: Picture[], most: number): Picture[] {
  if (pictures.length <= most) return pictures
  return Array.from({ length: most }, (_, i) => pictures[Math.floor((i * pictures.length) / most)])
}

/** @throws DataQuestion when the sizes differ */
async function commonSize(pictures: readonly Picture[], source: string): Promise<PictureSize> {
  const sizes = new Map<string, { size: PictureSize; count: number }>()
  for (const { file } of pictures) {
    const size = pictureSize(await file.read(), file.name)
    const key = `${size.width}x${size.height}`
    const entry = sizes.get(key) ?? { size, count: 0 }
    entry.count += 1
    sizes.set(key, entry)
  }
  const ordered = [...sizes].sort(([, a], [, b]) => b.count - a.count)
  if (ordered.length === 1) return ordered[0][1].size
  const usual = ['28x28', '32x32', '64x64', '96x96', '128x128'].filter((key) => !sizes.has(key))
  const [[most, { count }]] = ordered
  throw new DataQuestion(
    'size',
    [...ordered.slice(0, 3).map(([key]) => key), ...usual],
    `To which size should the pictures of ${source} be brought? They have ${plural(ordered.length, 'size')}; the most frequent is ${most} (${plural(count, 'picture')}).`
  )
}

/** Which CIFAR these files are; null for none. */
export function cifarKind(files: readonly Pick<DataFile, 'name'>[]): 10 | 100 | null {
  const names = files.map(({ name }) => baseOf(name))
  if (names.some((name) => /^data_batch_\d+\.bin$/.test(name))) return 10
  return names.includes('train.bin') ? 100 : null
}

/** @throws FormatError */
export async function readCifarFiles(files: readonly DataFile[], classes: 10 | 100): Promise<UserData> {
  const named = (pattern: RegExp): DataFile[] =>
    files.filter(({ name }) => pattern.test(baseOf(name))).sort((a, b) => naturalOrder(a.name, b.name))
  const read = async (batches: DataFile[]): Promise<Split> => {
    const parts = []
    for (const batch of batches) parts.push(readCifar(await batch.read(), batch.name, classes))
    const count = parts.reduce((sum, part) => sum + part.count, 0)
    const split = { inputs: new Uint8Array(count * 3072), labels: new Int32Array(count), count }
    let at = 0
    for (const part of parts) {
      split.inputs.set(part.pixels, at * 3072)
      split.labels.set(part.labels, at)
      at += part.count
    }
    return split
  }
  const train = await read(named(classes === 10 ? /^data_batch_\d+\.bin$/ : /^train\.bin$/))
  const tests = named(classes === 10 ? /^test_batch\.bin$/ : /^test\.bin$/)
  const validation = tests.length > 0 ? await read(tests) : null
  const [list] = named(classes === 10 ? /^batches\.meta\.txt$/ : /^fine_label_names\.txt$/)
  const classNames = list ? cifarNames(new TextDecoder().decode(await list.read())) : []
  if (list && classNames.length !== classes) {
    throw new FormatError(
      list.name,
      null,
      `has ${classNames.length} names for ${classes} classes. Unpack the archive again.`
    )
  }
  return {
    kind: `CIFAR-${classes}`,
    inputShape: [...cifarShape],
    ...{
      classes,
      classNames: list ? classNames : Array.from({ length: classes }, (_, i) => String(i)),
      targetWidth: 0
    },
    train,
    validation,
    counts: { train: train.count, validation: validation?.count ?? 0 },
    ...{ labels: [], label: null },
    notes: validation ? ['The test examples validate.'] : ['There is no test file: part of the examples will validate.']
  }
}

function baseOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}
