/** `phasescope report`: a page about an analysis, with figures, for people who do not have the program. */
import { resolve } from 'node:path'
import { quantityOf } from '../../analysis'
import type { ConvergenceRule } from '../../domain/across-runs'
import type { Roles } from '../../domain/roles'
import type { TimeAxis } from '../../domain/time'
import { writeReport } from '../../project/project-folder'
import { noteProblems, withEngine } from '../host'
import { UsageError } from '../options'
import type { Command, Input } from '../options'

export const reportCommand: Command = {
  usage: '--project DIR --out DIR [--analysis ID] [--metric TAG] [--threshold X] [--axis AXIS] [--title TEXT]',
  options: {
    project: { value: 'DIR', description: 'The project folder.', required: true },
    out: { value: 'DIR', description: 'Where README.md and the figures go.', required: true },
    analysis: { value: 'ID', description: 'Default: the latest.' },
    metric: {
      value: 'TAG',
      description: 'What decides about convergence. Default: the validation accuracy, else the validation loss.'
    },
    threshold: { value: 'X', description: 'Converged beyond this value; needs --metric. Default: proposed.' },
    below: { description: 'Converged below the threshold (default for losses), not above; needs --metric.' },
    axis: {
      value: 'AXIS',
      description: 'What time is counted in: epoch or step. Default: step where several points share an epoch.'
    },
    title: { value: 'TEXT', description: 'Heading of the page. Default: the name of the analysis.' },
    replace: { description: 'Overwrite a README.md in that folder that is no report.' },
    command: { value: 'TEXT', description: 'A command that led here, to be shown on the page.', multiple: true }
  },
  words: { min: 0, max: 0 },
  run: (input, context) =>
    withEngine(context, {}, async (engine) => {
      const session = await engine.openFolder(input.required('project'))
      noteProblems(session, context)
      const id = input.text('analysis') ?? session.listAnalyses().at(-1)?.id
      if (id === undefined) throw new UsageError('This project has no analysis. phasescope fit makes one.')
      const page = { axis: axisIn(input), title: input.text('title') ?? null, commands: input.texts('command') }
      const files = await engine.analyses.report(session, id, ruleOf(input, session.analysis(id).roles), page)
      const folder = resolve(input.required('out'))
      await writeReport(folder, files, input.has('replace'))
      context.terminal.out(`${Object.keys(files).length} files in ${folder}`)
      return 0
    })
}

function axisIn(input: Input): TimeAxis | undefined {
  const axis = input.text('axis')
  if (axis === undefined || axis === 'epoch' || axis === 'step') return axis
  throw new UsageError(`--axis is "${axis}"; it must be epoch or step.`)
}

function ruleOf(input: Input, roles?: Roles): ConvergenceRule | null {
  const metric = input.text('metric')
  const threshold = input.number('threshold', -Infinity) ?? null
  if (metric === undefined) {
    if (threshold !== null || input.has('below')) throw new UsageError('--threshold and --below need --metric.')
    return null
  }
  return {
    metric,
    threshold,
    direction: input.has('below') || quantityOf(metric, roles) === 'loss' ? 'below' : 'above'
  }
}
