/** Examples from pictures: which class each shows, one size and number of channels for all, and what is odd about them. */
import { naturalOrder } from '../../formats/file-names'
import { FormatError, plural, someNames } from '../../formats/format-error'
import { isGray, onBackground, resizePicture, withChannels } from '../../formats/picture-shapes'
import { decodePicture, pictureSize, type PictureSize } from '../../formats/pictures'
import type { Pixels } from '../../domain/arrays'
import type { Split } from '../../domain/dataset'
import { type DataChoices, type DataFile, DataQuestion, type LeftOut, plainAnswers, type UserData } from './choices'
import type { Placed, SortedPictures } from './class-folders'
import { type SplitName, trainAndValidation } from './splits'

/** Pictures that are looked at before it is decided on which background transparent ones lie. */
const mostForBackground = 50
/** A mean above this is nearly white, which nobody would see on white. */
const bright = 191
/** The brightest value of pictures that hardly anybody can see. */
const dim = 40

type PlacedPicture = Placed<DataFile>

/**
 * @param sample decode at most so many pictures of each split, for a look at the data
 * @param sorted which class each shows
 * @throws FormatError, DataQuestion
 */
export async function readPictures(
  sorted: SortedPictures<DataFile>,
  source: string,
  choices: DataChoices,
  sample: number
): Promise<UserData> {
  const splits: Partial<Record<SplitName, PlacedPicture[]>> = {}
  const placed = [...sorted.placed].sort((a, b) => naturalOrder(a.file.name, b.file.name))
  for (const picture of placed) (splits[picture.split] ??= []).push(picture)
  const { train: all, validation: others, notes } = trainAndValidation(splits)
  if (!all) {
    const text = 'has no folder with pictures to train on. Put the pictures of each class into a folder with its name, or these folders into one called train.' // prettier-ignore
    throw new FormatError(source, null, text)
  }
  checkClasses(classesOf(all), source)
  const chosen = [spread(all, sample), ...(others ? [spread(others, sample)] : [])]
  const size = choices.size ?? (await commonSize(chosen.flat(), source, choices))
  const background = await backgroundOf(chosen.flat())
  const { read, unreadable, isTransparent } = await decodeAll(chosen, size, background)
  const left = [...sorted.left, ...unreadable]
  if (unreadable.length > 0 && choices.unreadable !== 'leave-out') throw askUnreadable(unreadable, placed, left)
  const gone = new Set(unreadable.map(({ file }) => file))
  const [train, validation] = [all, others ?? []].map((some) => some.filter(({ file }) => !gone.has(file.name)))
  const classNames = classesOf(train)
  checkClasses(classNames, source)
  const stray = validation.find(({ className }) => !classNames.includes(className))
  if (stray) {
    const text = `belongs to the class "${stray.className}", of which there is nothing to train on. Add some or remove it.`
    throw new FormatError(stray.file.name, null, text)
  }
  const isColoured = choices.colors === 'rgb' || (choices.colors !== 'gray' && read.flat().some(({ pixels }) => !isGray(pixels))) // prettier-ignore
  const channels = isColoured ? 3 : 1
  const values = size.width * size.height * channels
  const split = (some: readonly Decoded[]): Split => {
    const inputs = new Uint8Array(some.length * values)
    some.forEach(({ pixels }, i) => inputs.set(toChannels(pixels, channels), i * values))
    return {
      inputs,
      labels: Int32Array.from(some, ({ className }) => classNames.indexOf(className)),
      count: some.length
    }
  }
  const data = { train: split(read[0]), validation: read[1]?.length > 0 ? split(read[1]) : null }
  const tells = [
    ...(gone.size > 0 ? [`${plural(gone.size, 'picture')} that cannot be read left out.`] : []),
    ...(isTransparent ? [`Transparent pictures lie on ${background === 255 ? 'white' : 'black, because they are bright'}.`] : []), // prettier-ignore
    ...(!isColoured && choices.colors !== 'gray' && read.flat().some(({ pixels }) => pixels.channels === 3) ? ['All pictures are gray: they have one channel.'] : []), // prettier-ignore
    ...oddities(data.train, data.validation, values, source)
  ]
  return {
    kind: sorted.kind,
    inputShape: [size.height, size.width, channels],
    classes: classNames.length,
    classNames,
    targetWidth: 0,
    ...data,
    counts: { train: train.length, validation: validation.length },
    labels: [],
    label: null,
    inputs: [],
    left,
    notes: [
      `Predicted: ${classNames.length} classes, ${someNames(classNames, 10)}.`,
      ...notes,
      ...sorted.notes,
      ...tells
    ]
  }
}

