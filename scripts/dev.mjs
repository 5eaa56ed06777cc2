/**
 * `npm run dev`: the application in a window, with hot reload of the renderer, in the same Electron that `npm start` uses.
 * Without Electron or a display it says why, and what does work.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { forgetBuilt } from './lib/build-parts.mjs'
import { electronRefusal, missingDisplay, resolveElectron, root, sandboxFlags } from './lib/electron-runtime.mjs'

const { path, reason } = usableElectron()
if (!path) {
  console.error(`npm run dev needs a window, and there is none: ${reason}. npm start serves Phasescope to the browser.`)
  process.exit(1)
}
const flags = sandboxFlags().length > 0 ? ['--noSandbox'] : []
if (flags.length > 0) console.log('Running as root: without the sandbox, in which Chromium does not start as root.')
// It builds into the same folder, but for development: npm start must not take that for its own.
forgetBuilt('main')
const electronVite = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
const child = spawn(process.execPath, [electronVite, 'dev', ...flags, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  // electron-vite has its own idea of where Electron is; this is the answer it takes from others.
  env: { ...process.env, ELECTRON_EXEC_PATH: path }
})
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.once('error', (error) => {
  console.error(`electron-vite could not be started: ${error.message}`)
  process.exit(1)
})
child.once('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))

/** @returns {{ path: string | null, reason?: string }} */
function usableElectron() {
  const noDisplay = missingDisplay()
  if (noDisplay) return { path: null, reason: noDisplay }
  const found = resolveElectron({ install: true })
  if (!found.path) return found
  const refusal = electronRefusal(found.path)
  return refusal ? { path: null, reason: refusal } : found
}
