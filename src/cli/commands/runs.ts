/** `phasescope runs`: what is in a project. */
import { lastKeys } from '../../domain/roles'
import { seedOf } from '../../domain/run'
import type { RunInfo } from '../../domain/run'
import { noteProblems, withEngine } from '../host'
import type { Engine } from '../../engine/engine'
import type { ProjectSession } from '../../engine/project/project-session'
import { UsageError } from '../options'
import type { Command } from '../options'
import { duration, shortNumber, table } from '../terminal'
import type { Terminal } from '../terminal'

export const runsCommand: Command = {
  usage: '--project DIR [--where EXPRESSION] [--analysis ID] [--json]',
  options: {
    project: { value: 'DIR', description: 'The project folder.', required: true },
    where: {
      value: 'EXPRESSION',
      description: `Only runs for which it holds, such as 'lr > 1e-3 and last("accuracy/val") > 0.98', or that have these words.`
    },
    analysis: { value: 'ID', description: 'The analysis whose states --where asks for. Default: the newest.' },
    json: { description: 'Print JSON.' }
  },
  words: { min: 0, max: 0 },
  run: (input, context) =>
    withEngine(context, {}, async (engine) => {
      const session = await engine.openFolder(input.required('project'))
      noteProblems(session, context)
      const runs = await engine.runsByRoles()
      const where = input.text('where')
      const shown =
        where === undefined
          ? runs
          : await filtered(engine, session, runs, where, input.text('analysis'), context.terminal)
      printRuns(shown, input.has('json'), context.terminal)
      return 0
    })
}

/** @throws UsageError where the expression cannot be read */
async function filtered(
  engine: Engine,
  session: ProjectSession,
  runs: RunInfo[],
  text: string,
  analysis: string | undefined,
  terminal: Terminal
): Promise<RunInfo[]> {
  const analysisId = analysis ?? session.listAnalyses().at(-1)?.id ?? null
  const { runIds, asWords, problem } = await engine.call('runs.filter', { text, analysisId })
  if (problem) {
    const message = `--where, column ${problem.at + 1}: ${problem.text}`
    if (!asWords) throw new UsageError(message)
    terminal.note(`note: Looked for as words, as it is no expression. ${message}`)
  }
  const wanted = new Set(runIds)
  return runs.filter(({ id }) => wanted.has(id))
}

export function printRuns(runs: RunInfo[], json: boolean, terminal: Terminal): void {
  if (json) {
    terminal.json(runs, 2)
    return
  }
  if (runs.length === 0) {
    terminal.out('No runs yet.')
    return
  }
  const rows = runs.map((run) => [
    run.id,
    run.name,
    String(seedOf(run) ?? '-'),
    run.status,
    `${run.step}/${run.totalSteps}`,
    run.imported ? '-' : duration(run.elapsedSeconds),
    shortNumber(run.last[lastKeys.valLoss]),
    shortNumber(run.last[lastKeys.valAccuracy])
  ])
  const head = ['RUN', 'NAME', 'SEED', 'STATUS', 'STEPS', 'TIME', 'VAL LOSS', 'VAL ACC']
  for (const line of table(head, rows, [2, 4, 5, 6, 7])) terminal.out(line)
}