function classesOf(pictures: readonly PlacedPicture[]): string[] {
  return [...new Set(pictures.map(({ className }) => className))].sort(naturalOrder)
}

function checkClasses(classNames: readonly string[], source: string): void {
  if (classNames.length >= 2) return
  const text = `has pictures of one class only (${someNames(classNames)}). Put those of each class into a folder of its own.`
  throw new FormatError(source, null, text)
}

/** At most `most` pictures, evenly over all. */
function spread<T>(pictures: readonly T[], most: number): T[] {
  if (pictures.length <= most) return [...pictures]
  return Array.from({ length: most }, (_, i) => pictures[Math.floor((i * pictures.length) / most)])
}

interface Decoded {
  className: string
  pixels: Pixels
}

async function decodeAll(
  splits: readonly (readonly PlacedPicture[])[],
  size: PictureSize,
  background: number
): Promise<{ read: Decoded[][]; unreadable: LeftOut[]; isTransparent: boolean }> {
  const unreadable: LeftOut[] = []
  const read: Decoded[][] = []
  let isTransparent = false
  for (const pictures of splits) {
    const list: Decoded[] = []
    for (const { file, className } of pictures) {
      const picture = await unlessUnreadable(file, unreadable, (bytes) => decodePicture(bytes, file.name))
      if (!picture) continue
      isTransparent ||= picture.alpha?.some((share) => share < 255) ?? false
      list.push({ className, pixels: resizePicture(onBackground(picture, background), size) })
    }
    read.push(list)
  }
  return { read, unreadable, isTransparent }
}

/** Null, and named among those that cannot be read, where the file is no sound picture. */
async function unlessUnreadable<T>(
  file: DataFile,
  unreadable: LeftOut[],
  work: (bytes: Uint8Array) => Promise<T>
): Promise<T | null> {
  try {
    return await work(await file.read())
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    // The reason follows the name of the file, which the list has by itself.
    unreadable.push({ file: file.name, reason: error.message.slice(file.name.length + 1).replace(/\. [^.]*\.$/, '') })
    return null
  }
}

function askUnreadable(
  unreadable: readonly LeftOut[],
  placed: readonly PlacedPicture[],
  left: LeftOut[]
): DataQuestion | FormatError {
  const gone = new Set(unreadable.map(({ file }) => file))
  const lost = classesOf(placed).filter((name) =>
    placed.every((one) => one.className !== name || gone.has(one.file.name))
  )
  const named = unreadable.slice(0, 10).map(({ file, reason }) => `${file} ${reason}`)
  const more = unreadable.length > named.length ? `; and ${unreadable.length - named.length} more` : ''
  const classes = lost.length > 0 ? ` With them all of ${lost.length === 1 ? 'the class' : 'the classes'} ${someNames(lost, 5)} would go.` : '' // prettier-ignore
  const text = `${unreadable.length} of ${plural(placed.length, 'picture')} cannot be read: ${named.join('; ')}${more}.${classes} Repair them, or leave them out.` // prettier-ignore
  const label = `Leave ${plural(unreadable.length, 'picture')} out${lost.length > 0 ? `, and ${plural(lost.length, 'class')}` : ''}`.replace('classs', 'classes') // prettier-ignore
  return new DataQuestion('unreadable', [{ value: 'leave-out', label }], text, left)
}

/** What bright pictures are drawn on cannot be white: 0 where what is seen of them is nearly white, else 255. */
async function backgroundOf(pictures: readonly PlacedPicture[]): Promise<0 | 255> {
  let [sum, weight] = [0, 0]
  for (const { file } of spread(pictures, mostForBackground)) {
    const picture = await unlessUnreadable(file, [], (bytes) => decodePicture(bytes, file.name))
    if (!picture?.alpha) continue
    const { alpha, channels, data } = picture
    for (let i = 0; i < data.length; i++) {
      const share = alpha[Math.floor(i / channels)]
      sum += share * data[i]
      weight += share
    }
  }
  return weight > 0 && sum / weight > bright ? 0 : 255
}

