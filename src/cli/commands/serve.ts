/** `phasescope serve`: the application for a browser, on this machine or, encrypted, on another one. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PhasescopeError } from '../../domain/errors'
import { meaningOf } from '../../engine/project/given-path'
import { shortestToken } from '../../host/access'
import { startBrowserHost } from '../../host/browser-host'
import { standGuard } from '../../host/last-resort'
import { noteProblems, withEngine } from '../host'
import { anySignal } from '../interrupt'
import { UsageError } from '../options'
import type { Command, Input } from '../options'

const tokenVariable = 'PHASESCOPE_TOKEN'

export const serveCommand: Command = {
  usage: '[PATH...] [--project DIR] [--port N] [--token-file FILE] [--host ADDRESS --cert FILE --key FILE]',
  options: {
    project: { value: 'DIR', description: 'A project to open.' },
    port: { value: 'N', description: 'Port. Default 0: any free one.' },
    'token-file': {
      value: 'FILE',
      description: `File with the secret of the address, ${shortestToken} characters or more. Default: ${tokenVariable}, or a new one.`
    },
    token: { value: 'T', description: 'Refused: every user of the machine sees it in the list of processes.' },
    host: { value: 'ADDRESS', description: 'Address to listen on. Default 127.0.0.1. Any other needs a certificate.' },
    name: { value: 'NAME', description: 'Name by which browsers call this machine. May be repeated.', multiple: true },
    cert: { value: 'FILE', description: 'Certificate for HTTPS, as PEM.' },
    key: { value: 'FILE', description: 'Its private key, as PEM.' },
    jobs: { value: 'N', description: 'Runs side by side. Default: one per core.' }
  },
  notes: [
    'A PATH is a project, or logs to import: the first page takes it.',
    'The address holds a secret: whoever knows it can read and write your files.',
    'From another machine: ssh -L 8080:127.0.0.1:PORT, then open the address with port 8080.'
  ],
  words: { min: 0, max: 100 },
  async run(input, context) {
    const { terminal, buildFolder } = context
    const jobs = input.whole('jobs', { min: 1, max: 256 })
    const port = input.whole('port', { min: 0, max: 65_535 }) ?? 0
    const token = tokenOf(input)
    const tokenFile = input.text('token-file')
    if (tokenFile !== undefined && isReadByOthers(tokenFile)) {
      terminal.note(`warning: other users of this machine can read ${tokenFile}. chmod 600 ends that.`)
    }
    const tls = certificateOf(input)
    const paths = input.words.map((path) => resolve(path))
    for (const path of paths) await meaningOf(path)
    const renderer = join(buildFolder, '..', 'renderer')
    if (!existsSync(join(renderer, 'index.html'))) {
      throw new PhasescopeError(
        'not-found',
        `The pages are not built (${renderer} is missing). Run npm run build first.`
      )
    }
    return withEngine(context, { jobs, follow: true }, async (engine) => {
      const note = (text: string): void => terminal.note(`phasescope: ${text}`)
      const stopGuard = standGuard({ engine, tell: note, report: note, exit: (code) => process.exit(code) })
      try {
        const project = input.text('project')
        if (project !== undefined) noteProblems(await engine.openFolder(project), context)
        await engine.given.add(paths)
        const stopped = anySignal()
        const host = await startBrowserHost(engine, {
          renderer,
          port,
          token,
          tls,
          report: note,
          host: input.text('host'),
          names: input.texts('name')
        })
        // A training of days must not end with the pipe or the terminal that has read the address.
        terminal.outliveReaders()
        terminal.out(`Phasescope is at ${host.url}`)
        terminal.note('Open this address in a browser. Ctrl-C stops it.')
        await stopped
        await host.close()
        return 0
      } finally {
        stopGuard()
      }
    })
  }
}

/** The secret that somebody has chosen, never as an argument. Undefined: make a new one. */
function tokenOf(input: Input): string | undefined {
  if (input.text('token') !== undefined) {
    throw new UsageError(
      '--token is refused, because every user of this machine can read it in the list of processes. ' +
        `Put the token into a file and give --token-file FILE, or set ${tokenVariable}.`
    )
  }
  const file = input.text('token-file')
  if (file === undefined && !process.env[tokenVariable]) return undefined
  const token = file === undefined ? process.env[tokenVariable]! : readInput(file, '--token-file').toString().trim()
  // Metric functions of the user's own and other programs that are started need not know it.
  delete process.env[tokenVariable]
  if (token.length < shortestToken || !/^[\w.~-]+$/.test(token)) {
    const place = file ?? tokenVariable
    throw new UsageError(
      `The token of ${place} needs at least ${shortestToken} characters of letters, digits and . _ ~ -`
    )
  }
  return token
}

/** Windows has no such bits. */
function isReadByOthers(file: string): boolean {
  return process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0
}

function certificateOf(input: Input): { cert: Buffer; key: Buffer } | undefined {
  const [cert, key] = [input.text('cert'), input.text('key')]
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined) {
    throw new UsageError('HTTPS needs a certificate and its private key: --cert FILE --key FILE.')
  }
  return { cert: readInput(cert, '--cert'), key: readInput(key, '--key') }
}

function readInput(file: string, option: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new UsageError(`${option} ${file} could not be read (${(error as NodeJS.ErrnoException).code}).`)
  }
}
