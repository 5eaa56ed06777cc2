/**
 * Which class and which split each picture belongs to, by its folders. A folder is a split only where all folders beside it are,
 * so that a class "train" beside "bus" and "car" stays a class. As torchvision and Keras have it, a class is the first folder below a
 * split, and whatever lies deeper belongs to it.
 */
import { naturalOrder } from '../../formats/file-names'
import { plural, someNames } from '../../formats/format-error'
import { type DataChoices, DataQuestion, type LeftOut } from './choices'
import { isUnlabelled, type SplitName, splitOf, wordsOf } from './splits'

interface Named {
  name: string
}

export interface Placed<F extends Named> {
  file: F
  split: SplitName
  className: string
}

export interface SortedPictures<F extends Named> {
  placed: Placed<F>[]
  left: LeftOut[]
  notes: string[]
  /** `pictures in a folder per class`, for people. */
  kind: string
}

interface Folder<F> {
  files: F[]
  folders: Map<string, Folder<F>>
}

/** A picture with the folders that stand for its class, the outer first. */
interface Found<F> {
  file: F
  split: SplitName | null
  classes: string[]
}

/** @throws DataQuestion where the folders can be read in two ways, or where only names can tell the classes */
export function sortPictures<F extends Named>(
  files: readonly F[],
  source: string,
  choices: DataChoices
): SortedPictures<F> {
  const found: Found<F>[] = []
  const unlabelled: F[] = []
  const left: LeftOut[] = []
  const notes: string[] = []
  descend(treeOf(files), null, found, unlabelled, notes)
  // One folder around all of them is no class, where names may tell several.
  if (distinct(found.map(({ classes }) => classes[0])).length < 2) {
    const named = byNames(files, source, choices)
    if (named) return named
  }
  const setAside = (some: readonly F[], reason: string): void => {
    for (const { name } of some) left.push({ file: name, reason })
  }
  setAside(unlabelled, 'a picture in no folder of a class')
  if (unlabelled.length > 0) {
    const places = [
      ...new Set(unlabelled.map(({ name }) => name.slice(0, Math.max(0, name.lastIndexOf('/'))) || 'the folder itself'))
    ]
    notes.push(`${plural(unlabelled.length, 'picture')} in no folder of a class (${someNames(places, 3)}) left out: nothing tells the class.`) // prettier-ignore
  }
  const depth = depthOfClasses(found, source, choices, notes)
  const placed = found.map(({ file, split, classes }) => {
    const own = classes.slice(0, depth === 'outer' ? 1 : undefined)
    return { file, split: split ?? 'train', className: own[own.length - 1] }
  })
  return { placed, left, notes, kind: 'pictures in a folder per class' }
}

function treeOf<F extends Named>(files: readonly F[]): Folder<F> {
  const root: Folder<F> = { files: [], folders: new Map() }
  for (const file of files) {
    let at = root
    for (const part of file.name.split('/').slice(0, -1)) {
      const next = at.folders.get(part) ?? { files: [], folders: new Map() }
      at.folders.set(part, next)
      at = next
    }
    at.files.push(file)
  }
  return root
}

/** @param split what the folders above say */
function descend<F extends Named>(
  { files, folders }: Folder<F>,
  split: SplitName | null,
  found: Found<F>[],
  unlabelled: F[],
  notes: string[]
): void {
  unlabelled.push(...files)
  const below = [...folders]
  const ofSplits = below.filter(([name]) => isSplit(name))
  const [only] = below
  // Around everything, as archives are packed: what lies in it decides.
  const isWrapper = below.length === 1 && (only[1].folders.size > 0 || isSplit(only[0]))
  if (isWrapper || areSplits(below.map(([name]) => name))) {
    if (isWrapper && !isSplit(only[0])) notes.push(`The folder "${only[0]}" lies around all classes and is none.`)
    for (const [name, folder] of below) {
      const own = splitOf(wordsOf(name))
      if (own === null && ofSplits.length > 0 && !isWrapper) collect(folder, (file) => unlabelled.push(file))
      else descend(folder, own ?? split, found, unlabelled, notes)
    }
    return
  }
  for (const [name, folder] of below) inClass(folder, split, [name], found)
}

/** Everything below the folder of a class; folders of splits may lie in there, too. */
function inClass<F extends Named>(
  { files, folders }: Folder<F>,
  split: SplitName | null,
  classes: string[],
  found: Found<F>[]
): void {
  for (const file of files) found.push({ file, split, classes })
  const splits = areSplits([...folders.keys()])
  for (const [name, folder] of folders) {
    if (splits) inClass(folder, splitOf(wordsOf(name)) ?? split, classes, found)
    else inClass(folder, split, [...classes, name], found)
  }
}

