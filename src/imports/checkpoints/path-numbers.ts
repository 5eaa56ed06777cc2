/** The numbers in the path of a checkpoint, and which of them could count its step. */
import { seedFromName } from '../../formats/file-names'

/**
 * `step`: the word before it says so. `maybe`: nothing speaks against it. `ask`: it may as well be a date or the name of a
 * model, so that nobody takes it unasked. `never`: a loss, a size, a seed.
 */
export type NumberKind = 'step' | 'maybe' | 'ask' | 'never'

/** A number in a path, with the word before it. */
export interface PathNumber {
  /** `step`, `epoch`, `checkpoint`, or `number 2` where no word stands before it. */
  label: string
  /** NaN where it is no whole number. */
  value: number
  /** As written. */
  text: string
  kind: NumberKind
}

export interface ParsedPath {
  /** The path with `*` for every number, without the ending of the file; equal for checkpoints that belong together. */
  template: string
  numbers: PathNumber[]
  /** The folder that the checkpoints of this training lie in: what is above the first folder that is a step. */
  base: string
}

const endings = /(\.weights\.h5|\.(pth?|ckpt)\.tar|\.(safetensors|npz|pth?|ckpt|bin|h5|hdf5|keras|json))$/i
/** With an exponent, so that the 3 of `lr1e-3` is no epoch. */
const numberInPath = /(\d+(?:\.\d+)?(?:e[+-]?\d+(?![A-Za-z\d]))?)([kKmM](?![A-Za-z]))?/g
/** What counts steps, the surest first; those of one row mean the same. Planned numbers (`max_steps`) count nothing. */
export const preference = [
  /(^|(?<!max|num|total|warmup|n)_)(global_?step|steps?)$/i,
  /(^|(?<!max|num|total|warmup|n)_)(iters?|iterations?|updates?)$|^(batch|it)$/i,
  /(^|_)(ckpt|checkpoint|chkpt)$|^cp$/i,
  /(^|(?<!max|num|total|warmup|n)_)epochs?$|^(ep|e)$/i
]
const namesCheckpoint = preference[2]
export const epochLabel = preference[3]
/** Of a folder, `exp_step100` is a step, and `lr_0.1_epochs200` is the plan of a training. */
const stepInside = /^(global_?step|step|iter|iteration|ckpt|checkpoint)$/i
/** Numbers that tell trainings apart in the name of a file. */
const runLabel = /(^|_)(seed|s|run|trial|fold|replica)$/i
const neverStep =
  /(^|_)(seed|s|run|trial|fold|replica|acc|accuracy|loss|score|f1|auc|map|miou|iou|psnr|ssim|bleu|rouge|wer|cer|ppl|perplexity|fid|reward|return|dice|top|lr|bs|batch_size|wd|dim|size|width|depth|hidden|layers?|heads?|params|tokens?|res|img|image|px|patch|rank|consolidated|gpu|node|worker|host|port)$/i
