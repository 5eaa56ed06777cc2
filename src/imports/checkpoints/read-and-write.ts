/** Importing a run of checkpoints: what they hold, the metrics of one of them, and the run folder of all. */
import { tagOf } from '../../domain/tags'
import { join } from 'node:path'
import type { ImportSource } from '../../domain/import-source'
import { type PlacedCheckpoint, placeAside } from './aside'
import { contentsOf, counterPlace, SeriesContents } from './contents'
import { chosenHooks, defaultHooks, mostDefaultHooks } from './modules'
import { ownStep } from './own-steps'
import { type CheckpointStep, noStep, stepsOf } from './steps'
import { FormatError, plural, someNames } from '../../formats/format-error'
import { openCheckpoint } from './open'
import { writeJson } from '../../project/files'
import type { CheckpointHolding, ImportFile } from '../sources'
import type { RunManifest } from '../../project/manifests'
import { type ImportedRun, namesOf, type Renamed, writerIn } from '../imported-run'
import type { CheckpointUnit } from './units'
import { checkpointMetrics, type CheckpointMetrics } from './metrics'

/** More problems than this are counted and not told one by one. */
const mostNotes = 8

/** Reads what every checkpoint is made of, and no values. */
export async function inspectCheckpoints(
  file: ImportFile,
  { units, root }: CheckpointHolding,
  stepColumn: string | null,
  hooks: readonly string[] | null
): Promise<ImportSource> {
  const named = units.filter(({ aside }) => aside === undefined)
  const found = stepsOf(
    named.map(({ name }) => name),
    stepColumn
  )
  const source: ImportSource = {
    ...namesOf(file),
    format: 'checkpoints',
    rows: found.steps.length || named.length,
    columns: [],
    stepColumn: found.column,
    stepCandidates: found.candidates,
    unclear: null,
    firstStep: null,
    lastStep: null,
    series: [],
    problem: null,
    notes: [...file.notes, ...found.notes],
    checkpoints: { modules: [], hooks: [], steps: [] }
  }
  if (found.candidates.length > 0) source.columns = found.candidates
  if (found.column === null) {
    source.unclear = found.unclear
    source.problem = `${file.file}: ${found.unclear}`
    return source
  }
  const { kept, repeated } = withoutRepeated(found.steps)
  if (repeated.length > 0) {
    const names = repeated.map(({ at }) => units[at].name)
    source.notes.push(
      `${plural(repeated.length, 'checkpoint')} of a step that another one has left out: ${someNames(names, 4)}.`
    )
  }
  const contents = new SeriesContents()
  const isAsked = named.length < units.length || found.column === noStep
  const problems: string[] = []
  const readable: PlacedCheckpoint[] = []
  for (const step of kept) {
    try {
      const own = await contentsOf(root, units[step.at], isAsked)
      contents.add(own, step.step)
      readable.push({ ...step, counters: own.counters, beside: own.beside })
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      problems.push(error.message)
    }
  }
  source.notes.push(...some(problems, 'checkpoint that cannot be read', 'checkpoints that cannot be read'))
  if (readable.length === 0) {
    source.problem = `${file.file}: none of ${plural(named.length, 'checkpoint')} can be read. ${problems[0]}`
    source.notes = []
    return source
  }
  if (found.column === noStep) source.notes.push(placeAlone(readable[0]))
  const placing = await placeAside(root, units, found.column, readable, contents)
  source.notes.push(
    ...some(placing, 'checkpoint without a step in its name', 'checkpoints without a step in their names')
  )
  source.notes.push(...contents.notes())
  const all = contents.modules
  const chosen = hooks === null ? { hooks: defaultHooks(all), unknown: [] } : chosenHooks(all, hooks)
  const owners = all.filter(({ matrices }) => matrices > 0).length
  if (hooks === null && owners > mostDefaultHooks) {
    source.notes.push(`${chosen.hooks.length} of ${owners} modules with weight matrices are chosen.`)
  }
  if (chosen.unknown.length > 0) {
    source.notes.push(`No module with weights fits ${someNames(chosen.unknown)}.`)
  }
  const steps = readable.map(({ at, step, epoch }) => ({ at, step, epoch }))
  source.checkpoints = { modules: all, hooks: chosen.hooks, steps }
  source.rows = readable.length
  source.firstStep = readable[0].step
  source.lastStep = readable[readable.length - 1].step
  if (all.length === 0) source.problem = `${file.file}: has no weight matrices. Save the weights of the model.`
  else if (chosen.hooks.length === 0) {
    const some = someNames(
      all.map(({ path }) => path),
      6
    )
    source.problem = `${file.file}: no hook point is chosen. Choose modules; there are ${some}.`
  }
  source.series = chosen.hooks.map((hook) => ({ column: hook, tag: tagOf.weightsOf(hook), points: readable.length }))
  return source
}

