/** `phasescope report`: a page about an analysis, with figures, for people who do not have the program. */
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { reportFiles } from '../../analysis'
import type { AcrossRuns, Analysis, RunSeries } from '../../analysis/types'
import type { Engine } from '../../engine/engine'
import { writeFileAtomic } from '../../project/files'
import { noteProblems, withEngine } from '../host'
import { UsageError } from '../options'
import type { Command, Input } from '../options'

/** Points of a curve that a figure can show. */
const mostPoints = 100_000
const deciding = ['accuracy/val', 'loss/val', 'accuracy/train', 'loss/train']

export const reportCommand: Command = {
  name: 'report',
  summary: 'Write a page about an analysis, with figures.',
  usage: '--project DIR --out DIR [--analysis ID] [--metric TAG] [--threshold X] [--title TEXT]',
  options: {
    project: { value: 'DIR', description: 'The project folder.', required: true },
    out: { value: 'DIR', description: 'Where README.md and the figures go.', required: true },
    analysis: { value: 'ID', description: 'Default: the latest.' },
    metric: { value: 'TAG', description: 'What decides about convergence. Default: accuracy/val or loss/val.' },
    threshold: { value: 'X', description: 'Converged beyond this value. Default: proposed from the runs.' },
    below: { description: 'Converged below the threshold (default for losses), not above.' },
    title: { value: 'TEXT', description: 'Heading of the page. Default: the name of the analysis.' },
    command: { value: 'TEXT', description: 'A command that led here, to be shown on the page.', multiple: true }
  },
  words: { min: 0, max: 0 },
  run: (input, context) =>
    withEngine(context, {}, async (engine) => {
      const session = await engine.openFolder(input.required('project'))
      noteProblems(session, context)
      const id = input.text('analysis') ?? session.listAnalyses().at(-1)?.id
      if (id === undefined) throw new UsageError('This project has no analysis. phasescope fit makes one.')
      const analysis = session.analysis(id)
      const across = await compare(engine, analysis, input)
      const files = reportFiles({
        title: input.text('title') ?? analysis.name,
        analysis,
        runs: across ? await seriesOf(engine, analysis, across.metric) : [],
        across,
        commands: input.texts('command')
      })
      const folder = resolve(input.required('out'))
      await mkdir(folder, { recursive: true })
      for (const [name, content] of files) await writeFileAtomic(join(folder, name), content)
      context.terminal.out(`${files.size} files in ${folder}`)
      return 0
    })
}

/** null when no run recorded anything that could decide. */
async function compare(engine: Engine, analysis: Analysis, input: Input): Promise<AcrossRuns | null> {
  const { scalars } = await engine.call('runs.tags', { runIds: presentRuns(engine, analysis) })
  const metric = input.text('metric') ?? deciding.find((tag) => scalars.includes(tag))
  if (metric === undefined) return null
  return engine.call('analysis.across', {
    id: analysis.id,
    states: analysis.chosenStates,
    convergence: {
      metric,
      threshold: input.number('threshold', -Infinity) ?? null,
      direction: input.has('below') || metric.startsWith('loss/') ? 'below' : 'above'
    }
  })
}

async function seriesOf(engine: Engine, analysis: Analysis, tag: string): Promise<RunSeries[]> {
  const runIds = presentRuns(engine, analysis)
  const series = await engine.call('runs.series', { runIds, tags: [tag], maxPoints: mostPoints })
  return series.map(({ runId, steps, values }) => ({
    runId,
    label: runId,
    seed: null,
    series: { [tag]: { steps, values } }
  }))
}

function presentRuns(engine: Engine, analysis: Analysis): string[] {
  const present = new Set(engine.project.listRuns().map((run) => run.id))
  return analysis.inputs.runs.map((run) => run.runId).filter((id) => present.has(id))
}