/** Words that a number may touch and still count: `model7`, but not `resnet18`. */
const plainWord = /(^|_)([a-z]|model|models|weights?|net|network|state|params|snapshot|snap|save|agent|policy)$/i
const versionWord = /(^|_)(v|ver|version)$/i
const date =
  /(?<!\d)(?:(?:19|20)\d\d([-_.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?:[-_T ]?\d{2}[-:.h]?\d{2}(?:[-:.m]?\d{2})?)?|1\d{9}(?:\d{3})?)(?!\d)/g
const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi
const hexWord = /(?<![A-Za-z0-9])[0-9a-f]{7,64}(?![A-Za-z0-9])/g
const choiceWord = /(?:^|[^a-z])(best|last|latest|newest|final)(?![a-z])/i
const containers = /^(checkpoints?|ckpts?|weights|models?|saves|saved_models?|snapshots?)$/i
/** The folder of a model in a cache of the Hugging Face hub. */
const hubModel = /^models--/
/** Lightning's second file of one name. */
const lightningCopy = /(=.*)-v\d+$/

/**
 * @param path with `/`, below the chosen folder
 * @param isTraining folders whose numbers name trainings, by what is in them
 */
export function parsePath(path: string, isTraining: (folder: string) => boolean = () => false): ParsedPath {
  const numbers: PathNumber[] = []
  let base: string | null = null
  const isChoice = choiceOf(path) !== null
  const template = mapNumbers(path, isTraining, (found, folder) => {
    if (folder !== null) base ??= folder
    const { word, gap, digits, unit } = found
    const scale = unit === undefined ? 1 : unit.toLowerCase() === 'k' ? 1000 : 1_000_000
    const value = Number(digits) * scale
    const label = word.replace(/_+$/, '').toLowerCase()
    numbers.push({
      label: label ? label : `number ${numbers.length + 1}`,
      value: Number.isSafeInteger(value) ? value : NaN,
      text: found.whole.slice(word.length + gap.length),
      kind: isChoice && found.isFile && !stepLabel(label) ? 'never' : kindOf(found, label)
    })
    return `${word}${gap}*`
  })
  const last = numbers.slice(-2)
  // Fairseq: checkpoint_1_500.pt is of epoch 1, after 500 updates.
  if (/(^|\/)checkpoint_\d+_\d+$/.test(withoutEnding(path)) && last[0].value <= last[1].value) {
    Object.assign(last[0], { label: 'epoch', kind: 'step' })
    Object.assign(last[1], { label: 'updates', kind: 'step' })
  }
  // Hugging Face gives the same model several names, by format.
  return { template: template.replace(/(^|\/)(pytorch|tf)_model$/, '$1model'), numbers, base: base ?? folderOf(path) }
}

function kindOf({ gap, isDate, isFile }: FoundNumber, label: string): NumberKind {
  if (isDate && (!stepLabel(label) || namesCheckpoint.test(label))) return 'ask'
  if (stepLabel(label)) return 'step'
  if (!isFile) return label === '' ? 'maybe' : 'never'
  if (neverStep.test(label)) return 'never'
  if (versionWord.test(label)) return 'ask'
  // The 18 of resnet18 is no step, that of mnist_18 may be one.
  const touches = label !== '' && gap === ''
  return touches && !plainWord.test(label) ? 'ask' : 'maybe'
}

function stepLabel(label: string): boolean {
  return preference.some((pattern) => pattern.test(label))
}

/** What tells runs apart: the template, and the numbers of seeds and trials in the name of the file. */
export function runKey({ template, numbers }: ParsedPath): string {
  return JSON.stringify([template, ...numbers.filter(({ label }) => runLabel.test(label)).map(({ text }) => text)])
}

/** The seed that a path tells: seed_3, seed3, or _s3 at the end of a name; null where none does. */
export function seedOf(path: string): number | null {
  for (const name of withoutEnding(path).split('/').reverse()) {
    const seed = seedFromName(name)
    if (seed !== null) return seed
  }
  return null
}

/** Up to the first number that says it is a step: what else tells checkpoints of equal steps apart. */
export function trainingPart(path: string): string {
  let done = false
  return mapNumbers(
    path,
    () => false,
    ({ whole, word, gap }) => {
      done ||= stepLabel(word.replace(/_+$/, ''))
      return done ? `${word}${gap}*` : whole
    }
  )
}

/** `best`, `last`, `final` in the name of a file, or null. */
export function choiceOf(path: string): string | null {
  const name = withoutEnding(path).slice(folderOf(path).length)
  return choiceWord.exec(name.replace(/([a-z])([A-Z])/g, '$1_$2'))?.[1].toLowerCase() ?? null
}

/** A folder without the parts of its name that say nothing about the training: `checkpoints`, `best`. */
export function trainingFolder(folder: string): string {
  const parts = folder.split('/')
  while (isNameless(parts) || (parts.length > 1 && choiceWord.test(parts[parts.length - 1]))) parts.pop()
  return parts.join('/')
}

/** Whether the last folder of a path is not what its training is called: `checkpoints`, or the commit of a model of the hub. */
export function isNameless(path: readonly string[]): boolean {
  if (path.length < 2) return false
  return containers.test(path[path.length - 1]) || hubModel.test(path[path.length - 2])
}

/** Whether a folder's name is a number alone, which may be a step or the id of a training. */
export function isBare(folder: string): boolean {
  return /^\d+[kKmM]?$/.test(folder) && [...folder.matchAll(date)].length === 0
}

/** Whether a folder may be a step by a word inside of its name: what is in it tells. */
export function isStepInside(folder: string): boolean {
  return isStepFolder(folder) && !isStepAtStart(folder)
}

function isStepAtStart(folder: string): boolean {
  const word = /^([A-Za-z_]+?)[\s_=:.-]*\d/.exec(folder)?.[1]
  return word !== undefined && stepLabel(word) && (!word.includes('_') || /^global_step$/i.test(word))
}

function isStepFolder(folder: string): boolean {
  if (hubModel.test(folder)) return false
  if (isStepAtStart(folder)) return true
  let found = false
  replaceNumbers(folder, false, ({ whole, word }) => {
    found ||= stepInside.test(word.replace(/_+$/, '').replace(/^.*_(?=(step|iter|iteration|ckpt|checkpoint)$)/i, ''))
    return whole
  })
  return found
}

function withoutEnding(path: string): string {
  return path.replace(endings, '')
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** The first path with `*` for each number that is not the same in all of them. @param paths of one run */
export function commonPattern(paths: readonly string[]): string {
  const parsed = paths.map((path) => parsePath(path))
  let at = 0
  return mapNumbers(
    paths[0],
    () => false,
    ({ whole, word, gap }) => {
      const texts = parsed.map(({ numbers }) => numbers[at]?.text)
      at += 1
      return texts.every((text) => text === texts[0]) ? whole : `${word}${gap}*`
    }
  )
}

/** Replaces the numbers of the file's name and of folders that are steps. */
function mapNumbers(
  path: string,
  isTraining: (folder: string) => boolean,
  replace: (found: FoundNumber, folder: string | null) => string
): string {
  const parts = withoutEnding(path).split('/')
  return parts
    .map((part, i) => {
      if (i === parts.length - 1) {
        return replaceNumbers(part.replace(lightningCopy, '$1'), true, (found) => replace(found, null))
      }
      const isStep = (isBare(part) || isStepFolder(part)) && !isTraining(parts.slice(0, i + 1).join('/'))
      const above = parts.slice(0, i).join('/')
      return isStep ? replaceNumbers(part, false, (found) => replace(found, above)) : part
    })
    .join('/')
}

interface FoundNumber {
  whole: string
  /** Letters and underscores before it, beginning with a letter; empty without. */
  word: string
  /** Signs between the two. */
  gap: string
  digits: string
  unit: string | undefined
  isDate: boolean
  isFile: boolean
}

/**
 * Finds the digits first and looks back from there: an expression for the word before them tries every division of a long
 * row of underscores.
 */
function replaceNumbers(given: string, isFile: boolean, replace: (found: FoundNumber) => string): string {
  const text = given.replace(uuid, '#').replace(hexWord, (word) => (/\d[a-f]+\d|[a-f]\d+[a-f]/.test(word) ? '#' : word))
  const dates = [...text.matchAll(date)].map(({ index, 0: { length } }) => ({ from: index, to: index + length }))
  let result = ''
  let done = 0
  for (const match of text.matchAll(numberInPath)) {
    let gapFrom = match.index
    while (gapFrom > done && /[\s_=:.-]/.test(text[gapFrom - 1])) gapFrom -= 1
    let wordFrom = gapFrom
    while (wordFrom > done && /[A-Za-z_]/.test(text[wordFrom - 1])) wordFrom -= 1
    while (wordFrom < gapFrom && text[wordFrom] === '_') wordFrom += 1
    const end = match.index + match[0].length
    result +=
      text.slice(done, wordFrom) +
      replace({
        whole: text.slice(wordFrom, end),
        word: text.slice(wordFrom, gapFrom),
        gap: text.slice(gapFrom, match.index),
        digits: match[1],
        unit: match[2],
        isDate: dates.some(({ from, to }) => match.index >= from && match.index < to),
        isFile
      })
    done = end
  }
  return result + text.slice(done)
}
