/** `phasescope serve`: the application for a browser on this machine. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PhasescopeError } from '../../contract/errors'
import { startBrowserHost } from '../../host/browser-host'
import { noteProblems, withEngine } from '../host'
import { anySignal } from '../interrupt'
import { UsageError } from '../options'
import type { Command } from '../options'

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Serve the application to a browser on this machine.',
  usage: '[--project DIR] [--port N] [--token T]',
  options: {
    project: { value: 'DIR', description: 'A project to open.' },
    port: { value: 'N', description: 'Port on 127.0.0.1. Default 0: any free one.' },
    token: { value: 'T', description: 'The secret in the address. Default: a new one each time.' },
    jobs: { value: 'N', description: 'Runs side by side. Default: one per core.' }
  },
  notes: [
    'The address is for this machine only and holds a secret: whoever knows it can read and write your files.',
    'From another machine: ssh -L 8080:127.0.0.1:PORT, then open the address with port 8080.'
  ],
  words: { min: 0, max: 0 },
  async run(input, context) {
    const { terminal, buildFolder } = context
    const jobs = input.whole('jobs', { min: 1, max: 256 })
    const port = input.whole('port', { min: 0, max: 65_535 }) ?? 0
    const token = input.text('token')
    if (token !== undefined && !/^[\w.~-]{8,}$/.test(token)) {
      throw new UsageError('--token needs at least 8 characters of letters, digits and . _ ~ -')
    }
    const renderer = join(buildFolder, '..', 'renderer')
    if (!existsSync(join(renderer, 'index.html'))) {
      throw new PhasescopeError(
        'not-found',
        `The pages are not built (${renderer} is missing). Run npm run build first.`
      )
    }
    return withEngine(context, { jobs, follow: true }, async (engine) => {
      const project = input.text('project')
      if (project !== undefined) noteProblems(await engine.openFolder(project), context)
      const stopped = anySignal()
      const host = await startBrowserHost(engine, { renderer, port, token })
      terminal.out(`Phasescope is at ${host.url}`)
      terminal.note('Open this address in a browser on this machine. Ctrl-C stops it.')
      await stopped
      await host.close()
      return 0
    })
  }
}
