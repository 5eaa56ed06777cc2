/** The Electron that this machine can open a window with, and a program that takes over the terminal. */
import { spawn } from 'node:child_process'
import { electronRefusal, missingDisplay, resolveElectron, sandboxFlags } from './electron-runtime.mjs'

/** @returns {{ path: string } | { path: null, reason: string }} */
export function usableElectron() {
  const noDisplay = missingDisplay()
  if (noDisplay) return { path: null, reason: noDisplay }
  const found = resolveElectron({ install: true })
  if (!found.path) return found
  const reason = electronRefusal(found.path)
  return reason ? { path: null, reason } : found
}

/** What Electron needs as root; said once, as it is less safe. */
export function saidSandboxFlags() {
  const flags = sandboxFlags()
  if (flags.length > 0) console.log('Running as root: without the sandbox, in which Chromium does not start as root.')
  return flags
}

/** The child gets the terminal and every signal, and its end is ours. */
export function handOver(program, args, options = {}) {
  const child = spawn(program, args, { stdio: 'inherit', ...options })
  // Ctrl-C reaches the child by itself, as part of the terminal's process group.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.once('error', (error) => {
    console.error(`${program} could not be started: ${error.message}`)
    process.exit(1)
  })
  child.once('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}
