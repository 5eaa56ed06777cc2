/** `phasescope runs`: what is in a project. */
import { lastKeys } from '../../domain/roles'
import { seedOf } from '../../domain/run'
import type { RunInfo } from '../../domain/run'
import { noteProblems, withEngine } from '../host'
import type { Command } from '../options'
import { duration, shortNumber, table } from '../terminal'
import type { Terminal } from '../terminal'

export const runsCommand: Command = {
  name: 'runs',
  summary: 'List the runs of a project.',
  usage: '--project DIR [--json]',
  options: {
    project: { value: 'DIR', description: 'The project folder.', required: true },
    json: { description: 'Print JSON.' }
  },
  words: { min: 0, max: 0 },
  run: (input, context) =>
    withEngine(context, {}, async (engine) => {
      const session = await engine.openFolder(input.required('project'))
      noteProblems(session, context)
      printRuns(await engine.runsByRoles(), input.has('json'), context.terminal)
      return 0
    })
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
