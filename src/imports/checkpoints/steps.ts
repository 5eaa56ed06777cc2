/** Which step a checkpoint is of: the number in its path that differs from checkpoint to checkpoint. */
import { compileGlob, PatternError, type Matcher } from '../../text/pattern'
import { plural, someNames } from '../../formats/format-error'
import { smallest } from '../../numeric/statistics'

/** A number in a path, with the word before it. */
export interface PathNumber {
  /** `step`, `epoch`, `checkpoint`, or `number 2` where no word stands before it. */
  label: string
  /** NaN where it is no whole number. */
  value: number
  /** Whether it could count steps: in `resnet18/best.pt` the 18 is part of a folder's name. */
  counts: boolean
}

export interface ParsedPath {
  /** The path with `*` for every number, without the ending of the file; equal for checkpoints that belong together. */
  template: string
  numbers: PathNumber[]
}

export interface CheckpointStep {
  /** Index of the path. */
  at: number
  step: number
  epoch: number | null
}

export interface CheckpointSteps {
  /** What counts steps: a label or a pattern; null where somebody has to say. */
  column: string | null
  /** Labels of the numbers that differ. */
  candidates: string[]
  /** Why somebody has to say. */
  unclear: string | null
  /** Ascending by step. */
  steps: CheckpointStep[]
  notes: string[]
}

const endings = /(\.weights\.h5|\.(safetensors|npz|pth?|ckpt|bin|h5|hdf5|keras|json))$/i
const numberInPath = /(\d+(?:\.\d+)?)([kKmM](?![A-Za-z]))?/g
const seedLabel = /^(seed|s|run|trial|fold|replica)$/i
/** What counts steps, the surest first; those of one row mean the same. */
const preference = [
  /^(global_?step|steps?)$/i,
  /^(iter|iters|iteration|iterations|update|updates|batch|it)$/i,
  /^(ckpt|checkpoint|chkpt|cp)$/i,
  /^(epochs?|ep|e)$/i
]
const epochLabel = preference[preference.length - 1]
/** A path without any number. */
const noStep = '#none'

/** @param path with `/`, below the chosen folder */
export function parsePath(path: string): ParsedPath {
  const numbers: PathNumber[] = []
  const bare = path.replace(endings, '')
  const fileFrom = bare.lastIndexOf('/') + 1
  const template = replaceNumbers(bare, ({ at, word, gap, digits, unit }) => {
    const scale = unit === undefined ? 1 : unit.toLowerCase() === 'k' ? 1000 : 1_000_000
    const value = Number(digits) * scale
    const label = word.replace(/_+$/, '').toLowerCase()
    numbers.push({
      label: label ? label : `number ${numbers.length + 1}`,
      value: Number.isSafeInteger(value) ? value : NaN,
      counts: at >= fileFrom || label === '' || preference.some((pattern) => pattern.test(label))
    })
    return `${word}${gap}*`
  })
  // Hugging Face gives the same model two names, by format.
  return { template: template.replace(/(^|\/)pytorch_model$/, '$1model'), numbers }
}

/** The first path with `*` for each number that is not the same in all of them. @param paths of one template */
export function commonPattern(paths: readonly string[]): string {
  const parsed = paths.map(parsePath)
  let at = 0
  return replaceNumbers(paths[0].replace(endings, ''), ({ whole, word, gap }) => {
    const values = parsed.map(({ numbers }) => numbers[at]?.value)
    at += 1
    return values.every((value) => Object.is(value, values[0])) ? whole : `${word}${gap}*`
  })
}

interface FoundNumber {
  whole: string
  /** Where its digits begin. */
  at: number
  /** Letters and underscores before it, beginning with a letter; empty without. */
  word: string
  /** Signs between the two. */
  gap: string
  digits: string
  unit: string | undefined
}

/**
 * Finds the digits first and looks back from there: an expression for the word before them tries every division of a long
 * row of underscores.
 */
function replaceNumbers(text: string, replace: (found: FoundNumber) => string): string {
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
        at: match.index,
        word: text.slice(wordFrom, gapFrom),
        gap: text.slice(gapFrom, match.index),
        digits: match[1],
        unit: match[2]
      })
    done = end
  }
  return result + text.slice(done)
}

/** What tells runs apart: the template, and the numbers of seeds. */
export function runKey({ template, numbers }: ParsedPath): string {
  return JSON.stringify([template, ...numbers.filter(({ label }) => seedLabel.test(label)).map(({ value }) => value)])
}

/** The seed that a path tells, or null. */
export function seedOf({ numbers }: ParsedPath): number | null {
  return numbers.find(({ label, value }) => seedLabel.test(label) && !Number.isNaN(value))?.value ?? null
}

/**
 * Steps of the checkpoints of one run.
 * @param paths of one template, or with `wanted` a pattern of any
 * @param wanted a label, or a pattern such as `epoch{epoch}/model_{step}.pt` with `*` for anything; null: what the names tell
 */