/** @throws DataQuestion when the sizes differ */
async function commonSize(
  pictures: readonly PlacedPicture[],
  source: string,
  choices: DataChoices
): Promise<PictureSize> {
  const sizes = new Map<string, { size: PictureSize; count: number }>()
  const unreadable: LeftOut[] = []
  for (const { file } of pictures) {
    const size = await unlessUnreadable(file, unreadable, (bytes) => pictureSize(bytes, file.name))
    if (!size) continue
    const key = `${size.width}x${size.height}`
    const entry = sizes.get(key) ?? { size, count: 0 }
    entry.count += 1
    sizes.set(key, entry)
  }
  const ordered = [...sizes].sort(([, a], [, b]) => b.count - a.count)
  if (ordered.length === 0) throw askUnreadable(unreadable, pictures, unreadable)
  // What cannot be read is asked first: it may be all that has another size.
  if (ordered.length === 1 || (unreadable.length > 0 && choices.unreadable !== 'leave-out')) return ordered[0][1].size
  const usual = ['28x28', '32x32', '64x64', '96x96', '128x128', '224x224'].filter((key) => !sizes.has(key))
  const [[most, { count }]] = ordered
  throw new DataQuestion(
    'size',
    plainAnswers([...ordered.slice(0, 3).map(([key]) => key), ...usual]),
    `To which size should the pictures of ${source} be brought? They have ${plural(ordered.length, 'size')}; the most frequent is ${most} (${plural(count, 'picture')}).` // prettier-ignore
  )
}

function toChannels(pixels: Pixels, channels: 1 | 3): Uint8Array {
  // One of three equal channels is the gray itself, which luma would round.
  if (channels === 1 && pixels.channels === 3 && isGray(pixels)) return pixels.data.filter((_, i) => i % 3 === 0)
  return withChannels(pixels, channels).data
}

/**
 * What should be known before anything is trained: pictures of one even colour, pictures that are there twice, also between training
 * and validation, pictures that are all but black.
 * @throws FormatError where all are equal, so that there is nothing to learn
 */
function oddities(train: Split, validation: Split | null, size: number, source: string): string[] {
  const notes: string[] = []
  const seen = new Map<string, number>()
  let [even, brightest] = [0, 0]
  const look = ({ inputs, count }: Split): string[] =>
    Array.from({ length: count }, (_, i) => {
      const values = inputs.subarray(i * size, (i + 1) * size) as Uint8Array
      if (values.every((value) => value === values[0])) even += 1
      brightest = values.reduce((most, value) => Math.max(most, value), brightest)
      return fingerprint(values)
    })
  const own = look(train)
  for (const print of own) seen.set(print, (seen.get(print) ?? 0) + 1)
  const others = validation ? look(validation) : []
  if (seen.size === 1 && own.length > 1) {
    throw new FormatError(source, null, `has ${own.length} pictures that are all equal: there is nothing to learn. Look at what is in them.`) // prettier-ignore
  }
  if (even > 0) notes.push(`${plural(even, 'picture')} of one even colour.`)
  const twice = own.length - seen.size
  if (twice > 0) notes.push(`${plural(twice, 'training picture')} equal to another one.`)
  const leaked = others.filter((print) => seen.has(print)).length
  if (leaked > 0) notes.push(`${plural(leaked, 'validation picture')} also among the training pictures: they do not validate.`) // prettier-ignore
  if (brightest < dim && even < own.length + others.length)
    notes.push(`The brightest value is ${brightest} of 255: the pictures are almost black.`)
  return notes
}

/** 64 bits (two FNV-1a, https://datatracker.ietf.org/doc/draft-eastlake-fnv), by which equal pictures are found. */
function fingerprint(values: Uint8Array): string {
  let [a, b] = [0x811c9dc5, 0x01000193]
  for (const value of values) {
    a = Math.imul(a ^ value, 0x01000193)
    b = Math.imul(b ^ (value + 1), 0x85ebca6b)
  }
  return `${a >>> 0} ${b >>> 0}`
}