/** Gives the only checkpoint of a run the step that is in it. @returns what was found, in a sentence */
function placeAlone(only: PlacedCheckpoint): string {
  const own = ownStep(only.counters)
  if (!own) return 'Its name tells no step: it is step 0.'
  Object.assign(only, { step: own.step, epoch: own.epoch })
  return `Its name tells no step: it is of ${own.unit} ${own.step}, as ${counterPlace(only, own.by)} says.`
}

/** Metrics, or why there are none. */
interface Measured {
  metrics: CheckpointMetrics | null
  problem: string | null
}

/** The metrics of one checkpoint, or why it has none. */
export async function measureCheckpoint({
  root,
  unit,
  hooks
}: {
  root: string
  unit: CheckpointUnit
  hooks: string[]
}): Promise<Measured> {
  try {
    const opened = await openCheckpoint(root, unit)
    try {
      return { metrics: await checkpointMetrics(opened.tensors, hooks, opened.outputsFirst), problem: null }
    } finally {
      opened.close()
    }
  } catch (error) {
    if (error instanceof FormatError) return { metrics: null, problem: error.message }
    // An array or a WebAssembly memory that cannot be made.
    if (error instanceof RangeError) {
      return {
        metrics: null,
        problem: `${unit.name} has a tensor that is too large for this machine (${error.message}). Choose other hook points.`
      }
    }
    throw error
  }
}

interface MeasuredRun {
  file: ImportFile
  source: ImportSource
  /** Ascending by step. */
  points: (Measured & { step: number; epoch: number | null; modifiedMs: number })[]
  renamed: Renamed
  folder: string
  manifest: RunManifest
}

/** Writes event file and manifest into a new folder. */
export async function writeCheckpointRun({
  file,
  source,
  points,
  renamed,
  folder,
  manifest
}: MeasuredRun): Promise<ImportedRun> {
  const told = { ...source, notes: [...source.notes] }
  const good = points.filter((point): point is MeasuredPoint => point.metrics !== null)
  const problems = points.flatMap(({ problem }) => problem ?? [])
  told.notes.push(...some(problems, 'checkpoint that cannot be read', 'checkpoints that cannot be read'))
  // What is so at many steps is said once.
  const remarks = new Map<string, number[]>()
  for (const { step, metrics } of good) {
    for (const note of metrics.notes) remarks.set(note, [...(remarks.get(note) ?? []), step])
  }
  const marked = [...remarks].map(([note, [first, ...more]]) => {
    const steps =
      more.length > 0 ? `Step ${first} and ${more.length} more (last ${more[more.length - 1]})` : `Step ${first}`
    return `${steps}: ${note}.`
  })
  told.notes.push(...some(marked, 'remark', 'remarks'))
  if (good.length === 0) {
    return {
      source: { ...told, problem: `${file.file}: none of its checkpoints can be read. ${problems[0] ?? ''}` },
      manifest: null
    }
  }
  const writer = await writerIn(folder, good[0].step)
  try {
    for (const { step, epoch, metrics, modifiedMs } of good) {
      const values = Object.entries(metrics.values)
      if (epoch !== null && !Object.hasOwn(renamed, 'epoch')) values.push(['epoch', epoch])
      if (values.length > 0) writer.exactScalars(step, modifiedMs / 1000, values)
    }
  } finally {
    writer.close()
  }
  const { step, epoch } = good[good.length - 1]
  const run: RunManifest = {
    ...manifest,
    imported: { format: 'checkpoints', file: file.file, seed: file.seed },
    step,
    totalSteps: step,
    epoch: epoch ?? step,
    totalEpochs: epoch ?? step
  }
  await writeJson(join(folder, 'run.json'), run)
  return { source: told, manifest: run }
}

type MeasuredPoint = MeasuredRun['points'][number] & { metrics: CheckpointMetrics }

function withoutRepeated(steps: readonly CheckpointStep[]): { kept: CheckpointStep[]; repeated: CheckpointStep[] } {
  const kept: CheckpointStep[] = []
  const repeated: CheckpointStep[] = []
  for (const step of steps) (kept[kept.length - 1]?.step === step.step ? repeated : kept).push(step)
  return { kept, repeated }
}

function some(sentences: readonly string[], noun: string, nouns: string): string[] {
  const more = sentences.length - mostNotes
  if (more <= 0) return [...sentences]
  return [...sentences.slice(0, mostNotes), `And ${more} more ${more === 1 ? noun : nouns}.`]
}