export function stepsOf(paths: readonly string[], wanted: string | null): CheckpointSteps {
  if (wanted !== null && wanted.includes('{')) return byPattern(paths, wanted)
  const parsed = paths.map(parsePath)
  const slots = differing(parsed)
  const candidates = slots.map(({ label }) => label)
  const result: CheckpointSteps = { column: null, candidates, unclear: null, steps: [], notes: [] }
  if (slots.length === 0 && wanted === null) {
    // One checkpoint alone, or several of one name.
    const known = parsed[0].numbers
      .filter(({ label, value, counts }) => counts && !Number.isNaN(value) && !seedLabel.test(label))
      .map(({ label, value }) => ({ label, values: [value] }))
    const slot = best(known) ?? known[known.length - 1]
    const only = slot?.values[0]
    if (only === undefined) result.notes.push('Its name tells no step: it is step 0.')
    result.column = slot?.label ?? noStep
    result.steps = paths.map((_, at) => ({ at, step: only ?? 0, epoch: null }))
    return result
  }
  const asked = wanted === null ? undefined : slots.find(({ label }) => label === wanted)
  if (wanted !== null && !asked) {
    const has =
      candidates.length > 0 ? `The numbers that differ are ${someNames(candidates)}` : 'No number in the names differs'
    result.unclear = `has no number "${wanted}" in its names. ${has}; a pattern such as model_{step}.pt will do, too.`
    return result
  }
  const slot = asked ?? (slots.length === 1 ? slots[0] : best(slots))
  if (!slot) {
    result.unclear = `has several numbers that differ in the names of its checkpoints: ${someNames(candidates)}. Which of them counts steps?`
    return result
  }
  result.column = slot.label
  const epochs = epochLabel.test(slot.label) ? slot : slots.find(({ label }) => epochLabel.test(label))
  const steps = slot.values.map((step, at) => ({ at, step, epoch: epochs?.values[at] ?? null }))
  if (new Set(slot.values).size < slot.values.length && asked === undefined && slots.length > 1) {
    result.column = null
    result.unclear = `has checkpoints with the same "${slot.label}" (other numbers that differ: ${someNames(candidates.filter((label) => label !== slot.label))}). Which number counts steps?`
    return result
  }
  result.steps = ascending(steps)
  return result
}

interface Slot {
  label: string
  values: number[]
}

/** Whole numbers that are not the same in all paths; one that only repeats another is left out. */
function differing(parsed: readonly ParsedPath[]): Slot[] {
  const slots: Slot[] = []
  const count = smallest(parsed.map(({ numbers }) => numbers.length))
  for (let i = 0; i < count; i++) {
    const values = parsed.map(({ numbers }) => numbers[i].value)
    if (values.some(Number.isNaN) || values.every((value) => value === values[0])) continue
    if (slots.some((slot) => slot.values.every((value, at) => value === values[at]))) continue
    const { label } = parsed[0].numbers[i]
    const again = slots.filter((slot) => slot.label === label || slot.label.startsWith(`${label} (`)).length
    slots.push({ label: again === 0 ? label : `${label} (${again + 1})`, values })
  }
  return slots
}

/** The one that is called a step, else a checkpoint, else an epoch. */
function best(slots: readonly Slot[]): Slot | undefined {
  for (const pattern of preference) {
    const fits = slots.filter(({ label }) => pattern.test(label))
    if (fits.length > 0) return fits.length === 1 ? fits[0] : undefined
  }
  return undefined
}

function byPattern(paths: readonly string[], pattern: string): CheckpointSteps {
  const result: CheckpointSteps = { column: pattern, candidates: [], unclear: null, steps: [], notes: [] }
  const names: string[] = []
  let expression: Matcher
  try {
    expression = compileGlob(pattern, {
      start: '(?:|.*/)',
      wildcard: (part) => {
        names.push(part.slice(1, -1))
        return '([0-9]+)'
      }
    })
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    result.column = null
    result.unclear = `cannot be read by this pattern. ${error.message}`
    return result
  }
  const counted = names.includes('step') ? 'step' : 'epoch'
  if (
    !names.includes(counted) ||
    names.some((name) => name !== 'step' && name !== 'epoch') ||
    new Set(names).size < names.length
  ) {
    result.column = null
    result.unclear = `cannot be read by the pattern "${pattern}". A pattern has {step} or {epoch} once where the number stands, and * for anything, such as model_{step}.pt.`
    return result
  }
  const missed: string[] = []
  const steps: CheckpointStep[] = []
  paths.forEach((path, at) => {
    const match = expression.exec(path)
    const value = (name: string): number | null => {
      const index = names.indexOf(name)
      return match && index >= 0 ? Number(match[index + 1]) : null
    }
    const step = value(counted)
    if (step === null || !Number.isSafeInteger(step)) missed.push(path)
    else steps.push({ at, step, epoch: value('epoch') })
  })
  if (steps.length === 0) {
    result.column = null
    result.unclear = `has no checkpoint that the pattern "${pattern}" fits. Its names are like ${someNames(paths, 2)}.`
    return result
  }
  if (missed.length > 0)
    result.notes.push(`${plural(missed.length, 'checkpoint')} not fitted by "${pattern}": ${someNames(missed, 3)}.`)
  result.steps = ascending(steps)
  return result
}

function ascending(steps: CheckpointStep[]): CheckpointStep[] {
  return steps.sort((a, b) => a.step - b.step || a.at - b.at)
}
