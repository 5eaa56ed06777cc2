/** Files of recorded values, read: what kind each is, and the runs that it holds. */
import { basename, extname } from 'node:path'
import { readDelimited } from '../formats/delimited'
import { FormatError } from '../formats/format-error'
import { readJsonLines } from '../formats/json-lines'
import type { RawTable } from '../formats/types'
import { runsOfTable } from './dialects'
import { folderFormat } from './formats'
import { readJsonDocument } from './formats/json-document'
import { readParquet } from './formats/parquet'
import type { Recorded } from './recorded'
import { normalName } from './series-names'
import type { RecordedHolding } from './sources'
import { findStepColumn } from './step-column'
import { beginningOfText, readText } from './text'

/** Endings of files that are tables or nothing. */
const tableEndings = ['.csv', '.tsv', '.jsonl', '.ndjson', '.parquet']
/** Endings of files that may be tables, and are more often settings and notes. */
const possibleEndings = ['.json', '.txt', '.log', '.dat']
/** A JSON document larger than this is not looked into while files are looked for. */
const mostPeeked = 32 * 1024 * 1024

/** Whether the name of a file says that it is a table, or that it may be one. */
export function tableName(name: string): 'table' | 'possible' | null {
  const plain = name.toLowerCase().replace(/\.gz$/, '')
  if (tableEndings.some((ending) => plain.endsWith(ending))) return 'table'
  return possibleEndings.some((ending) => plain.endsWith(ending)) ? 'possible' : null
}

/** @throws FormatError when the source is not what it should be, PhasescopeError when it cannot be read at all */
export async function readRecorded(holding: RecordedHolding, file: string): Promise<Recorded> {
  if (holding.kind === 'files') return folderFormat(holding.format).read(holding.folder, holding.names, file)
  const runs = await readTable(holding.path, file)
  const run = runs.find(({ part }) => part === holding.part)
  if (run) return run
  throw new FormatError(file, null, 'holds other runs than when it was looked at. Choose it again.')
}

/** The runs of one file. @throws FormatError */
export async function readTable(path: string, file: string): Promise<Recorded[]> {
  if (extname(path).toLowerCase() === '.parquet') {
    const runs = runsOfTable(await readParquet(path, file), basename(path))
    return runs.map((run) => settled({ format: 'parquet', ...run }))
  }
  return readTextTable(await readText(path, file), path, file)
}

function readTextTable(text: string, path: string, file: string): Recorded[] {
  const runs = (format: Recorded['format'], table: RawTable): Recorded[] =>
    runsOfTable(table, basename(path)).map((run) => settled({ format, ...run }))
  if (!/^\ufeff?\s*[[{]/.test(text)) return runs('csv', readDelimited(text, file))
  if (isJsonLines(text, path)) return runs('json-lines', readJsonLines(text, file))
  const document = readJsonDocument(text, file)
  if (document) return document.map(settled)
  // One record alone is a line, too.
  if (/^\s*\{/.test(text) && text.trim().indexOf('\n') < 0) return runs('json-lines', readJsonLines(text, file))
  throw new FormatError(
    file,
    null,
    'is a JSON document without recorded series: no list of records, no lists of numbers. Write one JSON object per line, or choose another file.'
  )
}

function isJsonLines(text: string, path: string): boolean {
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(path)) return true
  const lines = text
    .slice(0, 1_000_000)
    .split('\n', 21)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (lines.length < 2) return false
  // The last one may be cut off here; one odd line is no other format.
  const whole = lines.filter((line) => line.startsWith('{') && line.endsWith('}') && isObject(line)).length
  return whole >= lines.length / 2
}

function isObject(line: string): boolean {
  try {
    readJsonLines(line, '')
    return true
  } catch {
    return false
  }
}

/** A column that is a seed throughout says the run's seed; a column without any value is none. */
function settled(run: Recorded): Recorded {
  const { table } = run
  const seeds = table.columns.find(({ name }) => normalName(name) === 'seed')
  if (!seeds || run.step?.column === seeds.name) return run
  const values = new Set(seeds.values.filter((_, row) => seeds.present[row] === 1))
  const [seed] = values
  if (values.size !== 1 || !Number.isSafeInteger(seed) || seed < 0) return run
  const columns = table.columns.filter((column) => column !== seeds)
  return { ...run, seed: run.seed ?? seed, table: { ...table, columns } }
}

interface PeekedRun {
  format: Recorded['format']
  part: string | null
  seed: number | null
  rows: number
  columns: string[]
  /** Whether the format or a column says what its steps are. */
  counted: boolean
}

/** What a file seems to hold, without reading more of it than tells. */
export type Peeked =
  | { kind: 'runs'; parts: PeekedRun[] }
  /** It cannot be read, or only when it is read whole: reading it will say. */
  | { kind: 'unsure' }
  | { kind: 'none' }

/** @param bytes size of the file */
export async function peekTable(path: string, file: string, bytes: number): Promise<Peeked> {
  try {
    if (/\.parquet$/i.test(path)) return peeked(await readTable(path, file))
    const begins = await beginningOfText(path)
    if (!begins) return { kind: 'none' }
    const isJson = /^\ufeff?\s*[[{]/.test(begins.text)
    if (!begins.isWhole && isJson && !isJsonLines(begins.text, path)) {
      return bytes > mostPeeked ? { kind: 'unsure' } : peeked(await readTable(path, file))
    }
    const runs = readTextTable(begins.text, path, file)
    // Where one file holds several runs, all of it says which.
    const several = runs.length > 1 || runs[0].part !== null
    return peeked(several && !begins.isWhole ? await readTable(path, file) : runs)
  } catch (error) {
    if (!(error instanceof FormatError)) return { kind: 'unsure' }
    return { kind: 'none' }
  }
}

function peeked(runs: readonly Recorded[]): Peeked {
  const parts = runs.map(({ format, part, seed, table, step }) => ({
    format,
    part,
    seed,
    rows: table.rows,
    columns: table.columns.map(({ name }) => name),
    counted: (step ?? findStepColumn(table)).column !== null
  }))
  return { kind: 'runs', parts }
}
