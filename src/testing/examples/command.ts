/**
 * Adding a command: its file, as it would stand in src/cli/commands, and its entry in src/cli/command-list.ts. How many runs of a
 * project have each status.
 */
import type { Listed } from '../../cli/command-list'
import { withEngine } from '../../cli/host'
import type { Command } from '../../cli/options'

export const statusEntry: Listed = {
  name: 'status',
  summary: 'Count the runs of a project by status.',
  // There: (await import('./commands/status')).statusCommand
  load: () => Promise.resolve(statusCommand)
}

const statusCommand: Command = {
  usage: 'PROJECT [--json]',
  options: { json: { description: 'Print JSON.' } },
  words: { min: 1, max: 1, missing: 'Which project? Give its folder.' },
  run: (input, context) =>
    withEngine(context, {}, async (engine) => {
      const session = await engine.openFolder(input.words[0])
      const counts: Record<string, number> = {}
      for (const { status } of session.listRuns()) counts[status] = (counts[status] ?? 0) + 1
      if (input.has('json')) context.terminal.json(counts)
      else for (const [status, count] of Object.entries(counts)) context.terminal.out(`${status} ${count}`)
      return 0
    })
}
