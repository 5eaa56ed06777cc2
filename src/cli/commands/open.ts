/** `phasescope open`: the window, on a project or on logs to import. Where there can be none, the same in a browser. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PhasescopeError } from '../../domain/errors'
import { meaningOf } from '../../engine/project/given-path'
import type { Command } from '../options'

export const openCommand: Command = {
  usage: '[PATH...]',
  options: {},
  notes: [
    'A project, or any file in one, is opened; other files and folders go to the import dialog.',
    'phasescope PATH does the same. A window that is open already takes it over.',
    'Where no window can be had it is said why, and the application is served to a browser.'
  ],
  words: { min: 0, max: 100 },
  async run(input, { buildFolder }) {
    const paths = input.words.map((path) => resolve(path))
    // Before anything is started: a slip of the keyboard needs no window.
    for (const path of paths) await meaningOf(path)
    const starter = join(buildFolder, '..', '..', 'scripts', 'start.mjs')
    if (!existsSync(starter)) {
      throw new PhasescopeError(
        'unsupported',
        `No window can be opened from here, because ${starter} is missing. phasescope serve shows the same in a browser.`
      )
    }
    return handOver(process.execPath, [starter, ...paths])
  }
}

/** The child gets the terminal and every signal, and its exit code is ours. */
function handOver(program: string, args: string[]): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit' })
  // Ctrl-C reaches it by itself, as part of the terminal's process group.
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolveCode, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolveCode(code ?? 1))
  })
}
