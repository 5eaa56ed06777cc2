/**
 * `npm start [-- PROJECT]`: opens Phasescope in a window. Without Electron or a display it says why in one line and
 * serves the same application to a browser.
 */
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'
import { electronRefusal, missingDisplay, resolveElectron, root, sandboxFlags } from './lib/electron-runtime.mjs'

const projects = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
if (projects.length > 1) {
  console.error('npm start takes one project folder at most: npm start -- PROJECT')
  process.exit(2)
}
const project = projects.length === 1 ? resolve(projects[0]) : null

try {
  await build({ log: (line) => console.log(line) })
} catch (error) {
  console.error(`Phasescope could not be built: ${error instanceof Error ? error.message : error}`)
  process.exit(1)
}

const electron = usableElectron()
if (electron.path) {
  const argument = project ? [`--project=${project}`] : []
  const flags = sandboxFlags()
  if (flags.length > 0) console.log('Running as root: without the sandbox, in which Chromium does not start as root.')
  handOver(electron.path, [...flags, root, ...argument])
} else {
  console.log(`No window, because ${electron.reason}: serving Phasescope to the browser instead.`)
  const command = fileURLToPath(new URL('../bin/phasescope.js', import.meta.url))
  handOver(process.execPath, [command, 'serve', ...(project ? ['--project', project] : [])])
}

/** @returns {{ path: string } | { path: null, reason: string }} */
function usableElectron() {
  const noDisplay = missingDisplay()
  if (noDisplay) return { path: null, reason: noDisplay }
  const found = resolveElectron({ install: true })
  if (!found.path) return found
  const reason = electronRefusal(found.path)
  return reason ? { path: null, reason } : found
}

/** The child gets the terminal and every signal, and its end is ours. */
function handOver(program, args) {
  const child = spawn(program, args, { cwd: process.cwd(), stdio: 'inherit' })
  // Ctrl-C reaches the child by itself, as part of the terminal's process group.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.once('error', (error) => {
    console.error(`${program} could not be started: ${error.message}`)
    process.exit(1)
  })
  child.once('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}
