/** `phasescope trash`: what was removed from a project, how to get it back, and how to get rid of it. */
import { resolve } from 'node:path'
import { openProject } from '../../project/project-folder'
import { emptyTrash, keptDays, listTrash, restoreFromTrash } from '../../project/trash'
import { confineUntrusted } from '../host'
import type { Command } from '../options'
import { table } from '../terminal'

export const trashCommand: Command = {
  usage: 'PROJECT [--restore NAME]... [--empty] [--json]',
  options: {
    restore: { value: 'NAME', description: 'Put this back where it was.', multiple: true },
    empty: { description: 'Delete everything in the trash for good.' },
    json: { description: 'Print JSON.' }
  },
  notes: [`What lies there for more than ${keptDays} days goes by itself when the application opens the project.`],
  words: { min: 1, max: 1, missing: 'Which project? Give its folder.' },
  async run(input, context) {
    const { terminal } = context
    await confineUntrusted(context, resolve(input.words[0]))
    const { folder } = await openProject(input.words[0])
    for (const name of input.texts('restore')) {
      terminal.note(`${await restoreFromTrash(folder, name)} is back.`)
    }
    if (input.has('empty')) {
      const count = await emptyTrash(folder, 0)
      terminal.note(`${count} deleted for good.`)
    }
    const left = await listTrash(folder)
    if (input.has('json')) terminal.json(left, 2)
    else if (left.length === 0) terminal.out('The trash is empty.')
    else {
      const rows = left.map(({ name, place, removedAt }) => [name, place, removedAt])
      for (const line of table(['NAME', 'WAS', 'REMOVED'], rows, [])) terminal.out(line)
    }
    return 0
  }
}
