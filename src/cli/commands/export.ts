/** `phasescope export`: every recorded scalar of logs or of a project as text. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PhasescopeError } from '../../domain/errors'
import { RunReader } from '../../project/run-reader'
import { findLogRuns } from '../../project/log-folder'
import { writeScalars, writeScalarsFile } from '../../project/scalar-export'
import { compilePattern, PatternError } from '../../text/pattern'
import type { Matcher } from '../../text/pattern'
import type { ExportedSeries, ExportFormat } from '../../project/scalar-export'
import { noteProblems, withEngine } from '../host'
import { UsageError } from '../options'
import type { Command, Context, Input } from '../options'

const formats: ExportFormat[] = ['csv', 'jsonl', 'json']

export const exportCommand: Command = {
  usage: 'FOLDER [--format csv|jsonl|json] [--run REGEX] [--tag REGEX] [--output FILE] [--all-attempts]',
  options: {
    format: { value: 'FORMAT', description: 'csv (default), jsonl: one point a line, json: one series an object.' },
    run: { value: 'REGEX', description: 'Only runs whose name matches.' },
    tag: { value: 'REGEX', description: 'Only tags that match.' },
    output: { value: 'FILE', description: 'A new file instead of the standard output.' },
    'all-attempts': { description: 'Also points that a later attempt of the same run has recorded again.' }
  },
  notes: [
    'FOLDER is a project or a folder of event files. Every point is written, none is sampled away; steps beyond 2^53',
    'and numbers that are not finite are strings in JSON.',
    'Exit code 1 when nothing matches.'
  ],
  words: { min: 1, max: 1, missing: 'Which folder? Give a project, or one that event files lie in.' },
  async run(input, context) {
    const folder = resolve(input.words[0])
    const format = (input.text('format') ?? 'csv') as ExportFormat
    if (!formats.includes(format)) throw new UsageError(`--format is one of ${formats.join(', ')}, not "${format}".`)
    const wantedRun = pattern(input, 'run')
    const runs = (await runsIn(folder, context)).filter(({ name }) => wantedRun.test(name))
    const series = seriesOf(runs, pattern(input, 'tag'), input.has('all-attempts') ? 'all' : 'latest', context)
    const output = input.text('output')
    const points =
      output === undefined
        ? writeScalars(series, format, (text) => context.terminal.data(text))
        : writeScalarsFile(series, format, resolve(output))
    if (points === 0) throw new PhasescopeError('not-found', `No scalars in ${folder} match.`)
    if (output !== undefined) context.terminal.note(`${points} points written to ${output}.`)
    return 0
  }
}

interface NamedRun {
  name: string
  folder: string
}

async function runsIn(folder: string, context: Context): Promise<NamedRun[]> {
  if (!existsSync(join(folder, 'project.json'))) return findLogRuns(folder)
  return withEngine(context, {}, async (engine) => {
    const session = await engine.openFolder(folder)
    noteProblems(session, context)
    return session
      .sources(session.listRuns().map((run) => run.id))
      .map((source) => ({ name: source.label, folder: source.folder }))
  })
}

function* seriesOf(
  runs: NamedRun[],
  wantedTag: Matcher,
  attempts: 'latest' | 'all',
  { terminal }: Context
): Iterable<ExportedSeries> {
  for (const { name, folder } of runs) {
    const reader = new RunReader(folder)
    reader.refresh()
    for (const problem of reader.log.problems) terminal.note(`${name}: ${problem}`)
    for (const { tag, scalars } of reader.log.series()) {
      if (scalars && wantedTag.test(tag)) yield { run: name, tag, view: scalars.view(attempts) }
    }
  }
}

function pattern(input: Input, option: 'run' | 'tag'): Matcher {
  const text = input.text(option) ?? ''
  try {
    return compilePattern(text)
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    throw new UsageError(`--${option} is no regular expression that can be used. ${error.message}`)
  }
}
