/** Importing one file: what it holds, and its way into a run folder. */
import { join } from 'node:path'
import type { ImportSource } from '../domain/import-source'
import type { RunInfo } from '../domain/run'
import { FormatError, someNames } from '../formats/format-error'
import type { ImportedPoints, RawTable, StepColumn } from '../formats/types'
import { writeJson } from '../project/files'
import type { RunManifest } from '../project/manifests'
import { RunReader } from '../project/run-reader'
import type { RunWriter } from '../project/run-writer'
import { headlineTags, lastValuesOf } from '../recordings/last-values'
import type { LastValues } from '../recordings/last-values'
import { goesBack } from './attempts'
import { inspectCheckpoints } from './checkpoints/read-and-write'
import { epochEnds } from './epoch-ends'
import { type ImportedRun, makeRunFolder, namesOf, type Renamed, writerIn } from './imported-run'
import { copyLog, withUnpacked } from './packed-logs'
import { pointsOf } from './points'
import type { ImportFile, LogHolding, RecordedHolding } from './sources'
import { findStepColumn, rowNumber } from './step-column'
import { readRecorded } from './tables'

interface ToInspect {
  file: ImportFile
  stepColumn: string | null
  /** Of checkpoints: modules, or patterns of them; null: those that are chosen by default. */
  hooks: string[] | null
}

interface ToWrite {
  file: ImportFile
  stepColumn: string | null
  /** Tags that another part of the run has, and what they are called here; null: they are not written again. */
  renamed: Renamed
  /** Is made. */
  folder: string
  /** Is filled in. */
  manifest: RunManifest
}

export async function inspectFile({ file, stepColumn, hooks }: ToInspect): Promise<ImportSource> {
  const { holds } = file
  if (holds.kind === 'checkpoints') return inspectCheckpoints(file, holds, stepColumn, hooks)
  if (holds.kind === 'log') return (await readLog(file, holds)).source
  return (await readWhole(file, holds, stepColumn)).source
}

/** Writes event file and manifest into the folder of the run. A file that cannot be read leaves nothing. */
export async function importFile({ file, stepColumn, renamed, folder, manifest }: ToWrite): Promise<ImportedRun> {
  const { holds } = file
  if (holds.kind === 'checkpoints') throw new Error('Checkpoints are measured one by one.')
  if (holds.kind === 'log') return importLog(file, holds, folder, manifest)
  const { source, points: all } = await readWhole(file, holds, stepColumn)
  if (!all || !source.format) return { source, manifest: null }
  const series = all.series.flatMap((one) => {
    const tag = Object.hasOwn(renamed, one.tag) ? renamed[one.tag] : one.tag
    return tag === null ? [] : [{ ...one, tag }]
  })
  const points = { ...all, series }
  // All of it is there already: it adds nothing to the run.
  if (points.series.length === 0) return { source, manifest: null }
  const last = points.steps[points.steps.length - 1]
  const epoch = lastValue(all, 'epoch') ?? last
  const run: RunManifest = {
    ...manifest,
    imported: { format: source.format, file: file.file, seed: file.seed },
    step: last,
    totalSteps: last,
    epoch,
    totalEpochs: epoch,
    last: headlines(points, file.file)
  }
  const writer = await writerIn(folder, points.steps[0])
  try {
    writePoints(writer, points, file.modifiedMs / 1000)
  } finally {
    writer.close()
  }
  await writeJson(join(folder, 'run.json'), run)
  return { source, manifest: run }
}

/** A run of event files: copied as they are, or, when the manifest says that they are followed, left where they lie. */
async function importLog(
  file: ImportFile,
  holds: LogHolding,
  folder: string,
  manifest: RunManifest
): Promise<ImportedRun> {
  const { source, last } = await readLog(file, holds)
  if (source.problem !== null) return { source, manifest: null }
  await makeRunFolder(folder)
  if (manifest.log === null) await copyLog(holds, folder)
  const run: RunManifest = {
    ...manifest,
    imported: { format: 'tensorboard', file: file.file, seed: file.seed },
    ...last
  }
  await writeJson(join(folder, 'run.json'), run)
  return { source, manifest: run }
}

