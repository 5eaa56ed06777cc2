/** Adding a command: its file, as it would stand in src/cli/commands. How many runs of a project have each status. */
import { withEngine } from '../../cli/host'
import type { Command } from '../../cli/options'

export const statusCommand: Command = {
  name: 'status',
  summary: 'Count the runs of a project by status.',
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
