/** Which checkpoints belong to one training: its folder tells, and in a folder the names without their numbers. */
import { plural, someNames } from '../../formats/format-error'
import {
  choiceOf,
  folderOf,
  isBare,
  isStepInside,
  parsePath,
  type ParsedPath,
  runKey,
  seedOf,
  trainingFolder,
  trainingPart
} from './path-numbers'
import { largest } from '../../numeric/statistics'
import { stepsOf } from './steps'
import type { CheckpointKind, CheckpointUnit } from './units'

/** The checkpoints of one run. */
export interface CheckpointRun {
  seed: number | null
  units: CheckpointUnit[]
  /** What lies beside them and whose names tell no step; what is in them may. */
  aside: CheckpointUnit[]
  /** What was left out, in sentences. */
  notes: string[]
}

/** The same weights in several formats: the one that is read fastest and most surely. */
const order: CheckpointKind[] = ['safetensors', 'torch', 'npz', 'keras', 'tfjs']

interface Group {
  base: string
  units: CheckpointUnit[]
  numbered: boolean
  choice: string | null
}

export function checkpointRuns(all: readonly CheckpointUnit[]): CheckpointRun[] {
  const { kept: units, again } = withoutCopies(all)
  const isTraining = trainingsAmong(units)
  const groups = new Map<string, { parsed: ParsedPath; units: CheckpointUnit[] }>()
  for (const unit of units) {
    const parsed = parsePath(unit.name, isTraining)
    const key = runKey(parsed)
    const known = groups.get(key)
    if (known) known.units.push(unit)
    else groups.set(key, { parsed, units: [unit] })
  }
  const found = [...groups.values()].flatMap(({ parsed, units: members }): Group[] => {
    const numbered = parsed.numbers.some(({ kind, value }) => kind !== 'never' && !Number.isNaN(value))
    const choice = choiceOf(members[0].name)
    return trainingsOfEqualSteps(members).map((own) => ({ base: parsed.base, units: own, numbered, choice }))
  })
  const series = found.filter(({ numbered, choice }) => numbered && choice === null)
  const runs = new Map<Group, CheckpointRun>()
  for (const group of series) runs.set(group, runOf(group.units))
  for (const group of found.filter((one) => !series.includes(one))) {
    const near = series.filter(({ base }) => isNear(group.base, base))
    if (near.length === 0) {
      runs.set(group, runOf(group.units))
      continue
    }
    const why = group.numbered
      ? `its name calls it "${group.choice}", and the others are a series`
      : 'its name has no number that could be its step'
    for (const unit of [...group.units].sort(bySurety)) {
      const own = ownSeries(unit.name, near)
      if (own) runs.get(own)!.aside.push({ ...unit, aside: why })
      else runs.get(near[0])!.notes.push(`${unit.name} was left out: ${why}.`)
    }
  }
  const result = [...runs.values()]
  for (const run of result) {
    const own = again.filter(({ as }) => run.units.includes(as))
    if (own.length > 0) run.notes.push(againNote(own.map(({ unit, as }) => `${unit.name} (as ${as.name})`)))
  }
  return result
}

function bySurety(a: CheckpointUnit, b: CheckpointUnit): number {
  return order.indexOf(a.kind) - order.indexOf(b.kind)
}

/**
 * Which of several trainings a checkpoint without a step is of: seed1_final.pt is of that of seed1_step100.pt. Null where their
 * names begin alike.
 */
function ownSeries(name: string, near: readonly Group[]): Group | null {
  const shared = near.map(({ units }) => largest(units.map((unit) => commonStart(unit.name, name))))
  const most = largest(shared)
  const fits = near.filter((_, i) => shared[i] === most)
  return fits.length === 1 ? fits[0] : null
}

/** Letters of whole words: last.pt and left_1.pt have none. */
function commonStart(a: string, b: string): number {
  let length = 0
  for (let i = 0; i < a.length && a[i] === b[i]; i++) if (/[^A-Za-z0-9]/.test(a[i])) length = i + 1
  return length
}

/** Whether a checkpoint in one folder is of the training in the other: best.pt above or among the checkpoints. */
function isNear(folder: string, base: string): boolean {
  const [a, b] = [trainingFolder(folder), trainingFolder(base)]
  return a === b || b.startsWith(a === '' ? '' : `${a}/`)
}

