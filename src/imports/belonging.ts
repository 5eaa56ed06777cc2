/**
 * Which sources are one training: checkpoints, event files and tables of one folder become one run, so that a fit can use weights
 * and losses together. Where a folder holds several of a kind, their seeds tell; where those do not, nothing is joined.
 */
import { canJoin } from '../domain/import-answers'
import type { ImportFormat } from '../domain/import-formats'
import { seedFromName, stemOf } from '../formats/file-names'
import { type ImportFile, isPartOfFile } from './sources'

/** Folders that programs make inside the folder of a training. */
const inside =
  /^(logs?|csv_?logs?|csv|tb|tensorboard|tb_?logs?|events?|vis_data|metrics|results?|history|summar(y|ies)|\d{8}_\d{6}|\d{4}-\d\d-\d\d[_T-]\d\d[-:]?\d\d([-:]?\d\d)?)$/i
/** Folders that hold one kind of file of all trainings. */
const kinds =
  /^(logs?|csv_?logs?|tb_?logs?|tensorboard|events?|metrics|history|checkpoints?|ckpts?|weights|models?|saves|snapshots?)$/i
/** Names of tables that tell nothing of a run: what lies beside another such is of the same training. */
const general =
  /^(progress|results?|metrics?|logs?|history|trainer_(state|log)|training_log|log_history|scalars|(\d+\.)?monitor|evaluations|loss(es)?|time_left|catboost_training|\d{8}_\d{6}(\.log)?|(train(ing)?|learn|val(id(ation)?)?|test|eval(uation)?)([_-](log|metrics|loss|history|results|error))?)$/i
/** Names of tables that say which part of the data they measure. */
const measured =
  /^(train(?:ing)?|learn|val(?:id(?:ation)?)?|test|eval(?:uation)?)(?:[_-](?:log|metrics|history|results|error))?$/i

/**
 * Gives the sources of one training the same run, name, group and seed.
 * @returns sources that may be of one training, of which nothing tells whether they are
 */
export function joinRuns(files: readonly ImportFile[]): ImportFile[][] {
  const homes = new Map<string, ImportFile[]>()
  const ofCheckpoints = new Set(files.flatMap(({ holds, home }) => (holds.kind === 'checkpoints' ? home : [])))
  for (const file of files) {
    const home = homeOf(file, ofCheckpoints)
    homes.set(home, [...(homes.get(home) ?? []), file])
  }
  joinEach(homes.values())
  // What is still alone may have its other half in a tree beside it: logs/exp1 and checkpoints/exp1.
  const halves = new Map<string, ImportFile[]>()
  for (const file of files) {
    const place = withoutKinds(file.home)
    if (file.run === file.file) halves.set(place, [...(halves.get(place) ?? []), file])
  }
  const joined = new Set(files.filter(({ run, file }) => run !== file).map(({ run }) => run))
  const apart = [...halves.values()].map((all) => all.filter(({ run }) => !joined.has(run)))
  joinEach(apart)
  return apart
}

function joinEach(groups: Iterable<ImportFile[]>): void {
  for (const all of groups) {
    if (all.length < 2) continue
    if (isOneTraining(all)) joinToRun(all)
    else for (const same of bySeed(all)) if (isOneTraining(same)) joinToRun(same)
  }
}

/** Weights whose log may be any of several ask of which it is; nothing is joined by a guess that would mix trainings. */
export function askUnclear(all: readonly ImportFile[]): void {
  const alone = all.filter(
    ({ run, file }) => run === file && !all.some((other) => other.run === file && other.file !== file)
  )
  const logs = alone.flatMap(({ holds, run }) => (holds.kind === 'checkpoints' ? [] : [run]))
  if (logs.length === 0) return
  for (const file of alone) if (file.holds.kind === 'checkpoints') file.mayBeOf = logs
}

/** A path without the folders that only say what kind of files lie below them. */
function withoutKinds(home: string): string {
  const [top, ...parts] = home.split('/')
  return [top, ...parts.filter((part) => !kinds.test(part))].join('/')
}

/** The folder of the training: that of its checkpoints, where the source lies in a folder inside of it that a program has made. */
function homeOf({ home, holds }: ImportFile, ofCheckpoints: ReadonlySet<string>): string {
  if (holds.kind === 'checkpoints') return home
  let at = home
  for (;;) {
    if (ofCheckpoints.has(at)) return at
    const parts = at.split('/')
    const last = parts[parts.length - 1]
    const above = parts[parts.length - 2]
    // Hugging Face: output/runs/Nov14_10-11-12_host.
    const cut = inside.test(last) || /^checkpoint-\d+$/.test(last) ? 1 : above === 'runs' ? 2 : 0
    if (cut === 0 || parts.length <= cut) return home
    at = parts.slice(0, -cut).join('/')
  }
}

