/** Importing one file: what it holds, and its way into a run folder. */
import { constants } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImportSource, RunInfo } from '../contract/domain'
import { FormatError, someNames } from '../formats/format-error'
import { pointsOf } from './points'
import { findStepColumn, rowNumber } from './step-column'
import type { ImportedPoints, RawTable, StepColumn } from '../formats/types'
import { describeFileError, writeJson } from '../project/files'
import { readSource } from './scan'
import type { ImportFile } from './scan'
import type { RunManifest } from '../project/manifests'
import { RunReader } from '../project/run-reader'
import { RunWriter } from '../project/run-writer'
import { inspectCheckpoints } from './checkpoints/read-and-write'
import { headlineTags, lastValuesOf } from '../recordings/last-values'
import type { LastValues } from '../recordings/last-values'

interface ToInspect {
  file: ImportFile
  stepColumn: string | null
  /** Of checkpoints: modules, or patterns of them; null: those that are chosen by default. */
  hooks: string[] | null
}

interface ToWrite {
  file: ImportFile
  stepColumn: string | null
  /** Is made. */
  folder: string
  /** Is filled in. */
  manifest: RunManifest
}

/** What became of a file. No manifest: it could not be read. */
export interface ImportedRun {
  source: ImportSource
  manifest: RunManifest | null
}

export async function inspectFile({ file, stepColumn, hooks }: ToInspect): Promise<ImportSource> {
  if (file.checkpoints) return inspectCheckpoints(file, file.checkpoints, stepColumn, hooks)
  return file.log ? readLog(file, file.log).source : (await readWhole(file, stepColumn)).source
}

/** Writes event file and manifest into a new folder. A file that cannot be read leaves nothing. */
export async function importFile({ file, stepColumn, folder, manifest }: ToWrite): Promise<ImportedRun> {
  if (file.log) return importLog(file, file.log, folder, manifest)
  const { source, points } = await readWhole(file, stepColumn)
  if (!points || !source.format) return { source, manifest: null }
  await mkdir(folder).catch((error: unknown) => {
    throw describeFileError(error, folder, 'created')
  })
  const writer = new RunWriter(folder, points.steps[0])
  try {
    writePoints(writer, points, file.modifiedMs / 1000)
  } finally {
    writer.close()
  }
  const last = points.steps[points.steps.length - 1]
  const epoch = lastValue(points, 'epoch') ?? last
  const run: RunManifest = {
    ...manifest,
    imported: { format: source.format, file: file.file, seed: file.seed },
    step: last,
    totalSteps: last,
    epoch,
    totalEpochs: epoch,
    last: headlines(points, file.file)
  }
  await writeJson(join(folder, 'run.json'), run)
  return { source, manifest: run }
}

/** A run of event files: copied as they are, or, when the manifest says that they are followed, left where they lie. */
async function importLog(
  file: ImportFile,
  { files }: NonNullable<ImportFile['log']>,
  folder: string,
  manifest: RunManifest
): Promise<ImportedRun> {
  const { source, last } = readLog(file, file.log!)
  if (source.problem !== null) return { source, manifest: null }
  await mkdir(folder).catch((error: unknown) => {
    throw describeFileError(error, folder, 'created')
  })
  if (manifest.log === null) {
    for (const name of files) {
      await copyFile(join(file.path, name), join(folder, name), constants.COPYFILE_FICLONE).catch((error: unknown) => {
        throw describeFileError(error, join(folder, name), 'written')
      })
    }
  }
  const run: RunManifest = {
    ...manifest,
    imported: { format: 'tensorboard', file: file.file, seed: file.seed },
    ...last
  }
  await writeJson(join(folder, 'run.json'), run)
  return { source, manifest: run }
}

function readLog(
  file: ImportFile,
  { files }: NonNullable<ImportFile['log']>
): { source: ImportSource; last: LastValues } {
  const reader = new RunReader(file.path, new Set(files))
  reader.refresh()
  const { log } = reader
  const source: ImportSource = {
    ...{ file: file.file, name: file.name, group: file.group, seed: file.seed, bytes: file.bytes },
    ...{ format: 'tensorboard', rows: 0, columns: [], stepColumn: 'step', stepCandidates: [], unclear: null },
    ...{ firstStep: null, lastStep: null, series: [], problem: null, notes: [...log.problems] }
  }
  let restarts = false
  for (const { tag, scalars, places } of log.series()) {
    const series = (scalars ?? places)!
    const view = series.view('latest')
    source.series.push({ column: tag, tag, points: view.length })
    source.rows = Math.max(source.rows, view.length)
    if (series.restarts.length > 0) restarts = true
    if (view.length === 0) continue
    source.firstStep = Math.min(source.firstStep ?? Infinity, view.steps[0])
    source.lastStep = Math.max(source.lastStep ?? -Infinity, view.steps[view.length - 1])
  }
  if (restarts) source.notes.push('It was started more than once; the latest attempt is shown, all attempts are kept.')
  if (log.files.every(({ records }) => records === 0)) {
    const said = log.problems.length > 0 ? ` ${log.problems.join(' ')}` : ''
    source.problem = `${file.file}: holds no event that can be read.${said}`
  }
  return { source, last: lastValuesOf(log, {}, file.file) }
}

async function readWhole(
  file: ImportFile,
  wanted: string | null
): Promise<{ source: ImportSource; points: ImportedPoints | null }> {
  const source: ImportSource = {
    ...{ file: file.file, name: file.name, group: file.group, seed: file.seed, bytes: file.bytes },
    ...{ format: null, rows: 0, columns: [], stepColumn: null, stepCandidates: [], unclear: null },
    ...{ firstStep: null, lastStep: null, series: [], problem: null, notes: [] }
  }
  try {
    const { format, table } = await readSource(file)
    source.format = format
    source.rows = table.rows
    source.columns = table.columns.map((column) => column.name)
    const step = format === 'visualizing-training' ? theEpoch : chosenStep(table, wanted)
    source.stepCandidates = step.candidates
    source.stepColumn = step.column
    source.unclear = step.unclear
    if (step.column === null) {
      const columns = someNames(source.columns)
      source.problem = `${file.file}: ${step.unclear} Its columns are ${columns}; row numbers will do, too.`
      return { source, points: null }
    }
    const points = pointsOf(table, step.column, file.file)
    source.firstStep = points.steps[0]
    source.lastStep = points.steps[points.steps.length - 1]
    source.series = points.series.map(({ column, tag, points: count }) => ({ column, tag, points: count }))
    source.notes = points.notes
    return { source, points }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    source.problem = error.message
    return { source, points: null }
  }
}

const theEpoch: StepColumn = { column: 'epoch', candidates: ['epoch'], unclear: null }

/** The column that somebody asked for, else the one that the file tells. `row` is the row number unless it is a column. */
function chosenStep(table: RawTable, wanted: string | null): StepColumn {
  const found = findStepColumn(table)
  if (wanted === null) return found
  const isRow = wanted === 'row' && !table.columns.some((column) => column.name === wanted)
  return { column: isRow ? rowNumber : wanted, candidates: found.candidates, unclear: found.unclear }
}

function writePoints(writer: RunWriter, { steps, wallTimes, series }: ImportedPoints, timeSeconds: number): void {
  for (let i = 0; i < steps.length; i++) {
    const values: [string, number][] = []
    for (const { tag, values: column, present } of series) if (present[i] === 1) values.push([tag, column[i]])
    if (values.length > 0) writer.exactScalars(steps[i], wallTimes?.[i] ?? timeSeconds, values)
  }
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