function collect<F extends Named>({ files, folders }: Folder<F>, take: (file: F) => void): void {
  files.forEach(take)
  for (const folder of folders.values()) collect(folder, take)
}

function isSplit(name: string): boolean {
  const parts = wordsOf(name)
  return splitOf(parts) !== null || isUnlabelled(parts)
}

/** Folders beside each other that are splits: all of them, or at least two different ones, beside which others are no classes. */
function areSplits(names: readonly string[]): boolean {
  if (names.length === 0) return false
  const kinds = new Set(names.filter((name) => isSplit(name)).map((name) => splitOf(wordsOf(name)) ?? 'none'))
  return names.every((name) => isSplit(name)) || kinds.size >= 2
}

/**
 * Whether classes are the outer folders or the inner ones: those that do not merely count parts (`cats/batch1`, `fold0/cats`). Where
 * both may be classes, that is asked.
 */
function depthOfClasses<F extends Named>(
  found: readonly Found<F>[],
  source: string,
  choices: DataChoices,
  notes: string[]
): 'outer' | 'inner' {
  const nested = found.filter(({ classes }) => classes.length > 1)
  if (nested.length === 0) return 'outer'
  const outer = distinct(found.map(({ classes }) => classes[0]))
  const inner = distinct(found.map(({ classes }) => classes[classes.length - 1]))
  const direct = nested.length < found.length
  const chosen = choices.classes === 'inner' || choices.classes === 'outer' ? choices.classes : null
  // A picture that lies in the outer folder itself has no other class.
  const told = direct || nested.every(({ classes }) => isPart(classes[classes.length - 1])) ? 'outer' : outer.every(isPart) ? 'inner' : null // prettier-ignore
  if (chosen === null && told === null) {
    const answers = [
      { value: 'outer', label: `${someNames(outer, 4)} (${plural(outer.length, 'outer folder')})` },
      { value: 'inner', label: `${someNames(inner, 4)} (${plural(inner.length, 'inner folder')})` }
    ]
    throw new DataQuestion(
      'classes',
      answers,
      `Which folders of ${source} are the classes? There are folders in folders.`
    )
  }
  const depth = chosen ?? told!
  notes.push(
    depth === 'outer'
      ? 'Pictures in folders inside the folder of a class belong to it.'
      : `The inner folders are the classes; the outer ones (${someNames(outer, 3)}) are not told apart.`
  )
  return depth
}

/** Names that count parts of something, as `batch1`, `fold2`, `patient_07` and `12` do. */
function isPart(name: string): boolean {
  return /^\d+$|(^|[^a-z])(batch|part|set|group|images?|imgs?|photos?|pictures?|folds?|seq|session|subject|patient|case|user|person|site|camera|cam|video|clip)s?[^a-z]*$/i.test(name) // prettier-ignore
}

/** Without folders of classes, names such as cat.0.jpg and dog.1.jpg may tell them. */
function byNames<F extends Named>(files: readonly F[], source: string, choices: DataChoices): SortedPictures<F> | null {
  const told = files.map((file) => ({ file, className: classInName(file.name) }))
  const labelled = told.flatMap(({ file, className }) => (className === null ? [] : [{ file, className }]))
  const names = distinct(labelled.map(({ className }) => className))
  const isTelling = names.length >= 2 && names.length <= labelled.length / 2
  if (!isTelling) return null
  if (choices.classes !== 'names') {
    const text = `The pictures of ${source} lie in no folders of classes, but ${labelled.length} of ${files.length} names begin with ${someNames(names, 6)}. Are these the classes?` // prettier-ignore
    throw new DataQuestion('classes', [{ value: 'names', label: `Yes: ${someNames(names, 6)}` }], text)
  }
  const rest = told.filter(({ className }) => className === null)
  return {
    placed: labelled.map(({ file, className }) => {
      const split = file.name.split('/').slice(0, -1).map((part) => splitOf(wordsOf(part))) // prettier-ignore
      return { file, className, split: split.findLast((one) => one !== null) ?? 'train' }
    }),
    left: rest.map(({ file }) => ({ file: file.name, reason: 'a picture whose name tells no class' })),
    notes: rest.length > 0 ? [`${plural(rest.length, 'picture')} whose names tell no class left out.`] : [],
    kind: 'pictures with their class in the name'
  }
}

/** `cat.0.jpg`, `abyssinian_12.jpg`, `left-hand (3).png`: the words before the last number. */
function classInName(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const word = /^([a-z]+(?:[ _-]+[a-z]+)*)[ ._-]*\(?\d+\)?\.\w+$/i.exec(name)?.[1]
  return word !== undefined && !/^(img|image|photo|picture|pic|dsc|dscn|scan|frame|sample|untitled|p|i|x|train|test|val)$/i.test(word) // prettier-ignore
    ? word
    : null
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort(naturalOrder)
}
