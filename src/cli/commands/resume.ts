/** `phasescope resume`: goes on with runs that ended early, from their last checkpoint. */
import { createInterface } from 'node:readline/promises'
import type { RunInfo } from '../../domain/run'
import type { ProjectSession } from '../../engine/project/project-session'
import { noteProblems, withEngine } from '../host'
import { UsageError, type Command, type Context } from '../options'
import { quoted } from '../terminal'
import { trainAndWatch } from '../training'

export const resumeCommand: Command = {
  usage: '--project DIR [RUN]... [--all] [--force] [--jobs N]',
  options: {
    project: { value: 'DIR', description: 'The project folder.', required: true },
    all: { description: 'Also those that were cancelled or failed.' },
    force: { description: 'Also runs that another program trains: it stops, and they go on here. Asks first.' },
    jobs: { value: 'N', description: 'Runs side by side. Default: one per core.' },
    json: { description: 'Print the finished runs as JSON.' }
  },
  notes: [
    'Without RUN: all runs that were interrupted, by Ctrl-C, too. Those that somebody has cancelled, or that failed, have to be',
    'named, or --all goes on with them. A run goes on from its last checkpoint, to the same result.'
  ],
  words: { min: 0, max: 1000 },
  async run(input, context) {
    const jobs = input.whole('jobs', { min: 1, max: 256 })
    return withEngine(context, { jobs }, async (engine) => {
      const session = await engine.openFolder(input.required('project'))
      noteProblems(session, context)
      // What somebody else trains is none of the interrupted ones; by force it has to be named.
      const wanted = new Set(['interrupted', ...(input.has('all') ? ['cancelled', 'failed'] : [])])
      const runIds =
        input.words.length > 0
          ? [...new Set(input.words)]
          : session
              .listRuns()
              .filter((run) => wanted.has(run.status))
              .map((run) => run.id)
      // Whoever names runs leaves the others out knowingly.
      const others = session
        .listRuns()
        .filter(({ status }) => ['cancelled', 'failed'].includes(status) && !wanted.has(status))
      if (runIds.length === 0) context.terminal.note('No run of this project was interrupted.')
      if (input.words.length === 0 && others.length > 0)
        context.terminal.note(leftOut(others, input.required('project')))
      if (runIds.length === 0) return 0
      const force = input.has('force') && (await sure(session, runIds, context))
      return trainAndWatch(engine, context, input.has('json'), runIds.length, async () => {
        await engine.training.continueRuns(session, runIds, { force })
        return runIds
      })
    })
  }
}

/** What is not gone on with by itself, and the command that does. */
function leftOut(runs: RunInfo[], project: string): string {
  const names = runs.slice(0, 4).map(({ name, status }) => `${name} (${status})`)
  const more = runs.length > 4 ? ` and ${runs.length - 4} more` : ''
  return `Left out: ${names.join(', ')}${more}. phasescope resume --project ${quoted(project)} --all goes on with ${runs.length === 1 ? 'it' : 'them'}.`
}

/** Taking a run from a program that trains it is asked once, on a terminal; elsewhere the option itself is the answer. */
async function sure(session: ProjectSession, runIds: string[], { terminal }: Context): Promise<boolean> {
  const taken: string[] = []
  for (const id of runIds) if (await session.trainsElsewhere(id)) taken.push(session.run(id).name)
  if (taken.length === 0) return false
  if (!terminal.interactive || !process.stdin.isTTY) return true
  const question = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await question.question(
    `Another program trains ${taken.join(', ')}. Stop it there and go on here? [y/N] `
  )
  question.close()
  if (/^y(es)?$/i.test(answer.trim())) return true
  throw new UsageError('Nothing was changed.')
}
