/** The command line: one engine, one command per file. Exit codes: 0 done, 1 failed, 2 wrong usage. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toWireError } from '../domain/errors'
import { suggestion } from '../text/near-names'
import { packageVersion } from '../host/paths'
import { commands } from './command-list'
import { checkInput, helpOf, parseInput, UsageError } from './options'
import type { Command, Named } from './options'
import { processTerminal } from './terminal'
import type { Terminal } from './terminal'

export async function main(args: string[], terminal: Terminal, buildFolder: string): Promise<number> {
  const [name, ...rest] = isPath(args[0]) ? ['open', ...args] : args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const target = name === 'help' ? await commandOf(rest[0]) : null
    terminal.block(target ? helpOf(target) : overview())
    return name === undefined ? 2 : 0
  }
  if (name === '--version' || name === '-v') {
    terminal.out(packageVersion(buildFolder))
    return 0
  }
  const known = commands.some((command) => command.name === name)
  try {
    const command = await commandOf(name)
    if (!command) {
      const names = commands.map((candidate) => candidate.name)
      throw new UsageError(`There is no command "${name}".${suggestion(name, names)}`)
    }
    const input = parseInput(command, rest)
    if (input.has('help')) {
      terminal.block(helpOf(command))
      return 0
    }
    checkInput(command, input)
    return await command.run(input, { terminal, buildFolder })
  } catch (error) {
    const { code, message, detail } = toWireError(error)
    const usage = error instanceof UsageError || code === 'invalid-config'
    terminal.note(`phasescope: ${message}`)
    if (usage) terminal.note(`phasescope ${known ? `${name} ` : ''}--help tells more.`)
    if (process.env.PHASESCOPE_DEBUG && detail) for (const line of detail.split('\n')) terminal.note(line)
    return usage ? 2 : 1
  }
}

async function commandOf(name: string | undefined): Promise<(Named & Command) | null> {
  const listed = commands.find((command) => command.name === name)
  return listed ? { name: listed.name, summary: listed.summary, ...(await listed.load()) } : null
}

/** What is no command, and is there or is written as a path is: to be opened. */
function isPath(word: string | undefined): boolean {
  if (word === undefined || word.startsWith('-') || commands.some(({ name }) => name === word)) return false
  return /[\\/]/.test(word) || existsSync(word)
}

function overview(): string {
  const width = Math.max(...commands.map((command) => command.name.length))
  return [
    'Phasescope: see the phases a neural network goes through while it trains.',
    '',
    'Usage: phasescope COMMAND [options]',
    '       phasescope PATH                a project to open, or logs to import, in the window',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'phasescope COMMAND --help tells more about one of them.'
  ].join('\n')
}

// Awaited here, commands that import what they share with this file would wait for it to end, and it for them.
void main(process.argv.slice(2), processTerminal(), dirname(fileURLToPath(import.meta.url))).then((code) => {
  process.exitCode = code
})
