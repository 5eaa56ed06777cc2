/** `phasescope check`: what is wrong with a project, and, when asked, what can be done about it. */
import { resolve } from 'node:path'
import { checkProject } from '../../project/check'
import { openProject } from '../../project/project-folder'
import { existsSync } from 'node:fs'
import { PhasescopeError } from '../../domain/errors'
import { confineUntrusted } from '../host'
import { CountProgress } from '../progress'
import type { Command } from '../options'

export const checkCommand: Command = {
  usage: 'PROJECT [--repair] [--json]',
  options: {
    repair: { description: 'Do what each finding says would help. Nothing unusable is deleted; it is set aside.' },
    json: { description: 'Print the findings as JSON.' }
  },
  notes: [
    'Manifests, event files, checkpoints (by their SHA-256), analyses, data sets, leftovers of killed processes, trash.',
    'Runs in training are left alone. Exit code 1 when damage is found that has not been repaired.'
  ],
  words: { min: 1, max: 1, missing: 'Which project? Give its folder.' },
  async run(input, context) {
    const { terminal } = context
    const folder = resolve(input.words[0])
    await confineUntrusted(context, folder)
    await openProject(folder).catch((error: unknown) => {
      // A damaged manifest is just what this is for; another folder is not.
      const there = existsSync(folder) && existsSync(`${folder}/runs`)
      if (!(error instanceof PhasescopeError && (error.code === 'damaged' || there))) throw error
    })
    const progress = new CountProgress(terminal)
    const findings = await checkProject(folder, input.has('repair'), (text, done, total) => {
      if (terminal.interactive) progress.advanced(done, total, text)
    })
    progress.clear()
    const open = findings.filter(({ severity, done }) => severity === 'damage' && !done)
    if (input.has('json')) {
      terminal.json(findings, 2)
      return open.length > 0 ? 1 : 0
    }
    for (const { place, severity, problem, remedy, done } of findings) {
      terminal.out(`${severity}: ${place}: ${problem}`)
      if (remedy) terminal.out(`  ${done ? 'done' : 'would help'}: ${remedy}`)
    }
    const remedies = findings.filter(({ remedy, done }) => remedy !== null && !done).length
    if (findings.length === 0) terminal.out('Nothing is wrong with this project.')
    else if (remedies > 0 && !input.has('repair')) terminal.note('phasescope check --repair does what would help.')
    return open.length > 0 ? 1 : 0
  }
}