/** What is there twice: Lightning's `-v1` beside the file without it, and DeepSpeed's states beside the model itself. */
function withoutCopies(units: readonly CheckpointUnit[]): {
  kept: CheckpointUnit[]
  again: { unit: CheckpointUnit; as: CheckpointUnit }[]
} {
  const byName = new Map(units.map((unit) => [unit.name, unit]))
  const whole = new Map<string, CheckpointUnit>()
  for (const unit of units) if (!unit.ofRanks && !whole.has(folderOf(unit.name))) whole.set(folderOf(unit.name), unit)
  const again: { unit: CheckpointUnit; as: CheckpointUnit }[] = []
  const kept = units.filter((unit) => {
    const first = byName.get(unit.name.replace(/-v\d+(?=\.[^./]+$)/, ''))
    const counted = first && choiceOf(first.name) === null && parsePath(first.name).numbers.length > 0
    const folder = folderOf(unit.name)
    const above = folderOf(folder)
    const same = unit.ofRanks ? (whole.get(folder) ?? (isStep(above) ? whole.get(above) : undefined)) : undefined
    const as = same ?? (first !== unit && counted ? first : undefined)
    if (as) again.push({ unit, as })
    return !as
  })
  return { kept, again }
}

function isStep(folder: string): boolean {
  return parsePath(`${folder}/model.pt`).base !== folder
}

/**
 * Folders that could be steps by their names, and are trainings by what is in them: 0/ckpt_100.pt and 0/ckpt_200.pt. A folder
 * whose name is a number alone is a step where its files have no step of their own and its neighbours hold the same.
 */
function trainingsAmong(units: readonly CheckpointUnit[]): (folder: string) => boolean {
  const inside = new Map<string, string[]>()
  for (const { name } of units) {
    const parts = name.split('/')
    for (let i = 1; i < parts.length; i++) {
      const folder = parts.slice(0, i).join('/')
      if (!isBare(parts[i - 1]) && !isStepInside(parts[i - 1])) continue
      inside.set(folder, [...(inside.get(folder) ?? []), parts.slice(i).join('/')])
    }
  }
  const trainings = new Set<string>()
  const contents = new Map<string, Map<string, number>>()
  for (const [folder, files] of inside) {
    const above = contents.get(folderOf(folder)) ?? new Map<string, number>()
    contents.set(folderOf(folder), above)
    const content = contentOf(files)
    above.set(content, (above.get(content) ?? 0) + 1)
  }
  for (const [folder, files] of inside) {
    const name = folder.slice(folder.lastIndexOf('/') + 1)
    const own = files.map((file) => parsePath(file))
    const templates = new Set(own.map(runKey))
    // Of several numbers under one template each is a checkpoint of its own.
    const isSeries = templates.size < new Set(files.map((file) => file.replace(/\.[^./]+$/, ''))).size
    const steps = own.flatMap(({ numbers }) => numbers.filter(({ kind }) => kind === 'step'))
    const other = isBare(name) && steps.some(({ value }) => value !== Number(name.replace(/\D/g, '')))
    const among = contents.get(folderOf(folder))!
    const differs = isBare(name) && among.size > 1 && among.get(contentOf(files)) === 1 && steps.length === 0
    if (isSeries || other || differs) trainings.add(folder)
  }
  return (folder) => trainings.has(folder)
}

function contentOf(files: readonly string[]): string {
  return [...new Set(files.map((file) => parsePath(file).template))].sort().join('\n')
}

/**
 * Checkpoints of one template, of which several have the same step: those that differ before the step are trainings of their
 * own, where each of them is a series. Everything else is for somebody to say.
 */
function trainingsOfEqualSteps(units: CheckpointUnit[]): CheckpointUnit[][] {
  const names = units.map(({ name }) => name)
  if (isClear(names)) return [units]
  const parts = new Map<string, CheckpointUnit[]>()
  for (const unit of units) {
    const part = trainingPart(unit.name)
    parts.set(part, [...(parts.get(part) ?? []), unit])
  }
  const all = [...parts.values()]
  const series = all.every((own) => own.length > 1 && isClear(own.map(({ name }) => name)))
  return all.length > 1 && series ? all : [units]
}

/** Whether every one of them has a step, and one of its own. */
function isClear(names: readonly string[]): boolean {
  const { column, steps } = stepsOf(names, null)
  return column !== null && new Set(steps.map(({ step }) => step)).size === names.length
}

function runOf(members: readonly CheckpointUnit[]): CheckpointRun {
  const byPlace = new Map<string, CheckpointUnit[]>()
  for (const unit of members) {
    const { template, numbers } = parsePath(unit.name)
    const place = JSON.stringify([template, ...numbers.map(({ text, value }) => (Number.isNaN(value) ? text : value))])
    byPlace.set(place, [...(byPlace.get(place) ?? []), unit])
  }
  const units: CheckpointUnit[] = []
  const again: string[] = []
  for (const same of byPlace.values()) {
    const kept = [...same].sort(bySurety)[0]
    units.push(kept)
    for (const unit of same) if (unit !== kept) again.push(`${unit.name} (as ${kept.name})`)
  }
  return { seed: seedOf(members[0].name), units, aside: [], notes: again.length === 0 ? [] : [againNote(again)] }
}

function againNote(again: readonly string[]): string {
  return `${plural(again.length, 'checkpoint')} of a step that is there already left out: ${someNames(again, 4)}.`
}
