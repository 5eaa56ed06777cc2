/** `phasescope diagnose`: what is wrong with runs, or remarkable about them. */
import { ruleTitles, type Reading } from '../../domain/reading'
import type { Engine } from '../../engine/engine'
import { noteProblems, withEngine } from '../host'
import { UsageError } from '../options'
import type { Command } from '../options'
import type { Terminal } from '../terminal'

export const diagnoseCommand: Command = {
  usage: '--project DIR [RUN ...] [--notes] [--json]',
  options: {
    project: { value: 'DIR', description: 'The project folder.', required: true },
    notes: { description: 'Also what is worth knowing and needs nothing done.' },
    json: { description: 'Print JSON, with everything.' }
  },
  words: { min: 0, max: Infinity },
  run: (input, context) =>
    withEngine(context, {}, async (engine) => {
      const session = await engine.openFolder(input.required('project'))
      noteProblems(session, context)
      const all = session.listRuns()
      const wanted = input.words.map((word) => {
        const found = all.find(({ id, name }) => id === word || name === word)
        if (!found) throw new UsageError(`There is no run "${word}". \`phasescope runs\` lists them.`)
        return found
      })
      const runs = (wanted.length > 0 ? wanted : all).filter(({ status }) => status !== 'queued')
      const read: { run: string; name: string; readings: Reading[] }[] = []
      for (const { id, name } of runs) {
        read.push({ run: id, name, readings: await engine.call('diagnosis.run', { runId: id }) })
      }
      if (input.has('json')) context.terminal.json(read, 2)
      else tell(read, input.has('notes'), context.terminal)
      // As of a test: whoever trains by a script wants to know.
      return read.some(({ readings }) => readings.some(({ severity }) => severity === 'problem')) ? 1 : 0
    })
}

function tell(read: { name: string; readings: Reading[] }[], notes: boolean, terminal: Terminal): void {
  if (read.length === 0) terminal.out('No runs to read yet.')
  for (const { name, readings } of read) {
    const shown = readings.filter(({ severity }) => notes || severity !== 'note')
    terminal.out(shown.length === 0 ? `${name}: no alarm` : `${name}:`)
    for (const line of shown.flatMap(linesOf)) terminal.out(line)
  }
}

function linesOf({ rule, severity, since, text, remedy }: Reading): string[] {
  const when = since === null || since === 0 ? 'from the start' : `step ${since}`
  return [`  ${severity}: ${ruleTitles[rule]} (${when})`, `    ${text}`, `    ${remedy}`]
}

/** After a training: what leads, a line for each run that something is wrong with. */
export async function tellLeads(engine: Engine, runIds: readonly string[], terminal: Terminal): Promise<void> {
  const session = engine.project
  for (const runId of runIds) {
    const [lead] = await engine.call('diagnosis.run', { runId })
    if (!lead || lead.severity === 'note') continue
    terminal.note(`${lead.severity}: ${session.run(runId).name}: ${lead.text} ${lead.remedy}`)
  }
}