async function readLog(file: ImportFile, holds: LogHolding): Promise<{ source: ImportSource; last: LastValues }> {
  return withUnpacked(file.file, holds, (folder, files, notes) => {
    const reader = new RunReader(folder, new Set(files))
    reader.refresh()
    const { log } = reader
    const source: ImportSource = {
      ...namesOf(file),
      format: 'tensorboard',
      rows: 0,
      columns: [],
      stepColumn: 'step',
      stepCandidates: [],
      unclear: null,
      firstStep: null,
      lastStep: null,
      series: [],
      problem: null,
      notes: [...file.notes, ...notes, ...log.problems]
    }
    let restarts = false
    const epochs = log.scalars('epoch')?.view('latest')
    if (epochs) source.epochs = epochEnds(epochs.steps.subarray(0, epochs.length), epochs.values)
    for (const { tag, scalars, places } of log.series()) {
      const series = (scalars ?? places)!
      const view = series.view('latest')
      const value = scalars?.view('latest').values[0]
      const first = value === undefined ? undefined : { step: view.steps[0], value: finite(value) }
      source.series.push({ column: tag, tag, points: view.length, first })
      source.rows = Math.max(source.rows, view.length)
      if (series.restarts.length > 0 && goesBack(series.view('all').steps, null)) restarts = true
      if (view.length === 0) continue
      source.firstStep = Math.min(source.firstStep ?? Infinity, view.steps[0])
      source.lastStep = Math.max(source.lastStep ?? -Infinity, view.steps[view.length - 1])
    }
    if (restarts)
      source.notes.push('It was started more than once; the latest attempt is shown, all attempts are kept.')
    if (log.files.every(({ records }) => records === 0)) {
      const said = log.problems.length > 0 ? ` ${log.problems.join(' ')}` : ''
      source.problem = `${file.file}: holds no event that can be read.${said}`
    }
    return { source, last: lastValuesOf(log, {}, file.file) }
  })
}

async function readWhole(
  file: ImportFile,
  holds: RecordedHolding,
  wanted: string | null
): Promise<{ source: ImportSource; points: ImportedPoints | null }> {
  const source: ImportSource = {
    ...namesOf(file),
    format: null,
    rows: 0,
    columns: [],
    stepColumn: null,
    stepCandidates: [],
    unclear: null,
    firstStep: null,
    lastStep: null,
    series: [],
    problem: null,
    notes: []
  }
  try {
    const { format, table, step: own } = await readRecorded(holds, file.file)
    source.format = format
    source.rows = table.rows
    source.columns = table.columns.map((column) => column.name)
    if (table.columns.length === 0)
      throw new FormatError(file.file, null, 'has no column of numbers. Choose a file with recorded values.')
    const step = chosenStep(table, own, wanted)
    source.stepCandidates = step.candidates
    source.stepColumn = step.column
    source.unclear = step.unclear
    if (step.column === null) {
      const columns = someNames(source.columns)
      source.problem = `${file.file}: ${step.unclear} Its columns are ${columns}; row numbers will do, too.`
      return { source, points: null }
    }
    const points = pointsOf(table, step.column, file.file, file.prefix)
    source.rows = points.steps.length
    source.firstStep = points.steps[0]
    source.lastStep = points.steps[points.steps.length - 1]
    const epochs = points.series.find(({ tag }) => tag === 'epoch')
    if (epochs && epochs.column !== step.column) source.epochs = epochEnds(points.steps, epochs.values, epochs.present)
    source.series = points.series.map(({ column, tag, points: count, values, present }) => {
      const at = present.indexOf(1)
      return { column, tag, points: count, first: { step: points.steps[at], value: finite(values[at]) } }
    })
    source.notes = [...file.notes, ...points.notes]
    return { source, points }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    source.problem = error.message
    return { source, points: null }
  }
}

/**
 * The column that somebody asked for, else the one that the format or the columns tell. `row` is the row number unless it is a
 * column. What was asked for all files is not asked of one whose format says its steps, and that has no such column.
 */
function chosenStep(table: RawTable, own: StepColumn | null, wanted: string | null): StepColumn {
  const found = own ?? findStepColumn(table)
  if (wanted === null) return found
  const has = table.columns.some((column) => column.name === wanted)
  if (own && !has) return own
  const isRow = wanted === 'row' && !has
  return { column: isRow ? rowNumber : wanted, candidates: found.candidates, unclear: found.unclear }
}

function writePoints(writer: RunWriter, { steps, wallTimes, series }: ImportedPoints, timeSeconds: number): void {
  for (let i = 0; i < steps.length; i++) {
    const values: [string, number][] = []
    for (const { tag, values: column, present } of series) if (present[i] === 1) values.push([tag, column[i]])
    if (values.length > 0) writer.exactScalars(steps[i], wallTimes?.[i] ?? timeSeconds, values)
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function lastValue({ series }: ImportedPoints, tag: string): number | null {
  const found = series.find((one) => one.tag === tag)
  if (!found || found.points === 0) return null
  const value = found.values[found.present.lastIndexOf(1)]
  return Number.isFinite(value) ? value : null
}

function headlines(points: ImportedPoints, place: string): RunInfo['last'] {
  const recorded = points.series.filter(({ points: count }) => count > 0)
  const entries = [
    ...headlineTags(
      recorded.map(({ tag }) => tag),
      {},
      place
    )
  ].map(([own, tag]): [string, RunInfo['last'][string]] => {
    const { values, present } = recorded.find((one) => one.tag === tag)!
    const value = values[present.lastIndexOf(1)]
    return [own, Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity')]
  })
  return Object.fromEntries(entries)
}
