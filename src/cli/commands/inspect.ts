/** `phasescope inspect`: what lies in a folder of TensorBoard logs, without a project. */
import { resolve } from 'node:path'
import { PhasescopeError } from '../../domain/errors'
import type { RunLog, TagSeries } from '../../events/run-log'
import { findLogRuns } from '../../project/log-folder'
import type { LogRun } from '../../project/log-folder'
import { RunReader } from '../../project/run-reader'
import { jsonLines, jsonName, jsonNumber } from '../../project/scalar-export'
import { visible, visibleJson } from '../../text/visible'
import type { Command, Context, Input } from '../options'
import { table } from '../terminal'

export const inspectCommand: Command = {
  usage: 'LOGDIR [--json] [--tag TAG] [--run RUN] [--all-attempts]',
  options: {
    json: { description: 'JSON lines: one per run, or with --tag one per point of its scalars.' },
    tag: { value: 'TAG', description: 'Only this tag.' },
    run: { value: 'RUN', description: 'Only this run: the path below LOGDIR, "." for LOGDIR itself.' },
    'all-attempts': { description: 'Also points that a later attempt of the same run has recorded again.' }
  },
  notes: [
    'A run is a folder with event files directly in it. Where a run was started again, a point at step s takes the place',
    'of what its tag had from step s on; --all-attempts shows everything in the order of the files.',
    'Exit code 1 when there is no such run or tag.'
  ],
  words: { min: 1, max: 1, missing: 'Which folder? Give the one that the event files lie in.' },
  async run(input, context) {
    const [logdir] = input.words.map((word) => resolve(word))
    const unreadable: string[] = []
    const runs = await chosenRuns(logdir, input, unreadable)
    const attempts = input.has('all-attempts') ? 'all' : 'latest'
    const tag = input.text('tag')
    const json = input.has('json')
    let found = 0
    const rows: string[][] = []
    for (const run of runs) {
      const reader = new RunReader(run.folder)
      reader.refresh()
      const series = reader.log.series().filter((one) => tag === undefined || one.tag === tag)
      found += series.length
      const problems = problemsOf(run, reader.log)
      if (!json) {
        rows.push(...series.map((one) => rowOf(run, one, attempts)))
        if (series.length === 0 && tag === undefined) rows.push([cell(run.name), '-', '-', '0', '-', '-'])
      } else if (tag === undefined) context.terminal.out(runLine(run, series, attempts, problems))
      else printPoints(run, series, attempts, context)
      for (const problem of problems) context.terminal.note(`${run.name}: ${problem}`)
    }
    if (rows.length > 0) {
      const head = ['RUN', 'TAG', 'PLUGIN', 'POINTS', 'FIRST STEP', 'LAST STEP']
      for (const line of table(head, rows, [3, 4, 5])) context.terminal.out(line)
    }
    for (const problem of unreadable) context.terminal.note(problem)
    if (tag === undefined || found > 0) return 0
    throw new PhasescopeError('not-found', `No run in ${logdir} has a tag "${tag}".`)
  }
}

async function chosenRuns(logdir: string, input: Input, problems: string[]): Promise<LogRun[]> {
  const runs = await findLogRuns(logdir, problems)
  if (runs.length === 0) {
    throw new PhasescopeError(
      'not-found',
      `${logdir} holds no event files (their names contain "tfevents"). Give a folder with TensorBoard logs.`
    )
  }
  const wanted = input.text('run')
  if (wanted === undefined) return runs
  const chosen = runs.filter(({ name }) => name === wanted)
  if (chosen.length > 0) return chosen
  const names = runs.slice(0, 8).map(({ name }) => name)
  const more = runs.length > names.length ? ` and ${runs.length - names.length} more` : ''
  throw new PhasescopeError(
    'not-found',
    `There is no run "${wanted}" in ${logdir}. Its runs are ${names.join(', ')}${more}.`
  )
}

interface Extent {
  points: number
  first: number | bigint | null
  last: number | bigint | null
}

function extentOf({ scalars, places }: TagSeries, attempts: 'latest' | 'all'): Extent {
  const view = (scalars ?? places)!.view(attempts)
  if (view.length === 0) return { points: 0, first: null, last: null }
  return { points: view.length, first: view.exactStep(0), last: view.exactStep(view.length - 1) }
}

/** The plugin that the tag's metadata names; v1 values say by their field what they are. */
function pluginOf({ kind, metadata }: TagSeries): string {
  return kind === 'scalars' && metadata.plugin !== '' ? metadata.plugin : kind
}

function rowOf(run: LogRun, series: TagSeries, attempts: 'latest' | 'all'): string[] {
  const { points, first, last } = extentOf(series, attempts)
  const names = [run.name, series.tag, pluginOf(series)].map(cell)
  return [...names, String(points), String(first ?? '-'), String(last ?? '-')]
}

const widestCell = 80

/** A name on one line of a table; --json has it in full. */
function cell(name: string): string {
  const shown = visible(name)
  return shown.length <= widestCell ? shown : `${shown.slice(0, widestCell - 1)}…`
}

/** One run as a line of JSON: its tags, and what is wrong with its files. */
function runLine(run: LogRun, series: TagSeries[], attempts: 'latest' | 'all', problems: string[]): string {
  const step = (value: number | bigint | null): string => (value === null ? 'null' : jsonNumber(value))
  const tags = series.map((one) => {
    const { points, first, last } = extentOf(one, attempts)
    const names = `"tag":${jsonName(one.tag)},"plugin":${jsonName(pluginOf(one))}`
    return `{${names},"points":${points},"first_step":${step(first)},"last_step":${step(last)}}`
  })
  return `{"run":${jsonName(run.name)},"tags":[${tags.join(',')}],"problems":${visibleJson(JSON.stringify(problems))}}`
}

const linesAtOnce = 1000

function printPoints(run: LogRun, series: TagSeries[], attempts: 'latest' | 'all', { terminal }: Context): void {
  let lines: string[] = []
  for (const { tag, scalars } of series) {
    if (!scalars) continue
    for (const line of jsonLines({ run: run.name, tag, view: scalars.view(attempts) }, false)) {
      lines.push(line)
      if (lines.length < linesAtOnce) continue
      terminal.block(lines.join('\n'))
      lines = []
    }
  }
  if (lines.length > 0) terminal.block(lines.join('\n'))
}

function problemsOf(run: LogRun, log: RunLog): string[] {
  const unfinished = log.files.flatMap(({ name, offset, ended }) => {
    const rest = (run.files.get(name) ?? 0) - offset
    if (ended || rest <= 0) return []
    return [`${name}: the last ${rest} bytes are an unfinished record, which is read when the rest of it arrives.`]
  })
  return [...log.problems, ...unfinished]
}
