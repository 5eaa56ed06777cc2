/** Files of recorded values, read: what kind each is, and the runs that it holds. */
import { extname } from 'node:path'
import { readDelimited } from '../formats/delimited'
import { FormatError, someNames } from '../formats/format-error'
import { readJsonLines } from '../formats/json-lines'
import type { RawTable } from '../formats/types'
import { hasRunColumn, runsOfTable } from './dialects'
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
/** Larger files are not read whole while files are looked for. */
const mostPeeked = 64 * 1024 * 1024

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
  if (holding.part === null && runs.length > 1) {
    const parts = someNames(runs.map(({ part }) => String(part)), 3) // prettier-ignore
    throw new FormatError(
      file,
      null,
      `holds ${runs.length} runs (${parts}), and is too large for several. Write one file for each of them.`
    )
  }
  throw new FormatError(file, null, 'holds other runs than when it was looked at. Choose it again.')
}

/** The runs of one file. @throws FormatError */
export async function readTable(path: string, file: string): Promise<Recorded[]> {
  if (extname(path).toLowerCase() === '.parquet') {
    return runsIn({ format: 'parquet', table: await readParquet(path, file) })
  }
  return readTextTable(await readText(path, file), path, file)
}

function readTextTable(text: string, path: string, file: string): Recorded[] {
  const read = rawTable(text, path, file)
  return 'document' in read ? read.document.map(settled) : runsIn(read)
}

interface RawRead {
  format: Recorded['format']
  table: RawTable
}

function runsIn({ format, table }: RawRead): Recorded[] {
  return runsOfTable(table).map((run) => settled({ format, ...run }))
}

/** A text as the one table that it is, or as the runs of a document. @throws FormatError */
function rawTable(text: string, path: string, file: string): RawRead | { document: Recorded[] } {
  if (!/^\ufeff?\s*[[{]/.test(text)) return { format: 'csv', table: readDelimited(text, file) }
  if (isJsonLines(text, path)) return { format: 'json-lines', table: readJsonLines(text, file) }
  const document = readJsonDocument(text, file)
  if (document) return { document }
  // One record alone is a line, too.
  if (/^\s*\{/.test(text) && text.trim().indexOf('\n') < 0) return { format: 'json-lines', table: readJsonLines(text, file) } // prettier-ignore
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
    const isWhole = begins.isWhole || bytes > mostPeeked
    const isJson = /^\ufeff?\s*[[{]/.test(begins.text)
    if (!begins.isWhole && isJson && !isJsonLines(begins.text, path))
      return bytes > mostPeeked ? { kind: 'unsure' } : peeked(await readTable(path, file))
    // Only the whole file says which runs it holds: those that come later, or those of a header that goes on.
    const runs = beginningRuns(begins.text, path, file, isWhole)
    return peeked(runs ?? (await readTable(path, file)))
  } catch (error) {
    return error instanceof FormatError ? { kind: 'none' } : { kind: 'unsure' }
  }
}

/** The runs in the beginning of a text; null where the rest of it may hold others. */
function beginningRuns(text: string, path: string, file: string, isWhole: boolean): Recorded[] | null {
  let read: ReturnType<typeof rawTable>
  try {
    read = rawTable(text, path, file)
  } catch (error) {
    if (!isWhole && tableName(path) === 'table' && error instanceof FormatError) return null
    throw error
  }
  if ('document' in read) return read.document.map(settled)
  const runs = runsIn(read)
  const mayBeSeveral = runs.length > 1 || runs[0].part !== null || hasRunColumn(read.table)
  return mayBeSeveral && !isWhole ? null : runs
}

function peeked(runs: readonly Recorded[]): Peeked {
  const parts = runs.map(({ part, seed, table, step }) => ({
    part,
    seed,
    rows: table.rows,
    columns: table.columns.map(({ name }) => name),
    counted: (step ?? findStepColumn(table)).column !== null
  }))
  return { kind: 'runs', parts }
}
