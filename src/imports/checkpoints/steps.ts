/** Which step a checkpoint is of: the number in its path that differs from checkpoint to checkpoint. */
import { compileGlob, PatternError, type Matcher } from '../../text/pattern'
import { plural, someNames } from '../../formats/format-error'
import { smallest } from '../../numeric/statistics'
import { epochLabel, type NumberKind, type ParsedPath, parsePath, preference } from './path-numbers'

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

/** What counts the steps of a path without any number: nothing. */
export const noStep = '#none'

/**
 * Steps of the checkpoints of one run.
 * @param paths of one template, or with `wanted` a pattern of any
 * @param wanted a label, or a pattern such as `epoch{epoch}/model_{step}.pt` with `*` for anything; null: what the names tell
 */
export function stepsOf(paths: readonly string[], wanted: string | null): CheckpointSteps {
  if (wanted !== null && wanted.includes('{')) return byPattern(paths, wanted)
  const parsed = paths.map((path) => parsePath(path))
  const slots = differing(parsed)
  const candidates = slots.map(({ label }) => label)
  const result: CheckpointSteps = { column: null, candidates, unclear: null, steps: [], notes: [] }
  if (paths.length === 1 && wanted === null) {
    const known = parsed[0].numbers
      .filter(({ value, kind }) => (kind === 'step' || kind === 'maybe') && !Number.isNaN(value))
      .map(({ label, value, kind }) => ({ label, kind, values: [value] }))
    const slot = best(known) ?? known[known.length - 1]
    const only = slot?.values[0]
    result.column = slot?.label ?? noStep
    result.steps = [{ at: 0, step: only ?? 0, epoch: null }]
    return result
  }
  if (slots.length === 0 && wanted === null) {
    result.unclear = `has ${plural(paths.length, 'checkpoint')}, and no whole number in their names that could be a step: ${someNames(paths, 3)}. Name them by their steps, such as model_100.pt.`
    return result
  }
  const asked = wanted === null ? undefined : slots.find(({ label }) => label === wanted)
  if (wanted !== null && !asked) {
    const has =
      candidates.length > 0 ? `The numbers that differ are ${someNames(candidates)}` : 'No number in the names differs'
    result.unclear = `has no number "${wanted}" in its names. ${has}; a pattern such as model_{step}.pt will do, too.`
    return result
  }
  const slot = asked ?? best(slots) ?? onlyOne(slots)
  if (!slot && slots.length === 1) {
    result.unclear = `has a number in the names of its checkpoints that may count no steps (a date, a size, a measure): ${someNames(candidates)}. Does it?`
    return result
  }
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
  kind: NumberKind
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
    const { label, kind: first } = parsed[0].numbers[i]
    const kind = parsed.every(({ numbers }) => numbers[i].label === label && numbers[i].kind === first) ? first : 'ask'
    const again = slots.filter((slot) => slot.label === label || slot.label.startsWith(`${label} (`)).length
    slots.push({ label: again === 0 ? label : `${label} (${again + 1})`, kind, values })
  }
  return slots
}

/** The one that is called a step, else a checkpoint, else an epoch. */
function best(slots: readonly Slot[]): Slot | undefined {
  for (const pattern of preference) {
    const fits = slots.filter(({ label, kind }) => kind === 'step' && pattern.test(label))
    if (fits.length > 0) return fits.length === 1 ? fits[0] : undefined
  }
  return undefined
}

/** The only one that could count steps at all, where nothing speaks against it. */
function onlyOne(slots: readonly Slot[]): Slot | undefined {
  const possible = slots.filter(({ kind }) => kind !== 'never')
  return possible.length === 1 && possible[0].kind === 'maybe' ? possible[0] : undefined
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
