/** Folders as other programs leave them, and what an import would make of them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { FormatError } from '../../formats/format-error'
import { inspectFile } from '../read-and-write'
import { pointsOf } from '../points'
import { scanSources } from '../scan'
import type { ImportFile, LeftFile } from '../sources'
import { findStepColumn } from '../step-column'
import { readRecorded } from '../tables'

/** One run as it would be: [step, value] of each series. */
export interface ReadRun {
  name: string
  group: string
  seed: number | null
  files: string[]
  series: Record<string, [number, number][]>
  problems: string[]
}

export function writeTree(folder: string, files: Record<string, string | Uint8Array>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

/** Runs in the order in which they are found. */
export async function readTree(folder: string): Promise<{ runs: ReadRun[]; left: LeftFile[]; notes: string[] }> {
  const { files, left } = await scanSources([folder])
  const runs = new Map<string, ReadRun>()
  const notes: string[] = []
  const led = [...files].sort((a, b) => Number(b.file === b.run) - Number(a.file === a.run))
  for (const file of led) {
    const { name, group, seed } = file
    const run = runs.get(file.run) ?? { name, group, seed, files: [], series: {}, problems: [] }
    runs.set(file.run, run)
    run.files.push(file.file)
    await addSeries(file, run, notes)
  }
  return { runs: [...runs.values()], left, notes }
}

async function addSeries(file: ImportFile, run: ReadRun, notes: string[]): Promise<void> {
  const { holds } = file
  if (holds.kind === 'checkpoints' || holds.kind === 'log') {
    const { series, checkpoints, problem } = await inspectFile({ file, stepColumn: null, hooks: null })
    if (problem !== null) run.problems.push(problem)
    for (const { tag } of series) run.series[tag] ??= (checkpoints?.steps ?? []).map(({ step }) => [step, NaN])
    return
  }
  try {
    const { table, step } = await readRecorded(holds, file.file)
    const { column, unclear } = step ?? findStepColumn(table)
    if (column === null) {
      run.problems.push(unclear!)
      return
    }
    const { steps, series, notes: said } = pointsOf(table, column, file.file, file.prefix)
    notes.push(...said)
    for (const { tag, values, present } of series)
      run.series[tag] ??= [...steps].flatMap((at, i): [number, number][] => (present[i] === 1 ? [[at, values[i]]] : []))
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    run.problems.push(error.message)
  }
}