/** A folder without those that programs make inside of it: `exp1/logs` is of exp1. */
export function trainingFolder(folder: string): string {
  const parts = folder.split('/')
  while (parts.length > 1 && inside.test(parts[parts.length - 1])) parts.pop()
  return parts.join('/')
}

function isOneTraining(all: readonly ImportFile[]): boolean {
  const count = (kind: ImportFile['holds']['kind']): number => all.filter(({ holds }) => holds.kind === kind).length
  if (count('checkpoints') > 1 || count('log') > 1) return false
  // Such a folder is whole by itself.
  if (all.some(({ holds }) => holds.kind === 'files' && holds.format === 'visualizing-training')) return false
  const seeds = new Set(all.flatMap(({ seed, seedFrom }) => (seedFrom === null ? (seed ?? []) : [])))
  if (seeds.size > 1 || all.some(isPartOfFile)) return false
  const tables = all.filter(({ holds }) => holds.kind !== 'checkpoints' && holds.kind !== 'log')
  // The same file in two folders is of two trainings, or of two attempts.
  if (new Set(tables.map(({ file }) => file.slice(0, file.lastIndexOf('/')))).size > 1) return false
  return tables.length < 2 || tables.every((table) => isOneFile(table) && general.test(stemOf(table.file)))
}

/** A table, or another single file of recorded values. */
function isOneFile({ holds }: ImportFile): boolean {
  return holds.kind === 'table' || (holds.kind === 'files' && holds.format === 'npz')
}

function bySeed(all: readonly ImportFile[]): ImportFile[][] {
  const seeds = new Map<number, ImportFile[]>()
  for (const file of all)
    if (file.seed !== null && file.seedFrom === null) seeds.set(file.seed, [...(seeds.get(file.seed) ?? []), file])
  return [...seeds.values()].filter((same) => same.length > 1)
}

/** Event files say most, then the checkpoints' folder, then a folder of a tool, then tables, CSV first. */
function rankOf(source: ImportFile): number {
  const { kind } = source.holds
  if (kind === 'log') return 0
  if (kind === 'checkpoints') return 1
  if (!isOneFile(source)) return 2
  return kind === 'files' ? 5 : /\.json$/i.test(source.file) ? 4 : 3
}

/**
 * Joins what somebody says is one training. Two logs, or two sets of weights, stay two runs, and that is told.
 * @param partOf source to the run that it is of, or to null for a run of its own
 */
export function joinAsSaid(files: readonly ImportFile[], partOf: Readonly<Record<string, string | null>>): void {
  for (const file of files) {
    if (!Object.hasOwn(partOf, file.file)) continue
    delete file.mayBeOf
    const lead = files.find((other) => other.file === partOf[file.file])
    if (!lead || lead.run === file.run) continue
    const parts = files.filter(({ run }) => run === file.run)
    const others = files.filter(({ run }) => run === lead.run)
    if (canJoin(parts.map(kindOf), others.map(kindOf))) {
      // The whole is called as the run was that the user has chosen.
      const { name, group, seed, seedFrom } = lead
      joinToRun([...others, ...parts])
      for (const part of [...others, ...parts]) Object.assign(part, { name, group, seed, seedFrom })
    } else file.notes.push(`It is a run of its own: ${lead.file} is of the same kind, and a run has one log and one set of weights.`) // prettier-ignore
  }
}

function kindOf({ holds }: ImportFile): { format: ImportFormat | null } {
  return { format: holds.kind === 'log' ? 'tensorboard' : holds.kind === 'checkpoints' ? 'checkpoints' : null }
}

/** Makes one run of them, called by what says most of it. */
function joinToRun(all: readonly ImportFile[]): void {
  const [lead, ...others] = [...all].sort((a, b) => rankOf(a) - rankOf(b))
  const tables = all.filter(({ holds }) => holds.kind === 'table')
  // "loss" of train.csv is another one than that of val.csv.
  const parted = tables.length > 1 && tables.some(({ file }) => measured.test(stemOf(file)))
  if (parted)
    for (const table of tables)
      table.prefix =
        measured
          .exec(stemOf(table.file))?.[1]
          .toLowerCase()
          .replace(/^learn$/, 'train') ?? null
  const seeded = [lead, ...others].find(({ seed }) => seed !== null)
  // Of tables alone the folder says what the run is called.
  const parts = trainingFolder(lead.home).split('/')
  const isTables = all.every(isOneFile) && parts.length > 1
  const name = isTables ? parts[parts.length - 1] : lead.name
  const group = isTables ? parts[parts.length - 2] : lead.group
  for (const file of all) {
    Object.assign(file, { run: lead.file, name, group })
    Object.assign(file, { seed: seeded?.seed ?? seedFromName(name), seedFrom: seeded?.seedFrom ?? null })
  }
}
