/** Recorded scalars as text, every point and every digit: CSV, JSON lines and JSON. */
import { closeSync, openSync, writeSync } from 'node:fs'
import type { ScalarView } from '../events/series'
import { csvCell } from '../text/csv'
import { visibleJson } from '../text/visible'
import { describeFileError } from './files'
import { guardSync } from './places'

export type ExportFormat = 'csv' | 'json' | 'jsonl'

export interface ExportedSeries {
  run: string
  tag: string
  view: ScalarView
}

/** JSON knows no infinities, and its readers round integers beyond 2^53: both are strings. */
export function jsonNumber(value: number | bigint): string {
  if (typeof value === 'bigint') return `"${value}"`
  return Number.isFinite(value) ? digits(value) : `"${value}"`
}

/** The shortest text that is read back as the same number; -0 keeps its sign. */
function digits(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** One JSON line a point: run, wall_time, step, value; the tag, too, where several are in one file. */
export function* jsonLines({ run, tag, view }: ExportedSeries, withTag: boolean): Iterable<string> {
  const head = `{"run":${jsonName(run)},${withTag ? `"tag":${jsonName(tag)},` : ''}"wall_time":`
  for (let i = 0; i < view.length; i++) {
    const step = jsonNumber(view.exactStep(i))
    yield `${head}${jsonNumber(view.wallTimes[i])},"step":${step},"value":${jsonNumber(view.values[i])}}`
  }
}

function* csvLines({ run, tag, view }: ExportedSeries): Iterable<string> {
  const head = `${csvCell(run)},${csvCell(tag)},`
  for (let i = 0; i < view.length; i++)
    yield `${head}${view.exactStep(i)},${view.wallTimes[i]},${digits(view.values[i])}`
}

/** A name as JSON; what a terminal would obey is an escape, and the same name. */
export function jsonName(name: string): string {
  return visibleJson(JSON.stringify(name))
}

/** All lines of an export. JSON is an array of { run, tag, points: [[wall_time, step, value], ...] }. */
function* linesOf(series: Iterable<ExportedSeries>, format: ExportFormat): Iterable<string> {
  if (format === 'csv') {
    yield 'run,tag,step,wall_time,value'
    for (const one of series) yield* csvLines(one)
  } else if (format === 'jsonl') {
    for (const one of series) yield* jsonLines(one, true)
  } else {
    yield '['
    let first = true
    for (const { run, tag, view } of series) {
      yield `${first ? '' : ','}{"run":${jsonName(run)},"tag":${jsonName(tag)},"points":[`
      for (let i = 0; i < view.length; i++) {
        const point = [view.wallTimes[i], view.exactStep(i), view.values[i]].map(jsonNumber).join(',')
        yield `[${point}]${i + 1 < view.length ? ',' : ''}`
      }
      yield ']}'
      first = false
    }
    yield ']'
  }
}

const bufferedCharacters = 1 << 20

/** Writes text piece by piece: an export may be larger than a string can be. @returns points written */
export function writeScalars(
  series: Iterable<ExportedSeries>,
  format: ExportFormat,
  write: (text: string) => void
): number {
  let points = 0
  const counted = function* (): Iterable<ExportedSeries> {
    for (const one of series) {
      points += one.view.length
      yield one
    }
  }
  let pending = ''
  for (const line of linesOf(counted(), format)) {
    pending += line + '\n'
    if (pending.length < bufferedCharacters) continue
    write(pending)
    pending = ''
  }
  write(pending)
  return points
}

/** The same into a new file. @throws PhasescopeError when it cannot be written */
export function writeScalarsFile(series: Iterable<ExportedSeries>, format: ExportFormat, path: string): number {
  try {
    guardSync(path)
    const descriptor = openSync(path, 'wx')
    try {
      return writeScalars(series, format, (text) => {
        const bytes = Buffer.from(text, 'utf8')
        for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done)
      })
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    throw describeFileError(error, path, 'written')
  }
}
