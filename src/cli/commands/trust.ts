/** `phasescope trust`: says that the authors of a project's folder are trusted on this computer, or no longer. */
import { openProject } from '../../project/project-folder'
import { withEngine } from '../host'
import type { Command } from '../options'

export const trustCommand: Command = {
  usage: 'PROJECT [--remove]',
  options: { remove: { description: 'Trust it no longer.' } },
  notes: [
    'A project that was made on this computer is trusted. In any other, links are not followed, log folders outside of it',
    'are not read, and its metrics.js does not run, until somebody trusts it.'
  ],
  words: { min: 1, max: 1, missing: 'Which project? Give its folder.' },
  run: (input, context) =>
    withEngine(context, {}, async (engine) => {
      const { folder } = await openProject(input.words[0])
      await engine.trust.set(folder, !input.has('remove'))
      context.terminal.note(input.has('remove') ? `${folder} is no longer trusted.` : `${folder} is trusted now.`)
      return 0
    })
}
