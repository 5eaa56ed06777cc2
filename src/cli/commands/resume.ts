/** `phasescope resume`: goes on with runs that ended early, from their last checkpoint. */
import { noteProblems, withEngine } from '../host'
import type { Command } from '../options'
import { trainAndWatch } from '../training'

export const resumeCommand: Command = {
  name: 'resume',
  summary: 'Go on with runs that were interrupted.',
  usage: '--project DIR [RUN]... [--all] [--jobs N]',
  options: {
    project: { value: 'DIR', description: 'The project folder.', required: true },
    all: { description: 'Also those that were cancelled or failed.' },
    jobs: { value: 'N', description: 'Runs side by side. Default: one per core.' },
    json: { description: 'Print the finished runs as JSON.' }
  },
  notes: ['Without RUN: all runs that were interrupted. A run goes on from its last checkpoint, to the same result.'],
  words: { min: 0, max: 1000 },
  async run(input, context) {
    const jobs = input.whole('jobs', { min: 1, max: 256 })
    return withEngine(context, { jobs }, async (engine) => {
      const session = await engine.openFolder(input.required('project'))
      noteProblems(session, context)
      const wanted = new Set(['interrupted', ...(input.has('all') ? ['cancelled', 'failed'] : [])])
      const runIds =
        input.words.length > 0
          ? [...new Set(input.words)]
          : session
              .listRuns()
              .filter((run) => wanted.has(run.status))
              .map((run) => run.id)
      if (runIds.length === 0) {
        const others = session.listRuns().filter((run) => run.status === 'cancelled' || run.status === 'failed').length
        context.terminal.note(
          `No run of this project was interrupted.${others > 0 ? ` ${others} cancelled or failed: --all goes on with them.` : ''}`
        )
        return 0
      }
      return trainAndWatch(engine, context, input.has('json'), runIds.length, async () => {
        await engine.training.continueRuns(session, runIds)
        return runIds
      })
    })
  }
}
